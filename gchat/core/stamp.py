"""Gives events their number, time and id. The caller passes the clocks."""

from __future__ import annotations

from collections.abc import Callable

from gchat.core.events import Entry, Event

_PER_MILLISECOND = 0x10000  # ids in one millisecond; then those of the next one are used
SLOWED = 2  # while the clock is behind the last entry, time goes on this many times slower


class Stamper:
    """Makes entries whose time never goes backwards and whose ids sort as they were made.

    While the clock is behind the last entry (it was set back, or what is stored is ahead of it),
    time goes on from that entry, more slowly, until the clock has caught up: otherwise everything
    said until then would have the same time.
    """

    def __init__(
        self,
        now: Callable[[], int],
        earliest: int = 0,
        tick: Callable[[], int] | None = None,
    ) -> None:
        """`now`: milliseconds since 1970, which may jump; `tick`: those of a clock that never does,
        for durations (without it, `now` has to do). No entry is stamped before `earliest`.
        """
        self._now = now
        self._tick = tick
        self._seq = 0
        self._at = earliest
        self._hex = f"{earliest:012x}"  # of `_at`: ids begin with it
        self._within = 0  # entries already made in the millisecond `_at`
        # when the time last came from the clock, or was moved on
        self._since = tick() if tick is not None else earliest

    def stamp(self, event: Event) -> Entry:
        """The event's entry, the next in order."""
        now = self._now()
        tick = self._tick() if self._tick is not None else now
        if now > self._at:
            self._move(now, tick)
        elif tick - self._since >= SLOWED:
            passed = (tick - self._since) // SLOWED
            self._move(self._at + passed, self._since + passed * SLOWED)
        elif self._within == _PER_MILLISECOND:
            self._move(self._at + 1, self._since)
        msgid = f"{self._hex}{self._within:04x}"
        self._within += 1
        self._seq += 1
        return Entry(self._seq, self._at, msgid, event, tick)

    @property
    def state(self) -> tuple[int, int, int, int]:
        """What `resume` needs to go on from here."""
        return self._seq, self._at, self._within, self._since

    def resume(self, state: tuple[int, int, int, int]) -> None:
        """Goes on from where another stamper was."""
        self._seq, at, within, since = state
        self._move(at, since)
        self._within = within

    def _move(self, at: int, since: int) -> None:
        self._at, self._since, self._within = at, since, 0
        self._hex = f"{at:012x}"
