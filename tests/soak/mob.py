"""People who behave badly, each in a way of its own, while others talk."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from loadtest.layers import LayerFailed, layers

CORPUS = Path(__file__).parent.parent / "fuzz" / "corpus"
RESET = b"\1\0\0\0\0\0\0\0"  # SO_LINGER: on, no seconds


@dataclass(slots=True)
class One:
    """A connection that is held until a time, then closed or reset."""

    sock: socket.socket
    until: float
    reset: bool


class Mob:
    """Does something bad whenever it is asked to. Never waits for an answer."""

    def __init__(self, port: int, chance: random.Random) -> None:
        self._port = port
        self._chance = chance
        self._held: list[One] = []
        self._count = 0
        self._garbage = [path.read_bytes() for path in sorted(CORPUS.rglob("*")) if path.is_file()]
        self._deeds: list[Callable[[], Iterable[bytes]]] = [
            self._come_and_go,
            self._read_nothing,
            self._say_half,
            self._say_anything,
            self._shout,
            self._by_web_or_tls,
        ]
        self.did = 0

    def act(self, now: float) -> None:
        """One deed; and lets go of whom it has held for long enough. Raises OSError where the
        server is not there.
        """
        deed = self._chance.choice(self._deeds)
        sock = socket.socket()
        if deed == self._read_nothing:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(("127.0.0.1", self._port))
        sock.settimeout(0.2)
        try:
            for data in deed():
                sock.sendall(data)
                if deed == self._by_web_or_tls:
                    self._answer = sock.recv(65536)
        except (OSError, LayerFailed):
            pass  # let go already
        held = self._chance.uniform(0, 3)
        self._held.append(One(sock, now + held, self._chance.random() < 0.5))
        self.did += 1
        self._let_go(now)

    def leave(self) -> None:
        """Everybody goes."""
        self._let_go(float("inf"))

    def _let_go(self, now: float) -> None:
        for one in [one for one in self._held if one.until <= now]:
            if one.reset:
                one.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            one.sock.close()
        self._held = [one for one in self._held if one.until > now]

    def _hello(self, room: str) -> bytes:
        self._count += 1
        return f"NICK mob{self._count}\r\nUSER m 0 * :M\r\nJOIN {room}\r\n".encode()

    def _come_and_go(self) -> Iterable[bytes]:
        room = f"#mob{self._chance.randrange(20)}"
        yield self._hello(f"#lobby,{room}") + f"PRIVMSG {room} :hello\r\n".encode()
        yield b"PART #lobby\r\nNICK other\r\nAWAY :x\r\nTOPIC #lobby\r\nQUIT :bye\r\n"

    def _read_nothing(self) -> Iterable[bytes]:
        yield self._hello("#lobby") + b"WHO *\r\nLIST\r\nNAMES #lobby\r\nMOTD\r\n" * 50

    def _say_half(self) -> Iterable[bytes]:
        whole = self._chance.choice(self._garbage)
        yield whole[: self._chance.randrange(len(whole) + 1)]

    def _say_anything(self) -> Iterable[bytes]:
        yield self._chance.choice(self._garbage)
        yield self._chance.randbytes(self._chance.randrange(3000))

    def _shout(self) -> Iterable[bytes]:
        room = f"#mob{self._chance.randrange(20)}"
        yield self._hello(room)
        yield f"PRIVMSG {room} :{'x' * 300}\r\n".encode() * 200

    def _by_web_or_tls(self) -> Iterable[bytes]:
        names = self._chance.choice([["tls"], ["websocket"], ["tls", "websocket"]])
        found = layers(names, ("127.0.0.1", self._port))
        for height, layer in enumerate(found):
            data = layer.start()
            for beneath in reversed(found[:height]):
                data = beneath.wrap(data)
            yield data
            for _ in range(2):
                data, answer = self._answer, b""
                for index, one in enumerate(found[: height + 1]):
                    data, answer = one.unwrap(data)
                    for beneath in reversed(found[:index]):
                        answer = beneath.wrap(answer)
                    if answer:
                        yield answer
        data = self._hello("#lobby")
        for beneath in reversed(found):
            data = beneath.wrap(data)
        yield data

    _answer = b""
