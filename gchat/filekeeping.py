"""The files of a running server: their threads, their folder, and their end."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path

import gevent

from gchat.config import Config
from gchat.files import pictures
from gchat.files.files import FolderFiles
from gchat.files.shared import SharedFolder
from gchat.files.shelf import Shelf, ShelfError
from gchat.files.store import Shared, Store
from gchat.files.tokens import ClusterTokens
from gchat.journal.base import Gauges
from gchat.journal.sqlite.engine import data_folder
from gchat.journal.sqlite.retention import DAY_MS, SaneClock
from gchat.workers import WorkerPool

log = logging.getLogger(__name__)

FOLDER = "files"  # in the data folder
FILE_THREADS, BUCKET_THREADS = 2, 8
LOOK_SECONDS = 60.0  # between two looks for files that are too old, or that other nodes deleted
LOOKS = 30  # after which it looks for nodes that are not there
START_SECONDS = 10.0  # in which another node may end its look at our part


class FileKeeping:
    """Files are kept from when it is made until `close`. Raises ShelfError."""

    def __init__(
        self,
        config: Callable[[], Config],
        wall_ms: Callable[[], int],
        tick_ms: Callable[[], int],
        secret: bytes,
    ) -> None:
        """`secret`: the same for all nodes of a cluster."""
        journal, settings = config().journal, config().files
        self._gone_at_the_end = journal.engine == "memory"  # as its messages are
        if self._gone_at_the_end:
            folder = Path(tempfile.mkdtemp(prefix="gchat-files-"))
        else:
            folder = Path(settings.folder or data_folder(journal.data) / FOLDER)
        in_bucket = bool(settings.s3_bucket) and not self._gone_at_the_end
        if in_bucket:
            self._shelf, shared = _in_a_bucket(config(), folder, secret)
        else:
            self._shelf, shared = _in_a_folder(config(), folder)
        self._shared = shared
        self._pool = WorkerPool(BUCKET_THREADS if in_bucket else FILE_THREADS)
        self._slow_pool = WorkerPool(1)
        self._keeper: gevent.Greenlet[..., None] | None = None
        try:
            self.files = FolderFiles(
                self._shelf,
                self._pool.ask,
                self._slow_pool.ask,
                lambda: config().files,
                wall_ms,
                gevent.sleep,
                shared,
                ClusterTokens(secret) if shared is not None else None,
            )
            if shared is not None:
                self._shelf.beat()
        except BaseException:
            self.close()
            raise
        self._days = journal.keep_days
        self._sane = SaneClock(wall_ms, tick_ms, self.files.last_at())
        if settings.picture_pixels and not pictures.AVAILABLE:
            log.info("Pillow is not installed (pip install pillow): pictures can only be saved")

    def start(self) -> None:
        """Begins to delete what is too old, and to notice what other nodes deleted."""
        if self._days or self._shared is not None:
            self._keeper = gevent.spawn(self._run)

    def _run(self) -> None:
        for number in count():
            try:
                before = self._sane.now() - self._days * DAY_MS if self._days else 0
                self.files.expire(before)
                if self._shared is not None:
                    self._look_around(self._shared, before, others=number % LOOKS == 0)
            except OSError as error:
                log.warning("files could not be looked after, will try again: %s", error)
            gevent.sleep(LOOK_SECONDS)

    def _look_around(self, shared: Shared, before: int, *, others: bool) -> None:
        now = self._pool.ask(self._shelf.beat)
        self.files.notice()
        if others:
            self._slow_pool.ask(partial(shared.look_after, now, before))

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


def _in_a_folder(config: Config, folder: Path) -> tuple[Store, Shared | None]:
    durable = config.journal.durability == "fsync"
    if config.cluster.log and config.files.folder:
        shared = SharedFolder(folder, config.cluster.node, durable=durable)
        return Shelf(shared.own, durable=durable, patience=START_SECONDS), shared
    return Shelf(folder, durable=durable), None


def _in_a_bucket(config: Config, folder: Path, secret: bytes) -> tuple[Store, Shared | None]:
    """`folder`: for what is on its way. Raises ShelfError."""
    try:
        from gchat.files.s3 import Bucket, BucketShelf, SharedBucket  # noqa: PLC0415 - an extra
    except ImportError:
        text = "files.s3_bucket needs boto3. Install it with: pip install boto3"
        raise ShelfError(text) from None
    files = config.files
    try:
        bucket = Bucket(files.s3_bucket, files.s3_endpoint, files.s3_region)
    except OSError as error:
        text = f"The bucket {files.s3_bucket} cannot be used: {error.strerror}."
        raise ShelfError(text) from None
    prefix, shared = files.s3_prefix, None
    if config.cluster.log:
        shared = SharedBucket(bucket, prefix, config.cluster.node)
        prefix = shared.own
    owner = hashlib.sha256(b"files " + secret).hexdigest()  # of this data folder, or cluster
    local = Shelf(folder, durable=False)  # it is kept once it is in the bucket
    return BucketShelf(bucket, prefix, local, owner), shared
