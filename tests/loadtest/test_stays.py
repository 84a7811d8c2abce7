"""What is claimed for people whose connections end, and what is found wrong."""

from __future__ import annotations

import math
from array import array

import pytest

from loadtest.stays import Judged, Stay, Told, judge
from loadtest.verify import Faults

ORDER = [0, 1, 3, 2, 4, 5]  # as the history has them; 6 was written and is not there
TOLD = Told.of(ORDER, [float(number) for number in range(7)])


def stay(*seen: int, written: tuple[int, ...] = (), **more: float) -> Stay:
    """A connection that was shown these."""
    found = Stay(0, seen=array("L", seen), written=array("L", written))
    for name, value in more.items():
        setattr(found, name, value)
    return found


def found(*stays: Stay) -> Judged:
    return judge(stays, TOLD)


def test_somebody_who_was_there_all_the_time() -> None:
    assert found(stay(*ORDER)) == Judged(shown=6)


def test_somebody_who_came_back() -> None:
    """The connection ended after message 1, and another one came in while 2 was written: what is
    between them is in the history.
    """
    judged = found(stay(0, 1, ended=True), stay(4, 5, since=2.5))
    assert judged == Judged(faults=Faults(lost=2), shown=4, missed=2)  # 3 and 2 came after 2.5
    assert found(stay(0, 1, ended=True), stay(4, 5, since=3.5)) == Judged(shown=4, missed=2)
    assert found(stay(0, 1, ended=True), stay(since=5.5)) == Judged(shown=2)
    assert found(stay(0, 1, ended=True), stay(ended=True, since=math.inf), stay(5, since=4.5)) == (
        Judged(shown=3, missed=3)
    )


@pytest.mark.parametrize(
    ("wrong", "faults"),
    [
        ([stay(0, 1, 3, 2, 4)], Faults(lost=1)),  # at the end
        ([stay(1, 3, 2, 4, 5)], Faults(lost=1)),  # at the beginning
        ([stay(0, 1, 2, 4, 5)], Faults(lost=1)),
        ([stay()], Faults(lost=6)),
        ([stay(since=3.5)], Faults(lost=2)),
        ([stay(0, 1, 1, 3, 2, 4, 5)], Faults(duplicated=1)),
        ([stay(0, 1, 2, 3, 4, 5)], Faults(reordered=1)),
        ([stay(*ORDER, altered=2)], Faults(altered=2)),
        ([stay(0, 1, 3, ended=True), stay(3, 2, 4, 5, since=3.5)], Faults(duplicated=1)),
    ],
)
def test_what_went_wrong(wrong: list[Stay], faults: Faults) -> None:
    assert found(*wrong).faults == faults


def test_what_was_shown_and_is_in_no_history_is_lost() -> None:
    judged = found(stay(0, 1, 6, ended=True))
    assert (judged.faults, judged.unknown) == (Faults(lost=1), 1)


def test_what_was_written_and_is_not_in_the_history() -> None:
    """Refused, or nobody knew before the connection ended; otherwise it is lost."""
    assert found(stay(*ORDER, written=(4, 6), refused=1)) == Judged(shown=6)
    ended = found(stay(0, written=(6,), ended=True), stay(5, since=4.5))
    assert (ended.faults, ended.unanswered) == (Faults(), 1)
    assert found(stay(*ORDER, written=(6,))).faults == Faults(lost=1)


def test_what_was_refused_must_not_be_shown() -> None:
    assert found(stay(*ORDER, written=(4,), refused=1)).shown_refused == 1


def test_many_are_added() -> None:
    one = found(stay(0, 1, 6, ended=True, written=(6, 6)), stay(5, since=4.5))
    both = Judged()
    both.add(one)
    both.add(one)
    assert (both.shown, both.missed, both.unanswered, both.unknown) == (8, 6, 4, 2)
    assert both.faults == Faults(lost=2)
