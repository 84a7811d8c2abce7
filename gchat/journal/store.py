"""The SQLite file: one writer, one reader, each with its own connection. Blocks."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from gchat.core.history import MESSAGES, Query, Record, Reference, Search, participants
from gchat.journal.schema import StoreError, check, migrate

FILE = "journal.sqlite"
LOCK = "journal.lock"
BUSY_SECONDS = 1.0  # to wait where another program has locked the file
Durability = Literal["fsync", "process"]
_SYNCHRONOUS: dict[Durability, str] = {"fsync": "FULL", "process": "NORMAL"}
_COLUMNS = "at, msgid, kind, place, uid, nick, source, target, text, arg, tags"
_INSERT = f"INSERT INTO entries (id, {_COLUMNS}) VALUES ({', '.join('?' * 12)})"  # noqa: S608
_INDEX = "INSERT INTO words (rowid, text) VALUES (?, ?)"
_PARTICIPANT = "INSERT OR IGNORE INTO participants (person, place) VALUES (?, ?)"
_MESSAGE = "kind IN ('PRIVMSG', 'NOTICE')"


class Store:
    """The file in a folder, which is made where there is none. Raises StoreError where it cannot be
    used, because of what it is or because another server has it.
    """

    def __init__(self, folder: Path, durability: Durability = "fsync") -> None:
        self.path = folder / FILE
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            # what people say is nobody else's to read
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be written: {error.strerror}. Choose another --data folder, or "
                "--memory to keep nothing."
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise StoreError(
                f"{folder} is in use by another server. Stop it, or choose another --data folder."
            ) from None
        try:
            self._writer = self._open(durability)
            self._reader = self._open(durability)
        except BaseException:
            os.close(self._lock)
            raise
        self._reader.execute("PRAGMA query_only = ON")
        row = self._reader.execute("SELECT max(id), max(at) FROM entries").fetchone()
        self._last = row[0] or 0  # id
        self.last_at: int = row[1] or 0  # milliseconds; what is stored from here on is not before

    def _open(self, durability: Durability) -> sqlite3.Connection:
        found = None
        try:
            # one thread at a time uses a connection, not always the same one
            found = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            check(found, self.path)
            found.execute("PRAGMA journal_mode = WAL")
            found.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
            migrate(found)
        except (sqlite3.Error, StoreError) as error:
            if found is not None:
                found.close()
            if isinstance(error, StoreError):
                raise
            raise StoreError(
                f"{self.path} cannot be used: {error}. It was not changed. Restore a backup, or "
                "choose another --data folder."
            ) from None
        return found

    def close(self) -> None:
        """Lets go of the file."""
        self._reader.close()
        self._writer.close()
        os.close(self._lock)

    # -- the writer

    def write(self, batch: Sequence[Record]) -> None:
        """Stores all of them, or (raising sqlite3.Error) none. When it returns they are durable."""
        first = self._last + 1
        rows = [
            (
                first + number,
                one.at,
                one.msgid,
                one.kind,
                one.place,
                one.uid,
                one.nick,
                one.source,
                one.target,
                one.text,
                one.arg,
                json.dumps(one.tags, ensure_ascii=False) if one.tags else "[]",
            )
            for number, one in enumerate(batch)
        ]
        words = [(first + n, one.text) for n, one in enumerate(batch) if one.kind in MESSAGES]
        people = {
            (someone, one.place)
            for one in batch
            if not one.place.startswith("#")
            for someone in participants(one.place)
        }
        self._transact((_INSERT, rows), (_INDEX, words), (_PARTICIPANT, sorted(people)))
        self._last += len(rows)

    def forget(self, ids: Sequence[int]) -> None:
        """Forgets these lines, all of them or (raising sqlite3.Error) none."""
        marks = f"({', '.join('?' * len(ids))})"
        self._transact(
            (
                "INSERT INTO words (words, rowid, text) SELECT 'delete', id, text FROM entries"  # noqa: S608
                f" WHERE id IN {marks} AND {_MESSAGE}",
                [ids],
            ),
            (f"DELETE FROM entries WHERE id IN {marks}", [ids]),  # noqa: S608
        )

    def before(self, at: int, limit: int) -> list[int]:
        """The ids of the first lines from before a time in milliseconds."""
        sql = "SELECT id FROM entries WHERE at < ? ORDER BY at, id LIMIT ?"
        return [row[0] for row in self._writer.execute(sql, (at, limit))]

    def place_after(self, place: str) -> str | None:
        """The next place in the order of their names."""
        sql = "SELECT place FROM entries WHERE place > ? ORDER BY place LIMIT 1"
        row = self._writer.execute(sql, (place,)).fetchone()
        return row[0] if row else None

    def over(self, place: str, most: int, limit: int) -> list[int]:
        """The ids of the first lines of a place that has more than `most`."""
        sql = "SELECT id FROM entries WHERE place = ? ORDER BY id DESC LIMIT 1 OFFSET ?"
        last = self._writer.execute(sql, (place, most)).fetchone()
        if last is None:
            return []
        sql = "SELECT id FROM entries WHERE place = ? AND id <= ? ORDER BY id LIMIT ?"
        return [row[0] for row in self._writer.execute(sql, (place, last[0], limit))]

    def _transact(self, *steps: tuple[str, Sequence[Sequence[Any]]]) -> None:
        writer = self._writer
        try:
            writer.execute("BEGIN IMMEDIATE")
            for sql, rows in steps:
                writer.executemany(sql, rows)
            writer.execute("COMMIT")
        except BaseException:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise

    # -- the reader

    def read(self, query: Query) -> list[Record]:
        """See Archive."""
        after, before = self._bound(query.after, -1), self._bound(query.before, 1)
        wanted = "1" if query.events else _MESSAGE
        order = "DESC" if query.newest else "ASC"
        rows = self._reader.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE place = ? AND id > ? AND id < ?"  # noqa: S608
            f" AND at >= ? AND {wanted} ORDER BY id {order} LIMIT ?",
            (query.place, after, before, query.since, query.limit),
        )
        found = _read(rows)
        return found[::-1] if query.newest else found

    def around(self, query: Query, center: Reference) -> list[Record]:
        """See Archive."""
        here = self._bound(center, 1)
        if not here:
            return []  # a message that is not known
        before = self.read(replace(query, before=center, limit=query.limit // 2))
        rows = self._reader.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE place = ? AND id >= ? AND at >= ?"  # noqa: S608
            f" AND {'1' if query.events else _MESSAGE} ORDER BY id LIMIT ?",
            (query.place, here, query.since, query.limit - len(before)),
        )
        return before + _read(rows)

    def targets(
        self, places: Iterable[str], person: str, after: int, before: int, limit: int
    ) -> list[Record]:
        """See Archive."""
        found = []
        for place in [*places, *self.conversations(person)]:
            last = self.read(Query(place, 1))
            found += [one for one in last if after < one.at < before]
        return sorted(found, key=lambda one: one.msgid)[:limit]  # several may be of one time

    def conversations(self, person: str) -> list[str]:
        """See Archive."""
        sql = "SELECT place FROM participants WHERE person = ?"
        return [row[0] for row in self._reader.execute(sql, (person,))]

    def search(self, search: Search) -> list[Record]:
        """See Archive."""
        if not search.places:
            return []
        visible = " OR ".join(["(place = ? AND at >= ?)"] * len(search.places))
        where = [_MESSAGE, f"({visible})"]
        values: list[int | str] = [value for pair in search.places for value in pair]
        for condition, value in (
            ("at > ?", search.after),
            ("at < ?", search.before),
            ("nick = ? COLLATE NOCASE", search.nick),
        ):
            if value:
                where.append(condition)
                values.append(value)
        source = "entries"
        if search.words:
            source = "words JOIN entries ON entries.id = words.rowid"
            where.append("words MATCH ?")
            # each in quotes: nothing that somebody looks for is an expression
            values.append(" ".join('"' + word.replace('"', '""') + '"' for word in search.words))
        columns = _COLUMNS.replace("text", "entries.text")
        rows = self._reader.execute(
            f"SELECT {columns} FROM {source} WHERE {' AND '.join(where)}"  # noqa: S608
            f" ORDER BY {'words.rowid' if search.words else 'id'} DESC LIMIT ?",
            (*values, search.limit),
        )
        return _read(rows)[::-1]

    def _bound(self, reference: Reference | None, side: int) -> int:
        """The id that the wanted lines are greater (side -1) or less (1) than. What is not known
        any more bounds everything out.
        """
        if reference is None:
            return 0 if side < 0 else sys.maxsize
        if reference.msgid:
            found = self._id("msgid = ? ORDER BY id DESC", reference.msgid)
            return found or (sys.maxsize if side < 0 else 0)
        if side < 0:
            return self._id("at <= ? ORDER BY at DESC, id DESC", reference.at) or 0
        return self._id("at >= ? ORDER BY at, id", reference.at) or sys.maxsize

    def _id(self, where: str, value: int | str) -> int | None:
        sql = f"SELECT id FROM entries WHERE {where} LIMIT 1"  # noqa: S608
        row = self._reader.execute(sql, (value,)).fetchone()
        return int(row[0]) if row else None


def _read(rows: Iterable[tuple[Any, ...]]) -> list[Record]:
    found = []
    for row in rows:
        tags = () if row[-1] == "[]" else tuple((k, v) for k, v in json.loads(row[-1]))
        columns: list[Any] = [*row[:-1], tags]
        found.append(Record(*columns))
    return found
