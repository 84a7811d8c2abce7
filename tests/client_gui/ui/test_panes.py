"""What stands round the messages: the members, the rooms, the bars above, the field below."""

from __future__ import annotations

import sys
import time
import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

import pytest
from PIL import ImageColor, ImageGrab

from client_gui.core.events import Joined, Kind, Members, Said
from client_gui.model.model import Phase, Status
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]
ME = "Nguyen_Tuan_Kiet_of_Ha_Noi_WW"
LONG = "W" * 30


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi) -> Ui:
    ui = open_ui(server.port, nick=ME)
    ui.wait_for(f"{ME} has connected to the chat room")
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].members)
    return ui


def resize(ui: Ui, width: int, height: int) -> None:
    ui.root.geometry(f"{width}x{height}")
    ui.wait_until(lambda: ui.root.winfo_width() == width)
    ui.root.update()


def test_a_long_nickname_ends_in_dots_in_the_list_of_members(ui: Ui) -> None:
    ui.app.take([Members("#lobby", (("", LONG), ("", "Duy"), ("", ME)))])
    ui.root.update()
    members = ui.app.window.members
    text = members.text
    rows = {nick: row for row, nick in members._rows.items()}
    row = rows[LONG]
    assert text.get(f"{row}.0", f"{row}.end").endswith("W…")
    right = text.bbox(f"{row}.end -1c")
    assert right is not None
    assert right[0] + right[2] <= text.winfo_width()
    text.event_generate("<Motion>", x=right[0], y=right[1] + 5)
    assert members.tip.text == LONG
    box = text.bbox(f"{rows['Duy']}.0")
    assert box is not None
    text.event_generate("<Motion>", x=box[0], y=box[1] + 5)
    assert members.tip.text == "", "it is whole"


def test_our_own_long_nickname_ends_in_dots_before_the_gear(ui: Ui) -> None:
    ui.root.update()
    me, gear = ui.app.window.sidebar.me, ui.app.window.sidebar.gear
    assert me.cget("text").endswith("…")
    assert ui.app.theme.bold.measure(me.cget("text")) + ui.app.theme.px(28) <= me.winfo_width()
    assert me.winfo_x() + me.winfo_width() < gear.winfo_x()
    me.event_generate("<Enter>")
    assert me.tip.text == ME


def test_a_long_quote_leaves_room_for_the_way_out(ui: Ui) -> None:
    text = "word " * 40
    ui.app.take([Said("#lobby", LONG, text, Kind.MESSAGE, own=False)])
    ui.app.actions.answer(ui.app.model.rooms["#lobby"].lines[-1])
    ui.root.update()
    composer = ui.app.window.composer
    notice, way_out = composer.notice, composer.way_out
    assert notice.cget("text").endswith("…")
    assert way_out.cget("text") == "(Esc to cancel)"
    assert way_out.winfo_width() >= way_out.winfo_reqwidth()
    assert notice.winfo_x() + notice.winfo_width() <= way_out.winfo_x()
    ui.key("<Escape>")
    ui.root.update()
    assert notice.cget("text") == ""
    assert not way_out.winfo_ismapped()


def test_the_hint_in_the_field_ends_in_dots(ui: Ui) -> None:
    ui.app.take([Joined("#" + "x" * 45, ME, own=True)])
    ui.app.navigation.choose("#" + "x" * 45)
    resize(ui, 480, 360)
    text, hint = ui.app.window.composer.text, ui.app.window.composer._hint
    assert hint.cget("text").endswith("x…")
    assert hint.winfo_x() + hint.winfo_reqwidth() <= text.winfo_width()
    ui.root.geometry("1080x700")
    ui.wait_until(lambda: hint.cget("text").endswith("xx"))


def test_one_line_stands_in_the_middle_of_the_field(ui: Ui) -> None:
    ui.root.update()
    composer = ui.app.window.composer
    composer.can_attach(can=True)
    ui.root.update()

    def middle(widget: tk.Misc) -> float:
        return widget.winfo_rooty() + widget.winfo_height() / 2

    for widget in (composer.button, composer.attach, composer._hint):
        assert abs(middle(widget) - middle(composer.text)) <= 1, str(widget)


def test_the_topic_stays_where_it_is_when_it_is_written(ui: Ui) -> None:
    ui.type("/topic Be kind")
    header = ui.app.window.header
    ui.wait_until(lambda: header._topic.cget("text") == "Be kind")
    header.edit()
    ui.root.update()
    entry, topic = header.entry, header._topic
    box = [int(one) for one in entry.tk.call(entry, "bbox", 0)]
    assert entry.winfo_rootx() + box[0] == topic.winfo_rootx()
    assert entry.winfo_rootx() > header._name.winfo_rootx() + header._name.winfo_width()
    middle = entry.winfo_rooty() + box[1] + box[3] / 2
    assert abs(middle - topic.winfo_rooty() - topic.winfo_height() / 2) <= 1
    palette = ui.app.theme.palette
    assert entry.cget("highlightcolor") == palette.accent
    assert entry.cget("highlightbackground") == palette.border
    assert entry.cget("selectbackground") == palette.accent


