"""The outbox, on a socket pair whose other end reads when the test says so."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import gevent
import pytest

from gchat.net.flusher import Flusher
from gchat.net.outbox import Outbox

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    with ours, theirs:
        yield ours, theirs


class Counting(socket.socket):
    """A socket that counts its sends."""

    sends = 0

    def send(self, data: bytes, flags: int = 0) -> int:  # type: ignore[override]
        self.sends += 1
        return super().send(data, flags)


def turn(outbox: Outbox) -> None:
    """Lets the loop turn until the outbox was flushed."""
    while outbox._dirty:
        gevent.sleep(0)


def overflows(log: list[str]) -> None:
    log.append("overflowed")


def test_what_is_written_in_a_turn_is_sent_at_once_in_its_order(pair: Pair) -> None:
    ours = Counting(fileno=pair[0].detach())
    ours.setblocking(False)
    with ours:
        outbox = Outbox(ours, 1000, Flusher(), lambda: None)
        for word in (b"a\n", b"b\n", b"c\n"):
            outbox.write(word)
        assert ours.sends == 0
        turn(outbox)
        assert ours.sends == 1
        assert pair[1].recv(100) == b"a\nb\nc\n"
        outbox.close()


def fill(outbox: Outbox) -> int:
    """Writes until the socket takes no more; how many bytes that took."""
    written = 0
    while not outbox.size:
        outbox.write(b"x" * 999 + b"\n")
        written += 1000
        turn(outbox)
    return written


def read(sock: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes, letting the loop send meanwhile."""
    data = b""
    sock.setblocking(False)
    while len(data) < size:
        try:
            data += sock.recv(size - len(data))
        except BlockingIOError:
            gevent.sleep(0.001)
    return data


def test_a_peer_that_reads_late_gets_everything(pair: Pair) -> None:
    outbox = Outbox(pair[0], 1_000_000, Flusher(), lambda: None)
    size = fill(outbox)
    outbox.write(b"late\n")
    data = read(pair[1], size + 5)
    assert data.endswith(b"x\nlate\n")
    assert outbox.size == 0
    outbox.close()


def test_at_the_limit_it_holds_and_past_it_it_overflows_once(pair: Pair) -> None:
    log: list[str] = []
    outbox = Outbox(pair[0], 100_000, Flusher(), lambda: overflows(log))
    fill(outbox)
    outbox.write(b"y" * (100_000 - outbox.size))
    assert (outbox.size, log) == (100_000, [])
    outbox.write(b"z")
    outbox.write(b"z")
    assert log == ["overflowed"]
    assert outbox.size <= 1000, "the rest of the line that was begun"
    assert not outbox.accepting
    outbox.close()


def test_after_an_overflow_the_last_words_stand_on_a_line_of_their_own(pair: Pair) -> None:
    log: list[str] = []
    outbox = Outbox(pair[0], 10_000, Flusher(), lambda: overflows(log))
    while not log:
        outbox.write(b"x" * 99 + b"\n")
        if outbox.size > 9_000:
            turn(outbox)
    outbox.finish(b"ERROR\n")
    data = b""
    reader = gevent.spawn(outbox.drain, 5)
    pair[1].setblocking(False)
    while not reader.dead:
        try:
            data += pair[1].recv(65536)
        except BlockingIOError:
            gevent.sleep(0.001)
    assert reader.value is True
    data += pair[1].recv(65536) if not data.endswith(b"ERROR\n") else b""
    lines = data.split(b"\n")
    assert set(lines[:-2]) == {b"x" * 99}
    assert lines[-2:] == [b"ERROR", b""]
    outbox.close()


def test_a_peer_that_never_reads_is_waited_for_no_longer_than_said(pair: Pair) -> None:
    outbox = Outbox(pair[0], 1_000_000, Flusher(), lambda: None)
    fill(outbox)
    assert outbox.drain(0.01) is False
    outbox.close()
    assert outbox.size == 0


def test_a_peer_that_is_gone_ends_it_quietly(pair: Pair) -> None:
    outbox = Outbox(pair[0], 1000, Flusher(), lambda: None)
    pair[1].close()
    for _ in range(3):
        outbox.write(b"x\n")
        turn(outbox)
    assert outbox.drain(1) is True
    outbox.finish(b"bye\n")
    assert outbox.size == 0


def test_after_the_last_words_nothing_is_taken(pair: Pair) -> None:
    outbox = Outbox(pair[0], 1000, Flusher(), lambda: None)
    outbox.write(b"a\n")
    outbox.finish(b"last\n")
    outbox.write(b"b\n")
    turn(outbox)
    assert pair[1].recv(100) == b"a\nlast\n"
    outbox.close()


def test_what_is_sent_now_stands_behind_what_waits(pair: Pair) -> None:
    outbox = Outbox(pair[0], 1_000_000, Flusher(), lambda: None)
    outbox.write(b"first\n")
    outbox.send(b"second\n")
    assert pair[1].recv(100) == b"first\nsecond\n", "with one send, in the order of the calls"
    size = fill(outbox)
    outbox.send(b"last\n")
    assert read(pair[1], size + 5).endswith(b"x\nlast\n")
    outbox.close()


def test_sending_too_much_at_once_overflows_like_writing_it(pair: Pair) -> None:
    log: list[str] = []
    outbox = Outbox(pair[0], 10_000, Flusher(), lambda: overflows(log))
    outbox.send(b"x" * 500_000 + b"\n")
    assert log == ["overflowed"]
    outbox.send(b"y\n")
    assert not outbox.accepting
    outbox.close()


def test_what_waits_behind_a_full_socket_is_bounded_however_it_came(pair: Pair) -> None:
    log: list[str] = []
    outbox = Outbox(pair[0], 100_000, Flusher(), lambda: overflows(log))
    fill(outbox)
    outbox.send(b"y" * (100_000 - outbox.size))
    assert (outbox.size, log) == (100_000, [])
    outbox.send(b"z")
    assert log == ["overflowed"]
    outbox.close()
