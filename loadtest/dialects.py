"""How a simulated client speaks: logging in, writing, and finding messages in what it reads."""

from __future__ import annotations

import re
from typing import Protocol


class Dialect(Protocol):
    """What a simulated client needs to know of its language."""

    echo: bool  # whether a sender is shown its own messages, once logged in

    def login(self, nick: str) -> bytes:
        """The first bytes."""

    def answer(self, data: bytes) -> bytes:
        """What has to be answered to `data` while logging in; empty for nothing."""

    def is_in(self, data: bytes) -> bool:
        """Whether everything read so far says that the client is in the room."""

    def refused(self, data: bytes) -> str:
        """Why the server does not let the client in; empty where it does."""

    def message(self, payload: bytes) -> bytes:
        """A message to the room."""

    def payloads(self, data: bytes) -> list[bytes]:
        """The messages in whole lines."""


_REFUSED = re.compile(rb"(?m)^(?::\S+ )?(?:ERROR|4(?:0[3-9]|3[1-9]|6[2-9]|7\d)) .*$")
_WELCOME = re.compile(rb"(?m)^:\S+ 001 ")
_PING = re.compile(rb"(?m)^(?::\S+ )?PING (.*?)\r?$")


class Irc:
    """Any IRC server. Asks for echo-message, so that the senders' own messages are verified too;
    where the server has it not, senders are verified without them.
    """

    def __init__(self, room: str) -> None:
        self.room = room
        self.echo = False
        self._message = re.compile(rb" PRIVMSG %b :(lt[^\r\n]*)\r?\n" % re.escape(room.encode()))

    def login(self, nick: str) -> bytes:
        """See Dialect. CAP END comes with the answer to the welcome or the capabilities."""
        return f"CAP REQ :echo-message\r\nNICK {nick}\r\nUSER lt 0 * :load test\r\n".encode()

    def answer(self, data: bytes) -> bytes:
        """See Dialect."""
        out = b"".join(b"PONG %b\r\n" % token for token in _PING.findall(data))
        if b" ACK :echo-message" in data or b" ACK echo-message" in data:
            self.echo = True
            out += b"CAP END\r\n"
        elif b" NAK " in data:
            out += b"CAP END\r\n"
        if _WELCOME.search(data):
            out += f"JOIN {self.room}\r\n".encode()
        return out

    def is_in(self, data: bytes) -> bool:
        """See Dialect: the end of the list of names."""
        return b" 366 " in data

    def refused(self, data: bytes) -> str:
        """See Dialect."""
        found = _REFUSED.search(data)
        return found[0].decode("utf-8", "replace").strip() if found else ""

    def message(self, payload: bytes) -> bytes:
        """See Dialect."""
        return b"PRIVMSG %b :%b\r\n" % (self.room.encode(), payload)

    def payloads(self, data: bytes) -> list[bytes]:
        """See Dialect."""
        return self._message.findall(data)


_PLAIN_MESSAGE = re.compile(rb"(?m)^[^ :]+: (lt[^\r\n]*)$")


class Plain:
    """gchat's plain text: the lobby, as from netcat."""

    echo = True

    def login(self, nick: str) -> bytes:
        """See Dialect."""
        return f"{nick}\n".encode()

    def answer(self, data: bytes) -> bytes:
        """See Dialect: there is nothing to answer."""
        return b""

    def is_in(self, data: bytes) -> bool:
        """See Dialect: the first sentence is about our own arrival."""
        return b" has connected to the chat room\n" in data

    def refused(self, data: bytes) -> str:
        """See Dialect."""
        first = data.partition(b"\n")[0]
        if b"\n" in data and not first.endswith(b" has connected to the chat room"):
            return first.decode("utf-8", "replace")
        return ""

    def message(self, payload: bytes) -> bytes:
        """See Dialect."""
        return payload + b"\n"

    def payloads(self, data: bytes) -> list[bytes]:
        """See Dialect."""
        return _PLAIN_MESSAGE.findall(data)
