"""Reading the SQLite file. Blocks."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterable
from heapq import nlargest
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from gchat.core.history import Query, Record, Reference, Search
from gchat.core.words import searchable
from gchat.journal.sqlite.schema import COLUMNS, MESSAGE, SPOKEN, TASK
from gchat.wire.names import casefold


class Reader:
    """What is kept, by a connection of its own, so that writing goes on meanwhile."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute("PRAGMA query_only = ON")
        connection.create_function("fold", 1, casefold, deterministic=True)

    def last(self) -> tuple[int, int]:
        """The id and the time (milliseconds) of what was stored last; 0 where there is nothing."""
        row = self._connection.execute("SELECT max(id), max(at) FROM entries").fetchone()
        return row[0] or 0, row[1] or 0

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def read(self, query: Query) -> list[Record]:
        after = self._bound(query.after, -1, query.place)
        before = self._bound(query.before, 1, query.place)
        wanted = _wanted(query)
        order = "DESC" if query.newest else "ASC"
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE place = ? AND id > ? AND id < ?"  # noqa: S608
            f" AND at >= ? AND {wanted} ORDER BY id {order} LIMIT ?",
            (query.place, after, before, query.since, *query.hidden, query.limit),
        )
        found = _read(rows)
        return found[::-1] if query.newest else found

    def around(self, query: Query, center: Reference) -> list[Record]:
        here = self._bound(center, 1, query.place)
        if not here:
            return []  # a message that is not known
        before = self.read(replace(query, before=center, limit=query.limit // 2))
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM entries WHERE place = ? AND id >= ? AND at >= ?"  # noqa: S608
            f" AND {_wanted(query)} ORDER BY id LIMIT ?",
            (query.place, here, query.since, *query.hidden, query.limit - len(before)),
        )
        return before + _read(rows)

    def targets(
        self,
        places: Iterable[tuple[str, int]],
        person: str,
        after: int,
        before: int,
        limit: int,
    ) -> list[Record]:
        found = []
        for place, since in [*places, *((one, 0) for one in self.conversations(person))]:
            last = self.read(Query(place, 1, since=since))
            found += [one for one in last if after < one.at < before]
        return sorted(found, key=lambda one: one.msgid)[:limit]  # several may be of one time

    def find(self, msgid: str) -> Record | None:
        sql = f"SELECT {COLUMNS} FROM entries WHERE msgid = ? AND kind IN {SPOKEN}"  # noqa: S608
        found = _read(self._connection.execute(sql, (msgid,)))
        return found[0] if found else None

    def state(self) -> list[tuple[str, str, str]]:
        """What was saved of the hub: kind, key, value, in the order of kind and key."""
        sql = "SELECT kind, key, value FROM state WHERE kind <> ? ORDER BY kind, key"
        return self._connection.execute(sql, (TASK,)).fetchall()

    def conversations(self, person: str) -> list[str]:
        sql = "SELECT place FROM participants WHERE person = ?"
        return [row[0] for row in self._connection.execute(sql, (person,))]

    def search(self, search: Search) -> list[Record]:
        if search.words:
            return self._search_words(search)
        # the newest of each place, by the indexes that begin with it, and of these the newest
        found: list[tuple[Any, ...]] = []
        where, values = _conditions(search)
        sql = (
            f"SELECT id, {COLUMNS} FROM entries WHERE place = ? AND id > ?"  # noqa: S608
            f" AND {where} ORDER BY id DESC LIMIT ?"
        )
        bounds: dict[int, int] = {}  # ids by times: rooms are few, and conversations have no start
        for place, since in search.places:
            earliest = max(since, search.after + 1)
            if earliest not in bounds:
                bounds[earliest] = self._bound(Reference(earliest - 1), -1, place)
            rows = self._connection.execute(sql, (place, bounds[earliest], *values, search.limit))
            found += rows
        newest = nlargest(search.limit, found, key=itemgetter(0))
        return _read(row[1:] for row in reversed(newest))

    def _search_words(self, search: Search) -> list[Record]:
        # as JSON: there may be thousands of conversations, and an expression can be only so deep
        places = "SELECT 1 FROM json_each(?) AS seen WHERE json_extract(seen.value, '$[0]') = place"
        where, values = _conditions(search)
        rows = self._connection.execute(
            f"SELECT {COLUMNS.replace('text', 'entries.text')}"  # noqa: S608
            " FROM words JOIN entries ON entries.id = words.rowid WHERE words MATCH ?"
            f" AND EXISTS ({places} AND at >= json_extract(seen.value, '$[1]')) AND at > ?"
            f" AND {where} ORDER BY words.rowid DESC LIMIT ?",
            (
                _match(search.words),
                json.dumps(search.places),
                search.after,
                *values,
                search.limit,
            ),
        )
        return _read(rows)[::-1]

    def _bound(self, reference: Reference | None, side: int, place: str) -> int:
        """The id that the wanted lines' ids are greater (side -1) or less (1) than. For a message
        that is not known, a bound that no line meets.
        """
        if reference is None:
            return 0 if side < 0 else sys.maxsize
        if reference.msgid:
            # an event may have several lines: this is the last of them (side -1) or the first
            order = "DESC" if side < 0 else "ASC"
            found = self._id(
                f"msgid = ? AND +place = ? ORDER BY id {order}", reference.msgid, place
            )
            return found or (sys.maxsize if side < 0 else 0)
        if side < 0:
            return self._id("at <= ? ORDER BY at DESC, id DESC", reference.at) or 0
        return self._id("at >= ? ORDER BY at, id", reference.at) or sys.maxsize

    def _id(self, where: str, *values: int | str) -> int | None:
        sql = f"SELECT id FROM entries WHERE {where} LIMIT 1"  # noqa: S608
        row = self._connection.execute(sql, values).fetchone()
        return int(row[0]) if row else None


def _conditions(search: Search) -> tuple[str, list[int | str]]:
    """The SQL condition for what is wanted, but for places, words and the earliest time; its
    parameters.
    """
    where, values = MESSAGE, list[int | str]()
    if search.before:
        where += " AND at < ?"
        values.append(search.before)
    if search.nick:
        # the index is by ASCII letters; other names are folded as nicknames are
        where += " AND " + (
            "nick = ? COLLATE NOCASE" if search.nick.isascii() else "fold(nick) = ?"
        )
        values.append(casefold(search.nick))
    return where, values


def _match(words: Iterable[str]) -> str:
    """Each in quotes: nothing that somebody looks for is an expression."""
    return " ".join('"' + searchable(word).replace('"', '""') + '"' for word in words)


def _wanted(query: Query) -> str:
    """The SQL condition for the kinds of lines; its parameters are the hidden kinds."""
    kinds = "1" if query.events else MESSAGE
    return f"{kinds} AND kind NOT IN ({', '.join('?' * len(query.hidden))})"


def _read(rows: Iterable[tuple[Any, ...]]) -> list[Record]:
    found = []
    for row in rows:
        tags = () if row[10] == "[]" else tuple((k, v) for k, v in json.loads(row[10]))
        columns: list[Any] = [*row[:10], tags, *row[11:]]
        found.append(Record(*columns))
    return found
