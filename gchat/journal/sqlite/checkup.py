"""Looks through the whole file once after each start: it takes too long to wait for."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from time import perf_counter, sleep

from gchat import system
from gchat.journal.sqlite.damage import first_line
from gchat.journal.sqlite.lookover import Lookover
from gchat.workers import WorkerPool

REST = 1.0  # for each second of comparing the index of places: others use the processor too

log = logging.getLogger(__name__)

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


class Checkup:
    """Has a thread and a connection of its own, and changes nothing. What is damaged is said once;
    the server goes on with the rest, and makes an index of places anew that is not as the lines
    are.
    """

    def __init__(self, path: Path, renew: Callable[[], None] | None = None) -> None:
        """`renew` empties the index of places. It may switch greenlets, and raise sqlite3.Error."""
        self._path = path
        self._renew = renew
        self._wrong = ""  # with the index of places
        self._pool = WorkerPool(1)
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    def run(self) -> None:
        """Looks at everything. Switches greenlets."""
        try:
            found = self._pool.ask(self._look)
        except sqlite3.Error as error:
            found = str(error)
        if found and not self._closed:
            log.error(
                "%s is damaged: %s. What cannot be read is answered with an error; everything else "
                "goes on. Make a copy with `gchat export`, and restore a backup",
                self._path,
                found,
            )
        if self._wrong and not self._closed:
            log.error(
                "the index of places in %s is damaged: %s. It is made anew", self._path, self._wrong
            )
            if self._renew:
                self._anew(self._renew)

    def _anew(self, renew: Callable[[], None]) -> None:
        try:
            renew()
        except sqlite3.Error as error:
            log.error("the index of places could not be made anew: %s", error)

    def _look(self) -> str:
        """The first damage that is found, "" for none."""
        system.give_way()
        with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            self._connection = file
            for (name,) in file.execute(_TABLES).fetchall():
                if self._closed:
                    break
                # one table at a time: the log cannot be emptied meanwhile
                (found,) = file.execute(f'PRAGMA quick_check("{name}")').fetchone()
                if found != "ok":
                    return first_line(found)
            lookover = Lookover(file)
            while not (self._closed or self._wrong or lookover.over):
                started = perf_counter()
                self._wrong = lookover.step()
                sleep(REST * (perf_counter() - started))
            self._connection = None
        return ""

    def close(self) -> None:
        """Ends it, also in the middle."""
        self._closed = True
        if self._connection is not None:
            with suppress(sqlite3.ProgrammingError):  # it has just ended
                self._connection.interrupt()
        self._pool.close()
