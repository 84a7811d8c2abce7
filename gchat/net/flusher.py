"""When what is queued is sent: at once while the loop has time, less often when it is busy."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter, thread_time
from typing import Any, Protocol

import gevent

from gchat.pace import Pace

PAUSE_MAX = 0.010  # seconds between two flushes
PAUSE_SHORT = 0.005  # where a flush takes less than that
HOLD_MAX = 0.004  # seconds that a flush waits for what is about to be shown, at most
SHORT = 50e-6  # seconds; a flush that takes less is followed by no pause


class Flushable(Protocol):
    """Something that was written to."""

    def flush(self) -> tuple[int, int]:
        """Sends what is queued. Returns the number of sends, and the number that it would have been
        if each write were sent by itself. Never waits.
        """


class Flusher:
    """Sends everything that was written to, all at once.

    A send costs much, however few bytes it sends, so the fewer the better. While the loop has time,
    it flushes at the end of the turn in which something was written. When the loop is busy, with
    this or with anything else, it pauses after each flush, so that more writes gather (see Pace).
    `clock` gives seconds, `used` the seconds that the loop has worked.
    """

    def __init__(
        self,
        loop: Any = None,
        clock: Callable[[], float] = perf_counter,
        used: Callable[[], float] = thread_time,
    ) -> None:
        self._first: list[Flushable] = []
        self._then: list[Flushable] = []
        self._loop = loop or gevent.get_hub().loop
        self._clock = clock
        self._timer: Any = None
        self._pending = False
        self._held = False  # something is about to be shown
        self._late = False  # a flush waits for it
        self._used = used
        self._used_before = used()  # the last flush
        self._pace = Pace(PAUSE_SHORT, PAUSE_MAX, clock())
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
        return self._pace.pause

    def sends_in(self) -> float:
        """Seconds until what is added now would be sent; 0 or less: at once."""
        return self._pace.wait(self._clock())

    def hold(self) -> None:
        """Something is about to be shown: the flush at the end of a pause waits for it, HOLD_MAX at
        most.
        """
        self._held = True

    def release(self) -> None:
        """It was shown."""
        self._held = False
        if self._late:
            self._late = False
            self._stop_timer()
            self._loop.run_callback(self._flush)

    def _schedule(self) -> None:
        self._pending = True
        wait = self.sends_in()
        if wait <= 0:
            self._loop.run_callback(self._flush)
        else:
            self._timer = self._loop.timer(wait)
            self._timer.start(self._due)

    def _due(self) -> None:
        """The pause is over."""
        if not self._held:
            self._flush()
            return
        self._stop_timer()
        self._late = True
        self._timer = self._loop.timer(HOLD_MAX)
        self._timer.start(self._flush)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.close()
            self._timer = None

    def _flush(self) -> None:
        self._stop_timer()
        self._late = False
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
        if ended - started >= SHORT:
            used = self._used()
            merged = writes / sends if sends else 1.0
            self._pace.round(ended, ended - started, merged, used - self._used_before)
            self._used_before = used
