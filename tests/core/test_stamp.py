"""Times never go backwards, ids sort as they were made, whatever the clock does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gchat.core.events import Quit
from gchat.core.stamp import Stamper


@given(st.lists(st.integers(0, 2**41), min_size=1, max_size=50))
def test_order_whatever_the_clock_does(times: list[int]) -> None:
    clock = iter(times)
    stamper = Stamper(lambda: next(clock))
    entries = [stamper.stamp(Quit(1, "")) for _ in times]
    assert [entry.seq for entry in entries] == list(range(1, len(times) + 1))
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    ids = [entry.msgid for entry in entries]
    assert ids == sorted(set(ids))


def test_a_restart_with_a_clock_that_is_behind_goes_on_after_what_is_stored() -> None:
    clock = iter([100, 50, 40, 101])
    before = Stamper(lambda: next(clock))
    last = before.stamp(Quit(1, ""))
    after = Stamper(lambda: next(clock), last.at + 1)
    entries = [last, *(after.stamp(Quit(1, "")) for _ in range(3))]
    assert [entry.at for entry in entries] == [100, 101, 101, 101]
    assert [entry.msgid for entry in entries] == sorted({entry.msgid for entry in entries})


def test_more_ids_than_fit_in_a_millisecond_borrow_the_next_one() -> None:
    stamper = Stamper(lambda: 5)
    entries = [stamper.stamp(Quit(1, "")) for _ in range(0x10000 + 1)]
    assert (entries[-2].at, entries[-1].at) == (5, 6)
    assert entries[-2].msgid < entries[-1].msgid


def test_while_the_clock_is_behind_time_goes_on_more_slowly() -> None:
    """After one message at two hours ahead, every later one was of the same millisecond."""
    ahead = 7_200_000
    wall, tick = [ahead], [0]
    stamper = Stamper(lambda: wall[0], tick=lambda: tick[0])
    first = stamper.stamp(Quit(1, ""))
    wall[0] = 0  # it is set right
    times = []
    for passed in (1, 2, 1000, ahead, 3 * ahead):
        wall[0] = tick[0] = passed
        times.append(stamper.stamp(Quit(1, "")).at - first.at)
    assert times == [0, 1, 500, ahead // 2, 3 * ahead - ahead]


def test_durations_are_of_the_clock_that_never_jumps() -> None:
    tick = [5]
    stamper = Stamper(lambda: 1_000_000, tick=lambda: tick[0])
    assert stamper.stamp(Quit(1, "")).tick == 5
    tick[0] = 7
    assert stamper.stamp(Quit(1, "")).tick == 7
