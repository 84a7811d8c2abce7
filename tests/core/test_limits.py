"""Token buckets, with a clock that is moved by hand."""

from __future__ import annotations

from gchat.core.limits import Buckets


def test_so_many_at_once_then_so_many_in_a_time() -> None:
    buckets = Buckets(3, 0.5)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b", 0.0), "each key has a bucket of its own"
    assert not buckets.take("a", 1.9)
    assert buckets.take("a", 2.0 + 1.9)
    assert not buckets.take("a", 3.9)
    assert [buckets.take("a", 100.0) for _ in range(4)] == [True, True, True, False]


def test_without_a_burst_there_is_no_limit() -> None:
    buckets = Buckets(0, 1.0)
    assert all(buckets.take("a", 0.0) for _ in range(1000))
    assert len(buckets) == 0


def test_what_is_kept_is_bounded() -> None:
    buckets = Buckets(2, 1.0, most_keys=10)
    for number in range(100):
        buckets.take(number, number * 1.0)
    assert len(buckets) <= 10
    busy = Buckets(2, 0.001, most_keys=10)
    for number in range(100):
        busy.take(number, 0.0)
    assert len(busy) <= 100
