"""What is beneath a connection's dialect: finds out what the peer speaks, from the first bytes, and
makes lines of what comes by TLS and WebSocket. Other HTTP it answers.
"""

from __future__ import annotations

import codecs
import socket
import time
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Protocol

from gchat.config.settings import ServerConfig
from gchat.net import refusals
from gchat.net.endpoint import PEOPLE, Endpoint
from gchat.net.forwarding import Header
from gchat.net.hosts import LOCAL, is_own, own_names
from gchat.net.outbox import Outbox
from gchat.net.tls import Certificate, TlsBroken, TlsSocket
from gchat.net.websocket import NOT_OUR_NAME, WebSocket
from gchat.web.connection import PIECE_BYTES, HttpConnection, Phase
from gchat.web.exchange import Incoming, Request, Response, plainly
from gchat.wire.lines import MAX_LINE_BYTES, LineSplitter
from gchat.wire.sniff import Spoken, sniff
from gchat.wire.telnet import IAC, Telnet

SKIPPED_BYTES = 64  # of Telnet that bring no text cost as much as a line
TELNET_BYTES = 3  # of answers cost as much as a line
ANSWER_SECONDS = 30.0  # for a peer to take a piece of an answer by HTTP


class Site(Protocol):
    """What somebody finds here who speaks HTTP."""

    def opened(self, request: Request) -> Incoming | None:
        """Is asked first; see `Opened`. May switch greenlets, and raises Rejected."""

    def answer(self, request: Request) -> Response:
        """To a request that `opened` has not taken. May switch greenlets."""

    def admit(self, header: Header) -> str:
        """Why somebody who asks for WebSocket is not let in, "" where they are."""

    def foreign(self, host: str) -> None:
        """Somebody has reached this server by a name that is not its own."""


