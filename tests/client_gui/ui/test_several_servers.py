"""One window at two servers, which know nothing of each other and have rooms of the same name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.model.model import Phase
from client_gui.system.settings import OPEN_MOST, Server, Settings, load, save
from client_gui.ui.dialogs import ConnectDialog
from client_gui.ui.panels import Chooser, Panel, Question
from client_gui.ui.servers import Session
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient, PlainClient
from tests.support.process import ServerProcess, free_port

OpenUi = Callable[..., Ui]
Make = Callable[..., ServerProcess]


@pytest.fixture
def other(make_server: Make) -> ServerProcess:
    return make_server()


def at(ui: Ui, port: int) -> Session:
    """One of the window's servers."""
    session = ui.app.servers.named(f"127.0.0.1:{port}")
    assert session is not None
    return session


def dialog(ui: Ui) -> ConnectDialog:
    """The one that is open."""
    (found,) = (one for one in ui.root.winfo_children() if isinstance(one, ConnectDialog))
    return found


def ask(ui: Ui, port: int, nick: str = "Tuan") -> None:
    """Puts another server into the dialog, and connects."""
    ui.key("<Control-o>")
    fields = dialog(ui)
    fields.another()
    for entry, value in ((fields.host, "127.0.0.1"), (fields.port, str(port)), (fields.nick, nick)):
        entry.delete(0, "end")
        entry.insert(0, value)
    fields.button.invoke()


@pytest.fixture
def ui(server: ServerProcess, other: ServerProcess, open_ui: OpenUi, tmp_path: Path) -> Ui:
    """At both, with the first one shown."""
    ui = open_ui(server.port, nick="Tuan", settings=tmp_path / "client.json")
    ui.wait_for("Tuan has connected to the chat room")
    ask(ui, other.port)
    ui.wait_until(lambda: at(ui, other.port).connection.ready)
    ui.wait_until(lambda: at(ui, other.port).model.rooms["#lobby"].here)
    assert ui.app.servers.shown is at(ui, other.port), "where one has just connected to"
    ui.app.show_server(at(ui, server.port).model)
    ui.look()
    return ui


def spoken(session: Session, room: str = "#lobby") -> list[str]:
    return [line.text for line in session.model.rooms[room].lines if line.nick == "Duy"][1:]


def read_until(somebody: PlainClient, line: str) -> None:
    """Reads on until this is said."""
    while somebody.read_line() != line:
        pass


def headings(ui: Ui) -> dict[str, int]:
    """By the names in the list, how many messages are counted there."""
    return {row.name: row.count for row in ui.app.window.sidebar.list._rows if row.heading}


def panels(ui: Ui) -> list[Panel]:
    return [one for one in ui.root.winfo_children() if isinstance(one, Panel)]


def test_rooms_of_the_same_name_are_two(
    server: ServerProcess, other: ServerProcess, ui: Ui
) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    duy, duy2 = PlainClient(server.port, "Duy"), PlainClient(other.port, "Duy")
    ui.wait_until(lambda: "duy" in there.model.rooms["#lobby"].members)
    duy2.say("hello, Tuan", "and once more")
    ui.wait_until(lambda: spoken(there) == ["hello, Tuan", "and once more"])
    duy.say("over here")
    ui.wait_until(lambda: spoken(here) == ["over here"])
    assert ui.lines()[-1] == "Duy: over here"
    # what is not in view is counted at its server, and in the title
    assert (here.model.unread(), there.model.unread()) == (0, 2)
    assert headings(ui) == {here.name: 0, there.name: 2}
    assert ui.root.title().startswith("(2) #lobby")
    assert ui.told == [(f"Duy · #lobby · {there.name}", "hello, Tuan")]
    # what is typed in one of them stays there, and goes there
    ui.type("for the first", key="<F35>")
    ui.app.window.sidebar._chosen(f"{there.name} ")
    assert ui.app.model is there.model
    assert ui.app.window.composer.get() == ""
    assert ui.lines()[-1] == "Duy: and once more"
    assert headings(ui) == {here.name: 0, there.name: 0}
    ui.type("for the second")
    read_until(duy2, "Tuan: for the second")
    ui.key("<Control-k>")
    (chooser,) = (one for one in panels(ui) if isinstance(one, Chooser))
    assert chooser.rows()[:2] == [("#lobby", here.name), ("#lobby", there.name)]
    chooser.done()
    assert ui.app.model is here.model
    assert ui.app.window.composer.get() == "for the first"
    ui.key("<Return>")
    read_until(duy, "Tuan: for the first")
    assert not any("for the" in text for text in spoken(here) + spoken(there))


