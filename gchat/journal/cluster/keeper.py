"""Stores what was shown, behind the showing: lines, and from time to time the whole hub.

The position in the log is stored with the lines, so nothing is lost if this is late: after a crash,
the log is read again from there.
"""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Sequence
from time import perf_counter

import gevent
import msgspec
from gevent.event import Event as Signal
from gevent.lock import BoundedSemaphore

from gchat.core.effects import Saved
from gchat.core.history import Batch
from gchat.journal.cluster.log import START, Position, order
from gchat.journal.sqlite.schema import TASK
from gchat.journal.sqlite.store import CHECKPOINT, POSITION, Store
from gchat.workers import WorkerPool

WAITING_LINES = 20_000  # shown and not stored yet; then nothing more is shown
WAITING_BYTES = 32 << 20
LINE_BYTES = 500  # that a line takes beside its text
PAUSE_SECONDS = 0.02  # for more to come: nobody waits for it, unless they read
IDLE_SECONDS = 1.0  # after which the position is stored, though there were no lines
RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Keeper:
    """`writer` is the only thread that writes to the store."""

    def __init__(self, store: Store, writer: WorkerPool) -> None:
        self._store = store
        self._writer = writer
        self.position: Position = store.task(POSITION) or START  # up to which it is stored
        self.checkpointed: Position = store.task(CHECKPOINT) or START
        self._seen: Position = self.position  # of the last entry that was shown to its end
        self._last: Position = self.position  # of the last that had something to be kept
        self._begun: list[Batch] = []  # of the entry that is being shown
        self._batches: list[Batch] = []
        self._size = 0
        self._lines = 0
        self._work, self._room, self._stored = Signal(), Signal(), Signal()
        self.whole = BoundedSemaphore(1)  # something is being stored: whether it is, is not known
        self._wanted = 0  # who waits for what was shown to be stored
        self._saved_at = perf_counter()
        self.failing = False
        self.took = 0.0  # seconds, to store the last batch

    @property
    def waiting(self) -> int:
        """Lines that were shown and are not stored yet."""
        return self._lines

    def add(self, batch: Batch, position: Position) -> None:
        """Takes in what is shown of the entry at this position. Never waits. What is stored
        already, from before a start, is passed over.
        """
        if not batch or order(position) <= order(self.position):
            return
        self._begun.append(batch)
        self._last = position
        self._lines += len(batch.records)
        self._size += _size(batch)

    def reached(self, position: Position) -> None:
        """The entry at this position was shown to its end."""
        self._seen = position
        if self._begun:
            self._batches += self._begun
            self._begun = []
            self._work.set()
        elif perf_counter() - self._saved_at > IDLE_SECONDS:
            self._work.set()

    def wait_for_room(self) -> None:
        """Waits while too much is not stored yet. May switch greenlets."""
        while self._lines > WAITING_LINES or self._size > WAITING_BYTES:
            self._room.clear()
            self._room.wait()

    def wait_until_stored(self, *, while_failing: bool = True) -> bool:
        """Waits until all that was shown by now is stored, or (`while_failing` is off) that is not
        possible now; whether it is. May switch greenlets.
        """
        target = order(self._last)
        while order(self.position) < target and (while_failing or not self.failing):
            self._wanted += 1
            self._work.set()
            self._stored.clear()
            try:
                self._stored.wait()
            finally:
                self._wanted -= 1
        return order(self.position) >= target

    def run(self) -> None:
        """Stores, for ever."""
        while True:
            self._work.wait()
            self._work.clear()
            if not self._wanted:
                gevent.sleep(PAUSE_SECONDS)
            while not self.store():
                gevent.sleep(RETRY_SECONDS)

    def store(self) -> bool:
        """Stores what was shown; whether that was possible. May switch greenlets."""
        with self.whole:
            return self._store_it()

    def _store_it(self) -> bool:
        batches, position = self._batches, self._seen
        if not batches and order(position) <= order(self.position):
            return True
        self._batches = []
        owed = {(one.kind, one.key): one for batch in batches for one in batch.saved}
        whole = Batch(
            tuple(one for batch in batches for one in batch.records),
            tuple(one for batch in batches for one in batch.redacted),
            (*owed.values(), Saved(TASK, POSITION, position)),
        )
        started = perf_counter()
        try:
            self._writer.ask(lambda: self._store.write(whole))
        except Exception as error:
            if not self.failing:
                level = logging.ERROR if isinstance(error, sqlite3.Error) else logging.CRITICAL
                log.log(level, "the history cannot be stored here: %s", error)
            self.failing = True
            self._batches = batches + self._batches
            self._stored.set()
            return False
        for batch in batches:
            self._lines -= len(batch.records)
            self._size -= _size(batch)
        if self.failing:
            log.warning("the history can be stored again")
        self.failing = False
        self.took = perf_counter() - started
        self.position = position
        self._saved_at = perf_counter()
        self._room.set()
        self._stored.set()
        return True

    def save(self, found: Sequence[bytes], position: Position) -> None:
        """Stores the hub as it is at a position. May switch greenlets; raises sqlite3.Error."""
        self._writer.ask(lambda: self._store.save_checkpoint(found, position))
        self.checkpointed = position

    def packed(self, found: Sequence[bytes]) -> bytes:
        """A checkpoint as one value, made in a thread: that of thousands of people takes long. May
        switch greenlets.
        """
        return self._writer.ask(lambda: packed(found))

    def start_at(self, position: Position) -> None:
        """What is before this position is stored, or never will be."""
        self.position = self._seen = self._last = position
        self._begun, self._batches, self._lines, self._size = [], [], 0, 0


def _size(batch: Batch) -> int:
    return sum(LINE_BYTES + len(one.text) for one in batch.records)


def packed(found: Sequence[bytes]) -> bytes:
    """A checkpoint as one value."""
    return zlib.compress(msgspec.msgpack.encode(list(found)), 1)


def unpacked(value: bytes) -> list[bytes]:
    """The pieces of a packed checkpoint. Raises ValueError."""
    try:
        return msgspec.msgpack.decode(zlib.decompress(value), type=list[bytes])
    except (zlib.error, msgspec.MsgspecError) as error:
        raise ValueError(str(error)) from None
