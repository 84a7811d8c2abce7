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
