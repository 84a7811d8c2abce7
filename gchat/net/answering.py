"""HTTP on an address of its own, for programs of the operator's: metrics."""

from __future__ import annotations

import time
from contextlib import suppress

import gevent
from gevent import socket as gsocket
from gevent.pool import Pool
from gevent.server import StreamServer

from gchat.web.connection import HttpConnection, Phase
from gchat.web.exchange import Answer

CONNECTIONS = 32  # at once; a further one waits to be accepted
REQUEST_SECONDS = 10.0  # for a request to come, and for its answer to be taken
IDLE_SECONDS = 120.0  # for the next request; Prometheus asks once a minute
_READ_BYTES = 16_384


class HttpServer:
    """Answers whoever connects."""

    def __init__(self, address: tuple[str, int], answer: Answer) -> None:
        self._answer = answer
        self._server = StreamServer(address, self._serve, spawn=Pool(CONNECTIONS))

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once started; where it is to, before that."""
        host, port = self._server.server_host, self._server.server_port
        assert host is not None
        assert port is not None
        return host, port

    def start(self) -> None:
        """Begins to answer. Raises OSError where it cannot listen there."""
        self._server.start()

    def stop(self) -> None:
        """Answers no more, and closes what is open."""
        self._server.stop(timeout=0)

    def _serve(self, sock: gsocket.socket, address: object) -> None:
        http = HttpConnection(self._answer, time.time)
        with suppress(OSError, gevent.Timeout), sock:
            while http.phase is Phase.IDLE:
                with gevent.Timeout(IDLE_SECONDS):
                    data = sock.recv(_READ_BYTES)
                with gevent.Timeout(REQUEST_SECONDS):
                    self._exchange(http, sock, data)

    @staticmethod
    def _exchange(http: HttpConnection, sock: gsocket.socket, data: bytes) -> None:
        """Reads a request to its end and sends the answer. Raises OSError."""
        while True:
            for piece in http.receive(data):
                sock.sendall(piece)
            if http.phase is not Phase.READING:
                return
            data = sock.recv(_READ_BYTES)
