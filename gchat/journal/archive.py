"""Reading what was kept, without keeping the loop from turning."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import TypeVar

from gevent.threadpool import ThreadPool

from gchat.core.history import Query, Record, Reference, Unreadable
from gchat.journal.store import Store

T = TypeVar("T")


class StoreArchive:
    """See Archive. One thread reads, one question after the other."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pool = ThreadPool(1)

    def close(self) -> None:
        """Ends the thread."""
        self._pool.kill()

    def read(self, query: Query) -> list[Record]:
        """See Archive."""
        return self._ask(lambda: self._store.read(query))

    def around(self, query: Query, center: Reference) -> list[Record]:
        """See Archive."""
        return self._ask(lambda: self._store.around(query, center))

    def targets(
        self, places: Iterable[str], person: str, after: int, before: int, limit: int
    ) -> list[Record]:
        """See Archive."""
        wanted = tuple(places)
        return self._ask(lambda: self._store.targets(wanted, person, after, before, limit))

    def _ask(self, question: Callable[[], T]) -> T:
        answer: T | sqlite3.Error = self._pool.apply(_answer, (question,))
        if isinstance(answer, sqlite3.Error):
            raise Unreadable(str(answer))
        return answer


def _answer(question: Callable[[], T]) -> T | sqlite3.Error:
    """In the pool's thread, from which an exception would also be printed."""
    try:
        return question()
    except sqlite3.Error as error:
        return error
