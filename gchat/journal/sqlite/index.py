"""The index of words in the SQLite file. Blocks.

SQLite takes words out of such an index only by writing it anew. So each SHARD_LINES ids have a
table of their own: to be rid of the words of one message, one of them is rewritten and not all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from itertools import groupby

from gchat.core.words import RULES, searchable
from gchat.journal.sqlite.schema import MESSAGE, TASK
from gchat.journal.sqlite.transaction import SAVE, Step, saved_task, transact

STEP_LINES = 400  # in one transaction
SHARD_LINES = 32_768  # ids whose words are in one table
TIDY_PAGES = 32  # written anew in one step
AGAIN_MS = 60_000  # at the earliest, a table is written anew after it was
_PREFIX = "words"
_MAKE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS {0} USING fts5 (text, content = '', columnsize = 0,"
    " tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* M*'\")"
)
_TABLES = (
    "SELECT name FROM sqlite_master WHERE name GLOB 'words[0-9]*' AND sql LIKE 'CREATE VIRTUAL%'"
)
# Of ASCII the tokenizer finds the same words itself, and much faster than by way of Python.
_WORDS = "CASE WHEN length(text) = length(CAST(text AS BLOB)) THEN text ELSE searchable(text) END"
_TAKE_OUT = (
    f"INSERT INTO {{0}} ({{0}}, rowid, text) SELECT 'delete', id, {_WORDS} FROM entries"  # noqa: S608
    f" WHERE id = ? AND {MESSAGE}"
)
_INDEX = (
    f"INSERT INTO {{0}} (rowid, text) SELECT id, {_WORDS} FROM entries"  # noqa: S608
    f" WHERE id > ? AND id <= ? AND {MESSAGE}"
)
_NEXT = "SELECT id FROM entries WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?"
_FIRST = "SELECT 1 FROM entries WHERE id >= ? AND id < ? LIMIT 1"
# A task "stale N" says that lines were taken out of table N. Its value is the time from which on it
# is to be written anew, or that this is being done: from the start again, if more was taken out.
_STALE, _ON, _ON_AND_AGAIN = "stale ", "-1", "-2"
_MARK = (
    f"INSERT INTO state (kind, key, value) VALUES ('{TASK}', ?, ?)"  # noqa: S608
    f" ON CONFLICT (kind, key) DO UPDATE SET value = CASE WHEN value < '0' THEN '{_ON_AND_AGAIN}'"
    " ELSE min(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER)) END"
)
_DUE = (
    f"SELECT key, value FROM state WHERE kind = '{TASK}' AND key GLOB '{_STALE}*'"  # noqa: S608
    " AND CAST(value AS INTEGER) <= ? ORDER BY CAST(value AS INTEGER) LIMIT 1"
)
_DONE = f"DELETE FROM state WHERE kind = '{TASK}' AND key = ?"  # noqa: S608
_NONE_STALE = f"DELETE FROM state WHERE kind = '{TASK}' AND key GLOB '{_STALE}*'"  # noqa: S608


def _made_by() -> str:
    """What the whole index depends on."""
    return f"{RULES}, {SHARD_LINES} lines"


def tables(connection: sqlite3.Connection) -> list[str]:
    """The tables of the index, that of the newest lines first."""
    found = [row[0] for row in connection.execute(_TABLES)]
    return sorted(found, key=lambda name: int(name.removeprefix(_PREFIX)), reverse=True)


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
        if saved_task(writer, "index") != _made_by():
            for name in tables(writer):
                writer.execute(f"DROP TABLE {name}")
            self._reach(0, (_NONE_STALE, [()]))
        self._tables = set(tables(writer))

    def step(self, last: int) -> None:
        """Takes in the next lines, at most STEP_LINES, none after the id `last`."""
        if last <= self.until:
            return  # another one has been faster
        first = self._next(0)
        if first is None or first > last:
            self._reach(last)
            return
        shard = first // SHARD_LINES
        end = min(last, (shard + 1) * SHARD_LINES - 1)
        nth = self._next(STEP_LINES - 1)
        until = end if nth is None else min(nth, end)
        name = f"{_PREFIX}{shard}"
        if name not in self._tables:
            self._writer.execute(_MAKE.format(name))
            self._tables.add(name)
        self._reach(until, (_INDEX.format(name), [(self.until, until)]))

    def _next(self, offset: int) -> int | None:
        row = self._writer.execute(_NEXT, (self.until, offset)).fetchone()
        return row[0] if row else None

    def _reach(self, until: int, *steps: Step) -> None:
        tasks = ("indexed", str(until)), ("index", _made_by())
        transact(self._writer, *steps, (SAVE, [(TASK, *one) for one in tasks]))
        self.until = until

    def without(self, ids: Iterable[int], due: int = 0) -> list[Step]:
        """The steps that take lines out, before they are deleted: they are found no more at once,
        and their words are gone from the file when `tidy` has done what is due at `due`.
        """
        steps: list[Step] = []
        indexed = sorted(one for one in ids if one <= self.until)
        for shard, lines in groupby(indexed, lambda one: one // SHARD_LINES):
            name = f"{_PREFIX}{shard}"
            if name in self._tables:
                steps.append((_TAKE_OUT.format(name), [(one,) for one in lines]))
                steps.append((_MARK, [(f"{_STALE}{shard}", str(due))]))
        return steps

    def _is_over(self, shard: int) -> bool:
        """Whether a table has no lines, and is to have none."""
        low, high = shard * SHARD_LINES, (shard + 1) * SHARD_LINES
        return high <= self.until and not self._writer.execute(_FIRST, (low, high)).fetchone()

    def tidy(self, now: int) -> bool:
        """One step of writing anew what is due at `now` (milliseconds); whether nothing is."""
        writer = self._writer
        row = writer.execute(_DUE, (now,)).fetchone()
        if row is None:
            return True
        key, value = row
        shard = int(key.removeprefix(_STALE))
        name = f"{_PREFIX}{shard}"
        if name in self._tables and self._is_over(shard):
            writer.execute(f"DROP TABLE {name}")
            self._tables.remove(name)
        if name not in self._tables:
            writer.execute(_DONE, (key,))
            return False
        # https://sqlite.org/fts5.html#the_merge_command: negative for the first step, then on until
        # a step changes nothing
        begun = value in (_ON, _ON_AND_AGAIN)
        before = writer.total_changes
        merge = f"INSERT INTO {name} ({name}, rank) VALUES ('merge', ?)"  # noqa: S608
        writer.execute(merge, (TIDY_PAGES if begun else -TIDY_PAGES,))
        if not begun:
            writer.execute(SAVE, (TASK, key, _ON))
        elif writer.total_changes - before < 2:
            if value == _ON:
                writer.execute(_DONE, (key,))
            else:
                writer.execute(SAVE, (TASK, key, str(now + AGAIN_MS)))
        return False
