"""WebSocket: https://ircv3.net/specs/extensions/websocket, with the library's own client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any, cast

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.sync.client import ClientConnection, connect

from gchat.wire.message import parse
from tests.support.clients import IrcClient, LineClient, PlainClient, upgraded
from tests.support.process import ServerProcess

UPGRADE = (
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
TEXT, BINARY = "text.ircv3.net", "binary.ircv3.net"


Join = Callable[..., ClientConnection]


@pytest.fixture
def join(server: ServerProcess) -> Iterator[Join]:
    """A web client in #lobby."""
    with ExitStack() as stack:

        def join(nick: str, *protocols: str) -> ClientConnection:
            offered: Any = list(protocols) or None
            url = f"ws://127.0.0.1:{server.port}"
            web = stack.enter_context(connect(url, subprotocols=offered))
            web.send(f"NICK {nick}")
            web.send("USER w 0 * :W")
            web.send("JOIN #lobby")
            until(web, "366")
            return web

        yield join


def until(web: ClientConnection, command: str) -> list[str]:
    lines = []
    while True:
        data = web.recv(timeout=15)
        lines.append(data if isinstance(data, str) else data.decode())
        if parse(lines[-1]).command == command:
            return lines


@pytest.mark.parametrize(
    ("offered", "chosen", "kind"),
    [
        ([TEXT], TEXT, str),
        ([BINARY], BINARY, bytes),
        ([BINARY, TEXT], BINARY, bytes),
        (["unknown", TEXT, BINARY], TEXT, str),
        ([], None, str),
    ],
)
def test_each_message_is_one_line(
    server: ServerProcess,
    join: Join,
    offered: list[str],
    chosen: str | None,
    kind: type,
) -> None:
    web = join("Web", *offered)
    assert web.subprotocol == chosen
    netcat = PlainClient(server.port, "Duy")
    assert "Duy" in until(web, "JOIN")[-1]
    web.send("PRIVMSG #lobby :Chào Duy! 😃")
    assert netcat.read_line() == "Web: Chào Duy! 😃"
    netcat.say("Hello, Web!")
    assert netcat.read_line() == "Duy: Hello, Web!"
    data = web.recv(timeout=15)
    assert isinstance(data, kind)
    line = data if isinstance(data, str) else data.decode()
    assert line == ":Duy!~plain@127.0.0.1 PRIVMSG #lobby :Hello, Web!"
    web.close()
    assert netcat.read_line() == "Web has left the chat room!"


def test_all_kinds_in_one_room(server: ServerProcess, join: Join) -> None:
    text, other, binary = join("A", TEXT), join("B", TEXT), join("C", BINARY)
    irc = IrcClient(server.port, "D", join="#lobby")
    irc.ask(*(f"PRIVMSG #lobby :{number}" for number in range(50)))
    for web in (text, other, binary):
        got = [parse(line) for line in until(web, "PRIVMSG")[-1:]]
        while len(got) < 50:
            got += [parse(line) for line in until(web, "PRIVMSG")[-1:]]
        assert [m.params[1] for m in got] == [str(number) for number in range(50)]


def test_fragments_are_put_together(server: ServerProcess, join: Join) -> None:
    irc = IrcClient(server.port, "Duy")
    web = join("Web", TEXT)
    web.send(iter(["PRIVMSG Duy", " :in ", "", "pieces"]))
    assert irc.read().params == ["Duy", "in pieces"]


def test_a_message_over_the_limit_ends_the_connection(
    join: Join,
) -> None:
    web = join("Web", TEXT)
    web.send("x" * 20_000)
    with pytest.raises(ConnectionClosed) as closed:
        until(web, "never")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_fragments_without_end_end_the_connection(join: Join) -> None:
    web = join("Web", TEXT)

    def drown() -> None:
        web.send("x" for _ in range(100_000))
        until(web, "never")

    with pytest.raises(ConnectionClosed):
        drown()


def test_a_newline_in_a_message_is_no_second_command(
    join: Join,
) -> None:
    web = join("Web", TEXT)
    web.send("PRIVMSG #lobby :a\r\nQUIT")
    web.send("PING still-here")
    assert any(" 400 " in line for line in until(web, "PONG"))


