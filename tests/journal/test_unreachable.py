"""What nobody may ever read again is deleted, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from gchat.core.history import Batch, Record, conversation
from gchat.journal.sqlite import unreachable as module
from gchat.journal.sqlite.store import Store
from gchat.journal.sqlite.unreachable import Unreachable
from gchat.workers import WorkerPool
from tests.support.indexed import hits, indexed


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(module, "STEP_LINES", 10)
    monkeypatch.setattr(module, "STEP_PLACES", 2)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def writer() -> Iterator[WorkerPool]:
    writer = WorkerPool(1)
    yield writer
    writer.close()


def fill(store: Store, place: str, count: int) -> None:
    store.write(
        Batch(
            tuple(
                Record(5, f"{place}{n}", "PRIVMSG", place, 1, "n", "n!u@h", place, f"word{n}")
                for n in range(count)
            )
        )
    )


def left(store: Store) -> dict[str, int]:
    sql = "SELECT place, count(*) FROM entries GROUP BY place"
    return dict(store._writer.execute(sql).fetchall())


def test_what_nobody_may_read_goes_and_nothing_else(store: Store, writer: WorkerPool) -> None:
    talk = conversation("@a", "@b")
    for place in ("!", talk, "@#a", "#a 1", "#a 2", "#b 3", "#lobby", "#z 9", "Zoe x"):
        fill(store, place, 25 if place == "#a 1" else 3)
    indexed(store)
    Unreachable(store, writer, lambda: {"#a 2", "#lobby"}, lambda: 5).sweep()
    kept = ("!", talk, "@#a", "#a 2", "#lobby", "Zoe x")
    assert left(store) == dict.fromkeys(kept, 3)
    assert hits(store, "word1") == len(kept)


def test_a_room_that_is_made_meanwhile_is_not_touched(store: Store, writer: WorkerPool) -> None:
    """What can be read is asked after the places were: the room may be newer than the answer."""
    fill(store, "#a 1", 3)
    rooms: set[str] = set()

    class Watching(Store):
        def places_after(self, place: str, limit: int) -> list[str]:
            rooms.add("#a 1")
            return super().places_after(place, limit)

    store.__class__ = Watching
    Unreachable(store, writer, lambda: rooms, lambda: 5).sweep()
    assert left(store) == {"#a 1": 3}


def test_it_looks_again_and_a_fault_is_left_for_later(
    store: Store,
    writer: WorkerPool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fill(store, "#a 1", 3)
    answers: list[Exception | None] = [sqlite3.OperationalError("locked"), None]

    def reachable() -> set[str]:
        if error := answers.pop(0):
            raise error
        return set()

    def sleep(seconds: float) -> None:
        if seconds == module.LOOK_SECONDS and not answers:
            raise gevent.GreenletExit

    monkeypatch.setattr(gevent, "sleep", sleep)
    with pytest.raises(gevent.GreenletExit):
        Unreachable(store, writer, reachable, lambda: 5).run()
    assert left(store) == {}
    assert [record.getMessage() for record in caplog.records] == [
        "the past of rooms that are no more could not be deleted: locked"
    ]
