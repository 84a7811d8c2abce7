"""Bursts: when their messages are due, and the figures of their first moments."""

from __future__ import annotations

import pytest

from loadtest.bursts import Bursts, Openings, figures
from loadtest.orders import Order, schedule


def order(arrivals: str = "even") -> Order:
    """Three bursts of four messages at 10/s, five seconds apart."""
    kind = "even" if arrivals == "even" else "poisson"
    return Order("x", 12, 10.0, 100.0, kind, bursts=Bursts(3, 5.0))  # type: ignore[arg-type]


def test_there_is_quiet_before_each_burst() -> None:
    due = schedule(order())
    assert due[:5] == pytest.approx([105.0, 105.1, 105.2, 105.3, 110.4])
    assert Bursts(3, 5.0).begins(due) == pytest.approx([105.0, 110.4, 115.8])
    at_random = schedule(order("poisson"))
    assert at_random == sorted(at_random)
    assert at_random[4] - at_random[3] >= 5.0


@pytest.mark.parametrize(
    ("seconds", "quiet"), [(2.0, 2.0), (5.2, 5.0), (5.4, 5.0), (6.0, 5.6), (16.2, 15.0), (99, 15.0)]
)
def test_how_much_of_a_load_was_quiet(seconds: float, quiet: float) -> None:
    assert Bursts(3, 5.0).passed(seconds, 0.4) == pytest.approx(quiet)


def test_a_load_without_bursts_has_no_quiet() -> None:
    assert Bursts().passed(7.0, 5.0) == 0.0


def test_only_what_was_due_in_the_first_moments_counts() -> None:
    seen = Openings([10.0, 20.0])
    seen.add([10.0, 10.1], 10.105)
    seen.add([10.299], 10.349)
    seen.add([10.3, 19.9], 29.0)
    seen.add([20.25], 20.26)
    found = figures([seen.encoded()])
    assert found["p99 of the first 200 ms of each burst, ms"] == "105"
    assert found["p99 of the first 300 ms of each burst, ms"] == "105, 10"
    assert found["p99 of the first 300 ms, ms"] == pytest.approx(57.5, abs=0.1)
    assert found["p99 of the first 300 ms of the worst burst, ms"] == pytest.approx(105, abs=0.1)


def test_what_several_processes_saw_is_put_together() -> None:
    one, other = Openings([10.0]), Openings([10.0])
    one.add([10.0] * 98, 10.001)
    other.add([10.0] * 2, 10.05)
    found = figures([one.encoded(), other.encoded()])
    assert found["p99 of the first 300 ms, ms"] == pytest.approx(50, abs=0.1)


def test_bursts_that_never_came_have_no_figures() -> None:
    assert figures([Openings([10.0, 20.0]).encoded()]) == {}
