"""Deletes what nobody may ever read again: the past of rooms that are no more, and to which no
account is to come back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container
from time import perf_counter

import gevent

from gchat.journal.sqlite.damage import DAMAGED
from gchat.journal.sqlite.retention import PAUSE_SECONDS, STEP_LINES, STEP_PLACES, pause
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool

log = logging.getLogger(__name__)

LOOK_SECONDS = 600.0  # between two looks at what there is


class Unreachable:
    """Works in the writer's thread, between two batches of messages. `reachable` tells the places
    of all rooms that somebody may read; one that is not among them never will be again.
    """

    def __init__(
        self,
        store: Store,
        writer: WorkerPool,
        reachable: Callable[[], Container[str]],
        now: Callable[[], int],
    ) -> None:
        """`now`: milliseconds since 1970."""
        self._store = store
        self._writer = writer
        self._reachable = reachable
        self._now = now

    def run(self) -> None:
        """Goes on until it is killed."""
        while True:
            try:
                self.sweep()
            except DAMAGED as error:
                log.warning("the past of rooms that are no more could not be deleted: %s", error)
            gevent.sleep(LOOK_SECONDS)

    def sweep(self) -> None:
        """Looks at all places once. Switches greenlets."""
        last = ""
        while not self._writer.ask(self._store.settle):
            gevent.sleep(PAUSE_SECONDS)
        while places := self._after(last):
            # asked after the places: a room that is made now is not among them
            reachable = self._reachable()
            for place in places:
                if place not in reachable:
                    self._forget(place)
            last = places[-1]
            gevent.sleep(PAUSE_SECONDS)

    def _after(self, last: str) -> list[str]:
        return self._writer.ask(lambda: self._store.places_after(last, STEP_PLACES))

    def _forget(self, place: str) -> None:
        def step() -> bool:
            self._store.settle()  # the last ones who left the room
            lines = self._store.over(place, 0, STEP_LINES)
            if lines:
                self._store.forget(lines, self._now())
            return len(lines) == STEP_LINES

        more = True
        while more:
            started = perf_counter()
            more = self._writer.ask(step)
            gevent.sleep(pause(perf_counter() - started))
