"""People of whom somebody wants to see nothing: by nickname, or by a mask such as *!*@192.0.2.*"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from client_gui.core import events

MASKS_MOST = 100
MASK_LENGTH = 200  # characters
_FROM_SOMEBODY = (events.Said, events.Reacted, events.Typing, events.Invited)


def mask_of(typed: str) -> str:
    """The whole mask that is meant: `Duy` is `Duy!*@*`, `*@192.0.2.1` is `*!*@192.0.2.1`. Raises
    ValueError where it is none.
    """
    if not typed or len(typed) > MASK_LENGTH or any(char in " ,\r\n" for char in typed):
        raise ValueError(f"no mask: {typed!r}")
    nick, user, host = typed, "*", "*"
    if "@" in typed:
        nick, host = typed.rsplit("@", 1)
        nick, user = nick.split("!", 1) if "!" in nick else ("*", nick)
    elif "!" in typed:
        nick, user = typed.split("!", 1)
    return f"{nick or '*'}!{user or '*'}@{host or '*'}"


class Ignored:
    """`masks`: as `mask_of` makes them; what is none is left out, and what is too much."""

    def __init__(self, masks: Iterable[str] = ()) -> None:
        self.masks: list[str] = []
        for one in masks:
            self.add(one)
        self._fold: Callable[[str], str] | None = None
        self._patterns: list[re.Pattern[str]] = []

    def add(self, mask: str) -> bool:
        """Ignores these people too. False where there are too many masks, or it is none."""
        try:
            mask = mask_of(mask)
        except ValueError:
            return False
        if mask in self.masks:
            return True
        if len(self.masks) >= MASKS_MOST:
            return False
        self.masks.append(mask)
        self._fold = None
        return True

    def remove(self, mask: str, fold: Callable[[str], str]) -> bool:
        """Ignores these people no more. False where they were not."""
        try:
            meant = fold(mask_of(mask))
        except ValueError:
            return False
        before = len(self.masks)
        self.masks[:] = [one for one in self.masks if fold(one) != meant]
        self._fold = None
        return len(self.masks) < before

    def hides(self, nick: str, source: str, fold: Callable[[str], str]) -> bool:
        """Whether nothing is to be seen of somebody; `source` is their nick!user@host, or ""."""
        if not self.masks:
            return False
        if fold is not self._fold:
            self._fold = fold
            self._patterns = [_pattern(fold(one)) for one in self.masks]
        who = fold(source if "!" in source else f"{nick}!*@*")
        return any(one.fullmatch(who) for one in self._patterns)

    def without(
        self, event: events.NetEvent, fold: Callable[[str], str], me: str
    ) -> events.NetEvent | None:
        """What is left to be seen of an event; `None` for nothing. Of `me`, everything."""
        if not self.masks:
            return event
        if isinstance(event, _FROM_SOMEBODY):
            own = event.own if isinstance(event, events.Said) else fold(event.nick) == fold(me)
            return event if own or not self.hides(event.nick, event.source, fold) else None
        if isinstance(event, events.History | events.Found):
            kept = tuple(one for one in event.lines if self._keeps(one, fold, me))
            return replace(event, lines=kept)
        return event

    def _keeps(self, one: events.Past, fold: Callable[[str], str], me: str) -> bool:
        return isinstance(one, events.Redacted) or self.without(one, fold, me) is not None


def _pattern(mask: str) -> re.Pattern[str]:
    """`*` stands for any characters, `?` for one; brackets are characters of nicknames. What stands
    between two `*` is looked for once, from the left: no name takes long, whatever the mask is.
    """
    first, *parts = re.split(r"\*+", mask)
    if not parts:
        return re.compile(_literal(first), re.DOTALL)
    *middle, last = parts
    found = "".join(f"(?>.*?{_literal(part)})" for part in middle)
    return re.compile(f"{_literal(first)}{found}.*{_literal(last)}", re.DOTALL)


def _literal(part: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in part)
