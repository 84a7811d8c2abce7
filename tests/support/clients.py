"""Clients on real, blocking sockets. Every wait is for a line or the end of the stream."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

from gchat.wire.message import Message, parse

OPEN: list[LineClient] = []  # closed when the test ends, so that a test need not
WAIT_SECONDS = 15.0  # for something that is bound to come; a test that reaches it has failed


class LineClient:
    """Sends bytes, reads lines."""

    def __init__(self, port: int, first: bytes = b"", source: str = "") -> None:
        """`source`: the address to come from, "" for any."""
        self.sock = socket.create_connection(
            ("127.0.0.1", port), WAIT_SECONDS, (source, 0) if source else None
        )
        OPEN.append(self)
        self._unread = b""
        self.answer: list[str] = []  # to a handshake
        if first:
            self.send_raw(first)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send_raw(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.sock.sendall(data)

    def send(self, *lines: str) -> None:
        """Sends lines."""
        self.send_raw("".join(f"{line}\r\n" for line in lines).encode())

    def read_line(self) -> str:
        """The next line; raises EOFError at the end of the stream."""
        while b"\n" not in self._unread:
            data = self.sock.recv(65536)
            if not data:
                raise EOFError(f"closed after {self._unread!r}")
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode().removesuffix("\r")

    def read_to_end(self) -> list[str]:
        """All lines up to the end of the stream."""
        lines = []
        while True:
            try:
                lines.append(self.read_line())
            except (EOFError, ConnectionResetError):
                return lines

    def close(self) -> None:
        """Closes the socket."""
        self.sock.close()

    def reset(self) -> None:
        """Closes the socket with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()


class PlainClient(LineClient):
    """A person on netcat, in the lobby."""

    def __init__(self, port: int, nick: str) -> None:
        super().__init__(port)
        self.send_raw(f"{nick}\n".encode())
        assert self.read_line() == f"{nick} has connected to the chat room"

    def say(self, *lines: str) -> None:
        """Sends lines as netcat does."""
        self.send_raw("".join(f"{line}\n" for line in lines).encode())


class IrcClient(LineClient):
    """A registered IRC client."""

    def __init__(self, port: int, nick: str, *caps: str, join: str = "", source: str = "") -> None:
        super().__init__(port, source=source)
        self.nick = nick
        if caps:
            self.send("CAP LS 302", f"CAP REQ :{' '.join(caps)}", "CAP END")
        self.send(f"NICK {nick}", f"USER {nick.lower()} 0 * :{nick} Real")
        self.welcome = self.until("376", "422")
        if join:
            self.join(join)

    def read(self) -> Message:
        """The next message."""
        return parse(self.read_line())

    def until(self, *commands: str) -> list[Message]:
        """The messages up to the first of these commands, itself included."""
        return self.until_that(lambda message: message.command in commands)

    def until_that(self, found: Callable[[Message], bool]) -> list[Message]:
        """The messages up to the first that is `found`, itself included."""
        messages = []
        while True:
            messages.append(self.read())
            if found(messages[-1]):
                return messages

    def join(self, room: str) -> list[Message]:
        """Joins and reads up to the end of the names."""
        self.send(f"JOIN {room}")
        return self.until("366")

    def ask(self, *lines: str) -> list[Message]:
        """Sends lines and gives everything that comes before their PONG."""
        self.send(*lines, "PING sync")
        return self.until_that(lambda m: m.command == "PONG" and m.params[-1] == "sync")[:-1]

    def sync(self) -> list[Message]:
        """Everything that came so far."""
        return self.ask()


def upgraded(port: int, *headers: str, source: str = "") -> LineClient:
    """A WebSocket whose frames are left to the test."""
    client = LineClient(port, source=source)
    client.send(
        "GET / HTTP/1.1",
        "Host: here",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *headers,
        "",
    )
    client.answer = []
    while line := client.read_line():
        client.answer.append(line)
    return client


def words(messages: list[Message]) -> list[str]:
    """Messages in a form that is easy to compare: `nick COMMAND param | param`."""
    return [f"{m.nick} {m.command} {' | '.join(m.params)}".strip() for m in messages]


def texts(messages: list[Message]) -> list[str]:
    """The last parameter of each."""
    return [message.params[-1] for message in messages]


def without_digits(text: str) -> str:
    """For comparing texts in which times and counts differ."""
    return re.sub(r"\d+", "N", text)
