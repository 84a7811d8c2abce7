"""What has gone wrong in other servers: a test for each, named after it."""

from __future__ import annotations

import re
import socket
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import psutil
import pytest
from websockets.frames import Frame, Opcode
from websockets.utils import apply_mask

from gchat.config import Config
from gchat.core.turns import Claim
from gchat.dialects.irc.dialect import IrcDialect
from gchat.wire.sasl import Verifier
from tests.support.clients import IrcClient, LineClient, PlainClient, upgraded, words
from tests.support.peer import FakePeer, fake_node
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
T = TypeVar("T")
MASK = b"\1\2\3\4"


def close_code(client: LineClient) -> int:
    """Of the close frame that is all that comes."""
    data = b""
    while piece := client.sock.recv(4096):
        data += piece
    assert data[:1] == b"\x88"
    return int.from_bytes(data[2:4], "big")


def still_serves(server: ServerProcess) -> None:
    with PlainClient(server.port, "Witness") as witness:
        witness.say("fine")
        assert witness.read_line() == "Witness: fine"
    assert "Traceback" not in server.log


def test_nats_cve_2026_27571_and_websockets_cve_2018_1000518(server: ServerProcess) -> None:
    """A message that is small compressed and huge when it is not. Compression is never agreed on,
    and a frame that claims it ends the connection."""
    client = upgraded(
        server.port, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
    )
    assert not [line for line in client.answer if line.lower().startswith("sec-websocket-ext")]
    squeezer = zlib.compressobj(9, wbits=-15)
    bomb = squeezer.compress(bytes(1_000_000)) + squeezer.flush(zlib.Z_SYNC_FLUSH)
    frame = b"\xc1\xfe" + struct.pack("!H", len(bomb)) + MASK + apply_mask(bomb, MASK)
    before = psutil.Process(server.process.pid).memory_info().rss
    client.send_raw(frame)
    assert close_code(client) == 1002
    assert psutil.Process(server.process.pid).memory_info().rss - before < 5_000_000
    still_serves(server)


@pytest.mark.parametrize("length", [1 << 63, (1 << 64) - 1, 1 << 62, 1 << 31])
def test_nats_cve_2026_27889(server: ServerProcess, length: int) -> None:
    """A frame's length of 64 bits that overflows where it is computed with."""
    client = upgraded(server.port)
    client.send_raw(b"\x81\xff" + struct.pack("!Q", length) + MASK + b"NICK a")
    assert close_code(client) in (1002, 1009)
    still_serves(server)


def test_websockets_cve_2021_33880_passwords_take_the_same_time() -> None:
    """Neither how much of a password is right nor whether there is such an account can be told from
    the time: a key is derived in either case, and compared whole."""
    jobs = 0

    class Counting:
        def ask(self, job: Callable[[], T], claim: Claim) -> T:
            nonlocal jobs
            jobs += 1
            return job()

    peer = FakePeer()
    peer.node.workers = Counting()
    irc = IrcDialect(peer)
    for line in ("NICK Tuan", "USER t 0 * :T", "NS REGISTER right-password", "NS LOGOUT"):
        irc.receive(line.encode())
    answers = set()
    for name, password in (("Tuan", "wrong"), ("Tuan", "right-passwore"), ("Nobody", "wrong")):
        jobs = 0
        peer.take()
        irc.receive(f"NS IDENTIFY {name} {password}".encode())
        answers.add(tuple(peer.take()))
        assert jobs == 1
    assert len(answers) == 1


def test_an_unknown_operator_takes_as_long_as_a_known_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counts: list[int] = []

    def matches(verifier: Verifier, password: str) -> bool:
        counts.append(verifier.iterations)
        return False

    monkeypatch.setattr(Verifier, "matches", matches)
    operators = {name: str(Verifier.make(name, 4096 + n)) for n, name in enumerate("ab")}
    peer = FakePeer(node=fake_node(config=Config(operators=operators)))
    irc = IrcDialect(peer)
    for line in ("NICK Tuan", "USER t 0 * :T", *(f"OPER name{n} x" for n in range(8))):
        irc.receive(line.encode())
    assert set(counts) == {4096, 4097}
    first = counts.copy()
    for n in range(8):
        irc.receive(f"OPER name{n} x".encode())
    assert counts[8:] == first, "the same each time"


def test_unrealircd_cve_2023_50784(server: ServerProcess) -> None:
    """Much by WebSocket before there is a user: requests, headers and frames at every size."""
    for size in (510, 4096, 8190, 8703, 8704, 9000, 65_535, 65_536, 1_000_000):
        client = upgraded(server.port)
        frame = Frame(Opcode.TEXT, b"NICK " + b"x" * size).serialize(mask=True)
        try:
            client.send_raw(frame)
            client.read_to_end() if size >= 8704 else client.sock.recv(100)
        except (ConnectionError, UnicodeDecodeError):
            pass  # let go before it had sent everything, with a close frame
    for size in (8000, 8192, 100_000):
        with LineClient(server.port, b"GET / HTTP/1.1\r\nX: " + b"x" * size) as client:
            try:
                client.send_raw(b"\r\n\r\n")
                client.read_to_end()
            except ConnectionError:
                pass
    still_serves(server)


