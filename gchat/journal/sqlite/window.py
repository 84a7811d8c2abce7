"""A place's lines between two ids, read a window at a time. Blocks.

The last lines are not in the index of places yet (places.py), and are looked through one by one.
Each window is read at one moment: meanwhile the index goes on, and lines are deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gchat.core.history import is_conversation
from gchat.journal.sqlite.places import BLOCK_LINES, nick_key, reached
from gchat.journal.sqlite.schema import COLUMNS
from gchat.wire.names import casefold

Rows = list[tuple[Any, ...]]

STEP_LINES = 5000  # looked through at once
_NUMBER = "SELECT number FROM places WHERE name = ?"
_BLOCKS = (
    "SELECT block FROM spoken WHERE number = ? AND nick = ? AND block >= ? AND block <= ?"
    " ORDER BY block DESC LIMIT ?"
)


@contextmanager
def moment(connection: sqlite3.Connection) -> Iterator[None]:
    """What is read in it is as it was at one moment."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


class Tail:
    """In which places the lines are that are not in the index yet: of thousands that somebody asks
    for, few are. What is known of them is kept from one question to the next.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._until = self._seen = -1
        self._places: set[str] = set()

    def may_have(self, place: str, until: int) -> bool:
        """Whether to look there for lines of a place; the index has those up to the id `until`."""
        if until != self._until:
            self._until = self._seen = until
            self._places = set()
        sql = "SELECT id, place FROM entries WHERE id > ? ORDER BY id LIMIT ?"
        new = self._connection.execute(sql, (self._seen, STEP_LINES)).fetchall()
        if len(new) == STEP_LINES:
            return True  # the index is being made: to look is cheaper
        if new:
            self._seen = new[-1][0]
            self._places.update(one for _, one in new)
        return place in self._places


@dataclass(slots=True)
class Window:
    """Goes through the lines of a place whose ids are between `after` and `before` (both excluded),
    from the newest to the oldest or the other way. Only those are wanted that the SQL condition
    `where` says, whose parameters are `values`, and that are of somebody with the nickname, whose
    lines are read from the newest on.
    """

    connection: sqlite3.Connection
    tail: Tail
    place: str
    after: int
    before: int
    where: str
    values: Sequence[int | str]
    newest: bool = True
    nick: str = ""

    @property
    def over(self) -> bool:
        """Whether everything was looked at."""
        return self.before - self.after <= 1

    def rows(self, limit: int, window: int) -> Rows:
        """The next wanted ones, at most `limit`, each with its id and COLUMNS; of at most `window`
        lines that are looked at. If there are `limit`, the rest of the window is not to be asked
        for any more.
        """
        found: Rows = []
        with moment(self.connection):
            until = reached(self.connection)
            parts = (
                (self._unplaced, self._placed) if self.newest else (self._placed, self._unplaced)
            )
            for part in parts:
                looked = 0
                if window > 0 and not self.over and len(found) < limit:
                    rows, looked = part(until, limit - len(found), window)
                    found += rows
                window -= looked
        return found

    def _unplaced(self, until: int, limit: int, window: int) -> tuple[Rows, int]:
        """Of the lines that are not in the index; and how many were looked at."""
        low = max(self.after, until)
        if self.before - low <= 1:
            return [], 0
        if not self.tail.may_have(self.place, until):
            self._pass(low, self.before)
            return [], 0
        order = "DESC" if self.newest else "ASC"
        sql = f"SELECT id FROM entries WHERE id > ? AND id < ? ORDER BY id {order} LIMIT 1 OFFSET ?"  # noqa: S608
        end = self.connection.execute(sql, (low, self.before, window - 1)).fetchone()
        low, high = self._cut(low, self.before, end)
        by, nicks = _by(self.nick)
        sql = (
            f"SELECT id, {COLUMNS} FROM entries WHERE id > ? AND id < ? AND place = ?"  # noqa: S608
            f" AND {self.where}{by} ORDER BY id {order} LIMIT ?"
        )
        values = low, high, self.place, *self.values, *nicks, limit
        rows = self.connection.execute(sql, values).fetchall()
        self._pass(low, high)
        return rows, window if end else 1

    def _placed(self, until: int, limit: int, window: int) -> tuple[Rows, int]:
        """Of the lines in the index; and how many were looked at."""
        low, high = self.after, min(self.before, until + 1)
        if high - low <= 1 or (self.newest and high < self.before):
            return [], 0
        row = self.connection.execute(_NUMBER, (self.place,)).fetchone()
        if row is None:
            self._pass(low, high)
            return [], 0
        (number,) = row
        if self.nick and not is_conversation(self.place):
            return self._spoken(number, limit, window)
        order = "DESC" if self.newest else "ASC"
        sql = (
            "SELECT line FROM placed WHERE number = ? AND line > ? AND line < ?"  # noqa: S608
            f" ORDER BY line {order} LIMIT 1 OFFSET ?"
        )
        end = self.connection.execute(sql, (number, low, high, window - 1)).fetchone()
        low, high = self._cut(low, high, end)
        rows = self._lines(number, low, high, limit)
        self._pass(low, high)
        return rows, window if end else 1

    def _spoken(self, number: int, limit: int, window: int) -> tuple[Rows, int]:
        """Of the blocks of lines in which somebody spoke."""
        most = max(1, window // BLOCK_LINES)
        values = (self.after + 1) // BLOCK_LINES, (self.before - 1) // BLOCK_LINES, most
        key = nick_key(self.nick)
        blocks = self.connection.execute(_BLOCKS, (number, key, *values)).fetchall()
        found: Rows = []
        for (block,) in blocks:
            low = max(self.after, block * BLOCK_LINES - 1)
            high = min(self.before, (block + 1) * BLOCK_LINES)
            found += self._lines(number, low, high, limit - len(found))
            self.before = low + 1
            if len(found) == limit:
                break
        if len(blocks) < most:
            self._pass(self.after, self.before)
        return found, window

    def _lines(self, number: int, low: int, high: int, limit: int) -> Rows:
        by, nicks = _by(self.nick)
        sql = (
            f"SELECT id, {COLUMNS} FROM placed CROSS JOIN entries ON id = line"  # noqa: S608
            f" WHERE number = ? AND line > ? AND line < ? AND {self.where}{by}"
            f" ORDER BY line {'DESC' if self.newest else 'ASC'} LIMIT ?"
        )
        values = number, low, high, *self.values, *nicks, limit
        return self.connection.execute(sql, values).fetchall()

    def _cut(self, low: int, high: int, end: tuple[int] | None) -> tuple[int, int]:
        """The part of a range of ids that is looked at: up to that of the last line, if given."""
        if end is None:
            return low, high
        return (end[0] - 1, high) if self.newest else (low, end[0] + 1)

    def _pass(self, low: int, high: int) -> None:
        """What is between these two, both excluded, was looked at."""
        if self.newest:
            self.before = low + 1
        else:
            self.after = high - 1


def _by(nick: str) -> tuple[str, list[str]]:
    """The SQL condition for a nickname, "" for everybody's; its parameters."""
    if not nick:
        return "", []
    folded = casefold(nick)
    # ASCII letters are compared by SQLite itself, which is quicker
    return (" AND nick = ? COLLATE NOCASE" if folded.isascii() else " AND fold(nick) = ?"), [folded]