def test_the_bar_to_find_in_has_an_edge_below_and_room_at_the_right(ui: Ui) -> None:
    ui.key("<Control-f>")
    ui.root.update()
    bar = ui.app.window.findbar
    line = next(one for one in bar.winfo_children() if one.winfo_class() == "Frame")
    assert line.cget("background") == ui.app.theme.palette.border
    assert line.winfo_width() == bar.winfo_width()
    assert line.winfo_y() + line.winfo_height() == bar.winfo_height()
    buttons = [one for one in bar.winfo_children() if one.winfo_class() == "TButton"]
    right = max(one.winfo_x() + one.winfo_width() for one in buttons)
    assert bar.winfo_width() - right == ui.app.theme.px(14)


def test_scrollbars_have_the_colour_of_their_pane(ui: Ui) -> None:
    window, palette = ui.app.window, ui.app.theme.palette
    style = ttk.Style(ui.root)
    for pane, ground in ((window.members, palette.side), (window.transcript, palette.background)):
        name = pane._scrollbar.cget("style")
        assert style.lookup(name, "troughcolor") == style.lookup(name, "background") == ground


def test_one_can_connect_whenever_nothing_else_would_soon(ui: Ui) -> None:
    retry = ui.app.window.sidebar.retry
    layout = str(ttk.Style(ui.root).layout("Retry.TButton"))
    assert "Retry.button" in layout, "with round corners, as the other buttons"
    shown = []
    for phase in (Phase.CONNECTING, Phase.CONNECTED, Phase.WAITING, Phase.OFFLINE):
        ui.app.model.status = Status(phase, until=time.time() + 60)
        ui.app.window.show_states(time.time())
        ui.root.update()
        shown.append(bool(retry.winfo_ismapped()))
    assert shown == [False, False, True, True]


def test_what_is_said_while_a_pane_is_hidden_ends_in_dots_too(ui: Ui) -> None:
    me = ui.app.window.sidebar.me
    ui.root.update()
    short = me.cget("text")
    for width in (480, 1080):
        resize(ui, width, 600)
        ui.app.window.show_states(time.time())
    ui.wait_until(lambda: me.cget("text") == short)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="looks at the screen")
def test_a_quiet_button_is_seen(ui: Ui) -> None:
    """The images of ttk's elements cannot be asked for: a pixel of it is looked at."""
    button = ttk.Button(ui.root, text=" ", style="Quiet.TButton")
    button.place(x=300, y=200, width=120, height=60)
    button.lift()
    ui.root.update()
    left, top = button.winfo_rootx() + 30, button.winfo_rooty() + 30
    picture = ImageGrab.grab((left, top, left + 1, top + 1), xdisplay=None)
    assert picture.getpixel((0, 0)) == ImageColor.getrgb(ui.app.theme.palette.border)
    button.destroy()


def test_a_dot_is_kept_apart_from_its_avatar(ui: Ui) -> None:
    palette, size = ui.app.theme.palette, 48
    image = ui.app.theme.shapes.avatar("W", "#9e4f00", "#ffffff", size, palette.side, palette.away)

    def near(at: int, colour: str) -> bool:
        """Whether a pixel on the diagonal is of this colour; edges are smooth."""
        pixel = ui.root.tk.call(str(image), "get", at, at)
        pairs = zip(pixel, ImageColor.getrgb(colour), strict=True)
        return all(abs(one - other) < 8 for one, other in pairs)

    assert near(41, palette.away)
    assert near(35, palette.side)
    assert near(size - 1, palette.side)


def test_the_smallest_window_says_why_nothing_can_be_sent(ui: Ui) -> None:
    resize(ui, 480, 360)
    ui.app.take([Said("#lobby", LONG, "word " * 40, Kind.MESSAGE, own=False)])
    ui.app.actions.answer(ui.app.model.rooms["#lobby"].lines[-1])
    composer, window = ui.app.window.composer, ui.app.window
    ui.root.update()
    assert not composer.state.winfo_ismapped(), "all is well"
    ui.app.model.status = Status(Phase.OFFLINE)
    window.show_states(time.time())
    ui.root.update()
    assert composer.state.winfo_ismapped()
    assert composer.state.cget("text") == "not connected"
    assert composer.notice.cget("text").endswith("…")
    assert composer.way_out.winfo_width() >= composer.way_out.winfo_reqwidth()
    ui.app.model.status = Status(Phase.CONNECTED)
    window.show_states(time.time())
    ui.root.update()
    assert not composer.state.winfo_ismapped()
