"""What was said, in text files: one for each server, room and month. Written by a thread, so that a
slow disk keeps nobody waiting.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

LINES_MOST = 10_000  # that wait to be written; what comes then is left out
BYTES_MOST = 16 << 20  # of them
NAME_LENGTH = 80  # characters of a file's name that are a room's
FLUSH_SECONDS = 2.0  # for the thread to end
# names that Windows takes for devices, with any ending
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Entry:
    path: Path
    data: bytes


def usual_folder() -> Path:
    """Where they are unless somebody says otherwise."""
    return Path(platformdirs.user_log_dir("gchat", appauthor=False))


def safe_name(name: str) -> str:
    """A name for a file, on every system; two names that are not one never have the same. `name`
    is folded: some systems do not tell letters of different size apart.
    """
    safe = _UNSAFE.sub("_", name)[:NAME_LENGTH].rstrip(". ")
    if not safe or safe.startswith(".") or _DEVICE.fullmatch(safe):
        safe = f"_{safe}"
    if safe != name or name != name.lower():
        safe = f"{safe}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return safe


def written(at: float, text: str) -> str:
    """A message as it stands in the file; further lines of it are set in."""
    first, *others = text.split("\n")
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
    return "".join(
        f"{line}\n" for line in [f"[{stamp}] {first}", *(f"    {one}" for one in others)]
    )


class TextLog:
    """`trouble` is why the last line could not be written, "" where it could."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.trouble = ""
        self._waiting: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._bytes = 0  # that wait; counted by both threads, under the lock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def keep(self, server: str, room: str, at: float, text: str) -> None:
        """Writes a line soon. `server` and `room` are folded, `at` is in seconds since 1970."""
        month = time.strftime("%Y-%m", time.localtime(at))
        path = self.folder / safe_name(server) / f"{safe_name(room)} {month}.log"
        data = written(at, text).encode("utf-8", "replace")
        with self._lock:
            full = self._waiting.qsize() >= LINES_MOST or self._bytes + len(data) > BYTES_MOST
            if not full:
                self._bytes += len(data)
        if full:
            self.trouble = "too much waits to be written"
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gchat-textlog", daemon=True)
            self._thread.start()
        self._waiting.put(_Entry(path, data))

    def close(self) -> None:
        """Writes what waits, as far as that goes in FLUSH_SECONDS."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join(FLUSH_SECONDS)

    def _run(self) -> None:
        while (entry := self._waiting.get()) is not None:
            with self._lock:
                self._bytes -= len(entry.data)
            try:
                _append(entry)
            except OSError as error:
                if not self.trouble:
                    log.warning("%s cannot be written: %s", entry.path, error)
                self.trouble = error.strerror or str(error)
            else:
                self.trouble = ""


def _append(entry: _Entry) -> None:
    """Only this user can read what is written. Raises OSError."""
    entry.path.parent.mkdir(0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    with os.fdopen(os.open(entry.path, flags, 0o600), "ab", buffering=0) as file:
        file.write(entry.data)
