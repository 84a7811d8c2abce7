"""Who dawdles at any stage is let go; what anybody writes stays within its parameter."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gchat.wire.message import parse
from tests.support.clients import IrcClient, LineClient, PlainClient, upgraded
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]


def hello() -> bytes:
    """The first flight of a TLS handshake."""
    into, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(into, out, server_hostname="x")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return out.read()


STAGES = {
    "nothing": b"",
    "half a nickname": b"Tu",
    "half a command": b"NICK Tuan\r\nUSER t 0",
    "no USER": b"NICK Tuan\r\n",
    "negotiating": b"CAP LS 302\r\nNICK Tuan\r\nUSER t 0 * :T\r\n",
    "half a login": b"CAP REQ sasl\r\nNICK Tuan\r\nUSER t 0 * :T\r\nAUTHENTICATE PLAIN\r\n",
    "half a ClientHello": hello()[:100],
    "no Finished": hello(),
    "half a request": b"GET / HTTP/1.1\r\nHost: x\r\n",
}


@pytest.mark.parametrize("stage", STAGES)
def test_who_dawdles_is_let_go(make_server: Make, tmp_path: Path, stage: str) -> None:
    server = make_server(
        "--data", str(tmp_path), "--tls-self-signed", times_registration=0.5, times_handshake=0.3
    )
    client = LineClient(server.port, STAGES[stage])
    while client.sock.recv(4096):
        pass


@pytest.mark.parametrize("start", [b"\x81", b"\x81\xfe\x01", b"\x01\x81\1\2\3\4x"])
def test_half_a_frame_is_not_waited_for(make_server: Make, start: bytes) -> None:
    server = make_server(times_registration=0.5)
    client = upgraded(server.port)
    client.send_raw(start)
    while client.sock.recv(4096):
        pass


def test_dripping_moves_no_deadline(make_server: Make) -> None:
    """A byte now and then keeps nobody's place."""
    server = make_server(times_registration=0.6)
    witness = PlainClient(server.port, "Witness")

    def drip() -> None:
        with LineClient(server.port, b"NICK ") as client:
            while True:
                client.send_raw(b"x")
                witness.say("tick")
                witness.read_line()

    with pytest.raises(ConnectionError):
        drip()


EVIL = ["a\rQUIT", "a\0b", "a\x1b[2Jb", "a\x07", "a\u2028b", "a\u202eb", "%s%n%x", "{0.__class__}"]
# Everything that is shown to others or told back, with what was written in its place.
PLACES = [
    "PRIVMSG #room :{}",
    "NOTICE #room :{}",
    "TOPIC #room :{}",
    "PART #room :{}",
    "AWAY :{}",
    "SETNAME :{}",
    "KICK #room Duy :{}",
    "INVITE {} #room",
    "MODE #room +b {}",
    "MODE #room +k {}",
    "METADATA #room SET url :{}",
    "METADATA * SET {} :x",
    "NICK {}",
    "JOIN #{}",
    "JOIN #room {}",
    "PING {}",
    "WHO {}",
    "WHOIS {}",
    "USERHOST {}",
    "NS IDENTIFY {} x",
    "CS REGISTER {}",
    "REDACT #room {} :{}",
    "MARKREAD {}",
    "CHATHISTORY LATEST {} * 1",
    "SEARCH :{}",
    "CAP REQ :{}",
    "BATCH +{} draft/multiline #room",
    "QUIT :{}",
]
CAPS = ("message-tags", "setname", "away-notify", "draft/metadata-3", "draft/message-redaction")


@pytest.fixture(scope="module")
def one_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess("--data", str(tmp_path_factory.mktemp("data"))) as server:
        yield server


@pytest.mark.parametrize("place", PLACES)
def test_nothing_gets_out_of_its_parameter(one_for_all: ServerProcess, place: str) -> None:
    server = one_for_all
    lines: list[bytes] = []
    for text in EVIL:
        duy = IrcClient(server.port, "Duy", *CAPS, join="#room")
        eve = IrcClient(server.port, "Eve", *CAPS, join="#room")
        for client, said in ((eve, place.replace("{}", text)), (duy, "PING x")):
            client.send(said, "QUIT")
            client.sock.shutdown(socket.SHUT_WR)
            data = b""
            while piece := client.sock.recv(65536):
                data += piece
            assert data.endswith(b"\r\n")
            lines += data.split(b"\r\n")[:-1]
    for line in lines:
        assert not set(line) & {0, 10, 13}, line
        parse(line.decode())
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    "value", ["a\\r\\nQUIT :b", "a\\:b", "a\\0", "\\", "\\\\r\\\\n", "a\\sb", "\\n" * 100]
)
def test_tags_are_escaped_again(server: ServerProcess, value: str) -> None:
    """https://ircv3.net/specs/extensions/message-tags#escaping-values"""
    duy = IrcClient(server.port, "Duy", "message-tags", join="#room")
    eve = IrcClient(server.port, "Eve", "message-tags", join="#room")
    eve.ask(f"@+x={value} PRIVMSG #room :hi")
    seen = duy.sync()
    assert [m.params for m in seen if m.command == "PRIVMSG"] == [["#room", "hi"]]
    assert not [m for m in seen if m.command == "QUIT"]
    said = parse(f"@+x={value} TAGMSG x").tags["+x"]
    shown = next(m for m in seen if m.command == "PRIVMSG").tags.get("+x", "")
    assert shown == said.replace("\0", "")


def test_what_netcat_reads_moves_no_cursor(server: ServerProcess) -> None:
    """IRC may carry control characters; a terminal must not."""
    plain = PlainClient(server.port, "Duy")
    eve = IrcClient(server.port, "Eve", join="#lobby")
    plain.read_line()
    eve.ask(*(f"PRIVMSG #lobby :{text}" for text in EVIL if not set(text) & set("\r\0")))
    eve.send("TOPIC #lobby :a\x1b[2Jb", "QUIT :\x1b[2J")
    lines: list[str] = []
    while not lines or not lines[-1].startswith("Eve has left"):
        lines.append(plain.read_line())
    assert not [line for line in lines if any(ord(char) < 32 or ord(char) == 127 for char in line)]


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x00\x00\x00\x2a" + bytes(range(256)),
        b"\xff" * 4000,
        b"EHLO mail.example\r\nMAIL FROM:<a@b>\r\n",
        b"*1\r\n$4\r\nPING\r\n",
        b"\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x0b\x00\x00\x00\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://other.example/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        b"NICK a\r\n",
        b"GET / HTTP/0.9\r\n\r\n",
        b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nNICK Eve\r\n",
        b"<stream:stream xmlns='jabber:client'>\n",
    ],
)
def test_what_is_meant_for_another_protocol(server: ServerProcess, data: bytes) -> None:
    """Is answered or let go, and said to nobody."""
    with PlainClient(server.port, "Witness") as witness:
        with LineClient(server.port, data) as client:
            client.sock.shutdown(socket.SHUT_WR)
            try:
                while client.sock.recv(4096):
                    pass
            except ConnectionError:
                pass
        witness.say("alone")
        assert witness.read_line() == "Witness: alone"
    assert "Traceback" not in server.log
