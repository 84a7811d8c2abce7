"""Compares the index of places with the lines. Blocks."""

from __future__ import annotations

import sqlite3

from gchat.journal.sqlite.places import BLOCK_LINES, HAS_SPEAKERS, RANGE, nick_key, reached
from gchat.journal.sqlite.schema import MESSAGE
from gchat.journal.sqlite.window import moment

STEP_LINES = 2500  # looked at in one step: meanwhile the write-ahead log cannot be emptied
_NTH_LINE = "SELECT id FROM entries WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?"
_MISSING = (
    "SELECT id FROM entries LEFT JOIN places ON name = place"
    " LEFT JOIN placed ON placed.number = places.number AND line = id"
    " WHERE id > ? AND id <= ? AND line IS NULL LIMIT 1"
)
# each nickname is made a key once: Python does that, and messages wait for it
_SILENT = (
    "WITH nicks AS MATERIALIZED (SELECT nick AS name, nick_key(nick) AS key"  # noqa: S608
    f" FROM (SELECT DISTINCT nick FROM entries WHERE {RANGE})),"
    " speakers AS MATERIALIZED (SELECT DISTINCT number, nick, id / ?3 AS block FROM entries"
    f" CROSS JOIN places ON places.name = place WHERE {RANGE} AND {HAS_SPEAKERS} AND {MESSAGE})"
    " SELECT 1 FROM speakers CROSS JOIN nicks ON nicks.name = speakers.nick"
    " WHERE NOT EXISTS (SELECT 1 FROM spoken WHERE spoken.number = speakers.number"
    " AND spoken.nick = key AND spoken.block = speakers.block) LIMIT 1"
)
_COUNTS = "SELECT (SELECT count(*) FROM placed), (SELECT count(*) FROM entries WHERE id <= ?)"


class Lookover:
    """First whether each line is in the index, then whether the index has no others. That somebody
    spoke in a block where they did not, costs who looks for them a look, and is not looked for.
    """

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._line: int | None = 0  # up to here all lines are in the index, `None` for all of them
        self.over = False
        file.create_function("nick_key", 1, nick_key, deterministic=True)

    def step(self) -> str:
        """Looks at the next lines; what is wrong with them, "" for nothing. Raises sqlite3.Error
        and ValueError.
        """
        with moment(self._file):
            until = reached(self._file)
            if self._line is not None:
                return self._lines(self._line, until)
            return self._others(until)

    def _lines(self, first: int, until: int) -> str:
        row = self._file.execute(_NTH_LINE, (first, STEP_LINES - 1)).fetchone()
        last = min(row[0], until) if row else until
        self._line = last if first < last < until else None
        if missing := self._file.execute(_MISSING, (first, last)).fetchone():
            return f"line {missing[0]} is not in it"
        if self._file.execute(_SILENT, (first, last, BLOCK_LINES)).fetchone():
            return f"somebody who spoke in lines {first + 1} to {last} is not in it"
        return ""

    def _others(self, until: int) -> str:
        self.over = True
        placed, lines = self._file.execute(_COUNTS, (until,)).fetchone()
        return f"it has {placed} lines instead of {lines}" if placed != lines else ""
