"""When what is queued is sent: at once while the loop has time, less often when it is busy."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

import gevent

EASY = 0.7  # load (see Flusher) up to which there is no pause
GROWTH = 1.4  # pause after a flush, in durations of the flush, for each 1.0 of load above EASY
SPACING = 4.0  # the longest pause, in durations of the flush
SPACING_MAX = 0.010  # seconds, the longest pause
MEMORY = 0.050  # seconds over which the load is averaged


class Flushable(Protocol):
    """Something that was written to."""

    def flush(self) -> tuple[int, int]:
        """Sends what is queued. Returns the number of sends, and the number that it would have been
        if each write were sent by itself. Never waits.
        """


class Flusher:
    """Sends everything that was written to, all at once.

    A send costs much, however few bytes it sends, so the fewer the better. While the loop has time,
    it flushes at the end of the turn in which something was written. The flusher estimates the
    load: how busy the loop would be if each write were sent by itself (1 is all of its time). Above
    EASY, it pauses after each flush, longer with more load, so that more writes gather: at most
    SPACING times the flush's duration, and never longer than SPACING_MAX.
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
        """Decides when the next flush may be. `merged`: writes for each send of the last one."""
        period = max(now - self._ended, 1e-9)
        weight = min(period / MEMORY, 1.0)
        self._load += (took * merged / period - self._load) * weight
        self._ended = now
        pause = took * min(max(self._load - EASY, 0.0) * GROWTH, SPACING)
        self._next = now + min(pause, SPACING_MAX)
