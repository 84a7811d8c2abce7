"""The folder: nothing is half there, whatever fails and whenever it ends."""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from gchat.config import FilesConfig
from gchat.files.entry import Entry, NoRoom, Owner
from gchat.files.files import WRITE_BYTES, FolderFiles
from gchat.files.pictures import is_picture
from gchat.files.shelf import Shelf, ShelfError
from gchat.files.store import Store
from tests.support.files import picture

T = TypeVar("T")
ME = Owner("me")


class Broken(Shelf):
    """A shelf on which something does not work, once it is told so."""

    fails: str = ""
    error: int = errno.ENOSPC

    def append(self, name: str, data: bytes, digest: Any, spare: int = 0) -> None:
        if self.fails == "append":
            super().append(name, data[: len(data) // 2], digest)
            raise OSError(self.error, os.strerror(self.error))
        super().append(name, data, digest)

    def _write(self, entry: Entry) -> None:
        if self.fails == "write":
            raise OSError(self.error, os.strerror(self.error))
        super()._write(entry)

    def _sync(self, path: Path) -> None:
        if self.fails == path.name:
            raise OSError(self.error, os.strerror(self.error))
        super()._sync(path)


def on_the_spot(job: Callable[[], T]) -> T:
    return job()


def opened(shelf: Store, at: Callable[[], int] = lambda: 1) -> FolderFiles:
    return FolderFiles(shelf, on_the_spot, on_the_spot, FilesConfig, at)


def sent(files: FolderFiles, data: bytes, name: str = "a.txt", owner: Owner = ME) -> Entry:
    upload = files.begin(owner, "here", name, len(data))
    upload.take(data)
    return upload.finish()


def content(files: FolderFiles, entry: Entry) -> bytes:
    return b"".join(files.read(entry, 0, entry.size))


def there(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "files")
    files = opened(shelf)
    large = os.urandom(2 * WRITE_BYTES + 7)
    one, other = sent(files, large), sent(files, picture(), "ảnh.png")
    shelf.close()
    shelf = Shelf(tmp_path / "files")
    again = opened(shelf)
    assert [again.find(entry.id) for entry in (one, other)] == [one, other]
    assert content(again, one) == large
    assert (one.kind, other.kind) == ("", "image/png")
    assert again.ledger.bytes == one.size + other.size
    assert again.last_at() == 1
    modes = {path.stat().st_mode & 0o077 for path in tmp_path.rglob("*")}
    assert modes == {0}, "nobody else may read them"
    shelf.close()


def test_a_piece_of_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    files = opened(shelf)
    data = os.urandom(WRITE_BYTES + 100)
    entry = sent(files, data)
    assert b"".join(files.read(entry, 5, WRITE_BYTES)) == data[5 : WRITE_BYTES + 5]
    shelf.close()


def test_the_same_contents_are_kept_once(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    files = opened(shelf)
    one, other = sent(files, b"same"), sent(files, b"same", "b.txt", Owner("you"))
    assert one.id != other.id
    assert len(list((tmp_path / "content").iterdir())) == 1
    files.remove(one)
    assert content(files, other) == b"same"
    shelf.close()
    shelf = Shelf(tmp_path)
    files = opened(shelf)
    assert files.find(one.id) is None
    files.remove(other)
    files.remove(other)  # it is gone: nothing happens
    assert there(tmp_path) == {"files.lock"}
    assert files.ledger.bytes == 0
    shelf.close()


@pytest.mark.parametrize("fails", ["append", "write", "content", "entries", "incoming"])
def test_a_full_disk_keeps_nothing(tmp_path: Path, fails: str) -> None:
    shelf = Broken(tmp_path)
    files = opened(shelf)
    before = sent(files, b"before")
    upload = files.begin(ME, "here", "a.txt", 4)
    shelf.fails = upload._id if fails == "incoming" else fails
    upload.take(b"data")
    with pytest.raises(NoRoom, match="The disk of the server is full"):
        upload.finish()
    upload.give_up()
    assert there(tmp_path) == {
        "files.lock",
        f"content/{before.sha256}",
        f"entries/{before.id}.json",
    }
    assert (files.ledger.bytes, files.ledger.number, files.ledger.coming) == (6, 1, 0)
    shelf.fails = ""
    assert content(files, sent(files, b"data")) == b"data"
    shelf.close()


def test_a_full_disk_does_not_take_what_another_has(tmp_path: Path) -> None:
    shelf = Broken(tmp_path)
    files = opened(shelf)
    before = sent(files, b"same")
    upload = files.begin(ME, "here", "b.txt", 4)
    upload.take(b"same")
    shelf.fails = "write"
    with pytest.raises(NoRoom):
        upload.finish()
    upload.give_up()
    assert content(files, before) == b"same"
    shelf.close()


def test_a_disk_that_fails_otherwise(tmp_path: Path) -> None:
    shelf = Broken(tmp_path)
    shelf.error = errno.EIO
    files = opened(shelf)
    entry = sent(files, b"kept")
    shelf.fails = "entries"
    with pytest.raises(OSError, match="Input/output"):
        files.remove(entry)
    assert files.find(entry.id) == entry
    shelf.fails = ""
    files.remove(entry)
    shelf.close()


def test_some_of_the_disk_is_left_to_messages(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    free = shutil.disk_usage(tmp_path).free
    spare = free // 2
    settings = FilesConfig(spare_bytes=spare)
    files = FolderFiles(shelf, on_the_spot, on_the_spot, lambda: settings, lambda: 1)
    sent(files, b"fits")
    settings = FilesConfig(spare_bytes=free * 2)
    upload = files.begin(ME, "here", "a.txt", 4)
    upload.take(b"data")
    with pytest.raises(NoRoom, match="The disk of the server is full"):
        upload.finish()
    upload.give_up()
    assert len(files) == 1
    shelf.close()


def test_given_up(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    files = opened(shelf)
    upload = files.begin(ME, "here", "a.txt", 0)
    upload.take(b"x" * WRITE_BYTES)
    assert there(tmp_path) > {"files.lock"}
    upload.give_up()
    upload.give_up()
    assert there(tmp_path) == {"files.lock"}
    assert (files.ledger.bytes, files.ledger.number, files.ledger.coming) == (0, 0, 0)
    shelf.close()


def test_what_a_killed_server_leaves_behind_is_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    kept = sent(opened(shelf), b"kept")
    shelf.close()
    (tmp_path / "incoming/half").write_bytes(b"ha")
    (tmp_path / "content" / ("0" * 64)).write_bytes(b"nobody names it")
    (tmp_path / "entries/x.new").write_bytes(b'{"id":')
    shelf = Shelf(tmp_path)
    opened(shelf)
    assert there(tmp_path) == {"files.lock", f"content/{kept.sha256}", f"entries/{kept.id}.json"}
    shelf.close()


def test_damage_is_said_and_costs_no_other_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(tmp_path)
    files = opened(shelf)
    kept, cut, lost, broken = (sent(files, data) for data in (b"kept", b"cut", b"lost", b"broken"))
    shelf.close()
    (tmp_path / "content" / cut.sha256).write_bytes(b"c")
    (tmp_path / "content" / lost.sha256).unlink()
    (tmp_path / f"entries/{broken.id}.json").write_bytes(b"{")
    shelf = Shelf(tmp_path)
    with caplog.at_level(logging.WARNING):
        again = opened(shelf)
    assert [again.find(one.id) for one in (kept, cut, lost, broken)] == [kept, None, None, None]
    assert "3 files in" in caplog.text
    shelf.close()


def test_one_server_for_each_folder(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(ShelfError, match=r"in use by another server.* another files\.folder"):
        Shelf(tmp_path)
    shelf.close()
    Shelf(tmp_path).close()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ShelfError, match="cannot be written"):
        Shelf(tmp_path / "file")


def test_what_is_too_old_goes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    now = 0
    files = opened(shelf, lambda: now)
    sent(files, b"old")
    now = 10
    young = sent(files, b"young")
    files.expire(10)
    assert len(files) == 1
    assert content(files, young) == b"young"
    shelf.close()


def test_only_who_sent_it_takes_it_back(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    files = opened(shelf)
    mine, yours = sent(files, b"mine"), sent(files, b"yours", owner=Owner("you"))
    files.take_back([mine.id, yours.id, "x" * 22], ME)
    assert files.find(mine.id) is None
    assert files.find(yours.id) == yours
    files.take_back([yours.id], Owner("admin", operator=True))
    assert files.find(yours.id) is None
    shelf.close()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_one(tmp_path: Path, kind: str) -> None:
    data = picture(kind, (200, 100))
    path = tmp_path / "picture"
    media = f"image/{kind.lower()}"
    path.write_bytes(data)
    assert is_picture(path, media, 20_000)
    assert not is_picture(path, media, 19_999)
    path.write_bytes(data[: len(data) // 2])
    assert not is_picture(path, media, 20_000)
    path.write_bytes(data[:20] + b"<script>" * 100)
    assert not is_picture(path, media, 20_000)
    assert not is_picture(tmp_path / "none", media, 20_000)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = picture("PNG", (10_000, 10_000))
    assert len(bomb) < 500_000
    shelf = Shelf(tmp_path)
    files = opened(shelf)
    entry = sent(files, bomb, "bomb.png")
    assert entry.kind == ""
    assert entry.path.endswith("/bomb.png.bin")
    without = FolderFiles(
        shelf, on_the_spot, on_the_spot, lambda: replace(FilesConfig(), picture_pixels=0), lambda: 1
    )
    assert sent(without, picture(), "a.png").kind == ""
    shelf.close()
