"""A connection to the log, where something in this process plays the log."""

from __future__ import annotations

import fcntl
import resource
import socket
from collections.abc import Callable, Iterator

import gevent
import pytest
from gevent import socket as gsocket
from gevent.server import StreamServer

from gchat import system
from gchat.journal.cluster import connection as module
from gchat.journal.cluster.connection import LogAway, LogConnection, LogGone, LogRefused
from gchat.wire.log_address import log_address

Answer = Callable[[gsocket.socket], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], LogConnection]]:
    """A connection to a server that does this with each of its own, after the first greetings."""
    servers: list[StreamServer] = []
    connections: list[LogConnection] = []

    def handle(answer: Answer, sock: gsocket.socket) -> None:
        while data := sock.recv(65536):
            if b"SETINFO" in data or b"SETNAME" in data:
                sock.sendall(b"+OK\r\n" * (data.count(b"SETINFO") + data.count(b"SETNAME")))
            else:
                answer(sock)

    def make(answer: Answer) -> LogConnection:
        server = StreamServer(("127.0.0.1", 0), lambda sock, _: handle(answer, sock))
        server.start()
        servers.append(server)
        port = int(server.address[1])
        address = log_address(f"redis://127.0.0.1:{port}")
        connections.append(LogConnection("127.0.0.1", port, address))
        return connections[-1]

    yield make
    for one in connections:
        one.close()
    for server in servers:
        server.stop(0.1)


def sends(data: bytes) -> Answer:
    return lambda sock: sock.sendall(data)


def test_answers(serve: Callable[[Answer], LogConnection]) -> None:
    connection = serve(sends(b"*2\r\n$3\r\nabc\r\n:7\r\n"))
    assert connection.ask(b"X") == [b"abc", 7]
    assert connection.ask(b"X") == [b"abc", 7]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"-OOM command not allowed when used memory > 'maxmemory'.", "OOM"),
        (b"-READONLY You can't write against a read only replica.", "READONLY"),
        (b"-NOPERM this user has no permissions", "NOPERM"),
        (b"-NOAUTH Authentication required.", "NOAUTH"),
        (b"-WRONGTYPE Operation against a key", "WRONGTYPE"),
        (b"-MISCONF Errors writing to the AOF file", "MISCONF"),
        (b"-NOREPLICAS Not enough good replicas to write.", "NOREPLICAS"),
    ],
)
def test_what_was_certainly_not_done(
    serve: Callable[[Answer], LogConnection], answer: bytes, code: str
) -> None:
    connection = serve(sends(answer + b"\r\n"))
    with pytest.raises(LogRefused) as caught:
        connection.ask(b"X")
    assert caught.value.code == code


@pytest.mark.parametrize("answer", [b"", b"$100\r\nonly", b"garbage\r\n", b"\xff\xfe\r\n"])
def test_what_may_have_been_done(serve: Callable[[Answer], LogConnection], answer: bytes) -> None:
    def half(sock: gsocket.socket) -> None:
        sock.sendall(answer)
        sock.shutdown(socket.SHUT_RDWR)

    connection = serve(half)
    with pytest.raises(LogGone) as caught:
        connection.ask(b"X")
    assert not isinstance(caught.value, LogAway)


def test_who_does_not_answer_in_time(
    serve: Callable[[Answer], LogConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    connection = serve(lambda sock: None)
    with pytest.raises(LogGone):
        connection.ask(b"X")


def test_nobody_there_is_certainly_nothing_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    connection = LogConnection("127.0.0.1", port, log_address("redis://127.0.0.1"))
    with pytest.raises(LogAway):
        connection.ask(b"X")


def test_one_that_was_closed_meanwhile_connects_again(
    serve: Callable[[Answer], LogConnection],
) -> None:
    """And nothing is sent on the old one, of which nobody would know what became."""
    count = 0

    def once(sock: gsocket.socket) -> None:
        nonlocal count
        count += 1
        sock.sendall(b":%d\r\n" % count)
        if count == 1:
            sock.shutdown(socket.SHUT_RDWR)

    connection = serve(once)
    assert connection.ask(b"X") == 1
    with gevent.Timeout(5):
        while not system.has_come(connection._connection._sock.fileno()):
            gevent.sleep(0.001)
    assert connection.ask(b"X") == 2


def test_a_timeout_of_the_callers_spoils_no_answer(
    serve: Callable[[Answer], LogConnection],
) -> None:
    """The answer that was left unread is not that of the next question."""
    late = iter((0, 0.05, 0))

    def answer(sock: gsocket.socket) -> None:
        pause = next(late)
        gevent.sleep(pause)
        sock.sendall(b"+late\r\n" if pause else b"+in time\r\n")

    connection = serve(answer)
    assert connection.ask(b"X") == b"in time"  # it is connected, so the time is for the answer
    with pytest.raises(gevent.Timeout), gevent.Timeout(0.01):
        connection.ask(b"X")
    assert connection.ask(b"X") == b"in time"


def test_any_number_of_descriptors() -> None:
    """select() cannot watch those above 1023, which a server with many people has."""

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2000), before[1]))
    mine, other = socket.socketpair()
    high = socket.socket(fileno=fcntl.fcntl(mine.fileno(), fcntl.F_DUPFD, 1500))
    try:
        assert high.fileno() >= 1500
        assert not system.has_come(high.fileno())
        other.close()
        assert system.has_come(high.fileno())
    finally:
        for one in (mine, other, high):
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
