"""What was shown is stored behind the showing, with the position in the log: all or nothing."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import gevent
import pytest

from gchat.core.effects import Saved
from gchat.core.history import Batch, Query, Record
from gchat.journal.cluster import keeper as module
from gchat.journal.cluster.keeper import Keeper, packed, unpacked
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool
from tests.support.msgids import msgid


class Folder:
    """A store that can be opened again, and fail."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.store = Store(path, "process")
        self.writer = WorkerPool(1)
        self.keeper = Keeper(self.store, self.writer)

    def again(self) -> Keeper:
        """As after a crash."""
        self.store.close()
        self.store = Store(self._path, "process")
        self.keeper = Keeper(self.store, self.writer)
        return self.keeper

    def texts(self) -> list[str]:
        return [one.text for one in whole(self.store.reader.read(Query("#a", 1000)))]

    def show(self, number: int, *texts: str) -> None:
        """An entry of the log, of which each text is one event."""
        for text in texts:
            self.keeper.add(Batch((line(number, text),), (), ()), f"{number}-0")
        self.keeper.reached(f"{number}-0")

    def failing(self) -> bool:
        return self.keeper.failing

    def close(self) -> None:
        self.writer.close()
        self.store.close()


def line(at: int, text: str) -> Record:
    return Record(
        at, msgid(at), "PRIVMSG", "#a", 1, "Tuan", "Tuan!u@h", "#a", text, "", (), "", "b"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    found = Folder(tmp_path)
    yield found
    found.close()


def test_lines_and_the_position_are_stored_together(folder: Folder) -> None:
    folder.show(1, "one", "two")
    folder.show(2, "three")
    assert folder.keeper.waiting == 3
    assert folder.keeper.store()
    assert folder.keeper.waiting == 0
    assert folder.texts() == ["one", "two", "three"]
    again = folder.again()
    assert again.position == "2-0"
    folder.show(2, "three")
    folder.show(3, "four")
    assert again.waiting == 1, "what is stored is passed over"
    assert again.store()
    assert folder.texts() == ["one", "two", "three", "four"]


def test_half_an_entry_is_not_stored(folder: Folder) -> None:
    folder.show(1, "one")
    folder.keeper.add(Batch((line(2, "two"),), (), ()), "2-0")
    assert folder.keeper.store()
    assert folder.texts() == ["one"]
    assert folder.again().position == "1-0"


def test_the_later_of_two_values_is_stored(folder: Folder) -> None:
    for number, value in ((1, "1"), (2, "2")):
        saved = Saved("room", "#a", value)
        folder.keeper.add(Batch((), (), (saved,)), f"{number}-0")
        folder.keeper.reached(f"{number}-0")
    folder.keeper.store()
    assert list(folder.store.state()) == [("room", "#a", "2")]


def test_who_reads_waits_until_it_is_stored(folder: Folder) -> None:
    running = gevent.spawn(folder.keeper.run)
    try:
        with gevent.Timeout(10):
            folder.keeper.wait_until_stored()  # nothing to wait for
            folder.show(1, "one")
            folder.keeper.wait_until_stored()
            assert folder.texts() == ["one"]
            folder.keeper.reached("5-0")  # with nothing to be kept
            folder.keeper.wait_until_stored()
    finally:
        running.kill()


def test_while_too_much_waits_nothing_more_is_shown(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_LINES", 2)
    running = gevent.spawn(lambda: None)
    folder.show(1, "one", "two")
    with gevent.Timeout(10):
        folder.keeper.wait_for_room()  # at the bound
        folder.show(2, "three")
        waits = gevent.spawn(folder.keeper.wait_for_room)
        gevent.sleep(0)
        assert not waits.dead
        running = gevent.spawn(folder.keeper.run)
        try:
            waits.get()
        finally:
            running.kill()
    assert folder.texts() == ["one", "two", "three"]


def test_and_so_while_it_is_too_large(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_BYTES", 2 * module.LINE_BYTES + 6)
    folder.show(1, "one", "two")
    with gevent.Timeout(10):
        folder.keeper.wait_for_room()
        folder.show(2, "x")
        waits = gevent.spawn(folder.keeper.wait_for_room)
        gevent.sleep(0)
        assert not waits.dead
        assert folder.keeper.store()
        waits.get()


def test_a_store_that_fails_is_tried_again_and_nothing_is_lost(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = folder.store.write

    def full(batch: Batch) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(folder.store, "write", full)
    folder.show(1, "one")
    assert not folder.keeper.store()
    folder.show(2, "two")
    assert not folder.keeper.store()
    assert folder.failing()
    assert folder.keeper.waiting == 2
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == [
        "the history cannot be stored here: database or disk is full"
    ], "it is said once"
    caplog.clear()
    monkeypatch.setattr(folder.store, "write", write)
    assert folder.keeper.store()
    assert not folder.failing()
    assert folder.texts() == ["one", "two"]


def test_a_checkpoint_waits_for_the_lines_before_it(folder: Folder) -> None:
    """Who goes on from it never reads them again."""
    folder.show(1, "one")
    running = gevent.spawn(folder.keeper.run)
    try:
        with gevent.Timeout(10):
            assert folder.keeper.wait_until_stored(while_failing=False)
            assert folder.texts() == ["one"]
            assert folder.keeper.wait_until_stored(while_failing=False)
    finally:
        running.kill()


def test_and_there_is_none_while_they_cannot_be_stored(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(batch: Batch) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    write = folder.store.write
    monkeypatch.setattr(folder.store, "write", full)
    folder.show(1, "one")
    running = gevent.spawn(folder.keeper.run)
    try:
        with gevent.Timeout(10):
            assert not folder.keeper.wait_until_stored(while_failing=False)
    finally:
        running.kill()
    caplog.clear()
    monkeypatch.setattr(folder.store, "write", write)
    assert folder.keeper.store()


def test_a_checkpoint(folder: Folder) -> None:
    folder.keeper.save([b"a", b"b"], "3-0")
    assert folder.keeper.checkpointed == "3-0"
    assert folder.again().checkpointed == "3-0"
    assert folder.store.checkpoint() == [b"a", b"b"]
    folder.keeper.save([b"c"], "4-0")
    assert folder.store.checkpoint() == [b"c"]


def test_what_is_before_the_start_is_passed_over(folder: Folder) -> None:
    folder.keeper.start_at("5-0")
    folder.show(4, "before")
    folder.show(6, "after")
    folder.keeper.store()
    assert folder.texts() == ["after"]


def test_a_checkpoint_as_one_value() -> None:
    found = [b"", b"x" * 10_000, b"\0\1"]
    assert unpacked(packed(found)) == found
    assert len(packed(found)) < 1000


@pytest.mark.parametrize("value", [b"", b"garbage", packed([b"x" * 1000])[:-5]])
def test_what_is_no_checkpoint(value: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpacked(value)