def test_the_same_nickname_left_one_of_them_only(
    server: ServerProcess, other: ServerProcess, ui: Ui
) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    duy, _duy2 = PlainClient(server.port, "Duy"), PlainClient(other.port, "Duy")
    ui.wait_until(lambda: "duy" in here.model.rooms["#lobby"].members)
    ui.wait_until(lambda: "duy" in there.model.rooms["#lobby"].members)
    duy.close()
    ui.wait_until(lambda: "duy" not in here.model.rooms["#lobby"].members)
    assert "duy" in there.model.rooms["#lobby"].members
    ui.app.mute(here.model, "#lobby")
    assert ui.app.muted(here.model) == {"#lobby"}
    assert ui.app.muted(there.model) == set()
    ui.app.window.header.edit()
    ui.app.window.header.entry.insert("end", "a topic of the first")
    ui.app.show_server(there.model)
    assert not ui.app.window.header.entry.winfo_ismapped()
    ui.app.show_server(here.model)
    ui.root.update()
    assert ui.app.window.header.entry.get() == "a topic of the first"


def test_alt_up_and_down_go_over_all(server: ServerProcess, other: ServerProcess, ui: Ui) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    ui.key("<Alt-Down>")
    assert ui.app.model is there.model
    ui.key("<Alt-Down>")
    assert ui.app.model is here.model
    ui.type("/join #b")
    ui.wait_until(lambda: ui.app.model.current == "#b")
    PlainClient(other.port, "Duy").say("new")
    ui.wait_until(there.model.unread)
    ui.key("<Alt-Up>")
    assert ui.app.model is there.model
    assert ui.lines()[-1] == "Duy: new"


def test_joining_shows_the_rooms_of_all_servers(
    server: ServerProcess, other: ServerProcess, ui: Ui
) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    IrcClient(other.port, "Duy", join="#music")
    ui.key("<Control-j>")
    (chooser,) = (one for one in panels(ui) if isinstance(one, Chooser))
    ui.wait_until(lambda: len(chooser.rows()) == 3)
    assert chooser.rows()[0] == ("#lobby", f"{here.name} · 1 person")
    assert ("#music", f"{there.name} · 1 person") in chooser.rows()
    # typed, it is one of this server's, which has none of the name
    chooser.typed.insert(0, "#music")
    chooser._narrow()
    chooser.done()
    ui.wait_until(lambda: ui.app.model.current == "#music")
    assert ui.app.model is here.model
    ui.key("<Control-j>")
    (chooser,) = (one for one in panels(ui) if isinstance(one, Chooser))
    ui.wait_until(lambda: ("#music", f"{there.name} · 1 person") in chooser.rows())
    at_there = [one for one, (_name, about) in enumerate(chooser.rows()) if there.name in about]
    music = next(one for one in at_there if chooser.rows()[one][0] == "#music")
    chooser._mark(music)
    chooser.done()
    assert ui.app.model is there.model
    ui.wait_until(lambda: ui.app.model.current == "#music")


def test_one_that_is_killed_is_told_in_its_section_only(
    make_server: Make, ui: Ui, server: ServerProcess, other: ServerProcess
) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    port = other.port
    other.stop()
    ui.wait_until(lambda: there.model.status.phase is Phase.WAITING)
    assert here.connection.ready
    assert ui.app.window.composer.button.instate(["!disabled"])
    assert not panels(ui)
    assert ui.lines()[-1] == "Tuan has connected to the chat room"
    ui.wait_until(lambda: any("reconnecting in" in one for one in ui.screen().splitlines()))
    rows = {row.name: row for row in ui.app.window.sidebar.list._rows if row.heading}
    assert rows[here.name].note == ""
    assert rows[there.name].note.startswith("reconnecting in")
    make_server("--port", str(port))
    there.connection.connect()
    ui.wait_until(lambda: there.connection.ready)
    assert ui.app.model is here.model


