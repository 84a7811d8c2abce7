"""A folder with files as everybody sees it who can read it: the server that keeps them there, and
the other nodes of a cluster. Whoever does not keep them may take an entry out, and nothing more.
Everything here waits for the disk, so it is done in threads.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from gchat import system
from gchat.files.entry import Entry

_DECODE = msgspec.json.Decoder(Entry)


class Part:
    """One folder, which may not be there. `shelf.py` says what is in it."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`durable`: what is taken out stays out, also after a loss of power."""
        self.folder = folder
        self._durable = durable
        self._content, self._entries = folder / "content", folder / "entries"

    def content(self, sha256: str) -> Path:
        """Where the contents with this SHA-256 are."""
        return self._content / sha256

    def entry(self, id_: str) -> Path:
        """Where it is written what is known of a file."""
        return self._entries / f"{id_}.json"

    def find(self, id_: str) -> Entry | None:
        """A file, if all of it is there. Raises OSError."""
        try:
            entry = _DECODE.decode(self.entry(id_).read_bytes())
            there = self.content(entry.sha256).stat().st_size
        except (msgspec.MsgspecError, FileNotFoundError):
            return None
        return entry if entry.id == id_ and entry.size == there else None

    def has(self, id_: str) -> bool:
        """Whether nobody has taken a file out. Raises OSError, also where the folder is away."""
        try:
            # NFS asks its server whenever something is opened; what it knows of folders may be old
            with self.entry(id_).open("rb"):
                return True
        except FileNotFoundError:
            self._entries.stat()
            return False

    def ids(self) -> set[str]:
        """Of all that is kept. Raises OSError."""
        return {path.stem for path in self._entries.iterdir() if path.suffix == ".json"}

    def read(self, sha256: str, start: int, size: int) -> bytes:
        """A piece of contents. Raises OSError, FileNotFoundError where they were removed."""
        with self.content(sha256).open("rb") as file:
            file.seek(start)
            return file.read(size)

    def take_out(self, id_: str) -> None:
        """Nobody finds a file any more. Its contents stay until the server that keeps them notices.
        Raises OSError, and then it may be there still.
        """
        try:
            self.entry(id_).unlink()
        except FileNotFoundError:
            return
        self._sync(self._entries)

    def _sync(self, path: Path) -> None:
        """Has a file, or the names in a folder, outlive a loss of power. Raises OSError."""
        if not self._durable or (path.is_dir() and not system.CAN_SYNC_FOLDERS):
            return
        number = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(number)
        finally:
            os.close(number)
