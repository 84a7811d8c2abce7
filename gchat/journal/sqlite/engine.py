"""The SQLite engine: one file, one thread that writes it, one that reads it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_bytes
from typing import cast

import platformdirs

from gchat.config import Config
from gchat.core.apply import apply
from gchat.core.hub import Hub
from gchat.journal.base import Gauges, JournalError, Sending, Show
from gchat.journal.sqlite.journal import SqliteJournal
from gchat.journal.sqlite.storage import Storage
from gchat.journal.sqlite.store import Durability
from gchat.private import write_private

log = logging.getLogger(__name__)

SECRET, SECRET_BYTES = "journal.secret", 32


class SqliteEngine:
    """Everything is stored in a folder before it is shown."""

    cluster = None

    def __init__(
        self,
        config: Config,
        hub: Hub,
        show: Show,
        wall_ms: Callable[[], int],
        boot: str,
        tick_ms: Callable[[], int] | None = None,
        sending: Sending | None = None,
    ) -> None:
        folder = data_folder(config.journal.data)
        durability = cast("Durability", config.journal.durability)
        self._storage = Storage(folder, durability, config, hub, wall_ms, tick_ms)
        self.keeps, self.archive = self._storage.keeps, self._storage.archive
        try:
            self._storage.restore()
            self._storage.store.leave_cluster()
            self.secret = _secret(folder / SECRET)
        except BaseException:
            self._storage.close()
            raise
        self._sqlite_journal = SqliteJournal(
            self._storage.store,
            self._storage.writer,
            partial(apply, hub),
            show,
            wall_ms,
            boot,
            hub.place,
            tick_ms,
            sending,
        )
        self._storage.indexer.wait_for_lull = self._sqlite_journal.wait_for_lull
        self.journal = self._sqlite_journal

    def start(self) -> None:
        self._storage.start()

    def gauges(self) -> Gauges:
        journal = self._sqlite_journal
        return {
            "journal_queue": ("Events waiting to be stored", journal.waiting),
            "journal_seconds": ("Seconds taken to store the last batch", journal.took),
            **self._storage.gauges(),
            "journal_failing": ("1 if the last batch could not be stored, else 0", journal.failing),
        }

    def close(self) -> None:
        self._storage.stop()
        self.journal.close()
        self._storage.close()


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
