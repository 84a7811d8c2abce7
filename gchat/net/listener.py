"""Accepts connections and keeps account of them."""

from __future__ import annotations

import logging
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, cast

import gevent
from gevent import socket as gsocket
from gevent.server import StreamServer

from gchat.dialects.link import ServerInfo
from gchat.net.address import readable_host
from gchat.net.admission import Admission
from gchat.net.deadlines import Deadlines
from gchat.net.refusals import TOO_MANY
from gchat.net.session import Session

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25  # how late a deadline may be noticed
KERNEL_BYTES = 128 * 1024  # that the kernel takes for a peer before it could send them
BACKLOG = 4096  # connections that the kernel holds until they are accepted
FULL_LOG_SECONDS = 60.0  # "the server is full" is logged once in this time

MakeSession = Callable[[gsocket.socket, int, str], Session]


class Listener:
    """Listening addresses and the sessions that came in by them."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        max_connections: int,
        make_session: MakeSession,
        more: Sequence[tuple[str, int] | str] = (),
        admission: Admission | None = None,
    ) -> None:
        """`more`: further addresses, host and port or the path of a Unix socket."""
        self._admission = Admission() if admission is None else admission
        self._max = max_connections
        self._make = make_session
        self._sessions: dict[Session, gevent.Greenlet[..., Any]] = {}
        self.refused: Counter[str] = Counter()  # by the limit, ever
        self._by_number: dict[int, Session] = {}
        self._uids = count(1)
        self._deadlines = Deadlines()
        self._keeper: gevent.Greenlet[..., Any] | None = None
        self._stopped = ""  # why nobody is served any more
        self._full_logged = -FULL_LOG_SECONDS
        self._stream = StreamServer((host, port), self._handle, backlog=BACKLOG)
        self._more = more
        self._others: list[StreamServer] = []

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once started."""
        host, port = self._stream.server_host, self._stream.server_port
        assert host is not None
        assert port is not None
        return host, port

    def start(self) -> None:
        """Begins to accept. Raises OSError where it cannot listen there."""
        self._stream.start()
        for address in self._more:
            where = _unix_socket(address) if isinstance(address, str) else address
            other = StreamServer(where, self._handle, backlog=BACKLOG)
            other.start()
            self._others.append(other)
        self._keeper = gevent.spawn(self._keep_time)

    def unregistered(self) -> int:
        """How many connections have no nickname yet."""
        return sum(session.unregistered_yet for session in self._sessions)

    def spoken(self) -> dict[str, int]:
        """How many connections speak what."""
        return Counter(session.speaks for session in self._sessions)

    def reloaded(self, before: ServerInfo) -> None:
        """Tells every session that the server's settings are others than `before`."""
        for session in list(self._sessions):
            session.reloaded(before)

    def evict(self, number: int, reason: str) -> None:
        """Ends a connection of a user who is none any more."""
        session = self._by_number.get(number)
        if session is not None:
            session.close(reason)

    def stop(self, reason: str, grace: float) -> None:
        """Accepts nobody any more, ends all connections with `reason`, waits at most `grace`
        seconds for them, then lets go of those that are left.
        """
        self._stopped = reason
        for stream in (self._stream, *self._others):
            stream.close()
        for path in self._more:
            if isinstance(path, str):
                Path(path).unlink(missing_ok=True)
        for session in list(self._sessions):
            session.close(reason)
        with suppress(gevent.Timeout), gevent.Timeout(grace):
            while self._sessions:  # also those that were accepted, and had not begun yet
                gevent.joinall(list(self._sessions.values()))
        gevent.killall(list(self._sessions.values()), timeout=grace)
        if self._keeper is not None:
            self._keeper.kill()

    def _handle(self, sock: gsocket.socket, address: tuple[str, int] | str) -> None:
        host = _host(address)
        if len(self._sessions) >= self._max:
            self.refused["connections"] += 1
            self._note_full()
            _turn_away(sock, TOO_MANY)
            return
        refusal = self._admission.enter(host, time.monotonic())
        if refusal:
            self.refused["address"] += 1
            _turn_away(sock, refusal)
            return
        try:
            self._serve(sock, host)
        finally:
            self._admission.leave(host)

    def _serve(self, sock: gsocket.socket, host: str) -> None:
        _prepare(sock)
        session = self._make(sock, next(self._uids), host)
        self._sessions[session] = cast("gevent.Greenlet[..., Any]", gevent.getcurrent())
        self._by_number[session.number] = session
        self._deadlines.add(time.monotonic(), session)
        if self._stopped:
            session.close(self._stopped)
        try:
            session.run()
        finally:
            del self._sessions[session]
            del self._by_number[session.number]

    def _note_full(self) -> None:
        now = time.monotonic()
        if now - self._full_logged >= FULL_LOG_SECONDS:
            self._full_logged = now
            log.warning("full: %d connections; new ones are turned away", self._max)

    def _keep_time(self) -> None:
        while True:
            gevent.sleep(TICK_SECONDS)
            self._deadlines.run(time.monotonic())


def _turn_away(sock: gsocket.socket, words: bytes) -> None:
    try:
        sock.settimeout(0.0)
        sock.send(words)
    except OSError:
        pass  # gone already


def _prepare(sock: gsocket.socket) -> None:
    """TCP_NODELAY: what is sent is batched already. TCP_NOTSENT_LOWAT: otherwise the kernel would
    keep megabytes for a peer that does not read. Keepalive finds peers that died silently.
    """
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_BYTES)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except OSError:
        pass  # reset before it was accepted; the first read will tell


def _unix_socket(path: str) -> gsocket.socket:
    """Listens at a path, in the place of a socket that was left there. Raises OSError."""
    found = Path(path)
    if found.is_socket():
        found.unlink()
    sock = gsocket.socket(socket.AF_UNIX)
    sock.bind(path)
    sock.listen(BACKLOG)
    return sock


def _host(address: tuple[str, int] | str) -> str:
    return readable_host(address[0]) if isinstance(address, tuple) else "localhost"
