"""How long a server lets people wait for the answer to a PING, asked from outside all the time."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress

PAUSE_SECONDS = 0.02  # between an answer and the next question
CONNECT_SECONDS = 1.0
LOOK_SECONDS = 0.2  # between two looks whether it is over
LOGIN_SECONDS = 10.0  # for being let in
READ_BYTES = 65536


class Probe:
    """One connection, made again where it ends. Runs in a thread, so the process that it is in has
    to be an idle one.
    """

    def __init__(self, address: tuple[str, int], name: str) -> None:
        """`name`: the nickname. Begins at once."""
        self._address, self._name = address, name
        self._over = threading.Event()
        self.answers = 0
        self.late = 0.0  # seconds by which it has asked too late itself: so exact is `longest`
        self.longest = 0.0  # seconds that it waited for an answer
        self.first: float | None = None  # when the first one came, of time.monotonic
        self._thread = threading.Thread(target=self._run, name="loadtest-probe", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Forgets what was until now."""
        self.longest, self.late, self.answers = 0.0, 0.0, 0

    def close(self) -> None:
        """Asks no more. What has not been answered by now counts as long as it has waited."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            with (
                suppress(OSError),
                socket.create_connection(self._address, CONNECT_SECONDS) as sock,
            ):
                sock.settimeout(LOOK_SECONDS)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._ask(sock)
            self._over.wait(PAUSE_SECONDS)

    def _ask(self, sock: socket.socket) -> None:
        """Until the connection ends."""
        sock.sendall(f"NICK {self._name}\r\nUSER lt 0 * :load test\r\n".encode())
        if not self._wait_for(sock, b" 001 ", time.monotonic() + LOGIN_SECONDS):
            return
        number = 0
        while not self._over.is_set():
            number += 1
            asked = time.monotonic()
            sock.sendall(b"PING lt%d\r\n" % number)
            answered = self._wait_for(sock, b"lt%d\r\n" % number)
            now = time.monotonic()
            if not answered:
                if self._over.is_set():
                    self.longest = max(self.longest, now - asked)
                return
            self.longest = max(self.longest, now - asked)
            self.answers += 1
            if self.first is None:
                self.first = now
            self._over.wait(PAUSE_SECONDS)
            self.late = max(self.late, time.monotonic() - now - PAUSE_SECONDS)

    def _wait_for(self, sock: socket.socket, text: bytes, until: float = float("inf")) -> bool:
        """Whether it came; False where the connection has ended, or all is over."""
        data = b""
        while text not in data:
            if self._over.is_set() or time.monotonic() > until:
                return False
            try:
                more = sock.recv(READ_BYTES)
            except TimeoutError:
                continue
            if not more:
                return False
            if b"PING " in more:
                sock.sendall(b"PONG" + more[more.index(b"PING ") + 4 :].splitlines()[0] + b"\r\n")
            data = data[-len(text) :] + more
        return True
