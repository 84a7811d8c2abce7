"""When what was queued is sent: at once while the loop has time, seldom when it has not."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

import gevent

EASY = 0.7  # of the loop's time, spent sending everything at once: up to here nothing waits
GROWTH = 1.4  # of the pause behind a flush, in durations of the flush, with each 1.0 of load more
SPACING = 4.0  # durations of the flush, the longest pause behind it
SPACING_MAX = 0.010  # seconds, the longest pause
MEMORY = 0.050  # seconds over which the load is averaged


class Flushable(Protocol):
    """Something that was written to."""

    def flush(self) -> tuple[int, int]:
        """Sends what is queued: how many sends that took, and how many they would have been, had
        each write been sent by itself. Never waits.
        """


class Flusher:
    """Sends everything that was written to, all at once.

    A send costs far more than what is sent, so the fewer the better. While the loop has time, a
    flush comes at the end of the turn in which something was written. The flusher knows how busy
    the loop would be if each write were sent by itself (1 is all of its time). Over EASY, it leaves
    a pause behind each flush that grows with that load, in which more can gather: SPACING times the
    flush's duration at most, and never over SPACING_MAX.
    """

    def __init__(self, loop: Any = None, clock: Callable[[], float] = perf_counter) -> None:
        self._first: list[Flushable] = []
        self._then: list[Flushable] = []
        self._loop = loop or gevent.get_hub().loop
        self._clock = clock
        self._timer: Any = None
        self._pending = False
        self._ended = clock()  # of the last flush
        self._next = 0.0  # no flush before
        self._load = 0.0
        self.sends = 0  # ever
        self.writes = 0  # ever; each would have been a send by itself

    def add(self, what: Flushable) -> None:
        """Has it flushed with the next flush."""
        self._then.append(what)
        if not self._pending:
            self._schedule()

    def add_first(self, what: Flushable) -> None:
        """The same, before all that were only added."""
        self._first.append(what)
        if not self._pending:
            self._schedule()

    @property
    def pause(self) -> float:
        """Seconds that the last flush left for more to gather: 0 while the loop has time."""
        return max(0.0, self._next - self._ended)

    def _schedule(self) -> None:
        self._pending = True
        wait = self._next - self._clock()
        if wait <= 0:
            self._loop.run_callback(self._flush)
        else:
            self._timer = self._loop.timer(wait)
            self._timer.start(self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        self._pending = False
        first, self._first = self._first, []
        then, self._then = self._then, []
        started = self._clock()
        sends = writes = 0
        for what in first:
            sent, written = what.flush()
            sends += sent
            writes += written
        for what in then:
            sent, written = what.flush()
            sends += sent
            writes += written
        self.sends += sends
        self.writes += writes
        ended = self._clock()
        self._pause(ended, ended - started, writes / sends if sends else 1.0)

    def _pause(self, now: float, took: float, merged: float) -> None:
        """Decides when the next flush may be, after one whose sends stood for `merged` each."""
        period = max(now - self._ended, 1e-9)
        weight = min(period / MEMORY, 1.0)
        self._load += (took * merged / period - self._load) * weight
        self._ended = now
        pause = took * min(max(self._load - EASY, 0.0) * GROWTH, SPACING)
        self._next = now + min(pause, SPACING_MAX)
