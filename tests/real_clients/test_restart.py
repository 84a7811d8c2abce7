"""HexChat, EPIC5, ZNC, Eggdrop and Limnoria over a kill of the server. `python -m
tests.real_clients.restart` has more programs, and more kills.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.real_clients.bouncers import Znc
from tests.real_clients.chat_programs import Epic, HexChat
from tests.real_clients.eggdrop import Eggdrop
from tests.real_clients.program import Missing, Program
from tests.real_clients.python_bots import Limnoria
from tests.real_clients.restart import installed, outcome, own_folder
from tests.real_clients.story import Row, When, judged

IN_CI = (HexChat, Epic, Znc, Eggdrop, Limnoria)


@pytest.fixture(scope="module")
def rows() -> dict[str, Row]:
    """What was found about those that are installed; all go through the same kill."""
    there, _ = installed(IN_CI)
    with own_folder() as folder:
        return {row.program.name: row for row in outcome(there, folder, kills=1)}


@pytest.mark.timeout(240)  # where one of them does not come back, this is found before that
@pytest.mark.parametrize("kind", IN_CI)
def test_nothing_is_missed_and_nothing_comes_twice(
    kind: type[Program], rows: dict[str, Row], need: Callable[[str], str]
) -> None:
    try:
        kind.find()
    except Missing as error:
        need(str(error))
    assert rows[kind.name].wrong == []


@pytest.mark.parametrize(
    ("when", "times", "late", "wrong"),
    [
        (When.HERE, 1, False, []),
        (When.HERE, 0, False, ["it: missed"]),
        (When.HERE, 2, False, ["it: 2 times"]),
        (When.AWAY, 0, False, []),
        (When.AWAY, 1, False, ["it: said while it was away, and taken for new"]),
        (When.AWAY, 0, True, ["it: missed"]),
        (When.AWAY, 1, True, []),
        (When.COMING, 1, False, []),
        (When.COMING, 0, True, ["it: missed"]),
        (When.COMING, 2, True, ["it: 2 times"]),
    ],
)
def test_what_is_wrong(when: When, times: int, late: bool, wrong: list[str]) -> None:
    assert judged("it", when, times, late) == wrong
