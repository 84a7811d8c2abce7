"""One HTTP/1.1 connection: bytes in, bytes out. The protocol is h11's (RFC 9112); nothing here
reads or writes a socket, waits, or knows what is answered.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http import HTTPStatus

import h11

from gchat.web.exchange import (
    Answer,
    Incoming,
    Opened,
    Rejected,
    Request,
    Response,
    Stored,
    plainly,
)

HEAD_BYTES = 16_384  # of a request's first line and headers
BODY_BYTES = 65_536  # of what comes behind them
PIECE_BYTES = 8192  # of an answer, handed out at once

_REASONS = {
    400: "This request cannot be understood.",
    408: "The request did not come in time.",
    431: f"A request's first line and headers may have {HEAD_BYTES} bytes.",
    501: "This way of sending a request is not known here.",
}


class Phase(enum.Enum):
    """What a connection is doing; all but the last take a bounded time."""

    IDLE = enum.auto()  # nothing of the next request has come
    READING = enum.auto()  # some of it
    UPLOADING = enum.auto()  # its head, and some of a body that may be large
    ANSWERING = enum.auto()  # the peer has done its part
    OVER = enum.auto()


class HttpConnection:
    """The server's side of one connection."""

    __slots__ = (
        "_answer",
        "_body",
        "_came",
        "_clock",
        "_h11",
        "_headers_only",
        "_incoming",
        "_opened",
        "_request",
        "ended",
        "handed_over",
        "pieces",
        "received",
        "requests",
    )

    def __init__(
        self, answer: Answer, clock: Callable[[], float], opened: Opened = lambda request: None
    ) -> None:
        """`clock` gives seconds since 1970. `opened` is asked first."""
        self._answer = answer
        self._opened = opened
        self._clock = clock
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        self._came = b""  # of the request whose head is not complete, as it came
        self._request: Request | None = None  # its body is to come
        self._body = b""
        self._incoming: Incoming | None = None  # takes its body, once that has begun
        self._headers_only = False  # it is HEAD
        self.pieces = 0  # of a body, in what was received last
        self.received = 0  # bytes of the body that somebody takes
        self.requests = 0  # that were answered
        self.handed_over: bytes | None = None  # a request for WebSocket, and what came behind it
        self.ended = False  # nothing more is to be read

    @property
    def phase(self) -> Phase:
        """What it is doing, between two calls of `receive`."""
        if self.ended or self.handed_over is not None:
            return Phase.OVER
        if self._incoming is not None:
            return Phase.UPLOADING
        return Phase.READING if self._came or self._request is not None else Phase.IDLE

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Takes in what came, and gives what is to be sent, piece by piece: whoever sends it may
        wait between two pieces, and nothing is worked out ahead. It has to be used up before the
        next call.
        """
        if self._request is None:
            self._came += data
        self.pieces = 0
        self._h11.receive_data(data)
        while self.phase is not Phase.OVER:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                yield from self._fail(HTTPStatus(error.error_status_hint))
                return
            match event:
                case h11.Request():
                    yield from self._begin(event)
                case h11.Data():
                    self.pieces += 1
                    yield from self._take(bytes(event.data))
                case h11.EndOfMessage():
                    yield from self._finish()
                case h11.ConnectionClosed():
                    self.ended = True
                case _:  # more has to come
                    return

    @property
    def steady(self) -> bool:
        """Whether what comes next is a body in one piece, which costs little."""
        request = self._request
        return self._incoming is not None and request is not None and _is_whole(request)

    def give_up(self) -> bytes:
        """What is to be said to a peer whose request does not come to its end."""
        if self.phase not in (Phase.READING, Phase.UPLOADING):
            return b""
        return b"".join(self._fail(HTTPStatus.REQUEST_TIMEOUT))

    def close(self) -> None:
        """Nothing more comes. May wait."""
        incoming, self._incoming = self._incoming, None
        if incoming is not None:
            incoming.close()

    # -- a request

    def _begin(self, event: h11.Request) -> Iterator[bytes]:
        headers: dict[str, str] = {}
        for name, value in event.headers:
            key, text = name.decode("ascii"), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        method, target = event.method.decode("ascii"), event.target.decode("ascii")
        self._headers_only = method == "HEAD"
        if event.http_version not in (b"1.0", b"1.1"):
            yield from self._fail(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here.")
        elif "transfer-encoding" in headers and "content-length" in headers:
            # two lengths: a proxy may believe the other one, RFC 9112, section 6.3
            yield from self._fail(HTTPStatus.BAD_REQUEST)
        elif method == "GET" and headers.get("upgrade", "").lower() == "websocket":
            self.handed_over, self._came = self._came, b""
        else:
            yield from self._listen(Request(method, target, headers))

    def _listen(self, request: Request) -> Iterator[bytes]:
        try:
            incoming = self._opened(request)
        except Rejected as error:
            yield from self._reject(error)
            return
        if incoming is None and int(request.headers.get("content-length", "0")) > BODY_BYTES:
            yield from self._too_large()
        else:
            self._request, self._incoming, self._came = request, incoming, b""
            self.received = 0
            if self._h11.they_are_waiting_for_100_continue:
                yield self._written(h11.InformationalResponse(status_code=100, headers=[]))

    def _take(self, data: bytes) -> Iterator[bytes]:
        if self._incoming is not None:
            self.received += len(data)
            try:
                self._incoming.take(data)
            except Rejected as error:
                yield from self._reject(error)
        elif len(self._body) + len(data) > BODY_BYTES:
            yield from self._too_large()
        else:
            self._body += data

    def _finish(self) -> Iterator[bytes]:
        request, self._request = self._request, None
        assert request is not None
        if self._body:
            request = Request(request.method, request.target, request.headers, self._body)
            self._body = b""
        try:
            response = self._incoming.finish() if self._incoming else self._answer(request)
        except Rejected as error:
            yield from self._reject(error)
            return
        self.close()
        self.requests += 1
        yield from self._send(response)
        self._headers_only = False
        if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
            self._h11.start_next_cycle()
            self._came = bytes(self._h11.trailing_data[0])
        else:
            self.ended = True

    # -- an answer

    def _too_large(self) -> Iterator[bytes]:
        text = f"The body of a request may have {BODY_BYTES} bytes."
        yield from self._fail(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)

    def _fail(self, status: HTTPStatus, text: str = "") -> Iterator[bytes]:
        """The last answer of this connection: where the next request would begin is not known."""
        text = text or _REASONS.get(status, _REASONS[400])
        yield from self._reject(Rejected(plainly(status, text)))

    def _reject(self, error: Rejected) -> Iterator[bytes]:
        self.close()
        self.ended = True
        self.requests += 1
        if self._h11.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            yield from self._send(error.response, ("Connection", "close"))

    def _send(self, response: Response, *more: tuple[str, str]) -> Iterator[bytes]:
        body = response.body
        headers = [
            ("Date", formatdate(self._clock(), usegmt=True)),
            *response.headers,
            *more,
            *([("Content-Length", str(len(body)))] if _has_length(response.status) else []),
        ]
        piece = self._written(
            h11.Response(
                status_code=response.status, headers=headers, reason=response.status.phrase
            )
        )
        for data in () if self._headers_only else _pieces(body):
            piece += self._written(h11.Data(data=data))
            if len(piece) >= PIECE_BYTES:
                yield piece
                piece = b""
        yield piece + self._written(h11.EndOfMessage())

    def _written(self, event: h11.Event) -> bytes:
        return self._h11.send(event) or b""


def _pieces(body: bytes | Stored) -> Iterator[bytes]:
    """At most PIECE_BYTES at once."""
    for data in (body,) if isinstance(body, bytes) else body.pieces():
        for start in range(0, len(data), PIECE_BYTES):
            yield data[start : start + PIECE_BYTES]


def _is_whole(request: Request) -> bool:
    """Whether the body is not sent in chunks."""
    return "content-length" in request.headers


def _has_length(status: HTTPStatus) -> bool:
    """Whether there may be a body; RFC 9110, section 8.6."""
    return status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
