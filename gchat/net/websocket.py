"""WebSocket beneath IRC: https://ircv3.net/specs/extensions/websocket. The protocol itself is the
library's; nothing here reads or writes a socket.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from http import HTTPStatus
from typing import Protocol

from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from gchat.net.forwarding import Header, is_relayed
from gchat.net.hosts import is_own
from gchat.wire.lines import MAX_LINE_BYTES

TEXT, BINARY = Subprotocol("text.ircv3.net"), Subprotocol("binary.ircv3.net")
_SUBPROTOCOLS = [TEXT, BINARY]
GOING_AWAY = 1001
REASON_BYTES = 120  # of a close frame's reason

_QUIET = logging.getLogger("gchat.websocket")
_QUIET.setLevel(logging.WARNING)  # below, the library logs every request and frame in full

NOT_OUR_NAME = (
    "The host name of this request is not known as one of this server's. If it is one, name it in "
    "the setting server.hosts.\n"
)
NOT_OUR_PAGE = (
    "The origin of this page is not allowed. If it should be, name it in the setting "
    "server.origins.\n"
)
_PAGE = b"This is a gchat server. Join it with any IRC client, with netcat or with gchat-client.\n"


class Door(Protocol):
    """See `Site` in `layers.py`."""

    def admit(self, header: Header) -> str:
        """Why somebody is not let in, "" where they are."""

    def foreign(self, host: str) -> None:
        """Somebody has come by a name that is not this server's."""


class WebSocket:
    """The server's side of one connection. What it wants sent is in `take`."""

    def __init__(
        self, origins: Sequence[str], names: Collection[str], door: Door | None = None
    ) -> None:
        """`origins`: those of web pages that may connect, besides the server's own; "*" is any.
        `names`: what the server is called, see `hosts.py`. `door`: is asked who may come in, and
        told who may not.
        """
        self._door = door
        self._origins = origins
        self._names = names
        self._protocol = ServerProtocol(
            subprotocols=_SUBPROTOCOLS,
            select_subprotocol=_first_that_we_know,
            max_size=MAX_LINE_BYTES,
            logger=_QUIET,
        )
        self._parts: list[bytes] | None = None  # of a message in fragments
        self.frames = 0  # in what was received last
        self.open = False
        self.relayed = False  # a proxy has passed the request on
        self.origin = ""  # of the page of ours that has connected
        self.frame: Callable[[bytes], bytes] = frame_text

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be read."""
        return self._protocol.state in (State.CLOSING, State.CLOSED) or bool(
            self._protocol.close_expected() or self._protocol.eof_sent
        )

    def take(self) -> bytes:
        """Takes out what is to be sent; it is framed already."""
        return b"".join(self._protocol.data_to_send())

    def receive(self, data: bytes) -> list[bytes]:
        """The lines, without endings, that `data` completes."""
        self._protocol.receive_data(data)
        lines: list[bytes] = []
        self.frames = 0
        for event in self._protocol.events_received():
            self.frames += 1
            if isinstance(event, Request):
                self._answer(event)
            elif isinstance(event, Frame):
                lines += self._unwrap(event)
        return lines

    def end(self, reason: str) -> None:
        """Says goodbye."""
        if self._protocol.state is State.OPEN:
            short = reason.encode()[:REASON_BYTES].decode("utf-8", "ignore")
            self._protocol.send_close(GOING_AWAY, short)

    def _answer(self, request: Request) -> None:
        headers = request.headers
        self.relayed = is_relayed(headers)
        if self._protocol.eof_sent:
            return  # invalid frames came right after the request: the connection has failed already
        if "Upgrade" not in headers:
            self._refuse(HTTPStatus.NOT_FOUND, _PAGE.decode())
        elif not self._is_for_us(headers):
            if self._door is not None:
                self._door.foreign(_value(headers, "host"))
            self._refuse(HTTPStatus.FORBIDDEN, NOT_OUR_NAME)
        elif not self._may_come_from(headers):
            self._refuse(HTTPStatus.FORBIDDEN, NOT_OUR_PAGE)
        elif why := self._door.admit(partial(_value, headers)) if self._door is not None else "":
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS, f"{why}\n")
        else:
            response = self._protocol.accept(request)
            self._protocol.send_response(response)
            self.open = response.status_code == HTTPStatus.SWITCHING_PROTOCOLS
            if self._is_ours(headers):
                self.origin = headers["Origin"]
            if self._protocol.subprotocol == BINARY:
                self.frame = frame_binary
        self._forget(headers)

    def _forget(self, headers: Headers) -> None:
        """Lets go of what only the answer to the request needed; the library keeps the request as
        long as the connection lasts, and a browser's headers are some kilobytes.
        """
        headers.clear()
        self._door, self._origins, self._names = None, (), ()

    def _is_for_us(self, headers: Headers) -> bool:
        """Whether the request names this server. Other programs than browsers, which send no
        Origin, may call it what they like: nobody can make them call it by another name. So may
        pages of the origins that are allowed: none of theirs has another origin.
        """
        try:
            host, origin = headers.get("Host", ""), headers.get("Origin")
        except LookupError:
            return False  # several of them
        known = origin is None or "*" in self._origins or origin in self._origins
        return known or is_own(host, self._names)

    def _may_come_from(self, headers: Headers) -> bool:
        """Whether this origin may connect: a browser names its page's; other programs need not."""
        try:
            origin = headers.get("Origin")
        except LookupError:
            return False  # several of them
        if origin is None or "*" in self._origins or origin in self._origins:
            return True
        return self._is_ours(headers)

    @staticmethod
    def _is_ours(headers: Headers) -> bool:
        """Whether it comes from a page of this server."""
        origin, host = headers.get("Origin", ""), headers.get("Host", "")
        return origin.partition("://")[2].lower() == host.lower() != ""

    def _refuse(self, status: HTTPStatus, text: str) -> None:
        response: Response = self._protocol.reject(status, text)
        self._protocol.send_response(response)

    def _unwrap(self, frame: Frame) -> list[bytes]:
        """A message is one line; text or binary are taken alike."""
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._parts = []
        elif frame.opcode is not Opcode.CONT:
            return []
        if frame.data and self._parts is not None:
            self._parts.append(bytes(frame.data))
        if not frame.fin:
            return []
        line, self._parts = b"".join(self._parts or ()), None
        return [line.rstrip(b"\r\n")]


def _value(headers: Headers, name: str) -> str:
    return ", ".join(headers.get_all(name))


def _first_that_we_know(
    protocol: ServerProtocol, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """The client's most preferred subprotocol of those that the server knows."""
    return next((one for one in offered if one in (TEXT, BINARY)), None)


def _framing(opcode: Opcode) -> Callable[[bytes], bytes]:
    """Makes lines into messages. Members of a group are handed the same bytes object one after the
    other: it is framed once for all of them.
    """
    last: tuple[bytes, bytes] = (b"", b"")

    def frame(lines: bytes) -> bytes:
        nonlocal last
        if lines is not last[0]:
            framed = b"".join(
                Frame(opcode, line).serialize(mask=False)
                for line in lines.replace(b"\r\n", b"\n").split(b"\n")
                if line
            )
            last = (lines, framed)
        return last[1]

    return frame


frame_text, frame_binary = _framing(Opcode.TEXT), _framing(Opcode.BINARY)
