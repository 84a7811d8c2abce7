"""Token buckets, with a clock that is moved by hand."""

from __future__ import annotations

from gchat.core.limits import Buckets, Recent


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


def test_a_key_that_was_quiet_long_enough_makes_room_for_another() -> None:
    buckets = Buckets(2, 1.0, most_keys=3)
    for key, at in (("a", 0.0), ("b", 1.5), ("c", 1.5)):
        buckets.take(key, at)
    buckets.take("d", 2.0)
    assert len(buckets) == 3, "a was full again"
    assert buckets.take("b", 2.0)
    assert not buckets.take("b", 2.0), "b was not forgotten"


def test_the_one_that_was_used_longest_ago_goes_first() -> None:
    buckets = Buckets(2, 0.0, most_keys=2)
    for key in ("a", "b", "a", "c"):
        assert buckets.take(key, 0.0)
    assert not buckets.take("a", 0.0)
    assert buckets.take("b", 0.0), "it was forgotten, and begins anew"
    assert len(buckets) == 2


def test_a_bucket_is_never_fuller_than_full() -> None:
    buckets = Buckets(2, 1.0)
    assert buckets.take("a", 0.0)
    assert [buckets.take("a", 50.0) for _ in range(3)] == [True, True, False]
    assert not buckets.take("a", 50.5)
    assert buckets.take("a", 51.0)


def test_the_default_number_of_keys() -> None:
    buckets = Buckets(1, 0.0)
    for number in range(10_001):
        buckets.take(number, 0.0)
    assert len(buckets) == 10_000


def test_recent_at_the_limit_and_past_it() -> None:
    recent = Recent()
    assert recent.wait(0, 10, 0) == 0
    for at in (1000, 2000):
        assert recent.wait(2, 10, at) == 0
        recent.add(2, at)
    assert [recent.wait(2, 10, at) for at in (2000, 10_999, 11_000, 99_000)] == [9000, 1, 0, 0]
    assert recent.wait(3, 10, 2000) == 0
    assert recent.wait(1, 10, 2000) == 10_000
    assert recent.wait(0, 10, 2000) == 0
    recent.add(2, 11_000)
    assert list(recent.times) == [2000, 11_000]
