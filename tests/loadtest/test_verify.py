"""The verification: it sees each kind of fault, and only that, however reads cut the lines."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from loadtest.dialects import Irc
from loadtest.verify import Faults, Receiver, Stream

FIND = Irc().find
COUNT = 6
SENDER = [1, 2, 1, 2, 1, 2]  # of each message
PAYLOADS = [f"lt-{number} xx".encode() for number in range(COUNT)]
LINES = [b":lt%d!u@h PRIVMSG #r :%b\r\n" % (SENDER[n], PAYLOADS[n]) for n in range(COUNT)]
ALTERED = LINES[5].replace(b"xx", b"xy")
NOISE = b":lt9!u@h JOIN #r\r\n"


def stream() -> Stream:
    """Six messages that are going to be sent."""
    found = Stream()
    for number, payload in enumerate(PAYLOADS):
        found.expect(payload, float(number), SENDER[number])
    return found


def faults(*received: Sequence[bytes], size: int = 10_000) -> Faults:
    """What is found where clients read these lines, so many bytes at a time, in turn."""
    common = stream()
    receivers = [Receiver(common, 100 + index, FIND) for index in range(len(received))]
    texts = [b"".join(lines) for lines in received]
    for start in range(0, max(len(text) for text in texts), size):
        for receiver, text in zip(receivers, texts, strict=True):
            if text[start : start + size]:
                receiver.receive(text[start : start + size])
    total = Faults()
    for receiver in receivers:
        total.add(receiver.finish())
    return total


def test_all_is_well() -> None:
    assert faults(LINES, LINES, LINES) == Faults()
    for size in (1, 7, 30, 50):
        assert faults(LINES, LINES, size=size) == Faults()


def test_lines_that_are_no_messages_make_no_difference() -> None:
    noisy = [NOISE, *LINES[:3], NOISE, NOISE, *LINES[3:], NOISE]
    for size in (1, 13, 40, 1000):
        assert faults(LINES, noisy, size=size) == Faults()
        assert faults(noisy, LINES, size=size) == Faults()


def test_lines_that_are_no_messages_are_given_back() -> None:
    receiver = Receiver(stream(), 100, FIND)
    assert receiver.receive(LINES[0]) == b""
    assert receiver.receive(LINES[1] + b"PING x\r\nhalf") == LINES[1] + b"PING x\r\n"


def test_lost() -> None:
    assert faults(LINES, LINES[:4]) == Faults(lost=2)
    assert faults(LINES, LINES[:2] + LINES[4:]) == Faults(lost=2)
    assert faults(LINES[:5], LINES[:5]) == Faults(lost=2)
    assert faults(LINES, [b"x"]) == Faults(lost=6)


def test_duplicated() -> None:
    assert faults(LINES, [*LINES, LINES[0]]) == Faults(duplicated=1)
    assert faults(LINES, [LINES[0], LINES[0], *LINES[1:]]) == Faults(duplicated=1)
    assert faults([*LINES, LINES[5]], LINES) == Faults(duplicated=1)


def test_reordered() -> None:
    assert faults(LINES, [LINES[1], LINES[0], *LINES[2:]]) == Faults(reordered=1)
    assert faults(LINES, LINES[::-1]) == Faults(reordered=5)


def test_altered() -> None:
    assert faults(LINES, [*LINES[:5], ALTERED]) == Faults(lost=1, altered=1)
    assert faults([*LINES, ALTERED], LINES) == Faults(altered=1)


def test_a_sender_that_is_not_shown_its_own_messages() -> None:
    """It reads ahead of the one who sees all, behind it, and in pieces."""
    for ahead in (True, False):
        for size in (1, 11, 45, 1000):
            common = stream()
            sender = Receiver(common, 1, FIND, sees_own=False, leads=False)
            other = Receiver(common, 100, FIND)
            own = b"".join(LINES[n] for n in range(COUNT) if SENDER[n] != 1)
            whole = b"".join(LINES)
            if ahead:
                for start in range(0, len(own), size):
                    sender.receive(own[start : start + size])
                other.receive(whole)
            else:
                other.receive(whole)
                for start in range(0, len(own), size):
                    sender.receive(own[start : start + size])
            assert sender.finish() == Faults()
            assert other.finish() == Faults()
            assert (sender.received, other.received) == (3, 6)


def test_a_sender_that_is_not_shown_its_own_messages_misses_another() -> None:
    common = stream()
    sender = Receiver(common, 1, FIND, sees_own=False, leads=False)
    other = Receiver(common, 100, FIND)
    sender.receive(LINES[1] + LINES[5])
    other.receive(b"".join(LINES))
    assert sender.finish() == Faults(lost=1)


def test_two_processes_that_saw_different_orders_have_different_digests() -> None:
    one, other, third = stream(), stream(), stream()
    Receiver(one, 100, FIND).receive(b"".join(LINES))
    Receiver(other, 100, FIND).receive(LINES[1] + LINES[0] + b"".join(LINES[2:]))
    Receiver(third, 100, FIND).receive(b"".join(LINES))
    assert one.digest() == third.digest() != other.digest()
    assert one.disorder() == 0


def test_the_order_of_each_sender() -> None:
    common = stream()
    Receiver(common, 100, FIND).receive(LINES[2] + LINES[0] + LINES[1] + LINES[3])
    assert common.disorder() == 1


@given(
    st.lists(st.sampled_from([*LINES, ALTERED, NOISE]), max_size=12),
    st.integers(1, 90),
    st.booleans(),
)
@example([LINES[0], NOISE, LINES[1]], 5, True)
def test_however_reads_cut_the_lines_the_faults_are_the_same(
    lines: list[bytes], size: int, first: bool
) -> None:
    good = [line for line in lines if line != NOISE] == LINES
    whole = faults(LINES, lines) if first else faults(LINES, LINES, lines)
    cut = faults(LINES, lines, size=size) if first else faults(LINES, LINES, lines, size=size)
    assert bool(whole) == bool(cut) == (not good)
    if lines:
        assert (whole.lost, whole.altered) == (cut.lost, cut.altered)
