"""What the server's operator reads. What people write, and their secrets, are never logged.

A thread of its own writes the lines, so a log that nobody reads does not stop the server.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

WAITING_BYTES = 1 << 20  # of lines not written yet; further lines are dropped and counted
STOP_SECONDS = 1.0  # for the last lines, when the server ends
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_RENAMED = {"asctime": "time", "levelname": "level", "name": "logger"}


class _OneLine(logging.Formatter):
    """Escapes what is not printable: a nickname or an address cannot forge a line of the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        text = super().formatMessage(record)
        return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


class QueueingHandler(logging.Handler):
    """Writes to a stream from a thread. Never waits for the stream."""

    def __init__(self, stream: TextIO, waiting: int = WAITING_BYTES) -> None:
        super().__init__()
        self._stream = stream
        self._most = waiting
        self._lines: deque[bytes] = deque()
        self._size = 0  # of the lines that wait, in bytes
        self._dropped = 0  # since the last line that was taken
        self._changed = threading.Condition()
        self._ended = False
        # a daemon, and writing past Python's buffers: a stream that nobody reads must not keep the
        # process from ending
        self._thread = threading.Thread(target=self._write_all, name="gchat-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queues a line, or drops it where too much waits already."""
        try:
            line = self.format(record).encode("utf-8", "backslashreplace") + b"\n"
        except Exception:
            self.handleError(record)
            return
        with self._changed:
            if self._size + len(line) > self._most:
                self._dropped += 1
                return
            dropped, self._dropped = self._dropped, 0
            self._take(line)
            self._changed.notify()
        if dropped:
            logging.getLogger(__name__).warning("%d lines of the log were dropped", dropped)

    def close(self) -> None:
        """Writes what waits, for a bounded time."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join(STOP_SECONDS)
        super().close()

    def _take(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line)

    def _write_all(self) -> None:
        while True:
            with self._changed:
                while not self._lines and not self._ended:
                    self._changed.wait()
                if not self._lines:
                    return
                line = self._lines[0]
            self._write(line)
            with self._changed:
                self._lines.popleft()
                self._size -= len(line)

    def _write(self, line: bytes) -> None:
        try:
            number = self._stream.fileno()
        except (OSError, ValueError):
            self._stream.write(line.decode())
            return
        try:
            while line:
                line = line[os.write(number, line) :]
        except OSError:
            pass  # nobody is there any more


def log_to(stream: TextIO, level: str, form: str) -> QueueingHandler:
    """Sets logging up, in the `form` "text" or "json": a JSON object for each line. The result has
    to be closed at the end.
    """
    handler = QueueingHandler(stream)
    if form == "json":
        handler.setFormatter(JsonFormatter(_TEXT, rename_fields=_RENAMED))
    else:
        handler.setFormatter(_OneLine(_TEXT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
    return handler
