"""What `gchat export` and `gchat backup` give."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gchat.core.effects import Saved
from gchat.core.history import Batch, Query, Record, Search, conversation
from gchat.journal.sqlite import export as export_module
from gchat.journal.sqlite.export import backup, export
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.schema import APPLICATION_ID, MIGRATIONS, VERSION, StoreError
from gchat.journal.sqlite.store import FILE, Store
from gchat.private import write_private
from tests.support.indexed import indexed
from tests.support.msgids import msgid

WHO = ("n", "n!u@h")
IDS = msgid(1_700_000_000_007), msgid(1_700_000_000_999), msgid(1_700_000_001_000)
LINES = (
    Record(1_700_000_000_007, IDS[0], "PRIVMSG", "#a", 1, *WHO, "#A", "Chào!", "", (("+x", "1"),)),
    Record(1_700_000_000_999, IDS[1], "KICK", "#a", 1, *WHO, "#A", "out", "Duy"),
    Record(1_700_000_001_000, IDS[2], "NOTICE", conversation("@a", "@b"), 1, *WHO, "Duy", "psst"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = Store(tmp_path)
    store.write(Batch(LINES))
    store.close()
    return tmp_path


def test_export_is_an_object_for_each_line_in_order(folder: Path) -> None:
    common = {"nick": "n", "source": "n!u@h"}
    lines = list(export(folder))
    assert "Chào!" in lines[0], "as people can read it"
    assert [json.loads(line) for line in lines] == [
        {
            "time": "2023-11-14T22:13:20.007Z",
            "msgid": IDS[0],
            "kind": "PRIVMSG",
            "room": "#a",
            **common,
            "target": "#A",
            "text": "Chào!",
            "tags": {"+x": "1"},
        },
        {
            "time": "2023-11-14T22:13:20.999Z",
            "msgid": IDS[1],
            "kind": "KICK",
            "room": "#a",
            **common,
            "target": "#A",
            "text": "out",
            "arg": "Duy",
        },
        {
            "time": "2023-11-14T22:13:21.000Z",
            "msgid": IDS[2],
            "kind": "NOTICE",
            "room": None,
            **common,
            "target": "Duy",
            "text": "psst",
        },
    ]


def test_a_backup_is_a_file_to_start_from(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy" / FILE
    target.parent.mkdir()
    backup(folder, target)
    store = Store(target.parent)
    assert whole(store.reader.read(Query("#a", 10, events=True))) == list(LINES[:2])
    store.close()
    with pytest.raises(StoreError, match=f"{target} already exists. Choose another name."):
        backup(folder, target)
    assert target.exists()


def test_a_backup_has_everything(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    store = Store(folder)
    talk = conversation("@a", "@b")
    store.write(
        Batch(
            (*LINES[:1], replace(LINES[0], place=talk), *LINES[1:]),
            saved=(Saved("room", "#a", "{}"),),
        )
    )
    indexed(store)
    backup(folder, tmp_path / "copy" / FILE)
    copy = Store(tmp_path / "copy")
    for one in (store, copy):
        assert one.reader.state() == [("room", "#a", "{}")]
        assert one.reader.conversations("@b") == [talk]
        said = [line.text for line in whole(one.reader.read(Query(talk, 9)))]
        assert said == ["Chào!", "psst"]
        assert one.reader.last() == (4, LINES[2].at)
    word = LINES[0].text.split()[0]
    search = Search(((LINES[0].place, 0), (talk, 0)), 9, words=(word,))
    assert whole(indexed(copy).reader.search(search)) == whole(store.reader.search(search)) != []
    copy.write(Batch(redacted=((talk, LINES[0].msgid),)))
    copy.close()
    store.close()


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_a_backup_of_a_file_of_every_version(tmp_path: Path, version: int) -> None:
    (tmp_path / "old").mkdir()
    with closing(sqlite3.connect(tmp_path / "old" / FILE)) as old:
        for script in MIGRATIONS[:version]:
            old.executescript(script)
        old.executescript(
            f"PRAGMA user_version = {version}; PRAGMA application_id = {APPLICATION_ID};"
        )
    backup(tmp_path / "old", tmp_path / "copy" / FILE)
    store = Store(tmp_path / "copy")
    store.write(Batch(LINES))
    assert len(whole(store.reader.read(Query("#a", 9, events=True)))) == 2
    store.close()


def test_a_slow_backup_does_not_keep_the_log_of_writes_from_being_written_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.write(Batch(LINES))
    found: list[tuple[int, int, int]] = []

    def slowly(*arguments: Any) -> Iterator[tuple[Any, ...]]:
        store.write(Batch((replace(LINES[0], msgid=msgid(LINES[2].at + 1), at=LINES[2].at + 1),)))
        found.append(store._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        return rows(*arguments)

    rows = export_module._rows
    monkeypatch.setattr(export_module, "_rows", slowly)
    backup(tmp_path, tmp_path / "copy" / FILE)
    assert found == [(0, 0, 0)], "nobody holds an old state of the file"
    store.close()
    copy = Store(tmp_path / "copy")
    assert copy.reader.last() == (3, LINES[2].at), "what there was when it began"
    copy.close()


def test_where_no_backup_can_be_written(folder: Path) -> None:
    (folder / "file").write_text("")
    target = folder / "file" / FILE
    with pytest.raises(StoreError, match=f"{target} cannot be written: "):
        backup(folder, target)


def test_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    missing = f"{tmp_path / FILE} does not exist. Set --data to the data folder of the server."
    with pytest.raises(StoreError, match=missing):
        next(export(tmp_path))
    with pytest.raises(StoreError, match=missing):
        backup(tmp_path, tmp_path / "x")
    (tmp_path / FILE).write_bytes(b"no database, but long enough to be looked at" * 100)
    with pytest.raises(StoreError, match=f"{tmp_path / FILE} cannot be read: "):
        next(export(tmp_path))


def test_a_file_that_is_not_ours(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute(f"PRAGMA application_id = {APPLICATION_ID + 1}")
    other.close()
    with pytest.raises(StoreError, match="is not a gchat database"):
        next(export(tmp_path))


def test_export_changes_nothing(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    list(export(folder))
    assert (folder / FILE).read_bytes() == before


def test_a_backup_is_nobody_elses_to_read(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / FILE
    backup(folder, target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.parent.stat().st_mode & 0o777 == 0o700


def test_a_slow_export_does_not_keep_the_log_of_writes_from_being_written_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "EXPORT_LINES", 2)
    store = Store(tmp_path)
    store.write(Batch(LINES))
    lines = export(tmp_path)
    first = [next(lines), next(lines)]
    store.write(Batch((replace(LINES[0], msgid=msgid(LINES[2].at + 1), at=LINES[2].at + 1),)))
    with sqlite3.connect(tmp_path / FILE) as other:
        busy, pages, back = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, pages, back) == (0, 0, 0), "nobody holds an old state of the file"
    other.close()
    whole = [json.loads(line)["msgid"] for line in [*first, *lines]]
    assert whole == [*IDS], "what there was when it began"
    store.close()


def test_what_nobody_else_may_read_is_private_from_the_start(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.close()
    target = tmp_path / "not" / "there" / FILE
    before = os.umask(0)
    try:
        backup(tmp_path, target)
        old = tmp_path / "key"
        old.write_bytes(b"old")
        old.chmod(0o644)
        write_private(old, b"new")
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (target, old)] == [0o600, 0o600]
    assert target.parent.stat().st_mode & 0o077 == 0
    assert old.read_bytes() == b"new"
