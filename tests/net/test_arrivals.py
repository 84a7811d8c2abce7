"""What is read of the peers, and when: with real sockets, and a clock that the test moves."""

from __future__ import annotations

import os
import random
import socket
import struct
from collections.abc import Callable, Iterator
from functools import partial

import gevent
import pytest
from gevent.event import Event

from gchat import system
from gchat.net import arrivals as module
from gchat.net.arrivals import (
    BUSY,
    CALM,
    FEW,
    MANY,
    MOST_AT_ONCE,
    WINDOW_SECONDS,
    Arrivals,
    OneByOne,
    Together,
    arrivals,
)
from tests.support.waiting import WAIT_SECONDS

EPOLL = pytest.mark.skipif(system.EPOLL is None, reason="this system has no epoll")
SIZE = 1000  # of one read

Pair = tuple[socket.socket, socket.socket]  # who sends, and who reads


def eventually(condition: Callable[[], object]) -> None:
    """Lets the loop turn until it is so."""
    with gevent.Timeout(WAIT_SECONDS):
        while not condition():
            gevent.sleep(0.001)


class Pairs:
    """Sockets that are connected to each other; those that read are added."""

    def __init__(self, reading: Arrivals) -> None:
        self.reading = reading
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=500)
        self._all: list[socket.socket] = [self._listener]

    def make(self) -> Pair:
        sender = socket.create_connection(self._listener.getsockname())
        reader, _ = self._listener.accept()
        reader.setblocking(False)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._all += [sender, reader]
        self.reading.add(reader)
        return sender, reader

    def drop(self, reader: socket.socket) -> None:
        self.reading.remove(reader)
        reader.close()

    def close(self) -> None:
        for one in self._all:
            if one.fileno() >= 0:
                self.reading.remove(one)
                one.close()
        self.reading.close()


@pytest.fixture(params=[pytest.param(Together, marks=EPOLL), OneByOne])
def pairs(request: pytest.FixtureRequest) -> Iterator[Pairs]:
    found = Pairs(request.param())
    yield found
    found.close()


class Reader:
    """Reads one socket to its end, in a greenlet."""

    def __init__(self, pairs: Pairs, sock: socket.socket, size: int = SIZE) -> None:
        self._pairs, self._sock, self._size = pairs, sock, size
        self.read: list[bytes] = []
        self.error: OSError | None = None
        self.greenlet = gevent.spawn(self._run)

    def _run(self) -> None:
        try:
            while data := self._pairs.reading.read(self._sock, self._size):
                self.read.append(data)
        except OSError as error:
            self.error = error

    @property
    def data(self) -> bytes:
        return b"".join(self.read)

    def has(self, data: bytes) -> bool:
        return self.data == data

    def ended(self) -> bool:
        self.greenlet.join(WAIT_SECONDS)
        return self.greenlet.dead


def test_everything_that_comes_is_read_in_order_to_the_end(pairs: Pairs) -> None:
    sender, sock = pairs.make()
    reader = Reader(pairs, sock)
    sent = random.Random(7).randbytes(200_000)
    parts = [sent[start : start + 3_333] for start in range(0, len(sent), 3_333)]
    for part in parts:
        sender.sendall(part)
        gevent.sleep(0)
    sender.close()
    assert reader.ended()
    assert (reader.data, reader.error) == (sent, None)


def test_what_came_before_it_was_added_is_read(pairs: Pairs) -> None:
    sender, sock = pairs.make()
    pairs.reading.remove(sock)
    sender.sendall(b"early")
    pairs.reading.add(sock)
    reader = Reader(pairs, sock)
    eventually(lambda: reader.data == b"early")
    sender.sendall(b" and late")
    eventually(lambda: reader.data == b"early and late")


def test_what_comes_with_the_end_is_read_before_it(pairs: Pairs) -> None:
    """The end is no event of its own then."""
    sender, sock = pairs.make()
    sender.sendall(b"last words")
    sender.close()
    reader = Reader(pairs, sock)
    assert reader.ended()
    assert reader.read == [b"last words"]


