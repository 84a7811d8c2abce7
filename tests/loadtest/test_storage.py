"""Where a server that is started for a run stores, and that the result says so."""

from __future__ import annotations

import json
from collections import namedtuple
from pathlib import Path

import psutil
import pytest

from loadtest.interruption import Interruption
from loadtest.storage import Storage
from loadtest.target import OwnTarget
from tests.loadtest.test_run import SMALL, run

Mount = namedtuple("Mount", "mountpoint fstype")


@pytest.mark.parametrize(
    ("folder", "filesystem"),
    [("/data/a/b", "ext4"), ("/data", "ext4"), ("/database", "xfs"), ("/data/fast/x", "tmpfs")],
)
def test_the_nearest_mount_counts(
    folder: str, filesystem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = [Mount("/", "xfs"), Mount("/data", "ext4"), Mount("/data/fast", "tmpfs")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **how: mounts)
    found = Storage.at(Path(folder))
    assert found.saved() == {"kept": "disk", "folder": folder, "filesystem": filesystem}
    assert bool(found.warning) == (filesystem == "tmpfs")


def test_where_no_mount_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "disk_partitions", lambda **how: [])
    assert Storage.at(Path("/data")).filesystem == "unknown"


def test_our_own_server_stores_and_leaves_nothing(tmp_path: Path) -> None:
    target = OwnTarget(Interruption(), parent=tmp_path)
    try:
        (folder,) = tmp_path.iterdir()
        assert list(folder.glob("*.sqlite*"))
    finally:
        target.stop()
    assert list(tmp_path.iterdir()) == []
    assert target.storage == Storage.at(tmp_path)


def test_a_folder_that_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server runs in another one."""
    monkeypatch.chdir(tmp_path)
    target = OwnTarget(Interruption(), parent=Path())
    try:
        assert list(tmp_path.glob("loadtest-*/*.sqlite*"))
    finally:
        target.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("flags", "kept"), [([], "disk"), (["--memory"], "nothing")])
def test_the_result_says_what_was_kept(tmp_path: Path, flags: list[str], kept: str) -> None:
    (tmp_path / "data").mkdir()
    where = [*flags, "--data-folder", "data", "--json", "a.json"]
    status, printed = run(*SMALL, *where, folder=tmp_path)
    assert status == 0, printed
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert document["storage"]["kept"] == kept
    assert document["target"].startswith("gchat, started for the run, ")
    assert ("keeps nothing" in document["target"]) == (kept == "nothing")
    assert list((tmp_path / "data").iterdir()) == []