def test_a_wrong_frame_in_the_same_packet_as_the_request(server: ServerProcess) -> None:
    for request in ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", UPGRADE, UPGRADE + "Origin: null\r\n"):
        with LineClient(server.port, request.encode() + b"\r\n\0\0") as client:
            client.sock.recv(4096)
    assert PlainClient(server.port, "Duy")
    assert "Traceback" not in server.log


def test_an_unmasked_frame_is_refused(server: ServerProcess) -> None:
    client = upgraded(server.port)
    client.send_raw(Frame(Opcode.TEXT, b"NICK x").serialize(mask=False))
    assert client.sock.recv(100)[2:4] == (1002).to_bytes(2, "big")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://127.0.0.1:{port}", True),
        ("https://chat.example", True),
        ("https://evil.example", False),
        ("null", False),
        (None, True),
    ],
)
def test_which_pages_may_connect(
    make_server: Callable[..., ServerProcess], origin: str | None, allowed: bool
) -> None:
    server = make_server(origins="https://chat.example")
    url = f"ws://127.0.0.1:{server.port}"
    page = origin.format(port=server.port) if origin else None
    refused: AbstractContextManager[Any] = nullcontext()
    if not allowed:
        refused = pytest.raises(InvalidStatus, match="403")
    with refused, connect(url, origin=cast("Any", page)):
        pass


@pytest.mark.parametrize(
    ("host", "origin", "answer"),
    [
        ("evil.example:{port}", "http://evil.example:{port}", "server.hosts"),  # DNS rebinding
        ("anything.example", "https://chat.example", ""),  # an origin that is allowed
        ("evil.example:{port}", None, ""),  # no browser
        ("chat.example", "https://chat.example", ""),
        ("irc.example:{port}", "http://irc.example:{port}", ""),
        ("irc.example:{port}", "https://irc.example", "server.origins"),  # another port
        ("a.web.example", "https://a.web.example", ""),
        ("localhost:{port}", "http://localhost:{port}", ""),
        ("[::1]:{port}", "http://[::1]:{port}", ""),
        ("127.0.0.1:{port}", "http://evil.example:{port}", "server.origins"),
        # no request at all: RFC 9112, section 3.2
        ("localhost\r\nHost: evil.example", None, "cannot be understood"),
        (None, None, "cannot be understood"),
        (None, "http://evil.example", "cannot be understood"),
    ],
)
def test_for_which_names_pages_may_connect(
    make_server: Callable[..., ServerProcess], host: str | None, origin: str | None, answer: str
) -> None:
    server = make_server(
        server_name="irc.example",
        server_hosts="chat.example *.web.example",
        server_origins="https://chat.example",
    )
    lines = ["GET / HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    lines += [f"Host: {host}"] if host else []
    lines += [f"Origin: {origin}"] if origin else []
    client = LineClient(server.port)
    client.send(*(line.format(port=server.port) for line in lines), "")
    if not answer:
        assert client.read_line() == "HTTP/1.1 101 Switching Protocols"
        return
    status, *_, text = client.read_to_end()
    refused = "400 Bad Request" if "understood" in answer else "403 Forbidden"
    assert (status, answer in text) == (f"HTTP/1.1 {refused}", True), text


def test_whoever_lets_every_page_in_need_not_name_hosts(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(server_origins="*")
    client = LineClient(server.port, f"{UPGRADE}Origin: http://evil.example\r\n\r\n".encode())
    assert client.read_line() == "HTTP/1.1 101 Switching Protocols"


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("GET /x HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        ("GET nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request"),
        (
            "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 12\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
        ),
    ],
)
def test_other_http(server: ServerProcess, request_: str, answer: str) -> None:
    client = LineClient(server.port, request_.encode())
    lines = client.read_to_end()
    assert (lines[0] if lines else "") == answer


def test_a_request_of_any_size_is_bounded(server: ServerProcess) -> None:
    client = LineClient(server.port, b"GET / HTTP/1.1\r\n")

    def go_on() -> None:
        for number in range(100_000):
            client.send(f"X-{number}: {'x' * 100}")
        client.read_to_end()
        raise EOFError

    with pytest.raises((ConnectionError, EOFError)):
        go_on()
    assert IrcClient(server.port, "Alive").sync() == []