def test_what_comes_while_nobody_reads_is_read_later(pairs: Pairs) -> None:
    sender, sock = pairs.make()
    busy, free, read = Event(), Event(), list[bytes]()

    def run() -> None:
        read.append(pairs.reading.read(sock, SIZE))
        busy.set()
        free.wait()
        read.append(pairs.reading.read(sock, SIZE))
        read.append(pairs.reading.read(sock, SIZE))

    worker = gevent.spawn(run)
    sender.sendall(b"1")
    busy.wait(WAIT_SECONDS)
    sender.sendall(b"2")
    gevent.sleep(0.01)  # the loop has turned: the event came
    free.set()
    eventually(lambda: read == [b"1", b"2"])
    sender.sendall(b"3")  # whoever reads again waits for what is new
    worker.join(WAIT_SECONDS)
    assert read == [b"1", b"2", b"3"]


def test_a_read_that_takes_all_it_may_leaves_the_rest_for_the_next(pairs: Pairs) -> None:
    sender, sock = pairs.make()
    sender.sendall(b"x" * (3 * SIZE + 1))
    eventually(lambda: len(sock.recv(9 * SIZE, socket.MSG_PEEK)) > 3 * SIZE)
    reader = Reader(pairs, sock)
    eventually(lambda: len(reader.data) == 3 * SIZE + 1)
    assert [len(one) for one in reader.read] == [SIZE, SIZE, SIZE, 1]
    sender.sendall(b"y" * SIZE)  # as long as a read, and nothing behind it
    eventually(lambda: len(reader.data) == 4 * SIZE + 1)
    sender.sendall(b"z")
    eventually(lambda: reader.data.endswith(b"z"))


def test_who_sends_much_lets_others_be_read(pairs: Pairs) -> None:
    much, first = pairs.make()
    little, second = pairs.make()
    much.sendall(b"x" * (50 * SIZE))
    order = list[str]()

    def run(name: str, sock: socket.socket) -> None:
        while pairs.reading.read(sock, SIZE):
            order.append(name)
            if order == ["much", "much"]:
                little.sendall(b"hello")

    workers = [gevent.spawn(run, "much", first), gevent.spawn(run, "little", second)]
    eventually(lambda: order.count("much") == 50)
    assert order.index("little") <= 6
    gevent.killall(workers)


def test_an_urgent_byte_in_the_middle_hides_nothing(pairs: Pairs) -> None:
    """A read stops at it, however much is behind it."""
    sender, sock = pairs.make()
    reader = Reader(pairs, sock)
    for number in range(20):
        sender.sendall(b"before")
        sender.send(b"!", socket.MSG_OOB)
        sender.sendall(b"behind")
        eventually(partial(reader.has, b"before!behind" * (number + 1)))
    sender.sendall(b"plain")
    eventually(lambda: reader.data.endswith(b"plain"))


def test_an_urgent_byte_that_came_before_somebody_read(pairs: Pairs) -> None:
    sender, sock = pairs.make()
    sender.sendall(b"before")
    sender.send(b"!", socket.MSG_OOB)
    sender.sendall(b"behind")
    gevent.sleep(0.01)
    reader = Reader(pairs, sock)
    eventually(lambda: reader.data == b"before!behind")


def test_a_reset_is_an_error(pairs: Pairs) -> None:
    sender, sock = pairs.make()
    reader = Reader(pairs, sock)
    gevent.sleep(0)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sender.close()
    assert reader.ended()
    assert isinstance(reader.error, ConnectionResetError)


def test_who_is_shut_down_from_here_reads_the_end(pairs: Pairs) -> None:
    _, sock = pairs.make()
    reader = Reader(pairs, sock)
    gevent.sleep(0)
    sock.shutdown(socket.SHUT_RD)
    assert reader.ended()
    assert (reader.read, reader.error) == ([], None)


def test_who_is_ended_while_it_waits_leaves_it_to_the_next(pairs: Pairs) -> None:
    sender, sock = pairs.make()
    first = Reader(pairs, sock)
    gevent.sleep(0)
    first.greenlet.kill()
    sender.sendall(b"for the second")
    gevent.sleep(0.01)
    second = Reader(pairs, sock)
    eventually(lambda: second.data == b"for the second")
    assert first.data == b""


