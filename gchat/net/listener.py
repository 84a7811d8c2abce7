"""Accepts connections and keeps account of them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from time import perf_counter
from typing import Any, cast

import gevent
from gevent import socket as gsocket

from gchat import system
from gchat.config import Config
from gchat.net.admission import Admission
from gchat.net.deadlines import Deadlines
from gchat.net.endpoint import Acceptor, Endpoint
from gchat.net.listening import listening
from gchat.net.refusals import NO_PROXY, NOT_NOW, TOO_MANY
from gchat.net.session import Session
from gchat.wire.address import Origin, parse_address
from gchat.wire.proxy import V2_BYTES, BadProxy, Proxied, proxied

log = logging.getLogger(__name__)

TICK_SECONDS = 0.25  # how late a deadline may be noticed
FULL_LOG_SECONDS = 60.0  # "the server is full" is logged once in this time

MakeSession = Callable[[gsocket.socket, int, Origin, Endpoint], Session]


class _NothingSaid(Exception):
    """A proxy has connected and disconnected without sending anything."""


class Listener:
    """Listening addresses and the sessions that came in by them."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        max_connections: int,
        make_session: MakeSession,
        admission: Admission | None = None,
        proxies: str = "",
        gateways: Callable[[], str] = lambda: "",
        proxy_seconds: Callable[[], float] = lambda: 10.0,
    ) -> None:
        """`endpoints`: the first one is `address`. `proxies`: addresses of proxies, which must send
        a PROXY header within `proxy_seconds`. `gateways`: addresses of those that use WEBIRC.
        """
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
        self._paused = ""  # why nobody is served for now
        self._full_logged = -FULL_LOG_SECONDS
        self._endpoints = endpoints
        self._acceptors: list[Acceptor] = []
        self._proxies = proxies
        self._gateways = gateways
        self._proxy_seconds = proxy_seconds
        self._asked = 0  # proxies whose PROXY header has not come yet

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once started."""
        first = self._acceptors[0]
        host, port = first.server_host, first.server_port
        assert host is not None
        assert port is not None
        return host, port

    def bind(self) -> None:
        """Listens; who connects waits for `start`. Raises CannotListen where it cannot."""
        for number, endpoint in enumerate(self._endpoints):
            with listening(endpoint.where, "server.listen" if number else ""):
                acceptor = Acceptor(endpoint, self._handle, self._none_left)
                self._acceptors.append(acceptor)
                acceptor.init_socket()

    def start(self) -> None:
        """Begins to accept. Raises CannotListen where it cannot."""
        if not self._acceptors:
            self.bind()
        for acceptor in self._acceptors:
            acceptor.start()
        self._keeper = gevent.spawn(self._keep_time)

    def unregistered(self) -> int:
        """How many connections have no nickname yet."""
        return sum(session.unregistered_yet for session in self._sessions)

    def spoken(self) -> dict[str, int]:
        """How many connections speak what."""
        return Counter(session.speaks for session in self._sessions)

    def queued(self) -> tuple[int, int]:
        """Bytes that wait in all outboxes, and in the fullest."""
        sizes = [session.queued for session in self._sessions]
        return sum(sizes), max(sizes, default=0)

    def reloaded(self, before: Config) -> None:
        """Tells every session that the server's settings are others than `before`."""
        for session in list(self._sessions):
            session.reloaded(before)

    def evict(self, number: int, reason: str) -> None:
        """Ends a connection whose user was removed from the hub."""
        session = self._by_number.get(number)
        if session is not None:
            session.close(reason)

    def number_from(self, base: int) -> None:
        """Numbers the connections that come from here on from `base` + 1, and serves them."""
        self._uids = count(base + 1)
        self._paused = ""

    def pause(self, reason: str) -> None:
        """Ends all connections, and turns new ones away until `number_from`."""
        self._paused = reason
        for session in list(self._sessions):
            session.close(reason)

    def stop(self, reason: str, grace: float) -> None:
        """Stops accepting, ends all connections with `reason`, waits at most `grace` seconds for
        them, then kills the greenlets of those that are left.
        """
        self._stopped = reason
        for acceptor in self._acceptors:
            acceptor.close()
        for session in list(self._sessions):
            session.close(reason)
        with suppress(gevent.Timeout), gevent.Timeout(grace):
            while self._sessions:  # also those that were accepted, and had not begun yet
                gevent.joinall(list(self._sessions.values()))
        gevent.killall(list(self._sessions.values()), timeout=grace)
        if self._keeper is not None:
            self._keeper.kill()

    def _handle(
        self, sock: gsocket.socket, address: tuple[str, int] | str, endpoint: Endpoint
    ) -> None:
        origin, first = _origin(address), b""
        if len(self._sessions) + self._asked >= self._max:
            self.refused["connections"] += 1
            self._note_full()
            _turn_away(sock, TOO_MANY)
            return
        if self._paused:
            self.refused["node"] += 1
            _turn_away(sock, NOT_NOW)
            return
        if origin.is_one_of(self._proxies):
            try:
                found, first = self._ask_proxy(sock)
            except _NothingSaid:
                return  # a health check
            except (BadProxy, OSError, gevent.Timeout) as error:
                self.refused["proxy"] += 1
                log.warning("proxy %s did not send a valid PROXY header: %s", origin.host, error)
                _turn_away(sock, NO_PROXY)
                return
            origin = Origin(found.address or origin.address, relayed=True)
        untold = origin.is_one_of(self._gateways())
        if untold:
            refusal = self._admission.enter_untold(origin)
        else:
            refusal = self._admission.enter(origin, perf_counter())
        if refusal:
            self.refused["address"] += 1
            _turn_away(sock, refusal)
            return
        self._serve(sock, origin, endpoint, first, untold=untold)

    def _ask_proxy(self, sock: gsocket.socket) -> tuple[Proxied, bytes]:
        """What the proxy says, and what came behind it."""
        self._asked += 1
        data = b""
        try:
            with gevent.Timeout(self._proxy_seconds()):
                while (found := proxied(data)) is None:
                    more = sock.recv(V2_BYTES - len(data))
                    if not more:
                        raise BadProxy("connection closed") if data else _NothingSaid
                    data += more
        finally:
            self._asked -= 1
        return found, data[found.size :]

    def _serve(
        self,
        sock: gsocket.socket,
        origin: Origin,
        endpoint: Endpoint,
        first: bytes,
        *,
        untold: bool,
    ) -> None:
        _prepare(sock)
        session = self._make(sock, next(self._uids), origin, endpoint)
        session.untold = untold
        self._sessions[session] = cast("gevent.Greenlet[..., Any]", gevent.getcurrent())
        self._by_number[session.number] = session
        self._deadlines.add(perf_counter(), session)
        if self._stopped:
            session.close(self._stopped)
        try:
            session.run(first)
        finally:
            del self._sessions[session]
            del self._by_number[session.number]
            self._admission.leave(session.origin, untold=session.untold)

    def _note_full(self) -> None:
        now = perf_counter()
        if now - self._full_logged >= FULL_LOG_SECONDS:
            self._full_logged = now
            count = len(self._sessions)
            log.warning("server full: %d connections; new ones are refused", count)

    def _none_left(self, sock: gsocket.socket | None) -> None:
        """There is no file descriptor left for whoever has come."""
        self.refused["descriptors"] += 1
        self._note_full()
        if sock is not None:
            _turn_away(sock, TOO_MANY)

    def _keep_time(self) -> None:
        while True:
            gevent.sleep(TICK_SECONDS)
            self._deadlines.run(perf_counter())


def _turn_away(sock: gsocket.socket, words: bytes) -> None:
    try:
        sock.settimeout(0.0)
        sock.send(words)
    except OSError:
        pass  # gone already


def _prepare(sock: gsocket.socket) -> None:
    try:
        for option in system.SOCKET_OPTIONS:
            sock.setsockopt(*option)
    except OSError:
        pass  # reset before it was accepted; the first read will tell


def _origin(address: tuple[str, int] | str) -> Origin:
    """Of what `accept` gives, which for a Unix socket is no tuple."""
    if not isinstance(address, tuple):
        return Origin(None)
    return Origin(parse_address(address[0].partition("%")[0]))
