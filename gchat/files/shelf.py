"""The folder with the files. Everything here waits for the disk, so it is done in threads; nothing
is ever half there, whenever the process ends:

* `incoming/` has what is on its way; whatever is left in it is removed at the start.
* `content/` has the contents, each under its SHA-256, once.
* `entries/` has a small JSON file for each file that somebody sent. It is written last, so what it
  names is whole; and removed first.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING

import msgspec
import portalocker

from gchat.errors import GchatError
from gchat.files.entry import Entry
from gchat.files.part import Part
from gchat.private import make_private

if TYPE_CHECKING:
    from hashlib import _Hash

log = logging.getLogger(__name__)

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LOCK = "files.lock"
_ENCODE = msgspec.json.Encoder()
_LOOK_SECONDS = 0.05  # between two looks whether a folder is free


class ShelfError(GchatError):
    """The folder cannot be used; the text says why and what to do."""


class Shelf(Part):
    """One folder. Raises ShelfError where it cannot be used, or another server uses it."""

    def __init__(self, folder: Path, *, durable: bool = True, patience: float = 0.0) -> None:
        """`durable`: what is kept outlives a loss of power. `patience`: seconds to wait for another
        server to let go of the folder.
        """
        super().__init__(folder, durable=durable)
        self._incoming = folder / "incoming"
        self._mutex = Lock()  # of what follows, and of the names in content/ and entries/
        self._used: Counter[str] = Counter()  # entries of each content
        try:
            for path in (folder, self._incoming, self._content, self._entries):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ShelfError(
                f"{folder} cannot be written: {error.strerror}. Choose another files.folder, or "
                "set files.enabled = false."
            ) from None
        until = monotonic() + patience
        while not self._locked():
            if monotonic() >= until:
                os.close(self._lock)
                raise ShelfError(
                    f"{folder} is in use by another server. Stop it, or choose another "
                    "files.folder."
                )
            sleep(_LOOK_SECONDS)

    def _locked(self) -> bool:
        try:
            portalocker.lock(self._lock, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.LockException:
            return False
        return True

    def beat(self) -> float:
        """Shows the others that this server uses the folder. Returns when, in seconds, by the clock
        of the disk. Raises OSError.
        """
        os.utime(self.folder / LOCK)
        return (self.folder / LOCK).stat().st_mtime

    def load(self) -> list[Entry]:
        """What is kept; removes what a process that was killed left behind. Raises ShelfError."""
        found: list[Entry] = []
        lost = 0
        try:
            for left in self._incoming.iterdir():
                left.unlink()
            for path in self._entries.iterdir():
                if path.suffix != ".json":
                    path.unlink()  # the beginning of one
                    continue
                entry = self.find(path.stem)
                if entry is None:
                    lost += 1
                    continue
                found.append(entry)
                self._used[entry.sha256] += 1
            for path in self._content.iterdir():
                if path.name not in self._used:
                    path.unlink()
        except OSError as error:
            raise ShelfError(
                f"{self.folder} cannot be read: {error.strerror}. Mend it, or set files.enabled = "
                "false."
            ) from None
        if lost:
            log.warning("%d files in %s are damaged or have no contents", lost, self.folder)
        return sorted(found, key=lambda entry: entry.at)

    def incoming(self, name: str) -> Path:
        """Where a file of this name is while it is on its way."""
        return self._incoming / name

    def append(self, name: str, data: bytes, digest: _Hash, spare: int = 0) -> None:
        """Writes more of what is on its way, where that leaves `spare` bytes of the disk free.
        Raises OSError.
        """
        path = self.incoming(name)
        if spare and shutil.disk_usage(self._incoming).free < len(data) + spare:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        digest.update(data)
        number = make_private(path) if not path.exists() else os.open(path, _APPEND)
        with os.fdopen(number, "ab", buffering=0) as file:
            file.write(data)
            if self._durable:
                # at once: otherwise whoever stores a message would wait for all of it
                os.fsync(file.fileno())

    def give_up(self, name: str) -> None:
        """Removes what was on its way. What cannot be removed now is removed at the next start."""
        with suppress(OSError):
            self.incoming(name).unlink(missing_ok=True)

    def keep(self, name: str, entry: Entry) -> None:
        """Keeps what was on its way. When it returns, it is kept for good. Raises OSError, and then
        nothing is kept.
        """
        path, content = self.incoming(name), self.content(entry.sha256)
        self._sync(path)
        with self._mutex:
            self._used[entry.sha256] += 1
            try:
                if content.exists():
                    path.unlink()
                else:
                    path.rename(content)
                    self._sync(self._content)
                self._write(entry)
            except BaseException:
                self._let_go(entry.sha256)
                raise

    def _write(self, entry: Entry) -> None:
        final = self.entry(entry.id)
        new = final.with_suffix(".new")
        try:
            with os.fdopen(make_private(new), "wb") as file:
                file.write(_ENCODE.encode(entry))
                file.flush()
                if self._durable:
                    os.fsync(file.fileno())
            new.rename(final)
            self._sync(self._entries)
        except BaseException:
            for path in (new, final):
                with suppress(OSError):
                    path.unlink(missing_ok=True)
            raise

    def drop(self, entry: Entry) -> None:
        """Removes a file; its contents too, if no other one has the same. Raises OSError, and then
        it is kept still.
        """
        with self._mutex:
            self.take_out(entry.id)
            self._let_go(entry.sha256)

    def _let_go(self, sha256: str) -> None:
        self._used[sha256] -= 1
        if self._used[sha256] > 0:
            return
        del self._used[sha256]
        try:
            self.content(sha256).unlink(missing_ok=True)
        except OSError as error:  # somebody reads it, on Windows
            log.warning("%s will be removed at the next start: %s", self.content(sha256), error)

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of what is on its way. Raises OSError."""
        with self.incoming(name).open("rb") as file:
            return file.read(size)

    def close(self) -> None:
        """Lets go of the folder."""
        os.close(self._lock)

    def remove(self) -> None:
        """Lets go of the folder and removes it, with all that is in it."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


_APPEND = os.O_WRONLY | os.O_APPEND
new_digest = hashlib.sha256
