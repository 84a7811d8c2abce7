"""How changes of a room are told."""

from __future__ import annotations

import pytest

from client_gui.core.events import ModesChanged
from client_gui.model.modes import told


@pytest.mark.parametrize(
    ("modes", "ranks", "texts"),
    [
        ("+o Duy", ((True, "@", "Duy"),), ["Lan made Duy an operator of this room"]),
        ("-o Duy", ((False, "@", "Duy"),), ["Lan made Duy an operator no more"]),
        (
            "+v-v Duy Mai",
            ((True, "+", "Duy"), (False, "+", "Mai")),
            ["Lan gave voice to Duy", "Lan took voice away from Mai"],
        ),
        ("+m", (), ["Lan changed the modes: +m"]),
        ("+h Duy", ((True, "%", "Duy"),), ["Lan changed the modes: +h Duy"]),
        ("+ov Duy", ((True, "@", "Duy"),), ["Lan changed the modes: +ov Duy"]),
    ],
)
def test_ranks_have_words(
    modes: str, ranks: tuple[tuple[bool, str, str], ...], texts: list[str]
) -> None:
    assert told(ModesChanged("#a", "Lan", modes, ranks)) == texts
