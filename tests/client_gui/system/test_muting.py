"""Muted rooms in the settings."""

from __future__ import annotations

from client_gui.system.muting import muted, toggle

HERE, THERE = "here:1", "there:1"


def test_a_room_is_muted_at_its_server_only() -> None:
    entries: list[str] = []
    toggle(entries, HERE, "#dev", str.lower)
    assert muted(entries, HERE, str.lower) == {"#dev"}
    assert muted(entries, THERE, str.lower) == set()
    toggle(entries, THERE, "#dev", str.lower)
    toggle(entries, HERE, "#dev", str.lower)
    assert entries == ["there:1 #dev"]


def test_one_that_was_kept_without_a_server_is_meant_at_all() -> None:
    entries = ["#Loud"]
    assert muted(entries, HERE, str.lower) == muted(entries, THERE, str.lower) == {"#loud"}
    toggle(entries, HERE, "#loud", str.lower)
    assert entries == []
