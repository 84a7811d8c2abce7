"""The SQLite engine: one file, one thread that writes it, one that reads it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import cast

import gevent
import platformdirs

from gchat.config import Config
from gchat.core.apply import apply
from gchat.core.hub import Hub
from gchat.core.saved import restore
from gchat.journal.base import Gauges, JournalError, Show
from gchat.journal.sqlite.archive import StoreArchive
from gchat.journal.sqlite.checkup import Checkup
from gchat.journal.sqlite.damage import DAMAGED, unusable
from gchat.journal.sqlite.indexer import Indexer
from gchat.journal.sqlite.journal import SqliteJournal
from gchat.journal.sqlite.retention import Keep, Retention
from gchat.journal.sqlite.store import Durability, Store
from gchat.journal.sqlite.unreachable import Unreachable
from gchat.private import write_private
from gchat.workers import WorkerPool

log = logging.getLogger(__name__)

SECRET, SECRET_BYTES = "journal.secret", 32


class SqliteEngine:
    """Everything is stored in a folder before it is shown."""

    def __init__(
        self,
        config: Config,
        hub: Hub,
        show: Show,
        wall_ms: Callable[[], int],
        boot: str,
        tick_ms: Callable[[], int] | None = None,
    ) -> None:
        folder = data_folder(config.journal.data)
        self._store = Store(folder, cast("Durability", config.journal.durability))
        self.keeps = f"Messages are kept in {self._store.path}"
        state = self._store.state()
        try:
            self.secret = _secret(folder / SECRET)
            for kind, key, value in state:
                self._restore(hub, kind, key, value)
        except BaseException:
            self._store.close()
            raise
        self._writer = WorkerPool(1)
        self._sqlite_journal = SqliteJournal(
            self._store,
            self._writer,
            partial(apply, hub),
            show,
            wall_ms,
            boot,
            hub.place,
            tick_ms,
        )
        self.journal = self._sqlite_journal
        self._indexer = Indexer(self._store, self._writer)
        self.archive = StoreArchive(self._store, self._indexer)
        keep = Keep(config.journal.keep_days, config.journal.keep_messages)
        self._retention = Retention(self._store, self._writer, wall_ms, keep, tick_ms)
        self._unreachable = Unreachable(self._store, self._writer, hub.places, wall_ms)
        self._checkup = Checkup(self._store.path)
        self._beside: list[gevent.Greenlet[..., None]] = []

    def _restore(self, hub: Hub, kind: str, key: str, value: str) -> None:
        try:
            restore(hub, kind, key, value)
        except DAMAGED:
            why = f"what it knows of the {kind} {key!r} is damaged"
            raise unusable(self._store.path, why) from None

    def start(self) -> None:
        tasks = self._retention, self._indexer, self._unreachable, self._checkup
        self._beside = [gevent.spawn(one.run) for one in tasks]

    def gauges(self) -> Gauges:
        journal = self._sqlite_journal
        return {
            "journal_queue": ("Events waiting to be stored", journal.waiting),
            "journal_seconds": ("Seconds taken to store the last batch", journal.took),
            "index_behind": ("Lines stored and not yet indexed for searches", self._indexer.behind),
            "journal_failing": ("1 if the last batch could not be stored, else 0", journal.failing),
        }

    def close(self) -> None:
        gevent.killall(self._beside)
        self.journal.close()
        self.archive.close()
        self._checkup.close()
        self._writer.close()
        self._store.close()


def data_folder(given: str) -> Path:
    """The folder where messages are kept: the given one, or gchat's own in the user's data
    directory.
    """
    return Path(given or platformdirs.user_data_dir("gchat", appauthor=False))


def _secret(path: Path) -> bytes:
    try:
        found = path.read_bytes() if path.exists() else b""
        if len(found) != SECRET_BYTES:
            if path.exists():
                log.warning("%s was damaged and is made anew; nothing that is kept needs it", path)
            found = token_bytes(SECRET_BYTES)
            write_private(path, found)
    except OSError as error:
        raise JournalError(
            f"{path} cannot be used: {error.strerror}. Choose another --data folder, or --memory "
            "to keep nothing."
        ) from None
    return found
