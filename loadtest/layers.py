"""What may be beneath a simulated client's language: TLS and WebSocket, both without I/O."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from functools import cache
from typing import Protocol

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from gchat.wire.address import readable_address

PIECE_BYTES = 1 << 18
_SHORT, _LONG = 126, 127  # of a frame's length byte: two or eight bytes of length follow


class LayerFailed(Exception):
    """The server does not speak it; the text says what it answered."""


class Layer(Protocol):
    """A layer of one connection. What is wrapped before the handshake ends is sent after it."""

    def start(self) -> bytes:
        """The first bytes to send."""

    def wrap(self, data: bytes) -> bytes:
        """What has to be sent for the peer to be told `data`."""

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        """What the peer has said, and what has to be sent at once. Raises LayerFailed."""


def layers(names: Sequence[str], address: tuple[str, int]) -> list[Layer]:
    """New ones, the lowest first, of "tls" and "websocket"."""
    return [Tls() if name == "tls" else WebSocket(*address) for name in names]


@cache
def _context() -> ssl.SSLContext:
    """Accepts any certificate: it does not matter to the load test whose it is."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Tls:
    """TLS by the standard library, on buffers."""

    def __init__(self) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _context().wrap_bio(self._in, self._out)
        self._ready = False
        self._early = b""

    def start(self) -> bytes:
        self._shake()
        return self._out.read()

    def wrap(self, data: bytes) -> bytes:
        if not self._ready:
            self._early += data
            return b""
        self._tls.write(data)
        return self._out.read()

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        self._in.write(data)
        found = []
        try:
            if not self._ready:
                self._shake()
            while self._ready and (piece := self._tls.read(PIECE_BYTES)):
                found.append(piece)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            raise LayerFailed(f"no TLS: {error.reason or error}") from None
        return b"".join(found), self._out.read()

    def _shake(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        self._ready = True
        if self._early:
            self._tls.write(self._early)
            self._early = b""


class WebSocket:
    """https://ircv3.net/specs/extensions/websocket with text frames. The handshake and what is
    sent are the library's; what comes is unframed here, for all frames of a read at once.
    """

    def __init__(self, host: str, port: int) -> None:
        self._protocol = ClientProtocol(
            parse_uri(f"ws://{readable_address(host, port)}/"),
            subprotocols=[Subprotocol("text.ircv3.net")],
        )
        self._head: bytes | None = b""  # of the answer, until it is whole
        self._early: list[bytes] = []
        self._rest = b""

    def start(self) -> bytes:
        self._protocol.send_request(self._protocol.connect())
        return b"".join(self._protocol.data_to_send())

    def wrap(self, data: bytes) -> bytes:
        """See Layer: a message is a line."""
        if self._head is not None:
            self._early.append(data)
            return b""
        return b"".join(
            Frame(Opcode.TEXT, line).serialize(mask=True) for line in data.split(b"\r\n") if line
        )

    def unwrap(self, data: bytes) -> tuple[bytes, bytes]:
        if self._head is not None:
            head, end, data = (self._head + data).partition(b"\r\n\r\n")
            if not end:
                self._head = head
                return b"", b""
            self._open(head + end)
            early = b"".join(self.wrap(one) for one in self._early)
            return self._unframe(data), early
        return self._unframe(data), b""

    def _open(self, head: bytes) -> None:
        self._protocol.receive_data(head)
        for event in self._protocol.events_received():
            if isinstance(event, Response) and event.status_code == 101:
                self._head = None
        if self._head is not None:
            raise LayerFailed(f"no WebSocket: {head.splitlines()[0].decode('ascii', 'replace')}")

    def _unframe(self, data: bytes) -> bytes:
        """The lines of whole frames; the rest waits for more."""
        data = self._rest + data
        lines = []
        at, size = 0, len(data)
        while at + 2 <= size:
            first, length, body = data[at], data[at + 1], at + 2
            if length == _SHORT:
                length, body = int.from_bytes(data[body : body + 2], "big"), body + 2
            elif length >= _LONG:
                raise LayerFailed("a WebSocket frame that is masked, or larger than any line")
            if body + length > size:
                break
            if first == 0x81:  # text, whole
                lines.append(data[body : body + length])
            elif first != 0x88:  # close
                raise LayerFailed(f"a WebSocket frame of kind {first:#x}")
            at = body + length
        self._rest = data[at:]
        lines.append(b"")
        return b"\r\n".join(lines)
