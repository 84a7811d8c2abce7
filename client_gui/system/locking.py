"""A lock on a file that several windows of one user write, on every system."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

log = logging.getLogger(__name__)

SECONDS = 1.0  # that we wait for another window to finish writing


def try_lock(path: Path) -> BaseFileLock | None:
    """The lock beside this file until it is released; `None` while another window holds it. Where
    nothing can be locked, everybody gets it: one window is what most people have.
    """
    lock = FileLock(path.with_suffix(".lock"), mode=0o600)
    try:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except (OSError, NotImplementedError) as error:
        log.info("%s cannot be locked: %s", path, error)
    return lock


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else writes the file meanwhile, as far as that can be had."""
    lock = FileLock(path.with_suffix(".lock"), mode=0o600)
    try:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=SECONDS)
    except (Timeout, OSError, NotImplementedError) as error:
        log.info("%s cannot be locked: %s", path, error)
    try:
        yield
    finally:
        lock.release()
