"""Calls for later end with their widget, and call nobody else's function."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial

import pytest

from client_gui.ui import timers
from tests.client_gui.driver import Ui

Later = Callable[[tk.Misc, Callable[[], object]], str]


def after(widget: tk.Misc, act: Callable[[], object]) -> str:
    return timers.after(widget, 1, act)


@pytest.mark.parametrize("later", [timers.soon, after])
def test_what_waits_for_a_widget_that_is_gone_is_not_called(ui: Ui, later: Later) -> None:
    called: list[str] = []
    for name in ("gone", "stopped", "there"):
        frame = tk.Frame(ui.root)
        timer = later(frame, partial(called.append, name))
        if name == "gone":
            frame.destroy()
        elif name == "stopped":
            timers.stop(frame, timer)
    assert not ui.orphans()
    ui.wait_until(lambda: called)
    ui.root.update()
    assert called == ["there"]


def test_nothing_is_called_once_all_are_stopped(ui: Ui) -> None:
    root = tk.Tk()
    called: list[str] = []
    timers.soon(root, lambda: called.append("soon"))
    timers.after(root, 0, lambda: called.append("after"))
    timers.stop_all(root)
    root.update()
    root.destroy()
    assert not called


@pytest.mark.parametrize("key", ["<Control-o>", "<Control-comma>", "<Control-k>"])
def test_what_is_closed_at_once_leaves_nothing_behind(ui: Ui, key: str) -> None:
    """The next callback at the same address in memory would be called in its place."""
    ui.key(key)
    opened = [one for one in ui.root.winfo_children() if isinstance(one, tk.Toplevel)]
    assert opened
    ui.app.connection.close_dialog()
    for one in opened:
        one.destroy()
    assert not ui.orphans()


def test_a_command_that_is_gone_is_found(ui: Ui) -> None:
    """The check of all these tests is one that can fail."""
    frame = tk.Frame(ui.root)
    frame.after(10_000, lambda: None)
    frame.destroy()
    assert ui.orphans()
    timers.stop_all(ui.root)
