"""One folder for several nodes: who notices what, and who looks after a part that nobody keeps."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gchat.config import FilesConfig
from gchat.files.entry import keeper
from gchat.files.files import FolderFiles
from gchat.files.shared import SILENT_SECONDS, SharedFolder
from gchat.files.shelf import LOCK, Shelf, ShelfError
from tests.files.test_shelf import content, on_the_spot, opened, sent, there

ID = "a-_4567890123456789012"


class Node:
    """One that keeps files in the folder."""

    def __init__(self, folder: Path, name: str, at: Callable[[], int] = lambda: 1) -> None:
        self.shared = SharedFolder(folder, name)
        self.shelf = Shelf(self.shared.own)
        self.files = FolderFiles(
            self.shelf, on_the_spot, on_the_spot, FilesConfig, at, shared=self.shared
        )

    def silent_since(self, seconds: float) -> float:
        """It was last there at that time, and is gone."""
        self.shelf.close()
        os.utime(self.shared.own / LOCK, (seconds, seconds))
        return seconds


def test_whose_a_file_is() -> None:
    assert [keeper(one) for one in (ID, f"a.{ID}", f"A-_9.{ID}")] == ["", "a", "A-_9"]
    wrong = ("", ID[1:], f"{ID}x", f".{ID}", f"a.b.{ID}", f"a/{ID}", f"{'a' * 33}.{ID}", f"..{ID}")
    assert [keeper(one) for one in wrong] == [None] * len(wrong)


def test_what_others_took_out_is_noticed_by_a_look(tmp_path: Path) -> None:
    a, b = Node(tmp_path, "a"), Node(tmp_path, "b")
    one, other, kept = (sent(a.files, data) for data in (b"same", b"same", b"kept"))
    for entry in (one, other):
        assert b.files.find(entry.id) == entry
        b.files.remove(entry)
        b.files.remove(entry)  # it is gone: nothing happens
        assert b.files.find(entry.id) is None
    assert a.files.ledger.number == 3
    a.files.notice()
    assert (a.files.ledger.number, a.files.ledger.bytes) == (1, 4)
    assert there(a.shared.own) == {LOCK, f"content/{kept.sha256}", f"entries/{kept.id}.json"}
    assert content(b.files, kept) == b"kept"
    a.shelf.close()
    b.shelf.close()


def test_a_folder_that_is_away_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    a, b = Node(tmp_path, "a"), Node(tmp_path, "b")
    entry = sent(a.files, b"kept")
    part = a.shared.own
    part.rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError):
        a.files.find(entry.id)
    with pytest.raises(FileNotFoundError):
        a.files.notice()
    assert b.files.find(entry.id) is None
    (tmp_path / "elsewhere").rename(part)
    assert a.files.find(entry.id) == entry
    assert content(b.files, entry) == b"kept"
    a.shelf.close()
    b.shelf.close()


def test_the_part_of_a_node_that_is_gone(tmp_path: Path) -> None:
    """Another one removes there what it would; of one that may be there it touches nothing."""
    now = 10
    a, b = Node(tmp_path, "a", lambda: now), Node(tmp_path, "b")
    old = sent(a.files, b"old")
    now = 20
    young, deleted = sent(a.files, b"young"), sent(a.files, b"deleted")
    b.files.remove(deleted)
    everything = there(a.shared.own)
    time = b.shelf.beat()
    b.shared.look_after(time + 2 * SILENT_SECONDS, 20)
    assert there(a.shared.own) == everything, "its lock is held"
    last = a.silent_since(time)
    b.shared.look_after(last + SILENT_SECONDS - 1, 20)
    assert there(a.shared.own) == everything, "it was there just now"
    b.shared.look_after(last + SILENT_SECONDS, 20)
    left = {LOCK, f"content/{young.sha256}", f"entries/{young.id}.json"}
    assert there(a.shared.own) == left
    b.shared.look_after(last + SILENT_SECONDS, 0)
    assert there(a.shared.own) == left, "nothing is ever too old"
    assert b.files.find(old.id) is None
    b.shelf.close()


def test_what_a_single_server_kept_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    old = sent(opened(shelf, lambda: 10), b"old")
    shelf.close()
    os.utime(tmp_path / LOCK, (0, 0))
    a = Node(tmp_path, "a")
    assert a.files.find(old.id) == old
    assert content(a.files, old) == b"old"
    assert a.files.ledger.number == 0
    a.shared.look_after(a.shelf.beat(), 11)
    assert a.files.find(old.id) is None
    assert there(tmp_path) == {LOCK, f"nodes/a/{LOCK}"}
    a.shelf.close()


def test_a_node_waits_for_who_looks_after_its_part(tmp_path: Path) -> None:
    first = Shelf(tmp_path)
    with pytest.raises(ShelfError, match="in use by another server"):
        Shelf(tmp_path, patience=0.1)
    first.close()
    Shelf(tmp_path, patience=0.1).close()