def test_what_one_of_them_asks_waits_until_it_is_shown(
    make_server: Make, ui: Ui, server: ServerProcess, other: ServerProcess
) -> None:
    """Nothing opens over a conversation at another server."""
    there, port = at(ui, other.port), other.port
    other.stop()
    ui.wait_until(lambda: there.model.status.phase is Phase.WAITING)
    again = make_server("--port", str(port))
    there.connection.disconnect()
    taken = PlainClient(again.port, "Tuan")
    there.connection.connect()
    ui.wait_until(lambda: there.model.status.phase is Phase.OFFLINE)
    ui.root.update()
    assert not [one for one in ui.root.winfo_children() if isinstance(one, ConnectDialog)]
    rows = {row.name: row for row in ui.app.window.sidebar.list._rows if row.heading}
    assert "already in use" in rows[there.name].note
    ui.app.show_server(there.model)
    assert "Tuan: This nickname is already in use" in dialog(ui).message.cget("text")
    taken.close()


def test_a_certificate_that_is_not_the_trusted_one_is_asked_about_where_it_is(
    server: ServerProcess, make_server: Make, open_ui: OpenUi, tmp_path: Path
) -> None:
    secret = make_server("--data", str(tmp_path / "data"), "--tls-self-signed")
    known = [
        Server("127.0.0.1", server.port, "Tuan"),
        Server("127.0.0.1", secret.port, "Tuan", tls=True, pin="00" * 32),
    ]
    settings = Settings(servers=known, open=[one.name for one in known])
    save(settings, tmp_path / "client.json")
    ui = open_ui(0, host="", settings=tmp_path / "client.json")
    ui.wait_until(lambda: at(ui, server.port).connection.ready)
    there = at(ui, secret.port)
    ui.wait_until(lambda: there.connection._later is not None)
    ui.root.update()
    assert not panels(ui)
    (row,) = (one for one in ui.app.window.sidebar.list._rows if one.name == there.name)
    assert "not trusted" in row.note
    ui.app.show_server(there.model)
    (question,) = panels(ui)
    assert isinstance(question, Question)
    assert "shows NOT the certificate" in ui.screen()
    ui.app.show_server(at(ui, server.port).model)
    question.yes()
    ui.wait_until(lambda: there.connection.ready)
    assert ui.app.model is at(ui, server.port).model
    assert [bool(one.pin) for one in load(tmp_path / "client.json").servers] == [False, True]
    assert load(tmp_path / "client.json").servers[1].pin != "00" * 32


def test_a_file_goes_to_the_server_and_room_where_it_was_chosen(
    server: ServerProcess, other: ServerProcess, ui: Ui, tmp_path: Path
) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    ui.wait_until(lambda: here.files._base and there.files._base)
    path = tmp_path / "a.txt"
    path.write_text("content")
    here.files.add([path])
    ui.app.show_server(there.model)
    ui.wait_until(lambda: "a.txt" in here.model.rooms["#lobby"].draft)
    assert f":{server.port}/" in here.model.rooms["#lobby"].draft
    assert ui.app.window.composer.get() == ""
    here.files.add([tmp_path / "nothing.txt"])
    # why not is said where it was asked for
    ui.wait_until(lambda: "nothing.txt: " in here.model.rooms["#lobby"].lines[-1].text)
    assert not any("nothing.txt" in line for line in ui.lines())