def test_prosody_cve_2026_43506(make_server: Make) -> None:
    """Connections that never say who they are leave nothing behind."""
    server = make_server("--tls-self-signed", times_registration=60)
    process = psutil.Process(server.process.pid)
    starts = (
        b"",
        b"NICK Tuan\r\n",
        b"CAP LS 302\r\n",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x00\x05x",
    )

    def round_of_connections() -> int:
        for number in range(500):
            LineClient(server.port, starts[number % len(starts)]).reset()
        with PlainClient(server.port, "Witness") as witness:
            while True:  # until all of them are gone
                witness.say("/who")
                witness.read_line()
                if process.num_fds() < fds + 5:
                    return int(process.memory_info().rss)

    fds = process.num_fds()
    for _ in range(3):
        before = round_of_connections()
    for _ in range(4):
        after = round_of_connections()
    assert after - before < 5_000_000, "of 2000 connections"


def test_prosody_cve_2026_43507(server: ServerProcess) -> None:
    """A line that is small on the wire and large once it is parsed: tags, parameters, targets,
    modes, capabilities."""
    tuan = IrcClient(server.port, "Tuan", "message-tags", join="#room")
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    tuan.ask("@" + ";".join("a" for _ in range(2000)) + " PRIVMSG #room :x")
    tuan.ask("@" + "+a=" + "\\s" * 2000 + " TAGMSG #room")
    tuan.ask("PRIVMSG " + "," * 400 + " :x", "PRIVMSG " + "a," * 200 + " :x")
    tuan.ask("JOIN " + "," * 400, "JOIN " + "#a," * 150, "NAMES " + "#a," * 150)
    tuan.ask("MODE #room " + "+b" * 200, "MODE #room " + "b" * 400, "CAP REQ :" + "a " * 200)
    tuan.ask("WHO " + "*" * 400, "MONITOR + " + "a," * 200, "ISON " + "a " * 200)
    assert process.memory_info().rss - before < 5_000_000
    still_serves(server)


@pytest.mark.parametrize("before", [True, False])
def test_inspircd_cve_2021_33586(server: ServerProcess, before: bool) -> None:
    """PONG says what PING said, and nothing that lay in memory behind it."""
    port = server.port
    client = LineClient(port, b"CAP END\r\n") if before else IrcClient(port, "Tuan")
    for token in ("x", "x" * 490, ":", ": ", ":a b", "\x01", "%s%n", "é" * 200):
        client.send(f"PING {token}")
        said = token.removeprefix(":")
        answer = client.read_line()
        while " NOTICE " in answer:
            answer = client.read_line()
        assert re.match(r":gchat\.local (PONG gchat\.local|409) ", answer), answer
        if "PONG" in answer:
            assert answer.split(" ", 3)[3].removeprefix(":").startswith(said[:400])
            assert len(answer.encode()) <= len(f":gchat.local PONG gchat.local :{said}".encode())


def test_inspircd_cve_2015_8702(make_server: Make) -> None:
    """A host that says more than where somebody is: names of hosts are never asked for, and what a
    gateway tells has to be an address."""
    server = make_server(
        webirc_from="127.0.0.1", webirc_password=str(Verifier.make("secret", 4096))
    )
    for host in ("a b", ":evil", "evil\x01host", "evil.example", "1.2.3.4 x", "1.2.3.4\x0b", ""):
        with LineClient(server.port) as client:
            client.send(f"WEBIRC secret gw x :{host}", "NICK Eve", "USER e 0 * :E")
            assert not [line for line in client.read_to_end() if " 001 " in line], host
    still_serves(server)


def test_ngircd_cve_2013_1747(server: ServerProcess) -> None:
    """KICK of who is not in the room, of who is nowhere, out of no room, of oneself, of many."""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    IrcClient(server.port, "Duy")
    for line, numeric in (
        ("KICK #room Duy", "441"),
        ("KICK #room Nobody", "401"),
        ("KICK #none Duy", "403"),
        ("KICK #room ,", "401"),
        ("KICK #room,#room Nobody,Duy", "441"),
    ):
        assert numeric in [m.command for m in tuan.ask(line)], line
    assert words(tuan.ask("KICK #room Tuan,Tuan :me"))[0] == "Tuan KICK #room | Tuan | me"
    still_serves(server)


