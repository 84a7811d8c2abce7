"""The index of places in the SQLite file: which lines each has, and who spoke there. Blocks.

Each line of a batch is of another place and another person, so an index that is written with it
changes a page for each of them. So this one is behind what is stored, and takes in many lines at
once. Who reads looks through the lines behind `reached` one by one (window.py). Who spoke is not
indexed for conversations: of two people one finds either soon without it.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import lru_cache
from zlib import crc32

from gchat.journal.sqlite.schema import MESSAGE, TASK
from gchat.journal.sqlite.transaction import SAVE, Step, saved_task, transact
from gchat.wire.names import casefold

STEP_LINES = 1000  # in one transaction
BLOCK_LINES = 256  # ids: in which of these blocks somebody spoke is known, not in which line
TABLES = {
    "places": "CREATE TABLE places (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "placed": "CREATE TABLE placed (number INTEGER, line INTEGER, PRIMARY KEY (number, line))"
    " WITHOUT ROWID",
    "spoken": "CREATE TABLE spoken (number INTEGER, nick INTEGER, block INTEGER,"
    " PRIMARY KEY (number, nick, block)) WITHOUT ROWID",
}
PLACED = "placed"  # a task: how far the index is, and by which rules it was made
KNOWN_NICKS = 4096  # whose keys are remembered
_NICK_BITS = 0xFFFFFF  # three bytes in the file; who looks compares the nicknames themselves
RANGE = "id > ?1 AND id <= ?2"  # and ?3 is BLOCK_LINES
HAS_SPEAKERS = "instr(place, ' ') = 0"  # a condition: not `is_conversation`
_NEW = f"INSERT OR IGNORE INTO places (name) SELECT DISTINCT place FROM entries WHERE {RANGE}"  # noqa: S608
_LINES = (
    "INSERT OR IGNORE INTO placed (number, line) SELECT number, id FROM entries"  # noqa: S608
    f" CROSS JOIN places ON name = place WHERE {RANGE} ORDER BY number, id"
)
_SPEAKERS = (
    "INSERT OR IGNORE INTO spoken (number, nick, block)"  # noqa: S608
    " SELECT DISTINCT number, nick_key(nick), id / ?3 FROM entries"
    f" CROSS JOIN places ON name = place WHERE {RANGE} AND {HAS_SPEAKERS} AND {MESSAGE}"
    " ORDER BY 1, 2, 3"
)
_NEXT = "SELECT id FROM entries WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?"
_NUMBER = "(SELECT number FROM places WHERE name = ?)"
_OUT = (
    f"DELETE FROM placed WHERE number = {_NUMBER} AND line = ?"  # noqa: S608
    " AND NOT EXISTS (SELECT 1 FROM entries WHERE id = line)"
)
_SPEAKER_OUT = f"DELETE FROM spoken WHERE number = {_NUMBER} AND nick = ? AND block = ?"  # noqa: S608
_EMPTY_OUT = (
    "DELETE FROM places WHERE name = ?"
    " AND NOT EXISTS (SELECT 1 FROM placed WHERE placed.number = places.number)"
)
_GIVEN = "SELECT id, place, nick FROM entries WHERE id IN (SELECT value FROM json_each(?))"
_LEFT = (
    "SELECT DISTINCT nick FROM placed CROSS JOIN entries ON id = line"  # noqa: S608
    f" WHERE number = {_NUMBER} AND line >= ? AND line < ?"
    f" AND line NOT IN (SELECT value FROM json_each(?)) AND {MESSAGE}"
)
_NAME_AFTER = "SELECT name FROM places WHERE name > ? ORDER BY name LIMIT ?"
_NTH_LAST = f"SELECT line FROM placed WHERE number = {_NUMBER} ORDER BY line DESC LIMIT 1 OFFSET ?"  # noqa: S608
_UP_TO = (
    "SELECT id FROM placed CROSS JOIN entries ON id = line"  # noqa: S608
    f" WHERE number = {_NUMBER} AND line <= ? ORDER BY line LIMIT ?"
)
_UNPLACED = (
    "SELECT DISTINCT place FROM entries WHERE id > ? AND id NOT IN (SELECT value FROM json_each(?))"
)


@lru_cache(KNOWN_NICKS)
def nick_key(nick: str) -> int:
    """A number for all ways to write a nickname. Others may have the same."""
    return crc32(casefold(nick).encode(errors="surrogatepass")) & _NICK_BITS


def reached(connection: sqlite3.Connection) -> int:
    """The id of the last line that is in the index. Raises sqlite3.Error or ValueError."""
    return int((saved_task(connection, PLACED) or "0").partition(" ")[0])


def _made_by(rules: int = 2) -> str:
    """What the whole index depends on. By rules 1 it has who spoke in conversations too, which
    nobody looks for now: such an index is kept, and goes on by rules 2.
    """
    return f"{rules}, {BLOCK_LINES} lines, Unicode {unicodedata.unidata_version}"


class PlaceIndex:
    """It is behind what is stored, and catches up step by step. One that was made by other rules,
    or lacks a table, is emptied when it is opened. Raises sqlite3.Error everywhere.
    """

    def __init__(self, writer: sqlite3.Connection) -> None:
        self._writer = writer
        writer.create_function("nick_key", 1, nick_key, deterministic=True)
        self.until = 0  # the id of the last line that is in it
        made_by = (saved_task(writer, PLACED) or "").partition(" ")[2]
        if made_by in (_made_by(), _made_by(1)) and self._there() == TABLES.keys():
            self.until = reached(writer)
        else:
            self.renew()

    def _there(self) -> set[str]:
        names = self._writer.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in names} & TABLES.keys()

    def renew(self) -> None:
        """Empties it: it is made anew."""
        drops = [(f"DROP TABLE {name}", [()]) for name in sorted(self._there())]
        self._reach(0, *drops, *((sql, [()]) for sql in TABLES.values()))

    def step(self, last: int) -> None:
        """Takes in the next lines, at most STEP_LINES, none after the id `last`."""
        if last <= self.until:
            return  # another one has been faster
        nth = self._writer.execute(_NEXT, (self.until, STEP_LINES - 1)).fetchone()
        until = last if nth is None else min(last, nth[0])
        lines = [(self.until, until)]
        self._reach(until, (_NEW, lines), (_LINES, lines), (_SPEAKERS, [(*lines[0], BLOCK_LINES)]))

    def _reach(self, until: int, *steps: Step) -> None:
        transact(self._writer, *steps, (SAVE, [(TASK, PLACED, f"{until} {_made_by()}")]))
        self.until = until

    def without(self, ids: Iterable[int]) -> list[Step]:
        """The steps that take lines out, after they are deleted. Those that are not, stay."""
        gone = json.dumps([one for one in ids if one <= self.until])
        lines = self._writer.execute(_GIVEN, (gone,)).fetchall()
        spoke: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
        for line, place, nick in lines:
            spoke[place, line // BLOCK_LINES].add(nick_key(nick))
        silent = []
        for (place, block), nicks in spoke.items():
            bounds = block * BLOCK_LINES, (block + 1) * BLOCK_LINES
            left = self._writer.execute(_LEFT, (place, *bounds, gone))
            nicks -= {nick_key(nick) for (nick,) in left}
            silent += [(place, nick, block) for nick in nicks]
        return [
            (_OUT, [(place, line) for line, place, _ in lines]),
            (_SPEAKER_OUT, silent),
            (_EMPTY_OUT, sorted({(place,) for place, _ in spoke})),
        ]

    def names_after(self, name: str, limit: int) -> list[str]:
        """The next places in the order of their names, of those in the index."""
        return [row[0] for row in self._writer.execute(_NAME_AFTER, (name, limit))]

    def over(self, place: str, most: int, limit: int) -> list[int]:
        """Ids of a place's lines that are not among its last `most`, the oldest first; of those in
        the index.
        """
        last = self._writer.execute(_NTH_LAST, (place, most)).fetchone()
        if last is None:
            return []
        return [row[0] for row in self._writer.execute(_UP_TO, (place, last[0], limit))]

    def not_in_it(self, but: Collection[int]) -> set[str]:
        """The places of the lines that are not in the index yet, but for those of some ids."""
        found = self._writer.execute(_UNPLACED, (self.until, json.dumps(list(but))))
        return {place for (place,) in found}