def test_a_server_is_disconnected_closed_and_opened_again(
    server: ServerProcess, other: ServerProcess, ui: Ui
) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    duy = PlainClient(other.port, "Duy")
    ui.app.show_server(there.model)
    ui.type("kept", key="<F35>")
    there.connection.disconnect()
    read_until(duy, "Tuan has left the chat room!")
    assert there.model.status.phase is Phase.OFFLINE
    assert ui.app.window.composer.button.instate(["disabled"])
    assert ui.app.settings.open == [here.name], "it is not opened with the window again"
    there.connection.connect()
    read_until(duy, "Tuan has connected to the chat room")
    ui.wait_until(lambda: there.connection.ready)
    assert ui.app.settings.open == [here.name, there.name]
    ui.app.servers.remove(there)
    ui.wait_until(lambda: not ui.app.servers._leaving)
    read_until(duy, "Tuan has left the chat room!")
    assert ui.app.model is here.model
    assert not headings(ui), "with one server the list is as it always was"
    assert ui.app.settings.open == [here.name]
    ask(ui, other.port)
    ui.wait_until(lambda: at(ui, other.port).connection.ready)
    assert ui.app.window.composer.get() == "kept"


def test_the_last_one_is_disconnected_and_stays(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.app.servers.remove(ui.app.servers.shown)
    assert ui.app.model.status.phase is Phase.OFFLINE
    assert len(ui.app.servers.all) == 1


def test_the_same_by_commands(server: ServerProcess, other: ServerProcess, ui: Ui) -> None:
    here, there = at(ui, server.port), at(ui, other.port)
    ui.app.show_server(there.model)
    ui.type("/disconnect")
    assert there.model.status.phase is Phase.OFFLINE
    assert here.connection.ready
    ui.type("/connect")
    ui.wait_until(lambda: there.connection.ready)
    label = f"Close {ui.app.servers.title(there)}"
    ui.type("/close")
    ui.press("Cancel")
    assert ui.app.servers.all == [here, there]
    ui.type("/close")
    ui.press(label)
    assert ui.app.model is here.model
    assert ui.app.servers.all == [here]
    assert ui.app.window.composer.get() == ""
    assert not there.model.rooms["#lobby"].draft


def test_a_server_that_cannot_be_reached_and_is_given_up_leaves_nothing(
    server: ServerProcess, ui: Ui
) -> None:
    here = at(ui, server.port)
    ui.type("typed here", key="<F35>")
    ask(ui, free_port())
    ui.wait_until(lambda: "Nothing answers there." in dialog(ui).message.cget("text"))
    assert len(ui.app.servers.all) == 3
    dialog(ui)._give_up()
    assert len(ui.app.servers.all) == 2
    assert ui.app.model is here.model
    assert ui.app.window.composer.get() == "typed here"
    assert len(ui.app.settings.open) == 2


def test_the_dialog_says_that_another_server_is_added(ui: Ui, server: ServerProcess) -> None:
    ui.key("<Control-o>")
    ui.wait_until(lambda: "you stay connected to" in ui.screen())
    assert at(ui, server.port).name in ui.screen()


def test_the_same_server_is_not_opened_twice(
    server: ServerProcess, other: ServerProcess, ui: Ui
) -> None:
    ask(ui, other.port, nick="Tuan2")
    assert len(ui.app.servers.all) == 2
    assert ui.app.model is at(ui, other.port).model
    ui.wait_until(lambda: ui.app.model.nick == "Tuan2")
    assert at(ui, server.port).model.nick == "Tuan"


def test_a_window_is_at_so_many_servers_and_no_more(server: ServerProcess, ui: Ui) -> None:
    for number in range(OPEN_MOST - 2):
        session = ui.app.servers.open(Server("127.0.0.1", server.port, f"T{number}"))
        assert session is not None, "it is there"
        session = ui.app.servers.open(Server(f"127.0.1.{number + 1}", server.port, f"T{number}"))
        assert session is not None
    assert len(ui.app.servers.all) == OPEN_MOST
    assert ui.app.servers.open(Server("127.0.2.1", server.port, "Tuan")) is None
    for session in ui.app.servers.all:
        session.connection.kept = True
    ask(ui, free_port())
    text = dialog(ui).message.cget("text")
    assert text == f"The window is at {OPEN_MOST} servers, and no more can be: close one first."
    assert len(ui.app.servers.all) == OPEN_MOST
    ui.app.servers.remove(ui.app.servers.all[0])
    dialog(ui).button.invoke()
    assert len(ui.app.servers.all) == OPEN_MOST


def test_all_are_told_goodbye_at_once(
    server: ServerProcess, other: ServerProcess, ui: Ui, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No server waits for another one's answer."""
    monkeypatch.setattr("client_gui.ui.connection.CLOSE_SECONDS", 1e9)
    told: list[str] = []
    real: list[Callable[[], None]] = []
    for one in ui.app.servers.all:
        net = one.connection.net
        assert net is not None
        real.append(net.quit)
        monkeypatch.setattr(net, "quit", lambda reason, name=one.name: told.append(name))
    ui.app.close("so long")
    ui.wait_until(lambda: len(told) == 2)
    assert set(told) == {f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}"}
    for quits in real:
        quits()


def test_one_that_was_just_closed_says_goodbye_before_the_window_goes(
    server: ServerProcess, other: ServerProcess, ui: Ui
) -> None:
    duy = PlainClient(other.port, "Duy")
    ui.app.servers.remove(at(ui, other.port))
    ui.close()
    read_until(duy, "Tuan has left the chat room!")


def test_what_was_sent_last_is_confirmed_before_a_server_is_closed(
    server: ServerProcess, other: ServerProcess, ui: Ui, tmp_path: Path
) -> None:
    there = at(ui, other.port)
    duy = PlainClient(other.port, "Duy")
    ui.app.show_server(there.model)
    ui.type("the last word")
    ui.app.servers.remove(there)
    ui.wait_until(lambda: not ui.app.servers._leaving)
    read_until(duy, "Tuan: the last word")
    read_until(duy, "Tuan has left the chat room!")
    assert not there.model.waits()
    ui.close()
    assert not (tmp_path / "drafts.json").exists(), "nothing is left to be sent"


def test_the_next_window_is_where_the_last_one_was(
    server: ServerProcess, other: ServerProcess, ui: Ui, open_ui: OpenUi, tmp_path: Path
) -> None:
    duy, duy2 = PlainClient(server.port, "Duy"), PlainClient(other.port, "Duy")
    for folded in (True, False, True):
        ui.app.show_server(at(ui, server.port).model)
        ui.type("/fold")
        first = next(row for row in ui.app.window.sidebar.list._rows if row.heading)
        assert first.folded is folded
    ui.app.show_server(at(ui, other.port).model)
    ui.type("a draft", key="<F35>")
    ui.close()
    # goodbye to both, and no thread is left
    read_until(duy, "Tuan has left the chat room!")
    read_until(duy2, "Tuan has left the chat room!")
    assert not [one for one in threading.enumerate() if one.name == "gchat-net"]
    names = [f"127.0.0.1:{server.port}", f"127.0.0.1:{other.port}"]
    kept = load(tmp_path / "client.json")
    assert (kept.open, kept.servers[0].name, kept.folded) == (names, names[1], names[:1])
    again = open_ui(0, host="", settings=tmp_path / "client.json")
    assert again.root.state() == "normal", "nothing is asked"
    assert [one.name for one in again.app.servers.all] == names
    assert again.app.servers.shown.name == names[1]
    again.wait_until(lambda: all(one.model.rooms["#lobby"].here for one in again.app.servers.all))
    assert again.app.window.composer.get() == "a draft"
    assert [row.folded for row in again.app.window.sidebar.list._rows if row.heading] == [
        True,
        False,
    ]
    # a second window of the same user asks first: the nicknames are taken
    second = open_ui(0, host="", settings=tmp_path / "client.json")
    assert second.root.state() == "withdrawn"
    assert dialog(second).nick.get() == "Tuan"
    second.close()
    again.close()
    # and with --host it is there only, while the others stay remembered
    alone = open_ui(server.port, nick="Tuan", settings=tmp_path / "client.json")
    alone.wait_until(lambda: alone.app.connection.ready)
    assert [one.name for one in alone.app.servers.all] == names[:1]
    assert sorted(load(tmp_path / "client.json").open) == sorted(names)
