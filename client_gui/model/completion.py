"""What Tab completes: nicknames, rooms, commands, emoji. Knows no tkinter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from client_gui.core.folding import UNTIL_TOLD, Fold

MOST = 50  # that are gone through, one Tab after the other


@dataclass(slots=True)
class Completer:
    """Goes through the possible completions, one for each Tab. Any other key ends that."""

    _start: int = 0  # where the word begins
    _length: int = 0  # of what stands there now
    _found: list[str] = field(default_factory=list)
    _at: int = -1

    def reset(self) -> None:
        """Something else was typed."""
        self._found, self._at = [], -1

    def next(
        self,
        text: str,
        cursor: int,
        nicks: Iterable[str],
        rooms: Iterable[str],
        commands: Iterable[str],
        fold: Fold = UNTIL_TOLD,
    ) -> tuple[int, int, str] | None:
        """What to replace (from, to) and with what; `None` if nothing fits."""
        if not self._found:
            start = max(text.rfind(" ", 0, cursor), text.rfind("\n", 0, cursor)) + 1
            self._start, self._length = start, cursor - start
            self._found = _candidates(text[start:cursor], start == 0, nicks, rooms, commands, fold)
            self._at = -1
            if not self._found:
                return None
        self._at = (self._at + 1) % len(self._found)
        new = self._found[self._at]
        end, self._length = self._start + self._length, len(new)
        return self._start, end, new


def _candidates(
    word: str,
    first: bool,
    nicks: Iterable[str],
    rooms: Iterable[str],
    commands: Iterable[str],
    fold: Fold,
) -> list[str]:
    folded = fold(word)
    if word.startswith(":") and len(word) > 1:
        return [symbol for name, symbol in _emoji().items() if name.startswith(word.lower())][:MOST]
    if first and word.startswith("/"):
        return [f"/{name} " for name in sorted(commands) if f"/{name}".startswith(folded)]
    if word.startswith("#"):
        return [f"{room} " for room in sorted(rooms) if fold(room).startswith(folded)][:MOST]
    at = "@" if word.startswith("@") else ""
    folded = folded.removeprefix("@")
    if not folded:
        return []
    end = ", " if first and not at else " "
    found = sorted((n for n in nicks if fold(n).startswith(folded)), key=fold)
    return [f"{at}{nick}{end}" for nick in found][:MOST]


@cache
def _emoji() -> dict[str, str]:
    """By their names, such as `:smile:`."""
    import emoji  # noqa: PLC0415 - half a megabyte of names, loaded only when needed

    found = {}
    for symbol, about in emoji.EMOJI_DATA.items():
        for name in (about["en"], *about.get("alias", ())):
            if about["status"] == emoji.STATUS["fully_qualified"]:
                found[name.lower()] = symbol
    return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0])))
