"""The verification: it sees each kind of fault, and only that."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loadtest.verify import Faults, Member, RoomOrder, order_of_each_sender, verify


def payload(number: int, sender: str = "a") -> bytes:
    return f"lt{sender} {number} xx".encode()


def room_of(count: int) -> RoomOrder:
    room = RoomOrder()
    for number in range(count):
        room.send(payload(number), float(number))
    return room


ALL = [payload(number) for number in range(6)]


def faults(*received: list[bytes]) -> Faults:
    """What is found where members receive these."""
    room = room_of(6)
    members = [Member(room) for _ in received]
    for member, payloads in zip(members, received, strict=True):
        member.receive(payloads, 10.0)
    return verify(room, members)


def test_all_is_well() -> None:
    assert faults(ALL, ALL) == Faults()


def test_lost() -> None:
    assert faults(ALL, ALL[:4]) == Faults(lost=2)
    assert faults(ALL, ALL[:2] + ALL[4:]) == Faults(lost=2)
    assert faults(ALL[:5], ALL[:5]) == Faults(lost=2)
    assert faults([], []) == Faults(lost=12)


def test_duplicated() -> None:
    assert faults(ALL, [*ALL, ALL[0]]) == Faults(duplicated=1)
    assert faults(ALL, [ALL[0], ALL[0], *ALL[1:]]) == Faults(duplicated=1)
    assert faults([*ALL, ALL[5]], ALL) == Faults(duplicated=1)


def test_reordered() -> None:
    assert faults(ALL, [ALL[1], ALL[0], *ALL[2:]]) == Faults(reordered=1)
    assert faults(ALL, ALL[::-1]) == Faults(reordered=5)


def test_altered() -> None:
    assert faults(ALL, [*ALL[:5], b"lta 5 xy"]) == Faults(lost=1, altered=1)
    assert faults(ALL, [*ALL, b"ltnobody 0 x"]) == Faults(altered=1)


def test_a_sender_that_is_not_shown_its_own_messages() -> None:
    room = room_of(6)
    own = {ALL[0], ALL[3], ALL[5]}
    sender, other = Member(room, own), Member(room)
    sender.receive([ALL[1], ALL[2]], 10.0)
    other.receive(ALL[:3], 10.0)
    sender.receive([ALL[4]], 10.0)
    other.receive(ALL[3:], 10.0)
    assert verify(room, [sender, other]) == Faults()
    room = room_of(6)
    sender, other = Member(room, own), Member(room)
    other.receive(ALL, 10.0)
    sender.receive([ALL[1], ALL[2]], 10.0)
    sender.receive([ALL[4]], 10.0)
    assert verify(room, [sender, other]) == Faults()
    sender.receive([ALL[5]], 10.0)
    assert verify(room, [sender, other]) == Faults(duplicated=1)
    room = room_of(6)
    sender, other = Member(room, own), Member(room)
    sender.receive([ALL[2], ALL[1]], 10.0)
    other.receive(ALL, 10.0)
    assert verify(room, [sender, other]) == Faults(lost=1, reordered=1)


def test_latency_counts_from_when_a_message_was_due() -> None:
    room = room_of(3)
    member = Member(room)
    member.receive(ALL[:2], 1.5)
    member.receive(ALL[2:3], 7.0)
    assert list(member.latencies) == [1.5, 0.5, 5.0]


def test_the_order_of_each_sender() -> None:
    room = RoomOrder()
    sent = [payload(0, "a"), payload(0, "b"), payload(2, "a"), payload(1, "a"), payload(1, "b")]
    for one in sent:
        room.send(one, 0.0)
    Member(room).receive(sent, 1.0)
    assert order_of_each_sender(room) == 1


@given(st.lists(st.integers(0, 5), max_size=12), st.lists(st.integers(1, 4), max_size=12))
def test_however_reads_cut_the_stream_the_faults_are_the_same(
    numbers: list[int], cuts: list[int]
) -> None:
    stream = [ALL[number] for number in numbers]
    whole = faults(ALL, stream)
    room = room_of(6)
    first, second = Member(room), Member(room)
    first.receive(ALL, 10.0)
    start = 0
    for size in [*cuts, len(stream)]:
        second.receive(stream[start : start + size], 10.0)
        start += size
    assert verify(room, [first, second]) == whole
    assert bool(whole) == (stream != ALL)
