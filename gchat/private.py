"""Files of ours that nobody else may read, from their first byte on."""

from __future__ import annotations

import os
from pathlib import Path


def make_private(path: Path) -> int:
    """A new, empty file that only its owner can read; its descriptor, for writing. Raises OSError,
    FileExistsError where there is one already.
    """
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def write_private(path: Path, data: bytes) -> None:
    """Replaces the file, so its old permissions do not matter. Raises OSError."""
    path.unlink(missing_ok=True)
    with os.fdopen(make_private(path), "wb") as file:
        file.write(data)
