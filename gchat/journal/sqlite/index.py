"""The index of words in the SQLite file. Blocks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from gchat.core.words import RULES, searchable
from gchat.journal.sqlite.schema import MESSAGE, TASK

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
_SAVED = "SELECT value FROM state WHERE kind = ? AND key = ?"
_SAVE = "INSERT OR REPLACE INTO state (kind, key, value) VALUES (?, ?, ?)"


class WordIndex:
    """It is behind what is stored, and catches up step by step. An index that was made by other
    rules is emptied when it is opened. Raises sqlite3.Error everywhere.
    """

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer
        writer.create_function("searchable", 1, searchable, deterministic=True)
        self.until = int(self._saved("indexed") or 0)  # the id of the last line that was looked at
        if self._saved("index") != RULES:
            self._transact(("INSERT INTO words (words) VALUES ('delete-all')", ()), until=0)

    def step(self, last: int) -> None:
        """Takes in the next lines, at most STEP_LINES, none after the id `last`."""
        if last <= self.until:
            return  # another one has been faster
        nth = self._writer.execute(_NTH, (self.until, STEP_LINES - 1)).fetchone()
        until = last if nth is None else min(nth[0], last)
        self._transact((_INDEX, (self.until, until)), until=until)

    def kept_last(self) -> tuple[int, int]:
        """Id and time of the last line when something was deleted last."""
        last, _, at = (self._saved("last") or "0 0").partition(" ")
        return int(last), int(at)

    def _saved(self, key: str) -> str | None:
        row = self._writer.execute(_SAVED, (TASK, key)).fetchone()
        return row[0] if row else None

    def _transact(self, *steps: tuple[str, Sequence[object]], until: int) -> None:
        writer = self._writer
        try:
            writer.execute("BEGIN IMMEDIATE")
            for sql, values in steps:
                writer.execute(sql, values)
            writer.execute(_SAVE, (TASK, "indexed", str(until)))
            writer.execute(_SAVE, (TASK, "index", RULES))
            writer.execute("COMMIT")
        except BaseException:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise
        self.until = until
