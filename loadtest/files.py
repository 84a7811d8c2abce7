"""Files that a run writes at its end: refused before it begins where that cannot be."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path


def check_writable(path: Path) -> None:
    """Finds out whether `write` could write a file, and changes nothing. Raises OSError."""
    path = path.resolve()
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if not _is_special(path):
        beside = _beside(path)
        beside.touch(exist_ok=False)
        beside.unlink()


def write(path: Path, text: str) -> None:
    """Writes a file as a whole, or leaves what was there: where the disk is full, or the process
    is ended meanwhile. Raises OSError.
    """
    path = path.resolve()
    if _is_special(path):
        path.write_text(text, encoding="utf-8")
        return
    beside = _beside(path)
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def _is_special(path: Path) -> bool:
    """A device or a pipe, which cannot be replaced and whose reader may wait for us."""
    return path.exists() and not path.is_file()


def _beside(path: Path) -> Path:
    return path.with_name(f".{secrets.token_hex(8)}.part")
