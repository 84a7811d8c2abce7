"""Indexes words behind the commits, so that only who searches waits for it."""

from __future__ import annotations

import logging

import gevent

from gchat.core.history import Unreadable
from gchat.journal.sqlite.damage import DAMAGED
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool

LOOK_SECONDS = 0.5  # between two looks whether there is something to index
PAUSE_SECONDS = 0.005  # between two steps, in which messages are stored
SEARCH_SECONDS = 5.0  # that a search waits for the index

log = logging.getLogger(__name__)


class Indexer:
    """Works in the writer's thread, between two batches of messages."""

    def __init__(self, store: Store, writer: WorkerPool) -> None:
        self._store = store
        self._writer = writer
        self._failing = False

    @property
    def behind(self) -> int:
        """How many ids the index is behind what is stored."""
        return self._store.last - self._store.index.until

    def run(self) -> None:
        """Goes on until it is killed."""
        while True:
            try:
                self._reach(self._store.last)
                self._failing = False
            except DAMAGED as error:
                if not self._failing:
                    log.warning("words could not be indexed, will try again: %s", error)
                self._failing = True
            gevent.sleep(LOOK_SECONDS)

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

    def _reach(self, last: int) -> None:
        index = self._store.index
        while index.until < last:
            self._writer.ask(lambda: index.step(last))
            if index.until < last:
                gevent.sleep(PAUSE_SECONDS)