def test_a_socket_with_the_number_of_one_that_is_gone(pairs: Pairs) -> None:
    """Systems give the lowest number that is free."""
    numbers = set()
    for _ in range(20):
        sender, sock = pairs.make()
        numbers.add(sock.fileno())
        reader = Reader(pairs, sock)
        sender.sendall(b"x" * SIZE)  # as much as one read takes: the end is still to come
        sender.close()
        eventually(partial(reader.has, b"x" * SIZE))
        reader.greenlet.kill()
        pairs.drop(sock)
    assert len(numbers) <= 2
    sender, sock = pairs.make()
    reader = Reader(pairs, sock)
    gevent.sleep(0.01)
    assert (reader.read, reader.greenlet.dead) == ([], False)
    sender.sendall(b"new")
    eventually(lambda: reader.data == b"new")


def test_many_at_once(pairs: Pairs) -> None:
    made = [pairs.make() for _ in range(2 * MOST_AT_ONCE + 3)]
    readers = [Reader(pairs, sock) for _, sock in made]
    for turn in range(3):
        for sender, _ in made:
            sender.sendall(b"hello ")
        for reader in readers:
            eventually(partial(reader.has, b"hello " * (turn + 1)))


@EPOLL
@pytest.mark.parametrize("left", [False, True], ids=["events", "what reads have left"])
def test_no_more_are_read_at_once_than_that(monkeypatch: pytest.MonkeyPatch, left: bool) -> None:
    """What they have caused is sent before the others are read."""
    monkeypatch.setattr(module, "MOST_AT_ONCE", 4)
    pairs, go, counts, read = Pairs(Together()), Event(), list[int](), 0

    def count(sock: socket.socket) -> None:
        nonlocal read
        pairs.reading.read(sock, SIZE)
        go.wait()
        pairs.reading.read(sock, SIZE)
        if not read:
            gevent.get_hub().loop.run_callback(flush)
        read += 1

    def flush() -> None:
        counts.append(read)

    made = [pairs.make() for _ in range(30)]
    workers = [gevent.spawn(count, sock) for _, sock in made]
    for sender, _ in made:
        sender.sendall(b"x" * (2 * SIZE if left else 1))
    gevent.sleep(0.05)
    go.set()
    gevent.sleep(0)
    for sender, _ in made:
        sender.sendall(b"hello")
    gevent.joinall(workers, timeout=WAIT_SECONDS)
    assert read == 30
    assert counts[0] <= 2 * 4, "two looks in one turn of the loop"
    pairs.close()


def turns_in_silence() -> int:
    loop = gevent.get_hub().loop
    before = loop.iteration
    gevent.sleep(0.05)
    return int(loop.iteration - before)


@EPOLL
@pytest.mark.parametrize("data", [b"x", b"x" * SIZE], ids=["less than a read", "a whole read"])
def test_the_loop_stands_still_when_nothing_comes(data: bytes) -> None:
    pairs = Pairs(Together())
    sender, sock = pairs.make()
    first = Reader(pairs, sock)
    sender.sendall(data)
    eventually(partial(first.has, data))
    assert turns_in_silence() < 10
    first.greenlet.kill()
    sender.sendall(data)
    gevent.sleep(0.01)  # it comes while nobody reads
    assert turns_in_silence() < 10
    second = Reader(pairs, sock)
    eventually(partial(second.has, data))
    assert turns_in_silence() < 10
    pairs.close()


@EPOLL
def test_nothing_of_the_system_is_kept() -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        pairs = Pairs(Together())
        pairs.make()
        pairs.close()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.skipif(not system.UNIX_SOCKETS, reason="this system has no Unix sockets")
def test_what_comes_behind_a_descriptor(pairs: Pairs) -> None:
    """A read stops behind what came with it, and no event tells of the rest."""
    sender, sock = socket.socketpair()
    sock.setblocking(False)
    pairs.reading.add(sock)
    socket.send_fds(sender, [b"with"], [0])
    sender.sendall(b" and without")
    reader = Reader(pairs, sock)
    eventually(partial(reader.has, b"with and without"))
    sender.sendall(b"!")
    eventually(partial(reader.has, b"with and without!"))
    reader.greenlet.kill()
    pairs.drop(sock)
    sender.close()


