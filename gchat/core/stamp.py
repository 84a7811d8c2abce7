"""Gives events their place, time and id. The clock is handed in."""

from __future__ import annotations

from collections.abc import Callable

from gchat.core.events import Entry, Event

_PER_MILLISECOND = 0x10000  # ids in one millisecond, before the next one is borrowed


class Stamper:
    """Makes entries whose time never goes backwards and whose ids sort as they were made."""

    def __init__(self, now: Callable[[], int], earliest: int = 0) -> None:
        self._now = now  # milliseconds since 1970; may jump
        self._seq = 0
        self._at = earliest  # no entry is stamped with an earlier time
        self._within = 0  # entries already made in the millisecond `_at`

    def stamp(self, event: Event) -> Entry:
        """The event's entry, the next in order."""
        now = self._now()
        if now > self._at:
            self._at = now
            self._within = 0
        elif self._within == _PER_MILLISECOND:
            self._at += 1
            self._within = 0
        msgid = f"{self._at:012x}{self._within:04x}"
        self._within += 1
        self._seq += 1
        return Entry(self._seq, self._at, msgid, event)
