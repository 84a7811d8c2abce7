"""A way between two programs on this machine that can be held: then nothing passes, as where a
network is cut, and nobody is told. Once it is let go, what waited passes.
"""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress

PIECE_BYTES = 1 << 18
LOOK_SECONDS = 0.02  # between two looks whether it is held, or over


class Way:
    """Listens on a port of its own, and passes on what comes there. Runs in a thread."""

    def __init__(self, to: int) -> None:
        """`to`: the port, of this machine. Raises OSError."""
        self._to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open, self._over = threading.Event(), threading.Event()
        self._open.set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._other: dict[socket.socket, socket.socket] = {}
        self._thread = threading.Thread(target=self._run, name="loadtest-way", daemon=True)
        self._thread.start()

    def hold(self) -> None:
        """Lets nothing pass from here on."""
        self._open.clear()

    def let_go(self) -> None:
        """Lets everything pass again."""
        self._open.set()

    def close(self) -> None:
        """Ends all connections."""
        self._over.set()
        self._open.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._open.wait()
                for key, _ in self._selector.select(LOOK_SECONDS):
                    if self._open.is_set():
                        self._serve(key.fileobj)
        finally:
            for sock in (self._listener, *self._other):
                sock.close()
            self._selector.close()

    def _serve(self, sock: object) -> None:
        if sock is self._listener:
            self._accept()
        elif isinstance(sock, socket.socket) and sock in self._other:
            self._pass(sock)

    def _accept(self) -> None:
        near, _ = self._listener.accept()
        try:
            far = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._other[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass(self, sock: socket.socket) -> None:
        data = b""
        with suppress(OSError):
            data = sock.recv(PIECE_BYTES)
            if data:
                self._other[sock].sendall(data)
                return
        for one in (sock, self._other[sock]):
            self._selector.unregister(one)
            del self._other[one]
            one.close()
