"""An address to listen on: what is spoken there, and how a connection is taken in."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gevent
from gevent import socket as gsocket
from gevent.server import StreamServer

from gchat.net.listening import Where
from gchat.wire.sniff import Spoken

PAUSE_SECONDS = 1.0  # before accepting again, if the spare descriptor is lost too
BACKLOG = 4096  # connections that the kernel holds until they are accepted
PEOPLE = frozenset({Spoken.PLAIN, Spoken.IRC, Spoken.HTTP_GET})
_NONE_LEFT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`where`: host and port, or the path of a Unix socket. `speaks`: what is accepted there, with
    TLS or without; with `tls_only`, only with TLS.
    """

    where: Where
    speaks: frozenset[Spoken] = PEOPLE
    tls_only: bool = False


Handle = Callable[[gsocket.socket, Any, Endpoint], None]


class _Serving(gevent.Greenlet):  # type: ignore[type-arg]
    """Serves one connection and closes it. As `StreamServer` spawns it, a connection would take a
    kilobyte more: for a dictionary, tuples, and C calls on the greenlet's stack.
    """

    __slots__ = ("_address", "_endpoint", "_handle", "_sock")

    def __init__(
        self, handle: Handle, sock: gsocket.socket, address: Any, endpoint: Endpoint
    ) -> None:
        super().__init__()
        self._handle = handle
        self._sock = sock
        self._address = address
        self._endpoint = endpoint

    def _run(self) -> None:
        try:
            self._handle(self._sock, self._address, self._endpoint)
        finally:
            self._sock.close()


class Acceptor(StreamServer):
    """Accepts at an endpoint. When no file descriptor is left, it frees its spare one to accept the
    new connection, passes that to `full`, which can tell the client, and closes it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        handle: Handle,
        full: Callable[[gsocket.socket | None], None],
    ) -> None:
        """Raises OSError where a Unix socket cannot be made."""
        where = endpoint.where
        super().__init__(
            _unix_socket(where) if isinstance(where, str) else where,
            self.do_handle,  # asked for, and never called: `do_handle` is
            backlog=None if isinstance(where, str) else BACKLOG,  # a Unix socket listens already
        )
        self.endpoint = endpoint
        self._serve = handle
        self._full = full
        self._spare = -1
        self._keep_one()

    def do_handle(self, sock: gsocket.socket, address: Any) -> None:
        """Overrides `StreamServer`: serves the connection, in a greenlet of its own."""
        _Serving(self._serve, sock, address, self.endpoint).start()

    def do_read(self) -> Any:
        """Overrides `StreamServer`: turns a connection away when no descriptor is left."""
        try:
            return super().do_read()
        except OSError as error:
            if error.errno not in _NONE_LEFT:
                raise
        self._turn_away()
        return None

    def _turn_away(self) -> None:
        sock = None
        self._let_go()
        with suppress(OSError):
            found = super().do_read()
            sock = found[0] if found else None
        self._full(sock)
        if sock is not None:
            sock.close()
        if not self._keep_one():  # somebody else was quicker
            self.stop_accepting()
            gevent.spawn_later(PAUSE_SECONDS, self._again)

    def _again(self) -> None:
        if self.started:
            self._keep_one()
            self.start_accepting()

    def _keep_one(self) -> bool:
        try:
            self._spare = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            return False
        return True

    def _let_go(self) -> None:
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1

    def close(self) -> None:
        """Accepts nobody any more."""
        super().close()
        self._let_go()
        if isinstance(self.endpoint.where, str):
            Path(self.endpoint.where).unlink(missing_ok=True)


def _unix_socket(path: str) -> gsocket.socket:
    """Listens at a path, and replaces a socket that an earlier run left. Raises OSError, also
    where somebody listens there.
    """
    found = Path(path)
    if found.is_socket():
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            if probe.connect_ex(path) != errno.ECONNREFUSED:
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        found.unlink()
    sock = gsocket.socket(socket.AF_UNIX)
    sock.bind(path)
    sock.listen(BACKLOG)
    return sock
