"""What is fuzzed: functions of bytes that raise where something is wrong."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, cast

from gchat.config.settings import LimitsConfig, ServerConfig
from gchat.core import masks
from gchat.core.wildcards import matches
from gchat.dialects.irc.dialect import IrcDialect
from gchat.dialects.peer import Dialect
from gchat.dialects.plain import PlainConnection
from gchat.net.endpoint import Endpoint
from gchat.net.hooks import spoken
from gchat.net.layers import Layers
from gchat.net.outbox import Outbox
from gchat.net.tls import Certificate, TlsBroken, TlsSocket
from gchat.net.websocket import WebSocket
from gchat.web.connection import BODY_BYTES, HEAD_BYTES, HttpConnection
from gchat.web.exchange import Incoming, Rejected, Request, Response
from gchat.web.page import site
from gchat.web.payloads.text import BadPayload, heard
from gchat.wire.authenticate import SaslError, decode, encode
from gchat.wire.caps import CAPABILITIES
from gchat.wire.forwarded import client, forwarded, x_forwarded
from gchat.wire.lines import MAX_LINE_BYTES, LineSplitter
from gchat.wire.message import MessageError, check_client_line, format_message, parse
from gchat.wire.proxy import BadProxy, proxied
from gchat.wire.sasl import Scram, Verifier, plain
from gchat.wire.sniff import sniff
from tests.support.peer import FakePeer

Target = Callable[[bytes], None]


def _pieces(data: bytes) -> Iterator[bytes]:
    """The bytes in pieces, whose sizes the first byte decides."""
    if not data:
        return
    step = data[0] % 17 + 1
    for at in range(0, len(data), step):
        yield data[at : at + step]


def lines(data: bytes) -> None:
    """However the bytes are cut, the lines are the same, and what is kept is bounded."""
    whole = LineSplitter(64).feed(data)
    splitter = LineSplitter(64)
    found: list[bytes | None] = []
    for piece in _pieces(data):
        found += splitter.feed(piece)
        assert len(splitter.pending) < 64
    assert found == whole
    assert all(line is None or (len(line) < 64 and b"\n" not in line) for line in found)


def message(data: bytes) -> None:
    """What can be read can be written, and reads the same again."""
    try:
        check_client_line(data)
        found = parse(data.decode())
    except (MessageError, UnicodeDecodeError):
        return
    try:
        line = format_message(found.command, *found.params, source=found.source, tags=found.tags)
    except MessageError:
        return
    assert not set(line) & set("\r\n\0")
    again = parse(line)
    assert (again.command, again.params) == (found.command, found.params)


def sniffed(data: bytes) -> None:
    """What is decided stays, whatever comes behind it."""
    decided = None
    for end in range(1, min(len(data), 600) + 1):
        now = sniff(data[:end])
        assert decided is None or now is decided
        decided = now


def proxy(data: bytes) -> None:
    """A header, more needed, or none."""
    for prefix in (b"", b"PROXY TCP4 ", b"\r\n\r\n\0\r\nQUIT\n!\x11"):
        try:
            found = proxied(prefix + data)
        except BadProxy:
            continue
        assert found is None or 0 < found.size <= len(prefix + data)


_VERIFIER = Verifier.make("a-good-password", 4096)


def sasl(data: bytes) -> None:
    """Every mechanism, message by message."""
    assert decode("".join(one for one in encode(data) if one != "+")) == data
    for mechanism in (plain, decode):
        try:
            mechanism(cast("Any", data if mechanism is plain else data.decode("latin-1")))
        except SaslError:
            pass
    scram = Scram(lambda name: _VERIFIER)
    for one in data.split(b"\n")[:3]:
        try:
            if scram.answer(one) is None:
                break
        except SaslError:
            break
    assert scram.name == "" or scram.name.encode() in data


def _slowly(pattern: str, text: str) -> bool:
    """The definition, row by row: whether the mask so far matches each beginning of the text."""
    fits = [True] + [False] * len(text)
    for char in pattern:
        if char == "*":
            for at in range(1, len(fits)):
                fits[at] = fits[at] or fits[at - 1]
        else:
            fits = [False] + [
                before and char in ("?", other) for before, other in zip(fits, text, strict=False)
            ]
    return fits[-1]


def mask(data: bytes) -> None:
    """As it is defined, whatever the mask."""
    pattern, _, text = data[:400].decode("utf-8", "replace").partition("\n")
    pattern, text = masks.fold(pattern), masks.fold(text)
    assert matches(pattern, text) is _slowly(pattern, text)


_HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


_SITE = site(with_page=True)


class _Taken:
    """Counts a body, of which it takes so much."""

    def __init__(self) -> None:
        self.size = 0
        self.closed = False

    def take(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > BODY_BYTES:
            raise Rejected(Response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE))

    def finish(self) -> Response:
        return Response(HTTPStatus.CREATED, (), str(self.size).encode())

    def close(self) -> None:
        assert not self.closed
        self.closed = True


def http(data: bytes) -> None:
    """However the bytes are cut, the answers are the same, and what is kept of them is bounded."""

    def answer(request: Request) -> Response:
        assert len(request.body) <= BODY_BYTES
        assert len(request.target) <= HEAD_BYTES
        return _SITE(request)

    def opened(request: Request) -> _Taken | None:
        if request.method != "POST":
            return None
        taken.append(_Taken())
        return taken[-1]

    found = []
    taken: list[_Taken] = []
    for pieces in ([data], _pieces(data)):
        connection, sent = HttpConnection(answer, lambda: 0.0, opened), b""
        for piece in pieces:
            if connection.ended or connection.handed_over is not None:
                break
            sent += b"".join(connection.receive(piece))
        found.append(sent)
        assert sent == b"" or sent.startswith(b"HTTP/1.1 ")
        assert connection.give_up() == b"" or connection.ended
        connection.close()
    assert found[0] == found[1]
    assert all(one.closed for one in taken)


def hook(data: bytes) -> None:
    """Headers and a body as a program sends them to a hook: it is a text that may be said, or it is
    refused in a sentence.
    """
    head, _, body = data.partition(b"\n\n")
    lines = [line.partition(": ") for line in head.decode("latin-1").split("\n")]
    try:
        text = heard({name.lower(): value for name, _, value in lines}, body)
    except BadPayload:
        return
    assert text == text.strip("\n")
    assert text.isprintable() or not set(map(chr, range(32))) & set(text) - {"\n", "\t"}
    said = spoken(text, "ci!hook@services", "#a", LimitsConfig()) if text else ""
    assert len(said.encode()) <= LimitsConfig().multiline_bytes
    assert said.count("\n") < LimitsConfig().multiline_lines


def forwarding(data: bytes) -> None:
    """Whatever a client has sent before it, what the nearest proxy says counts."""
    before = data.decode("latin-1").replace("\n", "")
    for hops in (x_forwarded(f"{before}, 192.0.2.1"), forwarded(f"{before}, for=192.0.2.1")):
        assert str(client(hops, lambda one: False).address) == "192.0.2.1"
    x_forwarded(before, before)
    forwarded(before)


def websocket(data: bytes) -> None:
    """From the handshake on, or behind it."""
    for start in (b"", _HANDSHAKE):
        web = WebSocket((), ())
        web.receive(start)
        for piece in _pieces(data):
            if web.ended:
                break
            for line in web.receive(piece):
                assert len(line) <= MAX_LINE_BYTES
        web.end("over")
        web.take()


class _Site:
    """What is found by HTTP."""

    def opened(self, request: Request) -> Incoming | None:
        return None

    def answer(self, request: Request) -> Response:
        return _SITE(request)

    def admit(self, header: Callable[[str], str]) -> str:
        return ""

    def foreign(self, host: str) -> None:
        assert host is not None


class _Nowhere:
    """A socket that takes everything."""

    def send(self, data: bytes) -> int:
        return len(data)

    def fileno(self) -> int:
        return -1


def tls(certificate: Certificate) -> Target:
    """A handshake of anything."""

    def target(data: bytes) -> None:
        end = TlsSocket(cast("socket.socket", _Nowhere()), certificate.context)
        try:
            for piece in _pieces(data):
                end.receive(piece)
        except TlsBroken:
            pass
        end.close()

    return target


class _Box:
    """An outbox that is only counted."""

    frame: Callable[[bytes], bytes] | None = None
    broken = False

    def __init__(self) -> None:
        self.size = 0

    def write(self, data: bytes) -> None:
        self.size += len(data)

    queue_framed = write

    def drain(self, timeout: float) -> bool:
        self.size = 0
        return True


def connection(data: bytes) -> None:
    """A whole connection against a hub, from its first byte, with somebody else in the room. What
    is shown to others is rendered in every form by the link of the tests, which looks at it.
    """
    peer = FakePeer()
    other = IrcDialect(FakePeer(2, peer.node))
    for line in (b"NICK Duy", b"USER d 0 * :D", b"JOIN #a", b"JOIN #lobby"):
        other.receive(line)
    dialect: Dialect | None = None
    if data[:1] == b"\xff":  # past what a fuzzer takes long to find
        data, dialect = data[1:], _joined(peer)
    box = _Box()
    layers = Layers(
        Endpoint(("", 0)), cast("socket.socket", _Nowhere()), cast("Outbox", box), _Site()
    )
    for piece in [data] if dialect else _pieces(data):
        found = (
            LineSplitter().feed(piece) if dialect else layers.receive(piece, None, ServerConfig())
        )
        if dialect is None and layers.spoken is not None:
            is_plain = layers.spoken.name == "PLAIN"
            dialect = PlainConnection(peer) if is_plain else IrcDialect(peer)
        for one in found:
            if dialect is not None and peer.closed is None:
                dialect.receive(one)
                peer.settle()
    assert peer.sent == b"" or peer.sent.endswith(b"\n")
    assert b"\0" not in peer.sent
    peer.sent.decode()
    if dialect is not None:
        dialect.last_words("over")


def _joined(peer: FakePeer) -> IrcDialect:
    irc = IrcDialect(peer)
    irc.receive(b"CAP LS 302")
    for name in CAPABILITIES:
        irc.receive(f"CAP REQ {name}".encode())
    for line in (b"CAP END", b"NICK Tuan", b"USER t 0 * :T", b"NS REGISTER a-good-password"):
        irc.receive(line)
    for line in (b"JOIN #a", b"JOIN #lobby", b"PRIVMSG #a :hello"):
        irc.receive(line)
        peer.settle()
    peer.take()
    return irc


def targets(certificate: Certificate) -> dict[str, Target]:
    """By name; the certificate is the one that TLS is tried with."""
    return {
        "connection": connection,
        "forwarding": forwarding,
        "hook": hook,
        "http": http,
        "lines": lines,
        "mask": mask,
        "message": message,
        "proxy": proxy,
        "sasl": sasl,
        "sniffed": sniffed,
        "tls": tls(certificate),
        "websocket": websocket,
    }
