"""What a connection does while it waits for a slow answer, and what it is charged for."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import TypeVar

import gevent
import pytest
from gevent import socket
from gevent.event import Event

from gchat.config import Config
from gchat.config.settings import JournalConfig, LimitsConfig, ServerConfig
from gchat.core.turns import Claim
from gchat.net import session
from gchat.server import Server

T = TypeVar("T")


class Slow:
    """Workers that are busy until they are let go."""

    def __init__(self) -> None:
        self.asked = Event()
        self.free = Event()

    def ask(self, job: Callable[[], T], claim: Claim) -> T:
        self.asked.set()
        self.free.wait()
        return job()


class Client:
    """By a socket of gevent: the server runs in this process."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(server.address, 10)
        self._file = self.socket.makefile("rb")

    def send(self, *lines: str) -> None:
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def until(self, word: str) -> list[str]:
        lines = [""]
        while word not in lines[-1]:
            line = self._file.readline().decode()
            assert line, lines
            lines.append(line.rstrip())
        return lines[1:]

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, slow: Slow) -> Iterator[Server]:
    monkeypatch.setattr(session, "PATIENCE_SECONDS", 0.01)
    server = Server(
        Config(
            server=ServerConfig(port=0),
            journal=JournalConfig(engine="memory"),
            limits=LimitsConfig(local_exempt=False, lines_burst=20, lines_per_second=5),
        )
    )
    server.node.workers = slow
    server.start()
    yield server
    slow.free.set()
    server.stop()


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = Client(server)
    client.send("NICK Tuan", "USER t 0 * :T")
    client.until(" 422 ")
    yield client
    client.close()


def test_pings_are_answered_while_a_key_is_waited_for(client: Client, slow: Slow) -> None:
    client.send("OPER somebody secret")
    assert slow.asked.wait(10)
    for number in range(3):
        client.send(f"PING {number}")
        assert client.until("PONG") == [f":gchat.local PONG gchat.local :{number}"]
    slow.free.set()
    assert " 491 " in client.until(" 491 ")[0]


def test_what_comes_behind_another_line_waits_so_that_the_order_stays(
    client: Client, slow: Slow
) -> None:
    client.send("OPER somebody secret")
    assert slow.asked.wait(10)
    client.send("PING 1")
    client.until("PONG")
    client.send("NICK Tuan2", "PING 2")
    client.send("PING 3")
    gevent.sleep(0)
    slow.free.set()
    lines = client.until(" PONG gchat.local :3")
    assert [line.split(" ")[1] for line in lines] == ["491", "NICK", "PONG", "PONG"]


def test_what_was_sent_together_is_answered_in_order(client: Client, slow: Slow) -> None:
    """Clients ask with a PING whether everything before it was carried out."""
    client.send("OPER somebody secret", "PING 1")
    client.send("TIME")
    slow.free.set()
    lines = client.until(" 391 ")
    assert [line.split(" ")[1] for line in lines] == ["491", "PONG", "391"]


def test_a_pong_does_not_overtake_what_was_read_with_the_slow_line(
    client: Client, slow: Slow
) -> None:
    client.send("OPER somebody secret", "TIME")
    assert slow.asked.wait(10)
    client.send("PING 1")
    gevent.sleep(0.05)
    slow.free.set()
    lines = client.until("PONG")
    assert [line.split(" ")[1] for line in lines] == ["491", "391", "PONG"]


def test_pings_are_answered_as_often_as_lines_are_allowed(
    server: Server, client: Client, slow: Slow
) -> None:
    client.send("OPER somebody secret")
    assert slow.asked.wait(10)
    client.send(*(f"PING {number}" for number in range(200)))
    client.until("PONG gchat.local :5")
    other = Client(server)
    other.send("NICK Duy", "USER d 0 * :D", "PING x")
    other.until("PONG")
    other.close()
    reached = gevent.with_timeout(0.2, client.until, "gchat.local :100", timeout_value=None)
    assert not reached, "20 at once, and 5 a second"


def test_a_peer_that_goes_meanwhile_is_gone(server: Server, client: Client, slow: Slow) -> None:
    client.send("OPER somebody secret")
    assert slow.asked.wait(10)
    client.send("PING 1")
    client.until("PONG")
    client.close()
    slow.free.set()
    while server.hub.users:
        gevent.sleep(0.001)


UPGRADE = (
    "GET / HTTP/1.1",
    "Host: x",
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "",
)
MASK = b"\0\0\0\0"
PING, PONG, FRAGMENT = b"\x89\x80" + MASK, b"\x8a\x80" + MASK, b"\x00\x80" + MASK
BEGIN, MARK = b"\x01\x80" + MASK, b"\x89\x81" + MASK + b"Z"


