"""What an attacker has at hand: connections from addresses of its choice, crowds of users, and
sending as fast as the server takes it.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from tests.support.clients import IrcClient, LineClient, upgraded

SERVER = "127.0.0.1"
CROWD = 45  # connections of one address: fewer than the server allows
LOOK_SECONDS = 0.05  # for something to be writable, before the time is looked at


class Scene:
    """`until`: when the attack is over, as time.monotonic; set when it begins. `size` multiplies
    the counts. `turn`: 0 or 1; when an attack is repeated it comes from other addresses, since a
    server lets only so many connections of an address in.
    """

    def __init__(self, port: int, size: float = 1.0, turn: int = 0) -> None:
        self.port = port
        self.until = 0.0
        self.did: Counter[str] = Counter()
        self._size = size
        self._turn = turn
        self.here = f"127.0.{turn}.1"  # the address of an attack by one
        self._open: list[socket.socket] = []
        self._nicks = 0

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        return time.monotonic() < self.until

    def times(self, count: int) -> int:
        """The count for this run, which may be a small one."""
        return max(1, round(count * self._size))

    def address(self, number: int) -> str:
        """One of the addresses of an attack by many."""
        return f"127.{3 + self._turn}.{number // 200}.{1 + number % 200}"

    def nick(self, number: int) -> str:
        """Of the user with this number, counted from 1. Those of the turn before may still be
        there: a server that makes somebody wait does not look whether they have gone.
        """
        return f"attacker{self._turn}x{number}"

    # -- connections

    def connect(self, source: str = "", receive_bytes: int = 0) -> socket.socket:
        """A bare one. `receive_bytes`: how little the kernel is to keep unread."""
        sock = socket.socket()
        if receive_bytes:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        sock.settimeout(30)
        sock.bind((source or self.here, 0))
        sock.connect((SERVER, self.port))
        self._open.append(sock)
        self.did["connections"] += 1
        return sock

    def dropped(self, sock: socket.socket) -> None:
        """Closes one of them."""
        self._open.remove(sock)
        sock.close()

    def web(self) -> list[socket.socket]:
        """A crowd of WebSockets from one address."""
        found = []
        for _ in range(self.times(CROWD)):
            client = upgraded(self.port, source=self.here)
            found.append(client.sock)
        self.did["connections"] += len(found)
        self._open += found
        return found

    def user(self, *caps: str, source: str = "", join: str = "") -> IrcClient:
        """Somebody on IRC."""
        self._nicks += 1
        client = IrcClient(
            self.port, self.nick(self._nicks), *caps, join=join, source=source or self.here
        )
        self._open.append(client.sock)
        self.did["connections"] += 1
        return client

    def users(
        self,
        count: int,
        *lines: str,
        first_address: int = 0,
        end: bytes = b" 376 ",
        receive_bytes: int = 0,
    ) -> list[socket.socket]:
        """Many at once, a crowd at each address, who send these lines. Waits until each of them
        has been sent `end`.
        """
        found = []
        for number in range(self.times(count)):
            self._nicks += 1
            sock = self.connect(self.address(first_address + number // CROWD), receive_bytes)
            hello = (f"NICK {self.nick(self._nicks)}", "USER a 0 * :A", *lines)
            sock.sendall("".join(f"{line}\r\n" for line in hello).encode())
            found.append(sock)
        for sock in found:
            seen = b""
            while end not in seen and b" 422 " not in (seen if end == b" 376 " else b""):
                data = sock.recv(65536)
                assert data, seen
                seen = seen[-100:] + data
        return found

    # -- sending

    def flood(
        self,
        sockets: Sequence[socket.socket],
        what: Callable[[int], bytes],
        *,
        read: bool = True,
        readers: Sequence[socket.socket] = (),
    ) -> None:
        """Sends to all of them, as fast as they take it, until the time is over. `what`: the next
        piece, by its number. What comes is read and forgotten, also by `readers`, unless `read` is
        false.
        """
        rest: dict[socket.socket, memoryview] = {sock: memoryview(b"") for sock in sockets}
        reads = selectors.EVENT_READ if read else 0
        with selectors.DefaultSelector() as selector:
            for sock in (*sockets, *readers):
                sock.setblocking(False)
                wanted = reads | selectors.EVENT_WRITE if sock in rest else selectors.EVENT_READ
                selector.register(sock, wanted, sock)
            number = 0
            while self.goes_on and selector.get_map():
                for key, ready in selector.select(LOOK_SECONDS):
                    sock = key.data
                    try:
                        if ready & selectors.EVENT_READ and not sock.recv(1 << 20):
                            raise ConnectionResetError
                        if ready & selectors.EVENT_WRITE:
                            if not rest[sock]:
                                rest[sock] = memoryview(what(number))
                                number += 1
                            sent = sock.send(rest[sock])
                            self.did["bytes"] += sent
                            rest[sock] = rest[sock][sent:]
                    except BlockingIOError:
                        continue
                    except OSError:
                        self.did["let go"] += 1
                        selector.unregister(sock)

    def wait(self, sockets: Sequence[socket.socket] = ()) -> None:
        """Only reads, until the time is over."""
        self.flood([], lambda number: b"", readers=sockets)
        while not sockets and self.goes_on:
            time.sleep(LOOK_SECONDS)

    def send(self, client: LineClient, *lines: str) -> None:
        """Lines, counted."""
        client.send(*lines)
        self.did["lines"] += len(lines)

    def leave(self) -> None:
        """Closes everything."""
        for sock in self._open:
            sock.close()
        self._open.clear()


Attack = Callable[[Scene], Iterator[None]]
