"""The SQLite file: one writer, one reader, each with its own connection. Blocks."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Literal

from gchat.core.effects import Saved
from gchat.core.history import Batch, is_conversation, participants
from gchat.journal.sqlite.damage import DAMAGED, check_last, check_log, unusable
from gchat.journal.sqlite.index import WordIndex
from gchat.journal.sqlite.lock import Lock
from gchat.journal.sqlite.order import first_since
from gchat.journal.sqlite.places import PlaceIndex
from gchat.journal.sqlite.reader import Reader
from gchat.journal.sqlite.rows import INSERT, ids_of, written
from gchat.journal.sqlite.schema import SPOKEN, TASK, StoreError, check, migrate
from gchat.journal.sqlite.transaction import SAVE, saved_task, transact

FILE = "journal.sqlite"
SCRUB_MS = 20  # that emptying the log waits, and messages with it, for who reads the file
DAY_MS = 86_400_000
KNOWN_TALKS = 4096  # whose participants are not written again with each message; 1 MB
BUSY_SECONDS = 1.0  # to wait where another program has locked the file
# tasks of a node of a cluster: the cluster's id, the position up to which the shared log is stored,
# and that of the checkpoint
CLUSTER, POSITION, CHECKPOINT = "cluster", "position", "checkpoint"
Durability = Literal["fsync", "process"]
_SYNCHRONOUS: dict[Durability, str] = {"fsync": "FULL", "process": "NORMAL"}
_PARTICIPANT = "INSERT OR IGNORE INTO participants (person, place) VALUES (?, ?)"
_NO_TALK = (
    "DELETE FROM participants WHERE place = ?1"
    " AND NOT EXISTS (SELECT 1 FROM places WHERE name = ?1)"
)
_DROP = "DELETE FROM state WHERE kind = ? AND key = ?"
_REDACTED = f"id = ? AND kind IN {SPOKEN}"
_RUN = "INSERT INTO runs (boot, name) VALUES (?, ?)"
_DELETE_MESSAGE = f"DELETE FROM entries WHERE {_REDACTED}"  # noqa: S608


class Store:
    """The file in a folder, which is made where there is none. Raises StoreError where it cannot be
    used, because of what it is or because another server has it.
    """

    def __init__(self, folder: Path, durability: Durability = "fsync") -> None:
        self.path = folder / FILE
        self._unclean = True  # the last run may have left something in the log
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
            empty = self.path.is_file() and not self.path.stat().st_size
            # what people say is nobody else's to read
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(
                f"{folder} cannot be written: {error.strerror}. Choose another --data folder, or "
                "--memory to keep nothing."
            ) from None
        self._lock = Lock(folder)
        if empty and self._lock.noted():
            self._lock.close()
            raise StoreError(
                f"{self.path} is empty, and messages were stored in it. Restore a backup, or "
                "delete it to begin anew."
            )
        try:
            self._writer = self._open(durability, first=True)
        except BaseException:
            self._lock.close()
            raise
        try:
            self._runs: dict[str, str] = {}  # boots by their short names
            self._talks: set[str] = set()  # conversations whose people are in the file, some
            self.reader = Reader(self._open(durability), self._runs)
        except BaseException:
            self._writer.close()
            self._lock.close()
            raise
        # id and time (milliseconds) of the last line; later ones are never before that time
        try:
            self.last, self.last_at = self.reader.last()
            self._names = dict(self._writer.execute("SELECT boot, name FROM runs"))
            self._runs.update((name, boot) for boot, name in self._names.items())
            self.index = WordIndex(self._writer)
            self.places = PlaceIndex(self._writer)
            # what was last may be deleted by now: neither its id nor its time is given twice
            last, _, at = (saved_task(self._writer, "last") or "0 0").partition(" ")
            self.last = max(self.last, self.index.until, self.places.until, int(last))
            self._at = self.last_at = max(self.last_at, int(at))
            check_last(self.path, self._lock.noted(), self.last)
            self._lock.note(self.last)
        except DAMAGED as error:
            self.close()
            raise unusable(self.path, error) from None

    def _open(self, durability: Durability, *, first: bool = False) -> sqlite3.Connection:
        found = None
        try:
            # one thread at a time uses a connection, not always the same one
            found = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            check(found, self.path)
            if first:
                check_log(found, self.path)
            found.execute("PRAGMA journal_mode = WAL")
            found.execute("PRAGMA secure_delete = ON")
            found.execute(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
            migrate(found)
        except (*DAMAGED, StoreError) as error:
            if found is not None:
                found.close()
            if isinstance(error, StoreError):
                raise
            raise unusable(self.path, error) from None
        return found

    def state(self) -> list[tuple[str, str, str]]:
        """What was saved of the hub. Raises StoreError, and lets go of the file."""
        try:
            return self.reader.state()
        except DAMAGED as error:
            self.close()
            raise unusable(self.path, error) from None

    def close(self) -> None:
        """Lets go of the file."""
        self.reader.close()
        self._writer.close()
        self._lock.close()

    # -- the writer

    def write(self, batch: Batch) -> None:
        """Stores all of it, or (raising sqlite3.Error) nothing. When it returns it is durable."""
        lines = batch.records
        first = self.last + 1
        new = {one.boot for one in lines} - self._names.keys()
        names = {boot: str(len(self._names) + number) for number, boot in enumerate(sorted(new), 1)}
        names |= self._names
        rows = [written(first + number, one, names[one.boot]) for number, one in enumerate(lines)]
        # a change without lines takes an id too, so that its loss is noticed
        last = self.last + (len(rows) or bool(batch.saved))
        redacted = self._redacted(batch, first)
        talks = {one.place for one in lines} - self._talks
        people = {
            (someone, place)
            for place in talks
            if is_conversation(place)
            for someone in participants(place)
        }
        unplaced = self.places.without(one for (one,) in redacted) if redacted else []
        # before somebody can read these lines
        self._runs.update((names[boot], boot) for boot in new)
        transact(
            self._writer,
            (_RUN, [(boot, names[boot]) for boot in sorted(new)]),
            (INSERT, rows),
            (_PARTICIPANT, sorted(people)),
            *self.index.without(one for (one,) in redacted),
            (_DELETE_MESSAGE, redacted),
            *unplaced,
            (SAVE, [(one.kind, one.key, one.value) for one in batch.saved if one.value]),
            (_DROP, [(one.kind, one.key) for one in batch.saved if one.value is None]),
            (SAVE, [] if rows else [(TASK, "last", f"{last} {self._at}")]),
        )
        self._unclean |= bool(batch.redacted or batch.saved)
        self._names = names
        if len(self._talks) > KNOWN_TALKS:
            self._talks.clear()
        self._talks |= {place for _, place in people}
        self.last = last
        self._lock.note(last)
        if lines:
            self._at = max(self._at, lines[-1].at)

    def _redacted(self, batch: Batch, first: int) -> list[tuple[int]]:
        """The ids of what is taken back: lines of the file, and those of the batch itself, whose
        ids begin at `first`.
        """
        wanted = dict.fromkeys(batch.redacted)
        ids = [one for place, msgid in wanted for one in ids_of(self._writer, msgid, place)]
        if wanted:
            lines = enumerate(batch.records, first)
            ids += [number for number, one in lines if (one.place, one.msgid) in wanted]
        return [(one,) for one in ids]

    # -- of a node of a cluster

    def task(self, key: str) -> str:
        """What was saved of a task by this key, "" for nothing."""
        return saved_task(self._writer, key) or ""

    def save_task(self, key: str, value: str) -> None:
        """Saves what is known of a task."""
        transact(self._writer, (SAVE, [(TASK, key, value)]))

    def checkpoint(self) -> list[bytes]:
        """The pieces of the hub as it was saved last; none where it never was."""
        rows = self._writer.execute("SELECT piece FROM checkpoint ORDER BY number")
        return [piece for (piece,) in rows]

    def save_checkpoint(self, found: Sequence[bytes], position: str) -> None:
        """Saves the hub as it is at a position of the shared log, instead of the one before. All of
        it or (raising sqlite3.Error) nothing.
        """
        transact(
            self._writer,
            ("DELETE FROM checkpoint WHERE ?", [(1,)]),
            ("INSERT INTO checkpoint (number, piece) VALUES (?, ?)", list(enumerate(found))),
            (SAVE, [(TASK, CHECKPOINT, position)]),
        )

    def replace_state(self, saved: Sequence[Saved]) -> None:
        """Saves all of what outlives the hub, instead of what there is."""
        transact(
            self._writer,
            ("DELETE FROM state WHERE kind != ?", [(TASK,)]),
            (SAVE, [(one.kind, one.key, one.value) for one in saved if one.value is not None]),
        )

    def leave_cluster(self) -> None:
        """Forgets where in a shared log the file was: from here on it goes on by itself."""
        transact(
            self._writer,
            ("DELETE FROM checkpoint WHERE ?", [(1,)]),
            (_DROP, [(TASK, key) for key in (CLUSTER, POSITION, CHECKPOINT)]),
        )

    def scrub(self, now: int) -> bool:
        """One step of making sure that nothing is left in the file of what was deleted or replaced:
        until they are written anew, the index keeps words and the log keeps pages. Whether nothing
        is to be done at `now` (milliseconds), or all of it but what somebody who reads the file
        holds up (`unclean`).
        """
        if not self.index.tidy(now):
            self._unclean = True
            return False
        if self._unclean:
            # somebody who reads the file must not make messages wait: then it is tried again later
            self._writer.execute(f"PRAGMA busy_timeout = {SCRUB_MS}")
            try:
                (busy, *_) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._writer.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            self._unclean = bool(busy)
        return True

    def unclean(self) -> bool:
        """Whether the log may have pages of what was deleted or replaced."""
        return self._unclean

    def forget(self, ids: Sequence[int], now: int) -> None:
        """Forgets these lines, all of them or (raising sqlite3.Error) none. Their words are gone
        from the file a day after `now` (milliseconds): while lines are forgotten every minute,
        the index is not written anew each time.
        """
        marks = f"({', '.join('?' * len(ids))})"
        talks = self._writer.execute(
            f"SELECT DISTINCT place FROM entries WHERE id IN {marks} AND place NOT LIKE '#%'",  # noqa: S608
            list(ids),
        ).fetchall()
        if talks:
            more = self.places.not_in_it(ids)
            talks = [(place,) for (place,) in talks if place not in more]
        transact(
            self._writer,
            (SAVE, [(TASK, "last", f"{self.last} {self._at}")]),
            *self.index.without(ids, now + DAY_MS),
            (f"DELETE FROM entries WHERE id IN {marks}", [ids]),  # noqa: S608
            *self.places.without(ids),
            (_NO_TALK, talks),
        )
        self._talks.clear()
        self._unclean = True

    def before(self, at: int, limit: int) -> list[int]:
        """The ids of the first lines from before a time in milliseconds."""
        end = first_since(self._writer, at) or self.last + 1
        sql = "SELECT id FROM entries WHERE id < ? ORDER BY id LIMIT ?"
        return [row[0] for row in self._writer.execute(sql, (end, limit))]

    # these three know what is in the index of places: who asks settles it first

    def settle(self) -> bool:
        """One step of bringing the index of places up to what is stored; whether it is."""
        self.places.step(self.last)
        return self.places.until >= self.last

    def place_after(self, place: str) -> str | None:
        """The next place in the order of their names."""
        return next(iter(self.places.names_after(place, 1)), None)

    def over(self, place: str, most: int, limit: int) -> list[int]:
        """Ids of the lines of a place that are not among its last `most`, the oldest first."""
        return self.places.over(place, most, limit)

    def places_after(self, place: str, limit: int) -> list[str]:
        """The next places of rooms in the order of their names."""
        found = self.places.names_after(place or "#", limit)
        return list(takewhile(lambda one: one.startswith("#"), found))
