"""The SQLite file: one writer, one reader, each with its own connection. Blocks."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from gchat.core.history import MESSAGES, Record
from gchat.journal.schema import StoreError, check, migrate

FILE = "journal.sqlite"
LOCK = "journal.lock"
BUSY_SECONDS = 1.0  # to wait where another program has locked the file
Durability = Literal["fsync", "process"]
_SYNCHRONOUS: dict[Durability, str] = {"fsync": "FULL", "process": "NORMAL"}
_COLUMNS = "at, msgid, kind, place, uid, nick, source, target, text, tags"
_INSERT = f"INSERT INTO entries (id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_INDEX = "INSERT INTO words (rowid, text) VALUES (?, ?)"


class Store:
    """The file in a folder, which is made where there is none. Raises StoreError where it cannot be
    used, because of what it is or because another server has it.
    """

    def __init__(self, folder: Path, durability: Durability = "fsync") -> None:
        self.path = folder / FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be written: {error.strerror}. Choose another --data folder."
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
                self.path, BUSY_SECONDS, isolation_level=None, check_same_thread=False
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
                json.dumps(one.tags, ensure_ascii=False) if one.tags else "[]",
            )
            for number, one in enumerate(batch)
        ]
        words = [(first + n, one.text) for n, one in enumerate(batch) if one.kind in MESSAGES]
        writer = self._writer
        try:
            writer.execute("BEGIN IMMEDIATE")
            writer.executemany(_INSERT, rows)
            writer.executemany(_INDEX, words)
            writer.execute("COMMIT")
        except BaseException:
            if writer.in_transaction:
                writer.execute("ROLLBACK")
            raise
        self._last += len(rows)

    # -- the reader

    def latest(self, place: str, limit: int, *, since: int = 0) -> list[Record]:
        """The last messages of a place, the oldest first, none from before `since`
        (milliseconds).
        """
        rows = self._reader.execute(
            f"SELECT {_COLUMNS} FROM entries WHERE place = ? AND at >= ?"  # noqa: S608
            " AND kind IN ('PRIVMSG', 'NOTICE') ORDER BY id DESC LIMIT ?",
            (place, since, limit),
        )
        return _read(rows)[::-1]


def _read(rows: Iterable[tuple[Any, ...]]) -> list[Record]:
    found = []
    for *columns, tags in rows:
        pairs = () if tags == "[]" else tuple((k, v) for k, v in json.loads(tags))
        found.append(Record(*(*columns, pairs)))
    return found
