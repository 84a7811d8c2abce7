"""How a simulated client speaks: logging in, joining, writing, finding messages."""

from __future__ import annotations

import re
from typing import Protocol

_REFUSED = re.compile(rb"(?m)^(?::\S+ )?(?:ERROR|4(?:0[3-9]|3[1-9]|6[2-9]|7\d)) .*$")
_WELCOME = re.compile(rb"(?m)^:\S+ 001 ")
_READY = re.compile(rb"(?m)^:\S+ (?:376|422) ")
_PING = re.compile(rb"(?m)^(?::\S+ )?PING (.*?)\r?$")
_IRC_MESSAGE = re.compile(rb"(:\S+ PRIVMSG \S+ :(lt[^\r\n]*)\r?\n)")
_IRC_MEMBER = re.compile(rb"(?m)(?<=[: @+~&%])lt(\d+)(?=[ \r]|![^ ]* JOIN )")
_IRC_DEPARTED = re.compile(rb"(?m)^:lt(\d+)!\S+ QUIT :?(.*?)\r?$")
_PLAIN_DEPARTED = re.compile(rb"(?m)^lt(\d+) has left the chat room!()$")
_PLAIN_MESSAGE = re.compile(rb"(?m)^([^ :\n]+: (lt[^\r\n]*)\n)")
_PLAIN_MEMBER = re.compile(rb"(?m)^lt(\d+) has connected to the chat room$")


class Dialect(Protocol):
    """What a simulated client needs to know of its language; one object for each client."""

    sees_own: bool  # whether a sender is shown its own messages, once logged in

    def login(self, nick: str) -> bytes:
        """The first bytes."""

    def answer(self, data: bytes) -> bytes:
        """What has to be answered to `data`; empty for nothing."""

    def is_registered(self, data: bytes) -> bool:
        """Whether all that was read says that the server knows the client."""

    def refused(self, data: bytes) -> str:
        """Why the server does not let the client in; empty where it does."""

    def join(self, room: str) -> bytes:
        """Enters a room; empty where logging in did that already."""

    def is_in(self, data: bytes) -> bool:
        """Whether all that was read says that the client is in the room."""

    def members(self, data: bytes) -> list[bytes]:
        """The numbers of the simulated clients that are in the room, according to whole lines."""

    def message(self, target: str, payload: bytes) -> bytes:
        """A message to a room or a nickname."""

    def find(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """The messages in whole lines: (line, payload)."""

    def room(self, line: bytes) -> bytes:
        """The room that a message's line names; empty where rooms have no names."""

    def departed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """The simulated clients that have quit, according to whole lines: (number, reason)."""


class Irc:
    """Any IRC server. With `echo` it asks for echo-message, so that the senders' own messages are
    verified too; if the server does not have it, they are not.
    """

    def __init__(self, *, echo: bool = True) -> None:
        self.sees_own = False
        self._echo = echo

    def login(self, nick: str) -> bytes:
        request = "CAP REQ :echo-message\r\n" if self._echo else ""
        return f"{request}NICK {nick}\r\nUSER lt 0 * :load test\r\n".encode()

    def answer(self, data: bytes) -> bytes:
        out = b"".join(b"PONG %b\r\n" % token for token in _PING.findall(data))
        if b" ACK :echo-message" in data or b" ACK echo-message" in data:
            self.sees_own = True
            out += b"CAP END\r\n"
        elif b" NAK " in data:
            out += b"CAP END\r\n"
        return out

    def is_registered(self, data: bytes) -> bool:
        """See Dialect: the message of the day has ended, or there is none."""
        return bool(_WELCOME.search(data) and _READY.search(data))

    def refused(self, data: bytes) -> str:
        found = _REFUSED.search(data)
        return found[0].decode("utf-8", "replace").strip() if found else ""

    def join(self, room: str) -> bytes:
        return f"JOIN {room}\r\n".encode()

    def is_in(self, data: bytes) -> bool:
        """See Dialect: the end of the list of names."""
        return b" 366 " in data

    def members(self, data: bytes) -> list[bytes]:
        return _IRC_MEMBER.findall(data)

    def message(self, target: str, payload: bytes) -> bytes:
        return b"PRIVMSG %b :%b\r\n" % (target.encode(), payload)

    def find(self, data: bytes) -> list[tuple[bytes, bytes]]:
        return _IRC_MESSAGE.findall(data)

    def room(self, line: bytes) -> bytes:
        return line.split(b" ", 3)[2]

    def departed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        return _IRC_DEPARTED.findall(data)


class Plain:
    """gchat's plain text: everybody is in the lobby, as from netcat."""

    def __init__(self) -> None:
        self.sees_own = True

    def login(self, nick: str) -> bytes:
        return f"{nick}\n".encode()

    def answer(self, data: bytes) -> bytes:
        """See Dialect: there is nothing to answer."""
        return b""

    def is_registered(self, data: bytes) -> bool:
        """See Dialect: the first sentence is about our own arrival."""
        return b" has connected to the chat room\n" in data

    def refused(self, data: bytes) -> str:
        first, newline, _ = data.partition(b"\n")
        if newline and not first.endswith(b" has connected to the chat room"):
            return first.decode("utf-8", "replace")
        return ""

    def join(self, room: str) -> bytes:
        return b""

    def is_in(self, data: bytes) -> bool:
        return True

    def members(self, data: bytes) -> list[bytes]:
        return _PLAIN_MEMBER.findall(data)

    def message(self, target: str, payload: bytes) -> bytes:
        return payload + b"\n"

    def find(self, data: bytes) -> list[tuple[bytes, bytes]]:
        return _PLAIN_MESSAGE.findall(data)

    def room(self, line: bytes) -> bytes:
        return b""

    def departed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """See Dialect: plain text tells no reason."""
        return _PLAIN_DEPARTED.findall(data)
