"""The list of rooms, when there are more than fit."""

from __future__ import annotations

from collections.abc import Callable

from client_gui.core.events import Joined, Kind, Said
from client_gui.ui.tooltip import shortened
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


def test_many_rooms_can_all_be_reached(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    rooms = [f"#room{number:02}" for number in range(60)]
    ui.app.take([Joined(room, "Tuan", own=True) for room in rooms])
    ui.root.update()
    sidebar = ui.app.window.sidebar
    assert sidebar.gear.winfo_ismapped()
    assert sidebar.me.winfo_rooty() < ui.root.winfo_rooty() + ui.root.winfo_height()

    def shown(key: str) -> bool:
        return 0 <= sidebar.list.place_of(key)[1] < sidebar.list.winfo_height()

    assert shown("#lobby")
    assert not shown("#room59")
    ui.app.navigation.choose("#room59")
    ui.root.update()
    assert shown("#room59"), "the current one is in view"
    assert not shown("#lobby")
    sidebar.list.event_generate("<Button-4>")
    x, y = sidebar.list.place_of("#room50")
    sidebar.list.event_generate("<Button-1>", x=x, y=y)
    assert ui.app.model.current == "#room50"


def test_what_is_unread_stands_beside_the_name(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    long = "#" + "x" * 60
    ui.app.take([Joined(long, "Tuan", own=True)])
    ui.app.take([Said(long, "Duy", "hi", Kind.MESSAGE, own=False)] * 120)
    ui.root.update()
    texts = ui.screen().splitlines()
    assert "99+" in texts
    (name,) = (one for one in texts if one.startswith("xxx") and one.endswith("…"))
    font = ui.app.theme.bold
    assert font.measure(name) < sidebar_width(ui)
    assert shortened("short", font, 500) == "short"
    assert shortened("anything", font, 0) == "…"


def sidebar_width(ui: Ui) -> int:
    return ui.app.window.sidebar.winfo_width()


def test_the_dot_of_a_conversation_is_right_at_once(server: ServerProcess, open_ui: OpenUi) -> None:
    """Also of somebody with whom we share no room."""
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    duy = IrcClient(server.port, "Duy")
    palette = ui.app.theme.palette

    def dot(nick: str) -> str:
        (row,) = (one for one in ui.app.window.sidebar.list._rows if one.name == nick)
        return row.dot

    ui.app.navigation.talk("Duy")
    ui.wait_until(lambda: dot("Duy") == palette.good)
    duy.send("QUIT :bye")
    ui.wait_until(lambda: dot("Duy") == palette.border)
    lan = IrcClient(server.port, "Lan")
    lan.ask("AWAY :lunch")
    ui.app.navigation.talk("Lan")
    ui.wait_until(lambda: dot("Lan") == palette.away)


def test_a_whole_row_is_at_the_top_and_a_bar_says_that_there_is_more(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    rooms = ui.app.window.sidebar.list
    ui.root.update()
    assert not rooms.bar.winfo_ismapped(), "all have room"
    ui.app.take([Joined(f"#room{number:02}", "Tuan", own=True) for number in range(40)])
    ui.root.update()
    assert rooms.bar.winfo_ismapped()
    assert rooms.bar.winfo_x() + rooms.bar.winfo_width() <= sidebar_width(ui)
    assert rooms.bar.winfo_x() >= rooms.winfo_x() + rooms.winfo_width(), "it covers no name"

    def top() -> float:
        ui.root.update()
        assert rooms.canvasy(0) in rooms._tops
        return rooms.canvasy(0)

    before = top()
    ui.app.navigation.choose("#room30")
    assert top() > before
    for event in ("<Button-4>", "<Button-4>", "<Button-5>"):
        before = top()
        rooms.event_generate(event)
        assert abs(top() - before) == ui.app.theme.px(32)
    rooms._dragged("moveto", "1.0")
    top()
    assert rooms.yview()[1] == 1.0
    last = rooms._places[-1][1] - rooms.canvasy(0)
    assert last <= rooms.winfo_height()
    rooms._dragged("scroll", "-1", "pages")
    assert rooms.yview()[1] < 1.0
    rooms._dragged("moveto", "0.0")
    assert top() == 0
