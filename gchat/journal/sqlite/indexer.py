"""Indexes words and places behind the commits, in steps of many lines."""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent

from gchat.core.history import Unreadable
from gchat.journal.sqlite.damage import DAMAGED
from gchat.journal.sqlite.places import STEP_LINES
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool

LOOK_SECONDS = 0.5  # between two looks whether there are words to index
PLACES_SECONDS = 0.05  # between two looks whether there are lines enough to index their places
PAUSE_SECONDS = 0.005  # between two steps, in which messages are stored
SEARCH_SECONDS = 5.0  # that a search waits for the index
TAIL_LINES = 10_000  # not in the index of places, that a question does not wait for

log = logging.getLogger(__name__)


class Indexer:
    """Works in the writer's thread, between two batches of messages."""

    def __init__(self, store: Store, writer: WorkerPool) -> None:
        self._store = store
        self._writer = writer
        # called before each step that nobody waits for: returns when the writer has time
        self.wait_for_lull: Callable[[], None] = lambda: None
        self._failing: set[str] = set()  # what could not be indexed the last time

    @property
    def behind(self) -> int:
        """How many ids the index of words is behind what is stored."""
        return self._store.last - self._store.index.until

    @property
    def places_behind(self) -> int:
        """How many ids the index of places is behind what is stored."""
        return self._store.last - self._store.places.until

    def run(self) -> None:
        """Indexes words until it is killed."""
        while True:
            self._try("words", lambda: self._reach(self._store.last, self.wait_for_lull))
            gevent.sleep(LOOK_SECONDS)

    def run_places(self) -> None:
        """Indexes places until it is killed. It does so only when it is for a whole step: until
        then who reads looks through the lines.
        """
        while True:
            self._try("places", self._settle)
            gevent.sleep(PLACES_SECONDS)

    def _try(self, what: str, job: Callable[[], None]) -> None:
        try:
            job()
            self._failing.discard(what)
        except DAMAGED as error:
            if what not in self._failing:
                log.warning("%s could not be indexed, will try again: %s", what, error)
            self._failing.add(what)

    def catch_up(self) -> None:
        """Indexes everything that is stored by now. Switches greenlets. Raises Unreadable if it
        takes too long, or cannot be done.
        """
        last = self._store.last
        try:
            gevent.with_timeout(SEARCH_SECONDS, self._reach, last, timeout_value=None)
        except DAMAGED as error:
            raise Unreadable(str(error)) from None
        if self._store.index.until < last:
            raise Unreadable("the index of words is being made, try again later")

    def _reach(self, last: int, wait: Callable[[], None] = lambda: None) -> None:
        index = self._store.index
        while index.until < last:
            wait()
            self._writer.ask(lambda: index.step(last))
            if index.until < last:
                gevent.sleep(PAUSE_SECONDS)

    def shorten_tail(self) -> None:
        """Waits while many lines are not in the index of places: of a file of an older version, or
        a backup. After SEARCH_SECONDS, or if it cannot be done, who reads has to look through all
        of them. Switches greenlets.
        """
        if self.places_behind > TAIL_LINES:
            self._try(
                "places",
                lambda: gevent.with_timeout(SEARCH_SECONDS, self._settle, timeout_value=None),
            )

    def _settle(self) -> None:
        while self.places_behind >= STEP_LINES:
            self.wait_for_lull()
            self._writer.ask(self._store.settle)
            gevent.sleep(PAUSE_SECONDS)
