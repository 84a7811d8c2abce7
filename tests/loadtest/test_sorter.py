"""A client in several rooms: each room is verified by itself, in whatever order they come."""

from __future__ import annotations

from loadtest.dialects import Irc
from loadtest.sorter import Sorter
from loadtest.verify import Faults, Receiver, Stream

DIALECT = Irc()
ROOMS = (b"#a", b"#b", b"#c")


def payload(room: bytes, number: int) -> bytes:
    return b"lt-%b%d xx" % (room[1:], number)


def line(room: bytes, number: int, shown_in: bytes = b"") -> bytes:
    return b":lt1!u@h PRIVMSG %b :%b\r\n" % (shown_in or room, payload(room, number))


def streams() -> dict[bytes, Stream]:
    """Two messages in each room."""
    found = {room: Stream() for room in ROOMS}
    for room, stream in found.items():
        for number in range(2):
            stream.expect(payload(room, number), float(number), 1)
    return found


def sorter(common: dict[bytes, Stream], *rooms: bytes) -> Sorter:
    parts = {room: Receiver(common[room], 100, DIALECT.find) for room in rooms}
    return Sorter(parts, DIALECT.find, DIALECT.room)


A = [line(b"#a", 0), line(b"#a", 1)]
B = [line(b"#b", 0), line(b"#b", 1)]
C = [line(b"#c", 0), line(b"#c", 1)]


def faults(*lines: bytes, size: int = 10_000) -> Faults:
    """What a client in #a and #b finds, after one that has seen all was right."""
    common = streams()
    right = sorter(common, *ROOMS)
    right.receive(b"".join([*C, *A, *B]))
    assert right.finish() == Faults()
    assert right.received == 6
    found, text = sorter(common, b"#a", b"#b"), b"".join(lines)
    for start in range(0, len(text), size):
        found.receive(text[start : start + size])
    return found.finish()


def test_rooms_may_follow_each_other_in_any_way() -> None:
    for size in (1, 7, 40, 10_000):
        assert faults(*A, *B, size=size) == Faults()
        assert faults(B[0], A[0], B[1], A[1], size=size) == Faults()


def test_each_kind_of_fault_is_found() -> None:
    assert faults(*A) == Faults(lost=2)
    assert faults(A[1], *B, A[0]) == Faults(reordered=1)
    assert faults(*A, B[0], A[1], B[1]) == Faults(duplicated=1)
    assert faults(A[0], A[1].replace(b"xx", b"xy"), *B) == Faults(lost=1, altered=1)


def test_a_message_of_another_room_is_noticed() -> None:
    assert faults(*A, *B, C[0]) == Faults(altered=1)
    assert faults(A[0], line(b"#a", 1, shown_in=b"#b"), *B) == Faults(lost=1, altered=1)


def test_it_tells_what_is_new_and_gives_back_the_rest() -> None:
    found = sorter(streams(), b"#a", b"#b")
    assert found.receive(A[0] + B[0] + A[1]) == b""
    assert sorted(found.newest()) == [0.0, 0.0, 1.0]
    assert found.at == len(A[0] + B[0] + A[1])
    assert not found.strayed
    assert found.receive(b"PING x\r\n" + B[1]) == b"PING x\r\n" + B[1]
    assert found.newest() == [1.0]
    assert found.receive(C[0][:9]) == b""
    assert found.newest() == []
    assert found.receive(C[0][9:]) == b""
    assert found.strayed
