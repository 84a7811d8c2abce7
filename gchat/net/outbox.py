"""What waits to be sent to one peer: bounded."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Protocol

import gevent
from gevent.event import Event

from gchat.dialects.peer import Variant
from gchat.net.flusher import Flusher
from gchat.net.tls import TlsSocket

_WRITE = 2  # gevent's loop.io: watch for writability
_NOTHING = memoryview(b"")


def _nobody() -> None:
    """Called after `close` instead of the `overflowed` of the connection."""


class Group(Protocol):
    """Connections that are written to together. See BroadcastGroup."""

    variant: Variant
    rooms: frozenset[str]
    members: dict[Outbox, None]

    def catch_up(self, outbox: Outbox) -> None:
        """Gives a member what waits for it here."""

    def write(self, data: bytes, skipped: Outbox | None = None) -> None:
        """Queues whole lines for every member, but for `skipped`."""

    def remove(self, outbox: Outbox) -> None:
        """No member any more."""


class Outbox:
    """Bytes on their way to one socket.

    Only `drain` waits. At most `limit` bytes are queued. When there are more, the queue is dropped,
    except for the rest of a line that is half sent, so that the last words start on a new line; and
    `overflowed` is called, once and at once.
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
        "frame",
        "group",
    )

    def __init__(
        self,
        raw: socket.socket,
        limit: int,
        flusher: Flusher,
        overflowed: Callable[[], None],
    ) -> None:
        self._raw: socket.socket | TlsSocket = raw  # the non-blocking one beneath gevent's
        self._limit = limit
        self._flusher = flusher
        self._overflowed = overflowed
        self._chunks: list[bytes] = []
        self._rest = _NOTHING  # what the socket did not take of what it was given
        self._size = 0  # bytes in _chunks and _rest
        self._dirty = False  # in the flusher's list
        self._watcher: Any = None  # waits for the socket to take more; then _rest is not empty
        self._broken = False  # the peer is gone
        self._drained: Event | None = None  # set when nothing is left
        self.accepting = True  # False: what is written is dropped
        self.frame: Callable[[bytes], bytes] | None = None  # of a WebSocket: lines as messages
        self.group: Group | None = None  # whose writes this outbox gets, set by the group

    @property
    def size(self) -> int:
        """Bytes that wait here."""
        return self._size

    @property
    def broken(self) -> bool:
        """Whether a send has failed: the peer is gone."""
        return self._broken

    def through(self, tls: TlsSocket) -> None:
        """From here on everything is sent by TLS."""
        self._raw = tls

    def write(self, data: bytes) -> None:
        """Queues whole lines, behind everything that was queued before."""
        if self.group is not None:
            self.group.catch_up(self)
        self.queue(data)

    def queue(self, data: bytes) -> None:
        """Queues whole lines, behind what is in here."""
        self.queue_framed(data if self.frame is None else self.frame(data))

    def queue_framed(self, data: bytes) -> None:
        """Queues bytes that need no framing."""
        if not self.accepting:
            return
        self._chunks.append(data)
        self._size += len(data)
        if self._size > self._limit and self._watcher is None:
            # first try to send: it is the peer that is too slow only if the socket takes nothing
            self.flush()
        if self._size > self._limit:
            self._overflow()
        elif not self._dirty and self._size:
            self._dirty = True
            self._flusher.add(self)

    def send(self, data: bytes) -> None:
        """Gives whole lines to the socket now, or queues them behind what is in here."""
        if self.frame is not None:
            data = self.frame(data)
        if self._size or not self.accepting:
            self._send_behind(data)
            return
        try:
            sent = self._raw.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._break()  # the reader of this connection learns of it by itself
            return
        if sent < len(data):
            self._size = len(data) - sent
            self._keep(memoryview(data)[sent:])
            if self._size > self._limit:
                self._overflow()

    def _send_behind(self, data: bytes) -> None:
        if not self.accepting:
            return
        self._chunks.append(data)
        self._size += len(data)
        if self._watcher is None:
            self.flush()
        if self._size > self._limit:
            self._overflow()

    def finish(self, data: bytes, framed: bytes = b"") -> None:
        """Queues the last words, and `framed` after them; nothing more is taken."""
        self.accepting = False
        data = (data if self.frame is None or not data else self.frame(data)) + framed
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
        """Drops everything and stops watching the socket, which is not closed here. Drops the
        reference to the connection too: a cycle would have to wait for the garbage collector.
        """
        self._break()
        self._overflowed = _nobody

    def flush(self) -> tuple[int, int]:
        """Gives the socket what is queued, if it takes more."""
        self._dirty = False
        writes = len(self._chunks)
        if self._watcher is not None or self._broken or not writes:
            return 0, 0
        data = self._chunks[0] if writes == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._send(memoryview(data))
        return 1, writes

    def _send(self, data: memoryview) -> None:
        try:
            sent = self._raw.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._break()
            return
        self._size -= sent
        if sent < len(data):
            self._keep(data[sent:])
        elif self._drained is not None and not self._size:
            self._drained.set()

    def _keep(self, rest: memoryview) -> None:
        """Waits for the socket to take what it has not taken."""
        self._rest = rest
        if self._watcher is None:
            self._watcher = gevent.get_hub().loop.io(self._raw.fileno(), _WRITE)
            self._watcher.start(self._writable)

    def _writable(self) -> None:
        """The socket takes more: the rest first, then whatever was queued behind it."""
        rest, self._rest = self._rest, _NOTHING
        self._send(rest)
        if not self._rest and not self._broken:
            self._stop_watcher()
            self.flush()

    def _overflow(self) -> None:
        self.accepting = False
        self._chunks.clear()
        if self.frame is None:  # with WebSocket, the rest ends with a whole message
            rest = bytes(self._rest)
            self._rest = memoryview(rest[: rest.find(b"\n") + 1])
        self._size = len(self._rest)
        self._overflowed()

    def _break(self) -> None:
        self._broken = True
        self.accepting = False
        self._chunks.clear()
        self._rest = _NOTHING
        self._size = 0
        self._stop_watcher()
        if self._drained is not None:
            self._drained.set()

    def _stop_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
