"""Forgetting: by age, by number, in small steps, out of the search as well."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import gevent
import pytest

from gchat.core.history import Batch, Query, Record
from gchat.journal.sqlite import retention
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.retention import DAY_MS, Keep, Retention, SaneClock
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool
from tests.support.indexed import hits, indexed

NOW = 100 * DAY_MS


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(retention, "STEP_LINES", 10)
    monkeypatch.setattr(retention, "STEP_PLACES", 2)
    store = Store(tmp_path)
    yield store
    store.close()


def fill(store: Store, place: str, count: int, at: int = NOW) -> None:
    store.write(
        Batch(
            tuple(
                Record(at, f"{place}-{n}", "PRIVMSG", place, 1, "n", "n!u@h", place, f"word{n}")
                for n in range(count)
            )
        )
    )


def kept(store: Store, place: str) -> list[str]:
    return [one.text for one in whole(store.reader.read(Query(place, 1000)))]


def sweep(store: Store, keep: Keep) -> int:
    """Steps until everything was looked at; how many that took."""
    worker = WorkerPool(1)
    sweeper = Retention(store, worker, lambda: NOW, keep)
    steps = 1
    while not sweeper.step():
        steps += 1
    worker.close()
    return steps


def test_what_is_too_old_goes_and_nothing_else(store: Store) -> None:
    fill(store, "#a", 25, NOW - 7 * DAY_MS - 1)
    fill(store, "#a", 5, NOW - 7 * DAY_MS)
    assert sweep(store, Keep(days=7)) == 4, "25 lines in steps of 10, then a look"
    assert kept(store, "#a") == [f"word{n}" for n in range(5)]


def test_what_is_too_old_goes_though_there_is_always_something_to_write_anew(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages that are taken back without end must not keep others from being deleted."""
    fill(store, "#a", 25, NOW - 7 * DAY_MS - 1)
    monkeypatch.setattr(store, "scrub", lambda now: False)
    worker = WorkerPool(1)
    sweeper = Retention(store, worker, lambda: NOW, Keep(days=7))
    assert not any(sweeper.step() for _ in range(3))
    assert kept(store, "#a") == []
    worker.close()


def test_each_room_keeps_its_last_lines(store: Store) -> None:
    for place, count in (("#a", 15), ("#b", 10), ("#c", 9), ("#d", 35), ("#e", 1)):
        fill(store, place, count)
    sweep(store, Keep(lines=10))
    found = {place: len(kept(store, place)) for place in ("#a", "#b", "#c", "#d", "#e")}
    assert found == {"#a": 10, "#b": 10, "#c": 9, "#d": 10, "#e": 1}
    assert kept(store, "#d")[0] == "word25"


def test_what_is_forgotten_is_found_no_more(store: Store) -> None:
    fill(store, "#a", 12)
    sweep(indexed(store), Keep(lines=10))
    assert (hits(store, "word0"), hits(store, "word11")) == (0, 1)


def test_without_limits_everything_stays(store: Store) -> None:
    fill(store, "#a", 50, at=1)
    assert sweep(store, Keep()) == 1
    assert len(kept(store, "#a")) == 50


def test_it_goes_on_in_steps_and_looks_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A step at a time while there is something to forget, then a long look; a fault is logged and
    left for later."""
    pauses: list[float] = []
    answers: list[bool | sqlite3.Error] = [False, False, True, sqlite3.Error("locked"), True]

    class Writer:
        def ask(self, job: Callable[[], bool]) -> bool:
            assert job == sweeper.step
            if not answers:
                raise gevent.GreenletExit
            answer = answers.pop(0)
            if isinstance(answer, sqlite3.Error):
                raise answer
            return answer

    store.scrub(NOW)
    sweeper = Retention(store, cast("WorkerPool", Writer()), lambda: NOW, Keep())
    monkeypatch.setattr("gchat.journal.sqlite.retention.gevent.sleep", pauses.append)
    with pytest.raises(gevent.GreenletExit):
        sweeper.run()
    pause, look = retention.PAUSE_SECONDS, retention.LOOK_SECONDS
    assert pauses == [pause, pause, look, look, look]
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["old messages could not be deleted, will try again: locked"]


def test_every_look_begins_with_the_first_place(store: Store) -> None:
    sweeper = Retention(store, WorkerPool(1), lambda: NOW, Keep(lines=10))
    for _ in range(2):
        fill(store, "!before", 11)
        fill(store, "#a", 11)
        while not sweeper.step():
            pass
        assert (len(kept(store, "!before")), len(kept(store, "#a"))) == (10, 10)


HOUR_MS = DAY_MS // 24


@pytest.mark.parametrize(
    ("stopped", "ran", "believed"),
    [
        (0, 0, True),
        (DAY_MS, 0, True),  # switched off overnight
        (DAY_MS + 1, 0, False),
        (400 * DAY_MS, DAY_MS - 1, False),
        (400 * DAY_MS, DAY_MS, True),  # it has been so for a day: it is right
    ],
)
def test_a_clock_that_is_far_ahead_is_not_believed_at_once(
    caplog: pytest.LogCaptureFixture, stopped: int, ran: int, believed: bool
) -> None:
    """One start with the clock 400 days ahead, and 30 days to be kept: everything was deleted."""
    tick = [0]
    clock = SaneClock(lambda: NOW + stopped + tick[0], lambda: tick[0], NOW)
    clock.now()
    tick[0] = ran
    assert clock.now() == NOW + ran + (stopped if believed else 0)
    assert ("days ahead of the last message" in caplog.text) is (stopped > DAY_MS)


def test_a_jump_while_it_runs_is_not_believed_and_one_back_is() -> None:
    wall, tick = [NOW], [0]
    clock = SaneClock(lambda: wall[0], lambda: tick[0], NOW)
    assert clock.now() == NOW
    tick[0] += HOUR_MS
    wall[0] += 400 * DAY_MS
    assert clock.now() == NOW + HOUR_MS
    tick[0] += HOUR_MS
    wall[0] = NOW + 2 * HOUR_MS
    assert clock.now() == NOW + 2 * HOUR_MS
    wall[0] -= HOUR_MS
    assert clock.now() == NOW + HOUR_MS


def test_an_empty_file_knows_no_time() -> None:
    assert SaneClock(lambda: NOW, lambda: 0, 0).now() == NOW


@pytest.mark.parametrize(("took", "rest"), [(0.0, 0.05), (0.01, 0.05), (0.5, 2.0)])
def test_a_long_step_is_followed_by_a_long_rest(took: float, rest: float) -> None:
    """Deleting 1.3 GB without one made everybody wait 2 s."""
    assert retention.pause(took) == pytest.approx(rest)
