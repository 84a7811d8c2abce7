"""Dialogs fit the screen: their buttons are in view, and what has the keyboard."""

from __future__ import annotations

import tkinter as tk

import pytest

from client_gui.ui.dialogs import ConnectDialog
from client_gui.ui.panels import ROWS, Choice, Chooser, Panel, Words
from client_gui.ui.preferences import Preferences
from client_gui.ui.scrolling import FRAME
from tests.client_gui.driver import Ui

WIDE, HIGH = 700, 420


@pytest.fixture
def small(ui: Ui, monkeypatch: pytest.MonkeyPatch) -> Ui:
    """A window on a small screen."""
    monkeypatch.setattr(tk.Misc, "winfo_screenwidth", lambda self: WIDE)
    monkeypatch.setattr(tk.Misc, "winfo_screenheight", lambda self: HIGH)
    return ui


def opened(ui: Ui, key: str) -> tk.Toplevel:
    before = set(ui.root.winfo_children())
    ui.key(key)
    (panel,) = (one for one in ui.root.winfo_children() if one not in before)
    assert isinstance(panel, tk.Toplevel)
    ui.wait_until(panel.winfo_viewable)
    ui.root.update()
    return panel


def within(widget: tk.Misc, window: tk.Misc) -> bool:
    top, left = (
        widget.winfo_rooty() - window.winfo_rooty(),
        widget.winfo_rootx() - window.winfo_rootx(),
    )
    return (
        top >= 0
        and left >= 0
        and top + widget.winfo_height() <= window.winfo_height()
        and left + widget.winfo_width() <= window.winfo_width()
    )


def buttons(widget: tk.Misc) -> list[tk.Misc]:
    found = [one for child in widget.winfo_children() for one in buttons(child)]
    return [widget, *found] if widget.winfo_class() == "TButton" else found


def test_settings_scroll_and_their_buttons_stay(small: Ui) -> None:
    panel = opened(small, "<Control-comma>")
    assert isinstance(panel, Preferences)
    assert panel.winfo_height() <= HIGH - FRAME
    assert not panel.area.fits
    found = buttons(panel)
    assert len(found) == 2
    assert all(within(one, panel) for one in found)
    assert not within(panel.highlights, panel.area)
    panel.highlights.focus_force()
    small.wait_until(lambda: within(panel.highlights, panel.area))
    panel.layout.focus_force()
    small.wait_until(lambda: within(panel.layout, panel.area))
    top = panel.layout.winfo_rooty()
    panel.event_generate("<Button-5>")
    small.wait_until(lambda: panel.layout.winfo_rooty() < top)
    panel.event_generate("<Button-4>")
    small.wait_until(lambda: panel.layout.winfo_rooty() == top)


def test_the_wheel_changes_no_setting(small: Ui) -> None:
    panel = opened(small, "<Control-comma>")
    assert isinstance(panel, Preferences)
    before, top = panel.lines.get(), panel.lines.winfo_rooty()
    panel.lines.event_generate("<Button-5>")
    small.wait_until(lambda: panel.lines.winfo_rooty() < top)
    assert panel.lines.get() == before


@pytest.mark.parametrize("key", ["<F1>", "<Control-o>", "<Control-j>", "<Control-k>"])
def test_every_dialog_fits(small: Ui, key: str) -> None:
    panel = opened(small, key)
    assert panel.winfo_height() <= HIGH - FRAME
    assert panel.winfo_width() <= WIDE
    if isinstance(panel, ConnectDialog):
        assert within(panel.button, panel)
    else:
        assert all(within(one, panel) for one in buttons(panel))


def test_why_connecting_failed_is_in_view(small: Ui) -> None:
    dialog = opened(small, "<Control-o>")
    assert isinstance(dialog, ConnectDialog)
    dialog.nick.delete(0, "end")
    dialog.button.invoke()
    small.root.update()
    assert dialog.message.cget("text") == "Choose a nickname."
    above: tk.Misc = dialog.message
    while above is not dialog:  # in each part of the window that it is in
        outer = above.nametowidget(above.winfo_parent())
        assert within(dialog.message, outer)
        above = outer


def test_what_is_marked_in_a_list_is_in_view(small: Ui) -> None:
    chooser = Chooser(small.root, small.app.theme, "Rooms", lambda key: None)
    chooser.offer([Choice(str(number), f"#{number}") for number in range(ROWS)])
    small.wait_until(chooser.winfo_viewable)
    small.root.update()
    assert chooser.winfo_height() <= HIGH - FRAME
    assert within(chooser.list, chooser)
    chooser.typed.focus_force()
    for number in range(1, ROWS):
        chooser.typed.event_generate("<Down>")
        small.root.update()
        assert chooser.list.selection() == (str(number),)
        assert chooser.list.bbox(str(number))


def test_what_the_keys_do_is_broken_into_lines(small: Ui, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tk.Misc, "winfo_screenwidth", lambda self: 500)
    panel = opened(small, "<F1>")
    assert isinstance(panel, Words)
    (grid,) = (one for one in panel.body.winfo_children() if isinstance(one, tk.Frame))
    assert all(within(one, grid) for one in grid.winfo_children())


def test_a_dialog_that_fits_has_nothing_to_scroll(ui: Ui) -> None:
    panel = opened(ui, "<Control-comma>")
    assert isinstance(panel, Panel)
    assert panel.area.fits
    at = panel.body.winfo_rooty()
    panel.event_generate("<Button-5>")
    ui.root.update()
    assert panel.body.winfo_rooty() == at


def test_what_was_found_is_broken_into_lines(ui: Ui) -> None:
    panel = Words(ui.root, ui.app.theme, "Found", [("Duy", "long words " * 60), ("Lan", "short")])
    ui.wait_until(panel.winfo_viewable)
    ui.root.update()
    assert panel.winfo_width() < 700
    assert all(within(one, panel) for one in buttons(panel))
