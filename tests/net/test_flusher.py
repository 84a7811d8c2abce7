"""When the flusher flushes, with a clock and a loop that the test moves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gchat.net.flusher import HOLD_MAX, PAUSE_MAX, Flusher
from gchat.pace import EASY, GROWTH, SPACING


class FakeLoop:
    """A loop, its clock, and how long it has worked."""

    def __init__(self) -> None:
        self.now = 100.0
        self.worked = 7.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def clock(self) -> float:
        return self.now

    def used(self) -> float:
        return self.worked

    def work(self, seconds: float) -> None:
        self.now += seconds
        self.worked += seconds

    def run_callback(self, callback: Callable[[], None]) -> None:
        self.due.append((self.now, callback))

    def timer(self, seconds: float) -> FakeTimer:
        return FakeTimer(self, seconds)

    def run_next(self) -> float:
        """Moves the clock to what is due next and runs it; when that was."""
        at, callback = self.due.pop(0)
        self.now = max(self.now, at)
        at = self.now
        callback()
        return at


class FakeTimer:
    """A timer of the fake loop."""

    def __init__(self, loop: FakeLoop, seconds: float) -> None:
        self._loop, self._seconds = loop, seconds
        self._due: tuple[float, Callable[[], None]] | None = None

    def start(self, callback: Callable[[], None]) -> None:
        self._due = self._loop.now + self._seconds, callback
        self._loop.due.append(self._due)

    def close(self) -> None:
        if self._due in self._loop.due:
            self._loop.due.remove(self._due)


class Audience:
    """A group, as the flusher sees it: a flush takes its time and stands for so many writes."""

    def __init__(self, loop: FakeLoop, flusher: Flusher, seconds: float) -> None:
        self._loop, self._flusher, self._seconds = loop, flusher, seconds
        self._waiting: list[float] = []
        self.delays: list[float] = []  # of each write, until it was sent

    def write(self) -> None:
        if not self._waiting:
            self._flusher.add(self)
        self._waiting.append(self._loop.now)

    def flush(self) -> tuple[int, int]:
        writes = len(self._waiting)
        self.delays += [self._loop.now - at for at in self._waiting]
        self._waiting.clear()
        self._loop.work(self._seconds)
        return 100, 100 * writes

    def run(self, every: float, count: int) -> int:
        """Writes on a schedule; how many flushes that took."""
        start, flushes, written = self._loop.now, 0, 0
        while written < count or self._loop.due:
            due = start + written * every if written < count else float("inf")
            if self._loop.due and self._loop.due[0][0] <= due:
                self._loop.run_next()
                flushes += 1
            else:
                self._loop.now = max(self._loop.now, due)
                self.write()
                written += 1
        return flushes


@pytest.fixture
def loop() -> FakeLoop:
    return FakeLoop()


@pytest.fixture
def flusher(loop: FakeLoop) -> Flusher:
    return Flusher(loop, loop.clock, loop.used)


def test_all_that_was_added_goes_along_and_what_comes_first_goes_first(
    loop: FakeLoop, flusher: Flusher
) -> None:
    order: list[str] = []

    class Named:
        def __init__(self, name: str) -> None:
            self._name = name

        def flush(self) -> tuple[int, int]:
            order.append(self._name)
            return 1, 1

    flusher.add(Named("a"))
    flusher.add(Named("b"))
    flusher.add_first(Named("group"))
    loop.run_next()
    assert order == ["group", "a", "b"]
    assert loop.due == []


def test_a_loop_with_time_sends_at_once(loop: FakeLoop, flusher: Flusher) -> None:
    audience = Audience(loop, flusher, seconds=0.001)
    assert audience.run(every=0.001 / EASY * 1.01, count=500) == 500
    assert max(audience.delays) == 0.0


def test_the_busier_the_loop_the_more_goes_with_one_flush(loop: FakeLoop, flusher: Flusher) -> None:
    took, merged = 0.001, []
    for load in (1.0, 2.0, 4.0, 16.0):
        audience = Audience(loop, flusher, seconds=took)
        audience.run(every=took / load, count=500)  # until it knows its load
        flushes = audience.run(every=took / load, count=3000)
        merged.append(3000 / flushes)
        longest = min(max(load - EASY, 0.0) * GROWTH, SPACING) * took
        assert max(audience.delays[500:]) <= took + longest * 1.05, f"at load {load}"
        loop.now += 1.0
    assert merged == sorted(merged)
    assert merged[0] < 2 < 30 < merged[-1]


def test_a_loop_that_is_busy_with_other_things_gathers_more(
    loop: FakeLoop, flusher: Flusher
) -> None:
    """Flushes alone take a fifth of its time: what matters is that none is left."""

    def pause(others: float) -> float:
        audience, start = Audience(loop, flusher, seconds=0.0002), loop.now
        for number in range(1000):
            loop.now = max(loop.now, start + number * 0.001)
            loop.work(others)
            audience.write()
            loop.run_next()
        return flusher.pause

    assert pause(others=0.0003) == 0.0
    assert pause(others=0.0008) == pytest.approx((1.0 - EASY) * GROWTH * 0.0002, rel=0.01)
    assert pause(others=0.0003) == 0.0


def test_nobody_waits_longer_than_the_longest_pause(loop: FakeLoop, flusher: Flusher) -> None:
    audience = Audience(loop, flusher, seconds=0.1)
    audience.run(every=0.01, count=200)
    assert max(audience.delays) <= 0.1 + PAUSE_MAX * 1.01


def test_it_says_when_what_is_added_now_would_be_sent(loop: FakeLoop, flusher: Flusher) -> None:
    assert flusher.sends_in() <= 0
    audience = Audience(loop, flusher, seconds=0.001)
    audience.run(every=0.0001, count=1000)
    wait = flusher.sends_in()
    assert 0 < wait == pytest.approx(flusher.pause)
    audience.delays.clear()
    audience.write()
    loop.run_next()
    assert audience.delays == [pytest.approx(wait)]


@pytest.fixture
def busy(loop: FakeLoop, flusher: Flusher) -> Audience:
    """It was just written to, in the pause after a flush."""
    audience = Audience(loop, flusher, seconds=0.001)
    audience.run(every=0.0001, count=1000)
    assert flusher.pause > 0
    audience.delays.clear()
    audience.write()
    return audience


def test_a_pause_lasts_until_what_is_about_to_be_shown_was_shown(
    loop: FakeLoop, flusher: Flusher, busy: Audience
) -> None:
    flusher.hold()
    loop.run_next()
    assert not busy.delays
    busy.write()
    loop.now += HOLD_MAX / 2
    flusher.release()
    assert busy.delays == []
    loop.run_next()
    assert busy.delays[1] == pytest.approx(HOLD_MAX / 2)
    assert not loop.due


def test_what_is_shown_before_the_pause_is_over_ends_it_no_earlier(
    loop: FakeLoop, flusher: Flusher, busy: Audience
) -> None:
    wait = flusher.sends_in()
    flusher.hold()
    flusher.release()
    loop.run_next()
    assert busy.delays == [pytest.approx(wait)]


def test_nobody_waits_long_for_what_is_about_to_be_shown(
    loop: FakeLoop, flusher: Flusher, busy: Audience
) -> None:
    wait = flusher.sends_in()
    flusher.hold()
    loop.run_next()
    loop.run_next()
    assert busy.delays == [pytest.approx(wait + HOLD_MAX)]
    flusher.release()
    assert not loop.due


def test_a_loop_with_time_waits_for_nothing_that_is_about_to_be_shown(
    loop: FakeLoop, flusher: Flusher
) -> None:
    audience = Audience(loop, flusher, seconds=0.001)
    flusher.hold()
    audience.write()
    loop.run_next()
    assert audience.delays == [0.0]


def test_after_a_rush_it_sends_at_once_again(loop: FakeLoop, flusher: Flusher) -> None:
    audience = Audience(loop, flusher, seconds=0.001)
    audience.run(every=0.0001, count=1000)
    loop.now += 0.2
    audience.delays.clear()
    audience.run(every=0.02, count=20)
    assert audience.delays == [0.0] * 20


def test_what_waiting_would_not_merge_does_not_wait(loop: FakeLoop, flusher: Flusher) -> None:
    """People who write to different people, quickly but with time to spare."""
    sent: list[float] = []

    class Person:
        def flush(self) -> tuple[int, int]:
            sent.append(loop.now)
            loop.work(0.00001)
            return 1, 1

    for _ in range(1000):
        written = loop.now
        flusher.add(Person())
        loop.run_next()
        assert sent[-1] == written
        loop.now += 0.00005
