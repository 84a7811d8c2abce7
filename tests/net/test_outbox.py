"""The outbox, on a socket pair whose other end reads when the test says so."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, cast

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


# -- on a socket that takes what the test says


REAL: list[socket.socket] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while REAL:
        REAL.pop().close()


class Slow:
    """Takes so many bytes of each send; 0 is as if it blocked, -1 as if the peer were gone."""

    def __init__(self, *takes: int) -> None:
        self.takes = list(takes)
        self.got: list[bytes] = []
        self._real = socket.socket()
        REAL.append(self._real)

    def fileno(self) -> int:
        return self._real.fileno()

    def send(self, data: bytes) -> int:
        takes = self.takes.pop(0) if self.takes else 1 << 20
        if takes < 0:
            raise ConnectionResetError
        if takes == 0:
            raise BlockingIOError
        self.got.append(bytes(data[:takes]))
        return min(takes, len(data))


def slow_outbox(sock: Slow, limit: int = 10) -> tuple[Outbox, list[str]]:
    """And what it says when it overflows."""
    log: list[str] = []
    outbox = Outbox(cast("Any", sock), limit, Flusher(), lambda: log.append("overflowed"))
    return outbox, log


@pytest.mark.parametrize(("takes", "left"), [(3, 3), (0, 6), (6, 0)])
def test_what_is_sent_now_waits_as_far_as_the_socket_does_not_take_it(
    takes: int, left: int
) -> None:
    sock = Slow(takes)
    outbox, _ = slow_outbox(sock)
    outbox.send(b"abcde\n")
    assert outbox.size == left
    outbox.send(b"xyz\n")
    if left:
        assert b"".join(sock.got) == b"abcde\n"[:takes]
        outbox._writable()
    assert b"".join(sock.got) == b"abcde\nxyz\n"
    assert (outbox.size, outbox._watcher) == (0, None)
    outbox.close()


def test_sends_at_the_limit_and_past_it() -> None:
    sock = Slow(2)
    outbox, log = slow_outbox(sock)
    outbox.send(b"x" * 11 + b"\n")
    assert (outbox.size, log) == (10, [])
    outbox.close()
    outbox, log = slow_outbox(Slow(2))
    outbox.send(b"x" * 12 + b"\n")
    assert (outbox.size, log) == (11, ["overflowed"])
    assert outbox.accepting is False
    outbox.close()


def test_writes_at_the_limit_are_left_to_the_flusher_and_past_it_the_socket_is_asked() -> None:
    sock = Slow()
    outbox, log = slow_outbox(sock)
    outbox.write(b"x" * 9 + b"\n")
    assert (sock.got, outbox.size) == ([], 10)
    outbox.write(b"y\n")
    assert sock.got == [b"x" * 9 + b"\ny\n"]
    assert (outbox.size, log) == (0, [])
    outbox.close()


def test_an_empty_write_asks_for_no_flush() -> None:
    sock = Slow()
    outbox, _ = slow_outbox(sock)
    outbox.queue_framed(b"")
    assert outbox._dirty is False
    outbox.close()


def test_after_an_overflow_the_line_that_was_begun_is_ended_and_no_other() -> None:
    sock = Slow(2)
    outbox, log = slow_outbox(sock)
    outbox.send(b"one\ntwo\nthree\nfour\n")
    assert log == ["overflowed"]
    outbox.finish(b"bye\n")
    outbox._writable()
    assert b"".join(sock.got) == b"one\nbye\n"
    outbox.close()


def test_frames_are_sent_as_they_are() -> None:
    """A WebSocket's: the last words in a frame of their own, the closing frame as it is."""
    sock = Slow(0)
    outbox, log = slow_outbox(sock, 20)
    outbox.frame = lambda data: b"<" + data.strip() + b">"
    outbox.send(b"one\n")
    outbox.write(b"two\n")
    outbox.send(b"a\n")
    outbox._overflow()
    assert log == ["overflowed"]
    outbox.finish(b"bye\n", b"[close]")
    outbox._writable()
    assert b"".join(sock.got) == b"<one><bye>[close]", "no frame is cut"
    outbox.close()


def test_without_last_words_there_is_no_empty_frame() -> None:
    sock = Slow()
    outbox, _ = slow_outbox(sock)
    outbox.frame = lambda data: b"<" + data.strip() + b">"
    outbox.queue(b"a\n")
    outbox.finish(b"", b"[close]")
    assert b"".join(sock.got) == b"<a>[close]"
    assert outbox.drain(0.0)
    outbox.close()


def test_through_tls_everything_goes_by_it() -> None:
    sock, tls = Slow(), Slow()
    outbox, _ = slow_outbox(sock)
    outbox.through(cast("Any", tls))
    outbox.send(b"a\n")
    assert (sock.got, tls.got) == ([], [b"a\n"])
    outbox.close()


def test_a_flush_tells_how_many_sends_it_took_and_stood_for() -> None:
    outbox, _ = slow_outbox(Slow())
    assert outbox.flush() == (0, 0)
    for _ in range(3):
        outbox.write(b"a\n")
    assert outbox.flush() == (1, 3)
    assert outbox.flush() == (0, 0)
    outbox.close()


def test_a_peer_that_is_gone_in_the_middle_takes_nothing_more() -> None:
    sock = Slow(2, -1)
    outbox, _ = slow_outbox(sock)
    outbox.send(b"abc\n")
    outbox._writable()
    assert (outbox.size, outbox.accepting, outbox._watcher) == (0, False, None)
    outbox.finish(b"bye\n")
    outbox.send(b"x\n")
    outbox.write(b"x\n")
    assert sock.got == [b"ab"]
    assert outbox.drain(0.0)
    outbox.close()
