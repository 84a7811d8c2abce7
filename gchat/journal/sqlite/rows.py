"""A line of the past as a row of the file, and back. What other columns tell is not written again:
it would be a third of the file.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from gchat.core.history import Record
from gchat.journal.sqlite.order import TIME_DIGITS, ids_at, time_of
from gchat.journal.sqlite.schema import COLUMNS, SHORT_KINDS

INSERT = f"INSERT INTO entries (id, {COLUMNS}) VALUES ({', '.join('?' * 14)})"  # noqa: S608
WITHIN_DIGITS = 4  # hexadecimal, of a msgid: the number within its millisecond
WHOLE_KINDS = {short: kind for kind, short in SHORT_KINDS.items()}
_TYPES = (int, str, str, str, int, str, str, str, str, str, str, str, str)
_END_OF_TIME = 253_402_300_800_000  # milliseconds, of the years that can be written
SAME = "="  # a target that is the place; no name is written like that


def written(number: int, line: Record, run: str) -> tuple[Any, ...]:
    """The values for INSERT. `run` is the short name of the line's `boot`."""
    msgid, source = line.msgid, line.source
    if msgid == whole_msgid(line.at, short := short_msgid(msgid)):
        msgid = short
    if source.startswith(f"{line.nick}!"):
        source = source[len(line.nick) :]
    return (
        number,
        line.at,
        msgid,
        SHORT_KINDS.get(line.kind, line.kind),
        line.place,
        line.uid,
        line.nick,
        source,
        SAME if line.target == line.place else line.target,
        line.text,
        line.arg,
        json.dumps(line.tags, ensure_ascii=False) if line.tags else "",
        line.account,
        run,
    )


def ids_of(connection: sqlite3.Connection, msgid: str, place: str = "") -> list[int]:
    """The ids of an event's lines, those in one place only, in their order."""
    at = time_of(msgid)
    if at is None:
        return []
    sql = "SELECT id FROM entries WHERE id >= ? AND id < ? AND msgid IN (?, ?)"
    values: tuple[int | str, ...] = (*ids_at(connection, at), short_msgid(msgid), msgid)
    if place:
        sql, values = f"{sql} AND place = ?", (*values, place)
    return [row[0] for row in connection.execute(f"{sql} ORDER BY id", values)]


def short_msgid(msgid: str) -> str:
    """A msgid without the time that it begins with."""
    return msgid[TIME_DIGITS:]


def whole_msgid(at: int, msgid: str) -> str:
    """The inverse of `short_msgid`; a msgid that is whole is left as it is."""
    return f"{at:0{TIME_DIGITS}x}{msgid}" if len(msgid) == WITHIN_DIGITS else msgid


def record(row: tuple[Any, ...], runs: Mapping[str, str]) -> Record:
    """The line of a row of COLUMNS. `runs`: the `boot` of each short name. Raises sqlite3.Error for
    one that no server has written.
    """
    at, msgid, kind, place, uid, nick, source, target, text, arg, tags, account, run = row
    if tuple(map(type, row)) != _TYPES or not 0 <= at < _END_OF_TIME:
        raise sqlite3.DatabaseError("a line is damaged")
    return Record(
        at,
        whole_msgid(at, msgid),
        WHOLE_KINDS.get(kind, kind),
        place,
        uid,
        nick,
        nick + source if source[:1] == "!" else source,
        place if target == SAME else target,
        text,
        arg,
        () if tags in ("", "[]") else _tags(tags),
        account,
        runs.get(run, run),
    )


def _tags(text: str) -> tuple[tuple[str, str], ...]:
    try:
        found = tuple((key, value) for key, value in json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise sqlite3.DatabaseError("the tags of a line are damaged") from None
    if not all(isinstance(part, str) for tag in found for part in tag):
        raise sqlite3.DatabaseError("the tags of a line are damaged")
    return found
