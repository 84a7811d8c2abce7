"""Reads what is stored in a thread, so that the event loop is not blocked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from typing import Any, TypeVar

import gevent

from gchat.core.effects import Busy
from gchat.core.history import Query, Record, Reference, Search, Unreadable
from gchat.core.turns import Claim, Turns
from gchat.journal.sqlite.damage import DAMAGED, Complaint
from gchat.journal.sqlite.indexer import Indexer
from gchat.journal.sqlite.reader import Steps
from gchat.journal.sqlite.store import Store
from gchat.workers import FairPool

T = TypeVar("T")


WAITING_MOST = 10_000  # questions, and as many of one address: each connection has but one
CREDIT_SECONDS = 0.1  # of reading, for an address that has asked for little
WAITING_SECONDS = 30.0  # for one step of a question


class StoreArchive:
    """One thread reads, a step of a question after a step of another: the next one is of the
    address for which the thread has read for the shortest time.
    """

    def __init__(self, store: Store, indexer: Indexer, reader: FairPool | None = None) -> None:
        self._store = store
        self._indexer = indexer
        turns = Turns[Any](WAITING_MOST, WAITING_MOST, cost=0.0, credit=CREDIT_SECONDS)
        self._reader = reader or FairPool(1, turns, WAITING_SECONDS, by_time=True)
        self._complaint = Complaint("a question about the past cannot be answered")
        self._claim = Claim()

    def of(self, address: str) -> StoreArchive:
        asked = copy(self)
        asked._claim = Claim(address=address)
        return asked

    def close(self) -> None:
        """Ends the thread."""
        self._reader.close()

    def read(self, query: Query) -> list[Record]:
        self._indexer.shorten_tail()
        return self._answer(self._store.reader.read(query))

    def around(self, query: Query, center: Reference) -> list[Record]:
        self._indexer.shorten_tail()
        return self._answer(self._store.reader.around(query, center))

    def targets(
        self, places: Iterable[tuple[str, int]], person: str, after: int, before: int, limit: int
    ) -> list[Record]:
        wanted = tuple(places)
        self._indexer.shorten_tail()
        return self._answer(self._store.reader.targets(wanted, person, after, before, limit))

    def search(self, search: Search) -> list[Record]:
        if search.words:
            self._indexer.catch_up()
        else:
            self._indexer.shorten_tail()
        return self._answer(self._store.reader.search(search))

    def find(self, msgid: str) -> Record | None:
        return self._ask(lambda: self._store.reader.find(msgid))

    def conversations(self, person: str) -> list[str]:
        return self._ask(lambda: self._store.reader.conversations(person))

    def _answer(self, steps: Steps[T]) -> T:
        done: list[T] = []

        def step() -> None:
            try:
                next(steps)
            except StopIteration as end:
                done.append(end.value)

        self._ask(step)
        while not done:
            gevent.sleep(0)  # otherwise this one would take the turn again before who waits for it
            self._ask(step)
        return done[0]

    def _ask(self, question: Callable[[], T]) -> T:
        try:
            return self._reader.ask(question, self._claim)
        except Busy:
            raise Unreadable("too many ask at the moment") from None
        except OverflowError as error:  # a number that SQLite has no room for
            raise Unreadable(str(error)) from None
        except DAMAGED as error:
            self._complaint.about(error)
            raise Unreadable(str(error)) from None
