"""Who goes on with what they have begun, in each round of the event loop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any

import gevent
from gevent.hub import Waiter

ROUND_SECONDS = 0.008  # for all of them together, in one round
PAUSE_SECONDS = 1e-6  # by the loop's timer: the loop polls before


class Rounds:
    """Connections that have used up their turn wait here. In each round of the loop some of them
    go on, the one that has waited longest first, for ROUND_SECONDS altogether: however many there
    are, whoever has just sent something is served within that time.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._waiting: deque[Any] = deque()
        self._timer: Any = None

    def __len__(self) -> int:
        return len(self._waiting)

    def wait(self) -> None:
        """Lets others go on. Switches greenlets."""
        waiter: Any = Waiter()
        self._waiting.append(waiter)
        if self._timer is None:
            self._schedule()
        try:
            waiter.get()
        except BaseException:  # it is ended meanwhile
            if waiter in self._waiting:
                self._waiting.remove(waiter)
            raise

    def _schedule(self) -> None:
        self._timer = gevent.get_hub().loop.timer(PAUSE_SECONDS)
        self._timer.start(self._go_on)

    def _go_on(self) -> None:
        """In the hub: to switch to a greenlet runs it until it waits for something."""
        self._timer.close()
        self._timer = None
        ends = self._clock() + ROUND_SECONDS
        for _ in range(len(self._waiting)):  # who waits again meanwhile is of the next round
            if not self._waiting or self._clock() > ends:
                break
            self._waiting.popleft().switch(None)
        if self._waiting and self._timer is None:
            self._schedule()
