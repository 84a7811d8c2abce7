"""When the next round of a work may begin."""

from __future__ import annotations

import pytest

from gchat.pace import EASY, GROWTH, SPACING, Pace

TOOK = 0.001


def after(rounds: int, period: float, merged: float, most: float = 1.0, short: float = 1.0) -> Pace:
    """One that had so many rounds, each begun `period` seconds after the one before."""
    pace = Pace(short, most, now=0.0)
    for number in range(1, rounds + 1):
        pace.round(number * period, TOOK, merged, busy=TOOK)
    return pace


def test_who_has_time_never_pauses() -> None:
    pace = after(1000, period=TOOK / EASY * 1.01, merged=1.0)
    assert pace.pause == 0.0
    assert pace.wait(now=2.0) < 0.0


@pytest.mark.parametrize("load", [1.0, 1.5, 2.0, 3.0])
def test_the_pause_grows_with_what_each_item_would_cost_by_itself(load: float) -> None:
    pace = after(1000, period=2 * TOOK, merged=2 * load)
    assert pace.pause == pytest.approx((load - EASY) * GROWTH * TOOK, rel=0.01)
    assert pace.wait(now=2.0 + TOOK / 10) == pytest.approx(pace.pause - TOOK / 10)


def test_it_is_never_longer_than_so_many_rounds_nor_than_the_bound() -> None:
    assert after(1000, period=TOOK, merged=1000.0).pause == pytest.approx(SPACING * TOOK)
    assert after(1000, period=TOOK, merged=1000.0, most=0.002).pause == pytest.approx(0.002)


@pytest.mark.parametrize(("short", "pause"), [(0.0015, 0.0015), (0.0005, TOOK)])
def test_after_a_short_round_it_is_short_and_after_others_as_long_as_the_round(
    short: float, pause: float
) -> None:
    assert after(1000, TOOK, merged=1000.0, most=0.003, short=short).pause == pytest.approx(pause)


def test_one_long_round_is_soon_forgotten() -> None:
    pace = after(1000, period=TOOK, merged=100.0)
    pace.round(2.0, TOOK, 1.0, busy=TOOK)
    assert pace.pause == 0.0
