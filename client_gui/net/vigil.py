"""Notices that the machine has slept or is on another network: the connection may be gone without
notice, and there is no need to wait before trying again.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import trio

SECONDS = 5.0  # between two looks
SLEPT_SECONDS = 5.0  # by which the wall clock gained on trio's, which stands still in sleep

Route = Callable[[], str]  # our own address on the way to the server, "" for no way


class Vigil:
    """Call `changed` now and then."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        way: Callable[[trio.abc.Stream], Route] | None = None,
    ) -> None:
        self._wall = wall
        self._way = way or route_of
        self._route: Route = _nowhere
        self._address = ""
        self._ahead: float | None = None

    def watch(self, stream: trio.abc.Stream) -> None:
        """From now on the way of this connection is the one that matters."""
        self._route = self._way(stream)
        self._address = self._route()
        self._ahead = self._wall() - trio.current_time()

    def changed(self) -> bool:
        """Whether the machine has slept or changed networks since the last call."""
        ahead = self._wall() - trio.current_time()
        slept = self._ahead is not None and ahead - self._ahead > SLEPT_SECONDS
        self._ahead = ahead
        before, self._address = self._address, self._route()
        return slept or (self._address != before and bool(self._address))


def route_to(peer: tuple[str, int]) -> Route:
    """The way to a server. Nothing is sent: a datagram socket asks the system for it only."""
    family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET

    def route() -> str:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asked:
                asked.connect(peer)
                return str(asked.getsockname()[0])
        except OSError:
            return ""

    return route


def route_of(stream: trio.abc.Stream) -> Route:
    """The way that a connection goes."""
    inner = stream.transport_stream if isinstance(stream, trio.SSLStream) else stream
    if not isinstance(inner, trio.SocketStream):
        return _nowhere
    try:
        peer = inner.socket.getpeername()
    except OSError:
        return _nowhere  # closed again
    return route_to(peer[:2])


def _nowhere() -> str:
    return ""
