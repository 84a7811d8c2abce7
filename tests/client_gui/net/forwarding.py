"""A proxy on this machine: SOCKS5 or HTTP CONNECT, with or without a password."""

from __future__ import annotations

import base64
import socket
import threading
from socket import SocketIO
from types import TracebackType
from typing import Self

CHUNK = 65536


class ForwardProxy:
    """Connects, by a name or an address, to where it is asked to; names it looks up itself.
    `first`: it says this with its answer, as if the server had spoken at once.
    """

    def __init__(self, kind: str, user: str = "", password: str = "", first: bytes = b"") -> None:
        self._kind = kind
        self._wanted = user, password
        self._first = first
        self.asked: list[tuple[str, int]] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # whoever waits in accept() holds it open
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        # unbuffered: what comes behind the question is the server's
        with sock, sock.makefile("rb", buffering=0) as lines:
            speak = self._socks5 if self._kind == "socks5" else self._http
            place = speak(sock, lines)
            if place is None:
                return
            with socket.create_connection(place) as there:
                other = threading.Thread(target=_pump, args=(there, sock), daemon=True)
                other.start()
                _pump(sock, there)
                other.join()

    def _socks5(self, sock: socket.socket, lines: SocketIO) -> tuple[str, int] | None:
        _version, count = lines.read(2)
        methods = lines.read(count)
        if self._wanted[0]:
            if 2 not in methods:
                sock.sendall(b"\x05\xff")
                return None
            sock.sendall(b"\x05\x02")
            lines.read(1)
            said = tuple(lines.read(lines.read(1)[0]).decode() for _ in range(2))
            sock.sendall(b"\x01" + (b"\0" if said == self._wanted else b"\1"))
            if said != self._wanted:
                return None
        else:
            sock.sendall(b"\x05\x00")
        kind = lines.read(4)[3]
        host = (
            lines.read(lines.read(1)[0]).decode()
            if kind == 3
            else socket.inet_ntop(socket.AF_INET, lines.read(4))
        )
        self.asked.append((host, int.from_bytes(lines.read(2))))
        if host == "refused.example":
            sock.sendall(b"\x05\x02\0\x01" + bytes(6))
            return None
        sock.sendall(b"\x05\0\0\x01" + bytes(6) + self._first)
        return self.asked[-1]

    def _http(self, sock: socket.socket, lines: SocketIO) -> tuple[str, int] | None:
        asked = lines.readline().split()[1].decode()
        headers = []
        while (line := lines.readline().strip()) != b"":
            headers.append(line.decode())
        pair = base64.b64encode(":".join(self._wanted).encode()).decode()
        if self._wanted[0] and f"proxy-authorization: Basic {pair}".lower() not in [
            one.lower() for one in headers
        ]:
            sock.sendall(b"HTTP/1.1 407 Who are you\x02?\r\n\r\n")
            return None
        host, _, port = asked.rpartition(":")
        self.asked.append((host, int(port)))
        if host == "refused.example":
            sock.sendall(b"HTTP/1.1 403 Not there\r\n\r\n")
            return None
        sock.sendall(b"HTTP/1.1 200 OK\r\nVia: x\r\n")  # in two pieces
        sock.sendall(b"\r\n" + self._first)
        return self.asked[-1]


def _pump(here: socket.socket, there: socket.socket) -> None:
    try:
        while data := here.recv(CHUNK):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)
    except OSError:
        pass
