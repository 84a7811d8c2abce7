"""Letting the loop turn in the middle of a long work of one greenlet."""

from __future__ import annotations

from time import perf_counter

import gevent

PAUSE_SECONDS = 1e-6  # by the loop's timer: sleep(0) would come back before the loop polls


def let_others() -> None:
    """Everybody else has their turn, and what has come meanwhile is read. Switches greenlets."""
    gevent.sleep(PAUSE_SECONDS)


class Turn:
    """Lets others have theirs when this one has lasted `seconds`."""

    __slots__ = ("_ends", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends = perf_counter() + seconds

    def yield_if_due(self) -> None:
        """Call it between two pieces of the work. May switch greenlets."""
        if perf_counter() > self._ends:
            let_others()
            self._ends = perf_counter() + self._seconds
