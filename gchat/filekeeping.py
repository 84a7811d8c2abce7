"""The files of a running server: their threads, their folder, and their end."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from pathlib import Path

import gevent

from gchat.config import Config
from gchat.files import pictures
from gchat.files.files import FolderFiles
from gchat.files.shelf import Shelf
from gchat.journal.base import Gauges
from gchat.journal.sqlite.engine import data_folder
from gchat.journal.sqlite.retention import DAY_MS, SaneClock
from gchat.workers import WorkerPool

log = logging.getLogger(__name__)

FOLDER = "files"  # in the data folder
FILE_THREADS = 2
LOOK_SECONDS = 60.0  # between two looks for files that are too old


class FileKeeping:
    """Files are kept from when it is made until `close`. Raises ShelfError."""

    def __init__(
        self, config: Callable[[], Config], wall_ms: Callable[[], int], tick_ms: Callable[[], int]
    ) -> None:
        journal, settings = config().journal, config().files
        self._gone_at_the_end = journal.engine == "memory"  # as its messages are
        if self._gone_at_the_end:
            folder = Path(tempfile.mkdtemp(prefix="gchat-files-"))
        else:
            folder = Path(settings.folder or data_folder(journal.data) / FOLDER)
        self._shelf = Shelf(folder, durable=journal.durability == "fsync")
        self._pool, self._slow_pool = WorkerPool(FILE_THREADS), WorkerPool(1)
        self._keeper: gevent.Greenlet[..., None] | None = None
        try:
            self.files = FolderFiles(
                self._shelf,
                self._pool.ask,
                self._slow_pool.ask,
                lambda: config().files,
                wall_ms,
                gevent.sleep,
            )
        except BaseException:
            self.close()
            raise
        self._days = journal.keep_days
        self._sane = SaneClock(wall_ms, tick_ms, self.files.last_at())
        if settings.picture_pixels and not pictures.AVAILABLE:
            log.info("Pillow is not installed (gchat[pictures]): pictures can only be saved")

    def start(self) -> None:
        """Begins to delete what is too old."""
        if self._days:
            self._keeper = gevent.spawn(self._run)

    def _run(self) -> None:
        while True:
            try:
                self.files.expire(self._sane.now() - self._days * DAY_MS)
            except OSError as error:
                log.warning("old files could not be deleted, will try again: %s", error)
            gevent.sleep(LOOK_SECONDS)

    def gauges(self) -> Gauges:
        """What is measured of it."""
        ledger = self.files.ledger
        return {
            "files": ("Files kept", len(self.files)),
            "files_bytes": ("Bytes of files, kept and on their way", ledger.bytes),
            "files_coming": ("Files on their way", ledger.coming),
        }

    def close(self) -> None:
        """Ends it; with `--memory`, nothing is left. May switch greenlets."""
        if self._keeper is not None:
            self._keeper.kill()
        self._pool.close()
        self._slow_pool.close()
        if self._gone_at_the_end:
            self._shelf.remove()
        else:
            self._shelf.close()
