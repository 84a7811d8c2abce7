"""The index of words in the SQLite file. Blocks."""

from __future__ import annotations

import sqlite3

from gchat.core.words import RULES, searchable
from gchat.journal.sqlite.schema import MESSAGE, TASK
from gchat.journal.sqlite.transaction import SAVE, Step, saved_task, transact

STEP_LINES = 250  # in one transaction
# `?` is `until`; what is not in the index cannot be taken out of it
UNINDEX = (
    "INSERT INTO words (words, rowid, text) SELECT 'delete', id, searchable(text) FROM entries"  # noqa: S608
    f" WHERE id <= ? AND {MESSAGE} AND "
)
_INDEX = (
    "INSERT INTO words (rowid, text) SELECT id, searchable(text) FROM entries"  # noqa: S608
    f" WHERE id > ? AND id <= ? AND {MESSAGE}"
)
_NTH = "SELECT id FROM entries WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?"


class WordIndex:
    """It is behind what is stored, and catches up step by step. An index that was made by other
    rules is emptied when it is opened. Raises sqlite3.Error everywhere.
    """

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer
        writer.create_function("searchable", 1, searchable, deterministic=True)
        self.until = int(
            saved_task(writer, "indexed") or 0
        )  # the id of the last line that was looked at
        if saved_task(writer, "index") != RULES:
            self._reach(0, ("INSERT INTO words (words) VALUES ('delete-all')", [()]))

    def step(self, last: int) -> None:
        """Takes in the next lines, at most STEP_LINES, none after the id `last`."""
        if last <= self.until:
            return  # another one has been faster
        nth = self._writer.execute(_NTH, (self.until, STEP_LINES - 1)).fetchone()
        until = last if nth is None else min(nth[0], last)
        self._reach(until, (_INDEX, [(self.until, until)]))

    def _reach(self, until: int, step: Step) -> None:
        tasks = ("indexed", str(until)), ("index", RULES)
        transact(self._writer, step, (SAVE, [(TASK, *one) for one in tasks]))
        self.until = until
