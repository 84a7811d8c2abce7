"""TLS for a client that reads in one thread and writes in another, as that of websockets does."""

from __future__ import annotations

import socket
import ssl
import threading
from typing import Any

CHUNK = 65536


class TlsClient(socket.socket):
    """Takes `raw` over and shakes hands.

    Until Python 3.13.4 two threads must not use one SSLSocket at the same time: where one reads the
    tickets that a server sends after the handshake, a write of the other fails with an internal
    error (gh-134698). Here one thread at a time is inside of OpenSSL.
    """

    def __init__(self, raw: socket.socket, context: ssl.SSLContext, name: str) -> None:
        timeout = raw.gettimeout()
        super().__init__(raw.family, raw.type, raw.proto, raw.detach())
        self.settimeout(timeout)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._inside = threading.Lock()
        self._sending = threading.Lock()
        while not self._shaken():
            self._fetch()

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As of a socket: empty at the end."""
        while True:
            with self._inside:
                try:
                    return self._tls.read(size)
                except ssl.SSLWantReadError:
                    pass
                except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                    return b""
            self._fetch()

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As of a socket."""
        with self._inside:
            self._tls.write(data)
        self._flush()

    def _shaken(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        finally:
            self._flush()
        return True

    def _fetch(self) -> None:
        data = super().recv(CHUNK)
        with self._inside:
            if data:
                self._incoming.write(data)
            else:
                self._incoming.write_eof()

    def _flush(self) -> None:
        with self._sending:
            with self._inside:
                data = self._outgoing.read()
            super().sendall(data)
