"""Reading the SQLite file. Blocks."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Generator, Iterable, Mapping, Sequence
from heapq import nlargest
from itertools import islice
from operator import itemgetter
from time import perf_counter
from typing import Any, TypeVar

from msgspec.structs import replace

from gchat.core.history import Query, Record, Reference, Search
from gchat.core.words import phrases
from gchat.journal.sqlite.index import tables
from gchat.journal.sqlite.order import first_since
from gchat.journal.sqlite.rows import ids_of, record
from gchat.journal.sqlite.schema import COLUMNS, MESSAGE, SPOKEN, TASK
from gchat.journal.sqlite.window import STEP_LINES, Rows, Tail, Window
from gchat.wire.names import casefold

T = TypeVar("T")
Steps = Generator[None, None, T]

STEP_PLACES = 100
STEP_SECONDS = 0.005  # then a search by places lets others have their turn
AT, PLACE = 1, 4  # of a row of the id and COLUMNS
STEP_MATCHES = 500  # that have the words looked for, and are looked at
TABLE_MATCHES = 8  # to look for words in a table takes as long as to look at so many matches


def whole(steps: Steps[T]) -> T:
    """The answer, all steps at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            answer: T = end.value
            return answer


class Reader:
    """What is kept, by a connection of its own, so that writing goes on meanwhile."""

    def __init__(self, connection: sqlite3.Connection, runs: Mapping[str, str]) -> None:
        """`runs`: the `boot` of each short name, see rows.py."""
        self._connection = connection
        self._runs = runs
        connection.execute("PRAGMA query_only = ON")
        connection.create_function("fold", 1, casefold, deterministic=True)
        self._tail = Tail(connection)

    def last(self) -> tuple[int, int]:
        """The id and the time (milliseconds) of what was stored last; 0 where there is nothing."""
        sql = "SELECT id, at FROM entries ORDER BY id DESC LIMIT 1"
        return self._connection.execute(sql).fetchone() or (0, 0)

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    # These questions are answered in steps of some milliseconds, so that those of others have their
    # turn in between. `whole` runs all steps at once.

    def read(self, query: Query) -> Steps[list[Record]]:
        after = self._bound(query.after, -1, query.place)
        before = self._bound(query.before, 1, query.place)
        return (yield from self._lines(query, after, before, query.limit))

    def around(self, query: Query, center: Reference) -> Steps[list[Record]]:
        here = self._bound(center, 1, query.place)
        if not here:
            return []  # a message that is not known
        half = replace(query, newest=True)
        before = yield from self._lines(half, 0, here, query.limit // 2)
        half, rest = replace(query, newest=False), query.limit - len(before)
        after = yield from self._lines(half, here - 1, sys.maxsize, rest)
        return before + after

    def _lines(self, query: Query, after: int, before: int, limit: int) -> Steps[list[Record]]:
        """Lines between two ids, both excluded. Any number of them may not be wanted: one step
        looks at a window.
        """
        found: list[Record] = []
        values: list[int | str] = [query.since, *query.hidden]
        lines = self._window(query.place, after, before, f"at >= ? AND {_wanted(query)}", values)
        lines.newest = query.newest
        window = min(4 * limit, STEP_LINES)
        while len(found) < limit:
            rows = lines.rows(limit - len(found), window)
            found += self._records(row[1:] for row in rows)
            if lines.over:
                break
            if query.since and window < STEP_LINES:  # what is older has not to be looked at
                first = first_since(self._connection, query.since)
                lines.after = max(lines.after, (first or sys.maxsize) - 1)
            window = STEP_LINES
            yield
        return found[::-1] if query.newest else found

    def _window(
        self, place: str, after: int, before: int, where: str, values: Sequence[int | str]
    ) -> Window:
        return Window(self._connection, self._tail, place, after, before, where, values)

    def targets(
        self,
        places: Iterable[tuple[str, int]],
        person: str,
        after: int,
        before: int,
        limit: int,
    ) -> Steps[list[Record]]:
        found = []
        conversations = [(one, 0) for one in self.conversations(person)]
        for number, (place, since) in enumerate([*places, *conversations], 1):
            last = yield from self.read(Query(place, 1, since=since))
            found += [one for one in last if after < one.at < before]
            if number % STEP_PLACES == 0:
                yield
        return sorted(found, key=lambda one: one.msgid)[:limit]  # several may be of one time

    def find(self, msgid: str) -> Record | None:
        ids = self._ids(msgid)
        sql = f"SELECT {COLUMNS} FROM entries WHERE id = ? AND kind IN {SPOKEN}"  # noqa: S608
        found = (self._connection.execute(sql, (one,)).fetchone() for one in ids)
        return next((record(row, self._runs) for row in found if row), None)

    def state(self) -> list[tuple[str, str, str]]:
        """What was saved of the hub: kind, key, value, in the order of kind and key."""
        sql = "SELECT kind, key, value FROM state WHERE kind <> ? ORDER BY kind, key"
        return self._connection.execute(sql, (TASK,)).fetchall()

    def conversations(self, person: str) -> list[str]:
        sql = "SELECT place FROM participants WHERE person = ?"
        return [row[0] for row in self._connection.execute(sql, (person,))]

    def search(self, search: Search) -> Steps[list[Record]]:
        steps = self._search_words if search.words else self._search_places
        found = yield from steps(search)
        newest = nlargest(search.limit, found, key=itemgetter(0))
        return self._records(row[1:] for row in reversed(newest))

    def _search_places(self, search: Search) -> Steps[Rows]:
        """The newest of each place."""
        found: Rows = []
        where, values = _conditions(search)
        before = self._bound(Reference(search.before), 1, "") if search.before else sys.maxsize
        bounds: dict[int, int] = {}  # ids by times: rooms are few, and conversations have no start
        ends = perf_counter() + STEP_SECONDS
        for place, since in search.places:
            earliest = max(since, search.after + 1)
            if earliest not in bounds:
                bounds[earliest] = self._bound(Reference(earliest - 1), -1, place)
            lines = self._window(place, bounds[earliest], before, where, values)
            lines.nick = search.nick
            left, window = search.limit, STEP_LINES if search.nick else 4 * search.limit
            while left and not lines.over:
                rows = lines.rows(left, window)
                found += rows
                left, window = left - len(rows), STEP_LINES
                # hundreds of conversations may have thousands of lines each
                if perf_counter() > ends:
                    yield
                    ends = perf_counter() + STEP_SECONDS
        return found

    def _search_words(self, search: Search) -> Steps[Rows]:
        """The newest that have the words, a number of them in a step."""
        found: Rows = []
        match, below = _match(search.words), sys.maxsize
        where, values = _conditions(search)
        if search.nick:
            where += " AND fold(nick) = ?"
            values.append(casefold(search.nick))
        sql = (
            f"SELECT id, {COLUMNS} FROM entries WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
            f" AND at > ? AND {where} ORDER BY id DESC"
        )
        seen = dict(search.places)
        looked_at = 0  # matches in this step
        for table in tables(self._connection) if match and search.places else ():
            full = True
            while full:
                hits = self._hits(table, match, below)
                parts = json.dumps(hits), search.after, *values
                # there may be thousands of conversations: SQLite would look through all for each
                found += islice(
                    (
                        row
                        for row in self._connection.execute(sql, parts)
                        if row[AT] >= seen.get(row[PLACE], sys.maxsize)
                    ),
                    search.limit - len(found),
                )
                if len(found) == search.limit:
                    return found
                if full := len(hits) == STEP_MATCHES:
                    below = hits[-1]
                looked_at += len(hits) + TABLE_MATCHES
                if looked_at >= STEP_MATCHES:
                    looked_at = 0
                    yield
        return found

    def _hits(self, table: str, match: str, below: int) -> list[int]:
        """The last lines that have the words, of those in one table and below an id."""
        sql = (
            f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid < ?"  # noqa: S608
            " ORDER BY rowid DESC LIMIT ?"
        )
        try:
            return [row[0] for row in self._connection.execute(sql, (match, below, STEP_MATCHES))]
        except sqlite3.OperationalError:
            if table in tables(self._connection):
                raise
            return []  # meanwhile all of its lines were deleted, and the table with them

    def _bound(self, reference: Reference | None, side: int, place: str) -> int:
        """The id that the wanted lines' ids are greater (side -1) or less (1) than. For a message
        that is not known, a bound that no line meets.
        """
        if reference is None:
            return 0 if side < 0 else sys.maxsize
        if reference.msgid:
            # an event may have several lines: this is the last of them (side -1) or the first
            found = self._ids(reference.msgid, place)
            if not found:
                return sys.maxsize if side < 0 else 0
            return found[-1] if side < 0 else found[0]
        if side < 0:
            return (first_since(self._connection, reference.at + 1) or sys.maxsize) - 1
        return first_since(self._connection, reference.at) or sys.maxsize

    def _ids(self, msgid: str, place: str = "") -> list[int]:
        return ids_of(self._connection, msgid, place)

    def _records(self, rows: Iterable[tuple[Any, ...]]) -> list[Record]:
        return [record(row, self._runs) for row in rows]


def _conditions(search: Search) -> tuple[str, list[int | str]]:
    """The SQL condition for what is wanted, but for places, words, nickname and the earliest time;
    its parameters.
    """
    where, values = MESSAGE, list[int | str]()
    if search.before:
        where += " AND at < ?"
        values.append(search.before)
    return where, values


def _match(words: Iterable[str]) -> str:
    """Each in quotes: nothing that somebody looks for is an expression. "" where there is none."""
    return " ".join(f'"{" ".join(phrase)}"' for phrase in phrases(words))


def _wanted(query: Query) -> str:
    """The SQL condition for the kinds of lines; its parameters are the hidden kinds."""
    kinds = "1" if query.events else MESSAGE
    return f"{kinds} AND kind NOT IN ({', '.join('?' * len(query.hidden))})"
