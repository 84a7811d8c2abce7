"""The window in each size: one can read and write in all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.system.settings import Settings, load, save
from client_gui.ui.panels import Panel
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi) -> Ui:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].members)
    return ui


def resize(ui: Ui, width: int, height: int) -> None:
    ui.root.geometry(f"{width}x{height}")
    ui.wait_until(lambda: (ui.root.winfo_width(), ui.root.winfo_height()) == (width, height))
    ui.root.update()


@pytest.mark.parametrize("size", [(480, 360), (640, 400), (640, 480), (859, 500), (1080, 700)])
def test_one_can_read_and_write(ui: Ui, size: tuple[int, int]) -> None:
    resize(ui, *size)
    window = ui.app.window
    text, button = window.composer.text, window.composer.button
    ui.app.window.composer.put("\n".join(map(str, range(20))))
    ui.root.update()
    assert text.winfo_width() >= 300
    assert window.transcript.text.winfo_width() >= 380
    assert window.transcript.text.winfo_height() >= 100
    assert button.winfo_width() < 100
    for widget in (text, button, window.header.search):
        assert widget.winfo_ismapped()
        right = widget.winfo_rootx() + widget.winfo_width()
        assert right <= ui.root.winfo_rootx() + size[0]
        assert widget.winfo_rooty() + widget.winfo_height() <= ui.root.winfo_rooty() + size[1]


def test_it_can_be_made_that_small(ui: Ui) -> None:
    assert ui.root.minsize() == (480, 360)


def test_panes_give_way_and_are_shown_when_asked_for(ui: Ui) -> None:
    window = ui.app.window

    def shown() -> tuple[bool, bool, bool]:
        ui.root.update()
        parts = (window.sidebar, window.members, window.header.menu)
        return (
            bool(parts[0].winfo_ismapped()),
            bool(parts[1].winfo_ismapped()),
            bool(parts[2].winfo_ismapped()),
        )

    resize(ui, 1000, 600)
    assert shown() == (True, True, False)
    resize(ui, 800, 600)
    assert shown() == (True, False, False)
    resize(ui, 500, 400)
    assert shown() == (False, False, True)
    window.header.menu.event_generate("<Button-1>")
    assert shown() == (True, False, True)
    ui.app._toggle_members()
    assert shown() == (False, True, True), "one at a time"
    ui.app.navigation.talk("Duy")
    assert shown() == (False, False, True)
    resize(ui, 1000, 600)
    assert shown() == (True, False, False), "nobody is in the list: it is not shown"
    ui.app.navigation.choose("#lobby")
    assert shown() == (True, True, False)


def test_long_names_end_in_dots_and_are_told_whole(ui: Ui) -> None:
    resize(ui, 480, 360)
    room = ui.app.model.rooms["#lobby"]
    room.topic = "a topic that is much too long for a window as small as this one is today"
    ui.app.window.show_room()
    ui.root.update()
    topic = ui.app.window.header._topic
    assert topic.cget("text").endswith("…")
    topic.event_generate("<Enter>")
    assert topic.tip.text == room.topic
    topic.event_generate("<Leave>")
    assert topic.tip.text == ""


def test_size_and_place_are_kept(server: ServerProcess, open_ui: OpenUi, tmp_path: Path) -> None:
    path = tmp_path / "client.json"
    ui = open_ui(server.port, nick="Tuan", settings=path, scale=2.0, keep=3, layout="compact")
    ui.wait_for("Tuan has connected to the chat room")
    ui.root.geometry("1000x750+40+20")
    ui.wait_until(lambda: ui.root.winfo_width() == 1000)
    ui.close()
    kept = load(path)
    assert kept.geometry == "1000x750+40+20"
    assert (kept.scale, kept.lines, kept.layout) == (1.0, 10, "comfortable"), "said for one run"
    ui = open_ui(server.port, nick="Tuan", settings=path)
    ui.wait_until(lambda: ui.root.geometry() == "1000x750+40+20")


@pytest.mark.parametrize(
    "geometry", ["900x600+5000+9000", "900x600+-3000+-50", "9000x9000+0+0", "x"]
)
def test_it_is_never_off_the_screen(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path, geometry: str
) -> None:
    path = tmp_path / "client.json"
    save(Settings(geometry=geometry), path)
    ui = open_ui(server.port, nick="Tuan", settings=path)
    ui.root.update()
    left, top = ui.root.winfo_rootx(), ui.root.winfo_rooty()
    wide, high = ui.root.winfo_screenwidth(), ui.root.winfo_screenheight()
    assert 0 <= top <= high - 40
    assert left <= wide - 40
    assert left + ui.root.winfo_width() >= 40
    assert ui.root.winfo_width() <= wide


def test_dialogs_open_over_their_window(ui: Ui) -> None:
    ui.root.geometry("700x500+300+200")
    ui.wait_until(lambda: ui.root.winfo_rootx() == 300)
    for key in ("<Control-k>", "<F1>", "<Control-comma>"):
        ui.key(key)
        ui.root.update()
        panel = [one for one in ui.root.winfo_children() if isinstance(one, Panel)][-1]
        middle = panel.winfo_rootx() + panel.winfo_width() // 2
        assert abs(middle - 650) < 5, key
        assert panel.winfo_rooty() >= 0
    ui.key("<Control-o>")
    ui.root.update()
    dialog = ui.app.connection.dialog
    assert dialog is not None
    assert abs(dialog.winfo_rootx() + dialog.winfo_width() // 2 - 650) < 5
