"""What is kept, as JSON Lines or as a copy of the file. Both while the server runs."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gchat.core.history import Record
from gchat.journal.sqlite.damage import DAMAGED
from gchat.journal.sqlite.places import TABLES
from gchat.journal.sqlite.rows import record
from gchat.journal.sqlite.schema import COLUMNS, COLUMNS_OF_1, TASK, StoreError, check
from gchat.journal.sqlite.store import FILE
from gchat.private import make_private

EXPORT_LINES = 1000  # that are read at once


def _open(folder: Path) -> sqlite3.Connection:
    """For reading only. Raises StoreError."""
    path = folder / FILE
    if not path.is_file():
        raise StoreError(f"{path} does not exist. Set --data to the data folder of the server.")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        check(connection, path)
    except DAMAGED as error:
        connection.close()
        raise StoreError(f"{path} cannot be read: {error}.") from None
    except StoreError:
        connection.close()
        raise
    return connection


def _has(connection: sqlite3.Connection, table: str) -> bool:
    """Whether the file has a table: one that no new server was started on has not all of them."""
    sql = "SELECT 1 FROM sqlite_master WHERE name = ?"
    return connection.execute(sql, (table,)).fetchone() is not None


def _last(connection: sqlite3.Connection) -> int:
    return connection.execute("SELECT max(id) FROM entries").fetchone()[0] or 0


def _rows(connection: sqlite3.Connection, columns: str, last: int) -> Iterator[tuple[Any, ...]]:
    """All rows up to the id `last`, with their ids, read EXPORT_LINES at a time: during a long read
    the server could not checkpoint its write-ahead log, which would grow until the end.
    """
    query = f"SELECT id, {columns} FROM entries WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608
    at = 0
    rows: list[tuple[Any, ...]] = [()]
    while rows:
        rows = connection.execute(query, (at, last, EXPORT_LINES)).fetchall()
        yield from rows
        at = rows[-1][0] if rows else at


def export(folder: Path) -> Iterator[str]:
    """A JSON object for each line that is kept, in the order in which they were shown: time (UTC),
    msgid, kind (the IRC command), room (or null), nick, source, target, text, and where there are
    any arg and tags. Raises StoreError.
    """
    path = folder / FILE
    with closing(_open(folder)) as connection:
        try:
            columns = COLUMNS if _has(connection, "state") else f"{COLUMNS_OF_1}, '', ''"
            for row in _rows(connection, columns, _last(connection)):
                yield _exported(record(row[1:], {}))
        except DAMAGED as error:
            raise StoreError(
                f"{path} is damaged: {error}. What is before the damage was exported."
            ) from None


def _exported(line: Record) -> str:
    moment = datetime.fromtimestamp(line.at // 1000, UTC)
    found: dict[str, object] = {
        "time": f"{moment:%Y-%m-%dT%H:%M:%S}.{line.at % 1000:03}Z",
        "msgid": line.msgid,
        "kind": line.kind,
        "room": line.place if line.place.startswith("#") else None,
        "nick": line.nick,
        "source": line.source,
        "target": line.target,
        "text": line.text,
    }
    if line.arg:
        found["arg"] = line.arg
    if line.tags:
        found["tags"] = dict(line.tags)
    return json.dumps(found, ensure_ascii=False)


def backup(folder: Path, target: Path) -> None:
    """A file to start from, with everything as it is at one moment, but for what is deleted while
    it is written. The indexes are made anew when a server is started on it. Raises
    StoreError.
    """
    if target.exists():
        raise StoreError(f"{target} already exists. Choose another name.")
    with closing(_open(folder)) as source:
        try:
            target.parent.mkdir(0o700, parents=True, exist_ok=True)
            os.close(make_private(target))  # what people say is nobody else's to read
        except OSError as error:
            raise StoreError(f"{target} cannot be written: {error.strerror}.") from None
        try:
            with closing(sqlite3.connect(target, isolation_level=None)) as copy:
                _copy(source, copy)
            _sync(target)
        except (OSError, *DAMAGED) as error:
            target.unlink(missing_ok=True)
            raise StoreError(f"{target} cannot be written: {error}.") from None


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    """Everything but messages is read at once, and these EXPORT_LINES at a time: see `_rows`."""
    copy.execute("BEGIN")
    source.execute("BEGIN")
    for name in ("application_id", "user_version"):
        copy.execute(f"PRAGMA {name} = {source.execute(f'PRAGMA {name}').fetchone()[0]}")
    # the indexes of words and places are made anew by who starts on the copy; a file of an older
    # version has one virtual table for the words, which makes its own tables
    for name, sql in source.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL"):
        if name == "words" or not (name.startswith("words") or name in TABLES):
            copy.execute(sql)
    _insert(copy, "participants", source.execute("SELECT * FROM participants"))
    if _has(source, "runs"):
        _insert(copy, "runs", source.execute("SELECT * FROM runs"))
    if _has(source, "state"):
        others = (
            "SELECT * FROM state WHERE NOT (kind = ? AND key IN ('index', 'indexed', 'placed'))"
        )
        _insert(copy, "state", source.execute(others, (TASK,)))
    if _has(source, "checkpoint"):
        _insert(copy, "checkpoint", source.execute("SELECT * FROM checkpoint"))
    last = _last(source)
    source.execute("COMMIT")
    columns = [row[1] for row in source.execute("PRAGMA table_info(entries)") if row[1] != "id"]
    _insert(copy, "entries", _rows(source, ", ".join(columns), last))
    copy.execute("COMMIT")


def _insert(copy: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    columns = len(copy.execute(f"PRAGMA table_info({table})").fetchall())
    marks = ", ".join("?" * columns)
    copy.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
