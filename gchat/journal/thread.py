"""A thread that does blocking work for greenlets, one piece after the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from gevent.threadpool import ThreadPool

T = TypeVar("T")


class Worker:
    """Started when it is first needed."""

    def __init__(self) -> None:
        self._pool = ThreadPool(1)

    def ask(self, question: Callable[[], T]) -> T:
        """What the question answers, asked in the thread. Switches greenlets. Raises sqlite3.Error
        where it does.
        """
        answer: T | sqlite3.Error = self._pool.apply(_answer, (question,))
        if isinstance(answer, sqlite3.Error):
            raise answer
        return answer

    def close(self) -> None:
        """Ends the thread."""
        self._pool.kill()


def _answer(question: Callable[[], T]) -> T | sqlite3.Error:
    """What gevent sees raised in its thread it also prints."""
    try:
        return question()
    except sqlite3.Error as error:
        return error
    except OverflowError as error:  # a number that SQLite has no room for
        return sqlite3.DataError(str(error))
