"""Several windows of one user: none erases what another one keeps."""

from __future__ import annotations

from pathlib import Path

from client_gui.system.drafts import DraftFile, Kept
from client_gui.system.merging import merged
from client_gui.system.settings import Server, Store, load

HERE = "127.0.0.1:1"


def test_each_window_keeps_its_own_drafts(tmp_path: Path) -> None:
    one, two = DraftFile(tmp_path), DraftFile(tmp_path)
    assert one.path != two.path
    one.save(Kept({HERE: {"#lobby": "first", "#a": "a"}}))
    two.save(Kept({HERE: {"#lobby": "second"}}, {HERE: {"#b": ["sent"]}}))
    one.save(Kept({HERE: {"#lobby": "first", "#a": "a"}}))
    two.close()
    one.close()
    again = DraftFile(tmp_path)
    assert again.kept.typed == {HERE: {"#lobby": "first\nsecond", "#a": "a"}}
    assert again.kept.unconfirmed == {HERE: {"#b": ["sent"]}}
    again.close()
    once_more = DraftFile(tmp_path)
    assert once_more.kept == again.kept, "it was taken over once"


def test_a_window_that_is_open_keeps_its_file(tmp_path: Path) -> None:
    one = DraftFile(tmp_path)
    one.save(Kept({HERE: {"#lobby": "mine"}}))
    two = DraftFile(tmp_path)
    assert two.kept == Kept()
    two.save(Kept())
    one.close()
    assert DraftFile(tmp_path).kept.typed == {HERE: {"#lobby": "mine"}}


def test_servers_muted_rooms_and_looks_of_two_windows(tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    first, second = Store(path), Store(path)
    one, two = first.load(), second.load()
    one.used(Server("one.example", 1))
    one.theme = "dark"
    first.save(one)
    two.used(Server("two.example", 2))
    two.muted.append("#loud")
    second.save(two)
    assert {server.name for server in two.servers} == {"one.example:1", "two.example:2"}
    one.zoom = 1.2
    first.save(one)
    found = load(path)
    assert (found.theme, found.zoom, found.muted) == ("dark", 1.2, ["#loud"])
    assert {server.name for server in found.servers} == {"one.example:1", "two.example:2"}


def test_what_one_window_forgets_stays_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    first = Store(path)
    one = first.load()
    one.used(Server("one.example", 1))
    first.save(one)
    second = Store(path)
    two = second.load()
    one.servers.clear()
    first.save(one)
    two.layout = "compact"
    second.save(two)
    assert load(path).servers == []
    assert load(path).layout == "compact"


def test_merging() -> None:
    base = {"a": 1, "b": 1, "list": ["x", "y"]}
    ours = {"a": 2, "b": 1, "list": ["x", "z"]}
    theirs = {"a": 1, "b": 3, "list": ["x", "y", "w"]}
    assert merged(base, ours, theirs) == {"a": 2, "b": 3, "list": ["x", "z", "w"]}