class Layers:
    """The layers of one connection. `ended` says why nothing more is read; "" until then."""

    __slots__ = (
        "_endpoint",
        "_first",
        "_http",
        "_lines",
        "_outbox",
        "_raw",
        "_site",
        "_telnet",
        "_tls",
        "_web",
        "_working",
        "ended",
        "idle",
        "spoken",
    )

    def __init__(self, endpoint: Endpoint, raw: socket.socket, outbox: Outbox, site: Site) -> None:
        """`site` is let go of by `close`."""
        self._endpoint = endpoint
        self._site: Site | None = site
        self._working = False  # on a request by HTTP
        self._raw = raw
        self._outbox = outbox
        self._lines = LineSplitter()
        self._tls: TlsSocket | None = None
        self._http: HttpConnection | None = None
        self._web: WebSocket | None = None
        self._telnet: Telnet | None = None  # once the peer has shown that it is such a client
        self._first = b""  # what came before it was clear what the peer speaks
        self.spoken: Spoken | None = None  # IRC or PLAIN, or HTTP_GET for IRC by WebSocket
        self.ended = ""
        self.idle = 0.0  # work that has brought no line, in lines; the reader takes it out

    @property
    def bare(self) -> bool:
        """Whether what comes is lines as they are."""
        layered = self._tls is not None or self._web is not None or self._telnet is not None
        return self.spoken is not None and not layered

    @property
    def secure(self) -> bool:
        """Whether it is TLS."""
        return self._tls is not None

    @property
    def fingerprint(self) -> str:
        """Of the client's certificate."""
        return self._tls.fingerprint if self._tls is not None else ""

    @property
    def relayed(self) -> bool:
        """Whether an HTTP proxy has said that it speaks for somebody."""
        return self._web is not None and self._web.relayed

    @property
    def visit(self) -> tuple[Phase, int] | None:
        """What is done by HTTP, and the number of the request; `None` where it is not HTTP."""
        if self._http is None:
            return None
        return Phase.ANSWERING if self._working else self._http.phase, self._http.requests

    @property
    def received(self) -> int:
        """Bytes of a request's body that have come so far."""
        return self._http.received if self._http is not None else 0

    @property
    def uploading(self) -> bool:
        """Whether what comes is the body of a request, and costs little."""
        return self._http is not None and self._http.steady

    @property
    def visitable(self) -> bool:
        """Whether HTTP is spoken at this address."""
        return Spoken.HTTP_GET in self._endpoint.speaks

    @property
    def page(self) -> str:
        """The origin of the page of ours that has connected by WebSocket; "" for others."""
        return self._web.origin if self._web is not None else ""

    @property
    def silent(self) -> bool:
        """Whether the peer may be sent the plain-text prompt: it has sent nothing yet."""
        return self.spoken is None and not self._first and Spoken.PLAIN in self._endpoint.speaks

    @property
    def shaking_hands(self) -> bool:
        """Whether the handshake of TLS or WebSocket is expected and not done yet."""
        late = self._endpoint.tls_only if self._tls is None else not self._tls.ready
        return late or (self._web is not None and not self._web.open)

    def receive(
        self, data: bytes, certificate: Certificate | None, server: ServerConfig
    ) -> Sequence[bytes | None]:
        """The lines that `data` completes, `None` for one that is too long. The settings say which
        web pages may connect. By HTTP there are none; sending an answer switches greenlets.
        """
        if self._tls is not None:
            data = self._decrypt(self._tls, data)
        if not data:
            return ()
        if self._web is not None:
            return self._unwrap(self._web, data)
        if self._http is not None:
            names = own_names(server, certificate.names if certificate is not None else ())
            return self._visited(self._http, data, server, names)
        if self._telnet is not None or (self.spoken is not Spoken.IRC and self._is_telnet(data)):
            data = self._skip_telnet(data)
        if self.spoken is not None:
            return self._lines.feed(data)
        return self._find_out(data, certificate, server)

    def _find_out(
        self, data: bytes, certificate: Certificate | None, server: ServerConfig
    ) -> Sequence[bytes | None]:
        """Decides what the peer speaks, where that is clear by now."""
        self._first += data
        spoken = sniff(self._first)
        if spoken is None:
            if len(self._first) < MAX_LINE_BYTES:
                return ()
            spoken = Spoken.PLAIN  # its first line is too long, and it will be told so
        data, self._first = self._first, b""
        if not self._is_spoken(spoken, certificate):
            return ()
        if spoken is Spoken.TLS:
            assert certificate is not None
            self._tls = TlsSocket(self._raw, certificate.context)
            self._outbox.through(self._tls)
            return self.receive(data, certificate, server)
        if spoken in (Spoken.HTTP_GET, Spoken.HTTP_OTHER):
            names = own_names(server, certificate.names if certificate is not None else ())
            assert self._site is not None
            self._http = HttpConnection(
                partial(_answered, self._site, names),
                time.time,
                partial(_opened, self._site, names),
            )
            return self._visited(self._http, data, server, names)
        self.spoken = spoken
        return self._lines.feed(data)

    def last_words(self, reason: str) -> bytes:
        """The close frame of WebSocket, the answer to half a request; empty for all others."""
        if self._http is not None:
            return self._http.give_up()
        if self._web is None:
            return b""
        self._web.end(reason)
        return self._web.take()

    def end(self, timeout: float) -> None:
        """Ends TLS as it has to be ended. Switches greenlets."""
        if self._tls is not None:
            self._tls.end(timeout)

    def close(self) -> None:
        """Lets go of everything."""
        if self._tls is not None:
            self._tls.close()
        http, self._tls, self._web, self._http = self._http, None, None, None
        self._site = None  # it refers back to the connection
        if http is not None:
            http.close()

    def _is_telnet(self, data: bytes) -> bool:
        """Whether `data` has the first Telnet commands of a client, at its start or in plain text.
        In IRC they are not looked for: there IAC is only a byte that is not UTF-8.
        """
        if self.spoken is None:
            begins = data[0] == IAC and not data.startswith(codecs.BOM_UTF16_LE)
            return begins and not self._first and Spoken.PLAIN in self._endpoint.speaks
        return self.spoken is Spoken.PLAIN and IAC in data

    def _skip_telnet(self, data: bytes) -> bytes:
        if self._telnet is None:
            self._telnet = Telnet()
        text, answer = self._telnet.feed(data)
        self.idle += len(answer) / TELNET_BYTES + (len(data) - len(text)) / SKIPPED_BYTES
        if answer:
            self._outbox.write(answer)
        return text

    def _is_spoken(self, spoken: Spoken, certificate: Certificate | None) -> bool:
        """Whether this is accepted here; if not, tells the peer so."""
        answers = refusals.ANSWERS
        if spoken is Spoken.TLS:
            fine = certificate is not None and self._tls is None
        elif self._endpoint.tls_only and self._tls is None:
            answers, fine = refusals.TLS_ONLY, False
        else:
            asked = Spoken.HTTP_GET if spoken is Spoken.HTTP_OTHER else spoken
            fine = asked in PEOPLE and asked in self._endpoint.speaks
        if not fine:
            self._outbox.write(answers[spoken])
            self.ended = "Protocol not accepted"
        return fine

    def _decrypt(self, tls: TlsSocket, data: bytes) -> bytes:
        ready = tls.ready  # a handshake is one of the connections that are limited
        try:
            found = tls.receive(data)
        except TlsBroken as error:
            self.ended = f"TLS failed: {error}"
            return b""
        if tls.ended:
            self.ended = "Connection closed"
        elif ready:
            self.idle += tls.silent
        return found

    def _visited(
        self, http: HttpConnection, data: bytes, server: ServerConfig, names: frozenset[str]
    ) -> Sequence[bytes | None]:
        """Answers by HTTP. The next request is looked at when the peer has taken the answer to the
        one before; whoever asks for WebSocket has it from there on.
        """
        before = http.requests
        self._working = True
        try:
            for piece in http.receive(data):
                self._outbox.queue_framed(piece)
                if self._outbox.size >= PIECE_BYTES and not self._outbox.drain(ANSWER_SECONDS):
                    self.ended = "The answer was not read"
                    return ()
                if self._outbox.broken:
                    self.ended = "Connection lost"
                    return ()
        finally:
            self._working = False
        self.idle += http.requests - before + max(0, http.pieces - 1)  # many small ones cost much
        if http.handed_over is not None:
            assert self._site is not None
            web = WebSocket(server.origins.split(), names, self._site)
            self._http, self._web = None, web
            return self._unwrap(self._web, http.handed_over)
        if http.ended:
            self.ended = "Connection closed"
        return ()

    def _unwrap(self, web: WebSocket, data: bytes) -> Sequence[bytes | None]:
        lines = web.receive(data)
        self.idle += web.frames - len(lines)
        self._outbox.queue_framed(web.take())
        if web.open and self.spoken is None:
            self._outbox.frame = web.frame
            self.spoken = Spoken.HTTP_GET
        if web.ended:
            self.ended = "Connection closed"
        return lines


def _opened(site: Site, names: frozenset[str], request: Request) -> Incoming | None:
    """The same as `_answered`, for what is asked first."""
    if is_own(request.headers.get("host", LOCAL), names):
        return site.opened(request)
    return None  # and then it is refused


def _answered(site: Site, names: frozenset[str], request: Request) -> Response:
    """Answers only what is meant for this server. A page elsewhere whose name was pointed at this
    address must not have ours for its own (DNS rebinding).
    """
    host = request.headers.get("host", LOCAL)
    if is_own(host, names):
        return site.answer(request)
    site.foreign(host)
    return plainly(HTTPStatus.FORBIDDEN, NOT_OUR_NAME.strip())
