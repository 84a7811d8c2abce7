"""When to look at which connection again. Holds no clock and no timer of its own."""

from __future__ import annotations

import heapq
from itertools import count
from typing import Protocol
from weakref import ref


class Timed(Protocol):
    """Something that has to be looked at when its time has come."""

    def due(self, now: float) -> float | None:
        """Does what is due at `now`. Returns when to ask again, in the clock's seconds; `None` for
        never.
        """


class Deadlines:
    """Asks everything that was added when its time has come.

    A connection that speaks moves its own deadline without telling anybody: it is asked at the old
    one and answers with the new one. So a line read costs nothing here. The references are weak:
    they do not keep a connection that has ended.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, ref[Timed]]] = []
        self._order = count()

    def add(self, at: float, timed: Timed) -> None:
        """Asks `timed` at `at`."""
        heapq.heappush(self._heap, (at, next(self._order), ref(timed)))

    def run(self, now: float) -> None:
        """Asks all whose time has come."""
        while self._heap and self._heap[0][0] <= now:
            timed = heapq.heappop(self._heap)[2]()
            at = None if timed is None else timed.due(now)
            if timed is not None and at is not None:
                self.add(max(at, now), timed)

    def __len__(self) -> int:
        return len(self._heap)