def test_ngircd_cve_2013_5580(server: ServerProcess) -> None:
    """Gone between logging in and being told so."""
    for cut in range(0, 60, 2):
        hello = b"CAP LS 302\r\nNICK Gone\r\nUSER g 0 * :G\r\nCAP END\r\nJOIN #room\r\n"
        LineClient(server.port, hello[:cut]).reset()
        LineClient(server.port, hello[:cut]).close()
    still_serves(server)


@pytest.mark.parametrize(
    "line", ["LINKS", "LINKS *", "LINKS x " + "*" * 400, "LINKS : ", "LINKS " + "\x02" * 100]
)
def test_ircd_hybrid_cve_2009_4016(server: ServerProcess, line: str) -> None:
    """LINKS with a mask that underflows."""
    tuan = IrcClient(server.port, "Tuan")
    assert [m.command for m in tuan.ask(line)][-1] in ("365", "402")
    still_serves(server)


def test_ergo_ghsa_x6wg_9hcg_fc9v(make_server: Make, tmp_path: Path) -> None:
    """An account without what accounts have to have, by another way than the one that asks."""
    server = make_server(
        "--data",
        str(tmp_path),
        accounts_email_required="yes",
        accounts_iterations=4096,
        accounts_attempts=0,
    )
    tuan = IrcClient(server.port, "Tuan", "draft/account-registration", "sasl")
    for line in (
        "REGISTER * * :a-good-password",
        "REGISTER * nonsense :a-good-password",
        "NS REGISTER a-good-password",
        "NS REGISTER a-good-password nonsense",
        "VERIFY Tuan 123",
        "PRIVMSG NickServ :REGISTER a-good-password",
    ):
        tuan.ask(line)
        assert not any("330" in m.command for m in tuan.ask("WHOIS Tuan")), line
        assert "There is no such account" in words(tuan.ask("NS INFO Tuan"))[-1], line
    tuan.ask("NS REGISTER a-good-password tuan@chat.example")
    assert "Logged in: Tuan" in words(tuan.ask("NS INFO Tuan"))[-1]


def test_ergo_ghsa_8cmp_fc56_7g44(make_server: Make, tmp_path: Path) -> None:
    """Messages are taken back by who wrote them or keeps order in that room: not by others, nor by
    naming another room, nor once one has left."""
    server = make_server("--data", str(tmp_path))
    caps = ("message-tags", "echo-message", "draft/message-redaction")
    tuan = IrcClient(server.port, "Tuan", *caps, join="#room")
    duy = IrcClient(server.port, "Duy", *caps, join="#room")
    eve = IrcClient(server.port, "Eve", *caps, join="#evil")
    msgid = next(m for m in duy.ask("PRIVMSG #room :mine") if m.command == "PRIVMSG").tags["msgid"]
    dm = next(m for m in duy.ask("PRIVMSG Tuan :private") if m.command == "PRIVMSG").tags["msgid"]

    def failures(client: IrcClient, line: str) -> list[str]:
        return [m.command for m in client.ask(line) if m.command in ("FAIL", "403", "442", "401")]

    assert failures(eve, f"REDACT #room {msgid}"), "an operator elsewhere"
    assert failures(eve, f"REDACT #evil {msgid}"), "by another room"
    assert failures(eve, f"REDACT Duy {dm}"), "other people's private message"
    eve.join("#room")
    assert failures(eve, f"REDACT #room {msgid}"), "a member"
    assert failures(tuan, f"REDACT Duy {dm}"), "the one it was written to"
    duy.ask("PART #room")
    assert failures(duy, f"REDACT #room {msgid}"), "who has left"
    history = tuan.ask("CAP REQ :draft/chathistory batch", "CHATHISTORY LATEST #room * 10")
    assert "mine" in [m.params[-1] for m in history]
    assert not failures(tuan, f"REDACT #room {msgid}"), "who keeps order in the room"


def test_gevent_cve_2023_41419(make_server: Make) -> None:
    """A second request in the body or the trailers of the first one, to what answers by HTTP."""
    server = make_server(server_metrics="127.0.0.1:0")
    found = None
    while found is None:
        found = re.search(r"metrics on (\S+)", server.log)
    where = urlsplit(f"http://{found[1]}")
    smuggled = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    for head in (
        "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n" + smuggled,
        "Transfer-Encoding: chunked\r\n\r\n0;" + "x" * 100 + "\r\nX" + smuggled,
        "Content-Length: -5\r\n\r\n" + smuggled,
        f"Content-Length: {len(smuggled)}\r\nTransfer-Encoding: chunked\r\n\r\n{smuggled}",
    ):
        with socket.create_connection((where.hostname, where.port), 15) as sock:
            sock.sendall(f"POST /none HTTP/1.1\r\nHost: x\r\n{head}".encode())
            sock.shutdown(socket.SHUT_WR)
            data = b""
            while piece := sock.recv(65536):
                data += piece
        assert b"ok\n" not in data, head
    still_serves(server)
