"""What was changed in a room, in sentences. Knows no tkinter and no network."""

from __future__ import annotations

from client_gui.core.events import ModesChanged
from client_gui.texts import _, n_

_GIVEN = {
    "@": n_("{by} made {nick} an operator of this room"),
    "+": n_("{by} gave voice to {nick}"),
}
_TAKEN = {
    "@": n_("{by} made {nick} an operator no more"),
    "+": n_("{by} took voice away from {nick}"),
}


def told(event: ModesChanged) -> list[str]:
    """A sentence for each rank that has words of its own; all else is told as it is."""
    letters = sum(char not in "+-" for char in event.modes.partition(" ")[0])
    texts = [(_GIVEN if given else _TAKEN).get(sign, "") for given, sign, _nick in event.ranks]
    if letters == len(texts) and all(texts):
        nicks = [nick for _given, _sign, nick in event.ranks]
        return [
            _(text).format(by=event.by, nick=nick) for text, nick in zip(texts, nicks, strict=True)
        ]
    return [_("{by} changed the modes: {modes}").format(by=event.by, modes=event.modes)]