class Time:
    """A clock, and how long the loop has worked."""

    def __init__(self) -> None:
        self.now, self.worked = 50.0, 3.0

    def pass_by(self, seconds: float, load: float) -> None:
        self.now += seconds
        self.worked += seconds * load


class Measured:
    """One connection, and the looks that were needed for what came by it."""

    def __init__(self) -> None:
        self.time = Time()
        self.reading = Together(lambda: self.time.now, lambda: self.time.worked)
        self.pairs = Pairs(self.reading)
        self.sender, sock = self.pairs.make()
        self.reader = Reader(self.pairs, sock)
        gevent.sleep(0)

    def hear(self, load: float, much: float = 2 * MANY) -> bool:
        """So much comes in each GATHER_SECONDS of a while in which the loop has worked so much;
        whether it gathers afterwards.
        """
        for _ in range(round(WINDOW_SECONDS / module.GATHER_SECONDS * much) - 1):
            self._come()
        self.time.pass_by(WINDOW_SECONDS, load)
        self._come()
        return self.reading.gathering

    def _come(self) -> None:
        before = len(self.reader.data)
        self.sender.sendall(b"x")
        eventually(lambda: len(self.reader.data) > before)


@EPOLL
def test_it_gathers_while_the_loop_is_busy() -> None:
    measured = Measured()
    assert not measured.hear(0.0)
    assert not measured.hear(BUSY * 0.99)
    assert measured.hear(BUSY * 1.01)
    assert measured.hear(1.0)
    assert measured.hear(CALM * 1.01), "it does not begin and end all the time"
    assert not measured.hear(CALM * 0.99)
    assert not measured.hear(BUSY * 0.99)
    measured.pairs.close()


@EPOLL
def test_it_gathers_only_while_much_comes() -> None:
    """With 1,000 people in 50 rooms, the looks alone took a twentieth of the work."""
    measured = Measured()
    assert not measured.hear(1.0, MANY * 0.9)
    assert measured.hear(1.0, MANY * 1.1)
    assert measured.hear(1.0, FEW * 1.1)
    assert not measured.hear(1.0, FEW * 0.9)
    measured.pairs.close()


@EPOLL
def test_it_ends_by_itself_when_nothing_comes_any_more() -> None:
    measured = Measured()
    assert measured.hear(1.0)
    measured.time.pass_by(WINDOW_SECONDS, 0.0)
    eventually(lambda: not measured.reading.gathering)
    assert not measured.hear(0.0), "and what comes then is read at once"
    measured.pairs.close()


@EPOLL
def test_a_burst_is_noticed_after_a_long_quiet() -> None:
    measured = Measured()
    measured.time.pass_by(3600, 0.0)
    assert not measured.hear(1.0)
    assert measured.hear(1.0)
    measured.pairs.close()


@EPOLL
@pytest.mark.parametrize(("load", "together"), [(0.0, False), (1.0, True)])
def test_how_often_it_looks_for_what_twenty_send(
    monkeypatch: pytest.MonkeyPatch, load: float, together: bool
) -> None:
    """Not for each by itself while it gathers: that is what it is for."""
    measured = Measured()
    monkeypatch.setattr(module, "GATHER_SECONDS", 0.2)
    assert measured.hear(load, 50.0) == together
    sent, read = 0, list[int]()  # when each was read: how many had been sent

    def run(sock: socket.socket) -> None:
        measured.reading.read(sock, SIZE)
        read.append(sent)

    made = [measured.pairs.make() for _ in range(20)]
    workers = [gevent.spawn(run, sock) for _, sock in made]
    gevent.sleep(0)
    for sender, _ in made:
        sender.sendall(b"hello")
        sent += 1
        gevent.sleep(0.0005)
    gevent.joinall(workers, timeout=WAIT_SECONDS)
    assert len(read) == 20
    assert len(set(read)) < 5 if together else len(set(read)) > 10
    measured.pairs.close()


def test_each_system_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    found = arrivals()
    assert isinstance(found, OneByOne if system.EPOLL is None else Together)
    found.close()
    monkeypatch.setattr(system, "EPOLL", None)
    assert isinstance(arrivals(), OneByOne)