def is_marked(client: Client, answer: bytes = b"\x8a\x01Z") -> bool:
    """Whether the answer to MARK has come by now."""
    found = b""
    try:
        while data := client.socket.recv(65536):
            found += data
    except BlockingIOError:
        pass
    return answer in found


@pytest.mark.parametrize("frame", [PING, PONG, FRAGMENT])
def test_frames_that_bring_no_line_are_charged_as_lines(
    server: Server, client: Client, frame: bytes
) -> None:
    """At 5 lines a second it takes minutes until the last one is answered."""
    hostile = Client(server)
    hostile.send(*UPGRADE)
    hostile.until("Sec-WebSocket-Accept")
    hostile.socket.sendall((BEGIN if frame is FRAGMENT else b"") + frame * 10 + MARK)
    hostile.socket.setblocking(False)
    while not is_marked(hostile):
        gevent.sleep(0.001)
    hostile.socket.setblocking(True)
    hostile.socket.sendall(frame * 2000 + MARK)
    hostile.socket.setblocking(False)
    for number in range(5):
        client.send(f"PING {number}")
        client.until(f"PONG gchat.local :{number}")
    assert not is_marked(hostile)
    hostile.close()


def test_frames_are_charged_also_while_a_key_is_waited_for(
    server: Server, client: Client, slow: Slow
) -> None:
    """A key may be waited for half a minute, and 16 KB of frames are 2,700."""
    hostile = Client(server)
    hostile.send(*UPGRADE)
    hostile.until("Sec-WebSocket-Accept")
    oper = b"OPER somebody secret"
    for text in (b"NICK Hostile", b"USER h 0 * :H", oper):
        hostile.socket.sendall(bytes((0x81, 0x80 | len(text))) + MASK + text)
    assert slow.asked.wait(10)
    hostile.socket.sendall(PING * 2000 + MARK)
    hostile.socket.setblocking(False)
    for number in range(5):
        client.send(f"PING {number}")
        client.until(f"PONG gchat.local :{number}")
        gevent.sleep(0.05)
    assert not is_marked(hostile)
    slow.free.set()
    gevent.sleep(0.05)
    assert not is_marked(hostile), "nor afterwards"
    hostile.close()


def test_what_was_refused_is_not_charged_for_what_it_would_have_done(
    server: Server, client: Client
) -> None:
    """At 5 lines a second, ten times sixty rooms would take ten seconds."""
    client.send(f"JOIN {MANY}")
    client.until(f"366 Tuan {MANY.rpartition(',')[2]} ")
    other = Client(server)
    other.send("NICK Duy", "USER d 0 * :D")
    other.until(" 422 ")
    gevent.sleep(2.5)  # until what the rooms were charged is made up for
    client.send(*["NICK Duy"] * 5, "PING x")
    assert gevent.with_timeout(5, client.until, "PONG", timeout_value=None)
    other.close()


MANY = ",".join(f"#room{number}" for number in range(60))


@pytest.mark.parametrize(
    "lines",
    [
        [f"NICK Other{number}" for number in range(10)],
        [f"AWAY :{number}" for number in range(10)],
        [f"PART {MANY}", f"JOIN {MANY}"] * 5,
    ],
)
def test_a_line_that_does_much_is_charged_as_several(
    server: Server, client: Client, lines: list[str]
) -> None:
    """Of 5 lines a second each of these tens takes many."""
    hostile = Client(server)
    hostile.send("NICK Hostile", "USER h 0 * :H", f"JOIN {MANY}")
    hostile.until(f"366 Hostile {MANY.rpartition(',')[2]} ")
    hostile.send(*lines, "PING mark")
    hostile.socket.setblocking(False)
    for number in range(5):
        client.send(f"PING {number}")
        client.until(f"PONG gchat.local :{number}")
    assert not is_marked(hostile, b":mark")
    hostile.close()


def test_telnet_commands_are_charged_as_lines(server: Server, client: Client) -> None:
    """16 KB of them are 8,000 steps, and were free."""
    hostile = Client(server)
    hostile.send("Hostile")
    hostile.until("Hostile has connected")
    hostile.socket.sendall(b"\xff\xf1" * 3000 + b"mark\r\n")
    hostile.socket.setblocking(False)
    for number in range(5):
        client.send(f"PING {number}")
        client.until(f"PONG gchat.local :{number}")
    assert not is_marked(hostile, b": mark")
    hostile.close()


def test_who_is_gone_does_not_stay_until_all_their_lines_are_carried_out(server: Server) -> None:
    """At 5 lines a second that would be 100 seconds."""
    hostile = Client(server)
    hostile.send("NICK Hostile", "USER h 0 * :H")
    hostile.until(" 422 ")
    hostile.send(*["TIME"] * 500)
    hostile.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    hostile.close()
    while server.hub.users:
        gevent.sleep(0.001)
