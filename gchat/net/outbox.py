"""What waits to be sent to one peer: bounded, and sent once per turn of the loop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import perf_counter
from typing import Any

import gevent
from gevent.event import Event

BUSY = 1.5
SPACING = 4.0
SPACING_MAX = 0.010  # seconds
_WRITE = 2  # gevent's loop.io: watch for writability


class Flusher:
    """Sends every outbox that was written to, all at once, and seldom when there is much to send.

    A send costs far more than what is sent, so the fewer the better. While the loop has time, a
    flush comes at the end of the turn in which something was written. Once something is written
    sooner than BUSY × the duration of the last flush after it, the loop is busy sending: then the
    next flush waits for SPACING × that duration, SPACING_MAX at most, and takes along all that
    comes meanwhile.
    """

    def __init__(self, loop: Any = None, clock: Callable[[], float] = perf_counter) -> None:
        self._dirty: list[Outbox] = []
        self._loop = loop or gevent.get_hub().loop
        self._clock = clock
        self._timer: Any = None
        self._ended = 0.0  # of the last flush, in seconds of the clock
        self._took = 0.0  # the last flush, in seconds

    def add(self, outbox: Outbox) -> None:
        """Has the outbox flushed with the next flush."""
        if not self._dirty:
            since = self._clock() - self._ended
            if since >= BUSY * self._took:
                self._loop.run_callback(self._flush)
            else:
                wait = min(SPACING * self._took, SPACING_MAX) - since
                self._timer = self._loop.timer(max(wait, 0.0))
                self._timer.start(self._flush)
        self._dirty.append(outbox)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.close()
            self._timer = None
        dirty, self._dirty = self._dirty, []
        started = self._clock()
        for outbox in dirty:
            outbox.flush()
        self._ended = self._clock()
        self._took = self._ended - started


class Outbox:
    """Bytes on their way to one socket.

    `write` never waits. What is queued is at most `limit` bytes; one more and `overflowed` is
    called, once, in the turn of the loop in which it happens: the queue is dropped but for the rest
    of the line that was begun, so that what is written after it starts on a line of its own.
    """

    __slots__ = (
        "_broken",
        "_chunks",
        "_dirty",
        "_drained",
        "_flusher",
        "_limit",
        "_overflowed",
        "_raw",
        "_rest",
        "_size",
        "_watcher",
        "accepting",
    )

    def __init__(
        self,
        raw: socket.socket,
        limit: int,
        flusher: Flusher,
        overflowed: Callable[[], None],
    ) -> None:
        self._raw = raw  # the non-blocking socket beneath gevent's
        self._limit = limit
        self._flusher = flusher
        self._overflowed = overflowed
        self._chunks: list[bytes] = []
        self._rest = b""  # what the socket did not take of what it was given
        self._size = 0  # bytes in _chunks and _rest
        self._dirty = False  # in the flusher's list
        self._watcher: Any = None  # waits for the socket to take more
        self._broken = False  # the peer is gone
        self._drained: Event | None = None  # set when nothing is left
        self.accepting = True  # False: write drops what it is given

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._size

    def write(self, data: bytes) -> None:
        """Queues whole lines."""
        if not self.accepting:
            return
        self._chunks.append(data)
        self._size += len(data)
        if self._size > self._limit and self._watcher is None:
            self.flush()  # nobody asked the socket yet: only a peer that does not read is too slow
        if self._size > self._limit:
            self._overflow()
        elif not self._dirty and self._size:
            self._dirty = True
            self._flusher.add(self)

    def finish(self, data: bytes) -> None:
        """Queues the last words; nothing is taken after them."""
        self.accepting = False
        if not self._broken:
            self._chunks.append(data)
            self._size += len(data)
            self.flush()

    def drain(self, timeout: float) -> bool:
        """Waits at most `timeout` seconds until everything is sent; whether it was."""
        if self._size and not self._broken:
            self._drained = Event()
            self._drained.wait(timeout)
        return not self._size

    def close(self) -> None:
        """Drops everything and lets go of the socket, which is not closed here."""
        self._break()

    def flush(self) -> None:
        """Gives the socket what is queued, if it takes more."""
        self._dirty = False
        if self._watcher is not None or self._broken or not self._chunks:
            return
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._send(data)

    def _send(self, data: bytes) -> None:
        try:
            sent = self._raw.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._break()  # the reader of this connection learns of it by itself
            return
        self._size -= sent
        if sent < len(data):
            self._rest = data[sent:]
            if self._watcher is None:
                self._watcher = gevent.get_hub().loop.io(self._raw.fileno(), _WRITE)
                self._watcher.start(self._writable)
        else:
            self._rest = b""
            if self._drained is not None and not self._size:
                self._drained.set()

    def _writable(self) -> None:
        """The socket takes more: the rest first, and whatever was queued behind it."""
        self._stop_watcher()
        data = b"".join((self._rest, *self._chunks))
        self._chunks.clear()
        self._send(data)

    def _overflow(self) -> None:
        self.accepting = False
        self._chunks.clear()
        self._rest = self._rest[: self._rest.find(b"\n") + 1]
        self._size = len(self._rest)
        self._overflowed()

    def _break(self) -> None:
        self._broken = True
        self.accepting = False
        self._chunks.clear()
        self._rest = b""
        self._size = 0
        self._stop_watcher()
        if self._drained is not None:
            self._drained.set()

    def _stop_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
