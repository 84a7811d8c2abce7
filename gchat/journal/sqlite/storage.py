"""What is kept in a folder, and what is done beside: searching, deleting, checking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gevent

from gchat.config import Config
from gchat.core.hub import Hub
from gchat.core.saved import restore
from gchat.journal.base import Gauges
from gchat.journal.sqlite.archive import StoreArchive
from gchat.journal.sqlite.checkup import Checkup
from gchat.journal.sqlite.damage import DAMAGED, unusable
from gchat.journal.sqlite.indexer import Indexer
from gchat.journal.sqlite.retention import Keep, Retention
from gchat.journal.sqlite.store import Durability, Store
from gchat.journal.sqlite.unreachable import Unreachable
from gchat.workers import WorkerPool


class Storage:
    """One file, one thread that writes it, one that reads it. Raises JournalError."""

    def __init__(
        self,
        folder: Path,
        durability: Durability,
        config: Config,
        hub: Hub,
        wall_ms: Callable[[], int],
        tick_ms: Callable[[], int] | None = None,
    ) -> None:
        self.store = Store(folder, durability)
        self.keeps = f"Messages are kept in {self.store.path}"
        self._hub = hub
        self.writer = WorkerPool(1)
        self.indexer = Indexer(self.store, self.writer)
        self.archive = StoreArchive(self.store, self.indexer)
        keep = Keep(config.journal.keep_days, config.journal.keep_messages)
        self.retention = Retention(self.store, self.writer, wall_ms, keep, tick_ms)
        self.unreachable = Unreachable(self.store, self.writer, hub.places, wall_ms)
        self.checkup = Checkup(self.store.path, lambda: self.writer.ask(self.store.places.renew))
        self._tasks = (
            self.retention.run,
            self.indexer.run,
            self.indexer.run_places,
            self.unreachable.run,
            self.checkup.run,
        )
        self._beside: list[gevent.Greenlet[..., None]] = []

    def restore(self) -> None:
        """Puts what outlives a hub into this one. Raises StoreError."""
        for kind, key, value in self.store.state():
            try:
                restore(self._hub, kind, key, value)
            except DAMAGED:
                why = f"what it knows of the {kind} {key!r} is damaged"
                raise unusable(self.store.path, why) from None

    def start(self) -> None:
        """Begins what is done beside the journal."""
        self._beside = [gevent.spawn(one) for one in self._tasks]

    def gauges(self) -> Gauges:
        """What is measured of it."""
        return {
            "index_behind": ("Lines stored and not yet indexed for searches", self.indexer.behind)
        }

    def stop(self) -> None:
        """Ends what is done beside the journal."""
        gevent.killall(self._beside)

    def close(self) -> None:
        """Ends everything, once the journal is closed."""
        self.archive.close()
        self.checkup.close()
        self.writer.close()
        self.store.close()
