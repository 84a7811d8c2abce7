"""The window, for real: Xvfb, a real server, what is on the screen."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from client_gui.model.model import Phase
from client_gui.model.rooms import LINES_KEPT
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess, free_port

OpenUi = Callable[..., Ui]


def test_from_the_dialog_to_a_conversation(server: ServerProcess, open_ui: OpenUi) -> None:
    duy = PlainClient(server.port, "Duy")
    ui = open_ui(server.port)
    assert ui.root.state() == "withdrawn"
    ui.enter("Tuan")
    assert ui.app.connection.dialog is None
    assert ui.root.state() == "normal"
    assert duy.read_line() == "Tuan has connected to the chat room"
    ui.type("Hello, Duy!")
    ui.wait_for("Tuan: Hello, Duy!")
    assert duy.read_line() == "Tuan: Hello, Duy!"
    duy.say("Hello, Tuan!")
    ui.wait_for("Duy: Hello, Tuan!")
    ui.app.window.composer.text.insert("end", "by button")
    ui.app.window.composer.button.invoke()
    ui.wait_for("Tuan: by button")
    assert ui.app.window.composer.get() == ""
    while duy.read_line() != "Tuan: by button":
        continue
    duy.close()
    ui.wait_for("Duy has left the chat room!")


def test_a_refused_nickname_is_explained_and_asked_for_again(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    PlainClient(server.port, "Duy")
    ui = open_ui(server.port)
    dialog = ui.app.connection.dialog
    assert dialog is not None

    def says(sentence: str) -> bool:
        return bool(dialog.message.cget("text") == sentence)

    for nick, sentence in [
        ("", "Choose a nickname."),
        ("a b", "A nickname has no spaces in it."),
        ("duy", "duy: This nickname is already in use."),
        ("1st", "1st: This nickname cannot be used: it begins with '1'."),
    ]:
        ui.connect(nick)
        ui.wait_until(partial(says, sentence))
        assert dialog.button.instate(["!disabled"])
    ui.enter("Tuan")


@pytest.mark.parametrize(
    ("host", "port", "sentence"),
    [
        ("", "1", "Which server?"),
        ("127.0.0.1", "x", "A port is a number from 1 to 65535."),
        ("127.0.0.1", "0", "A port is a number from 1 to 65535."),
        ("127.0.0.1", "65536", "A port is a number from 1 to 65535."),
    ],
)
def test_what_cannot_be_a_server_is_said_before_connecting(
    open_ui: OpenUi, host: str, port: str, sentence: str
) -> None:
    ui = open_ui(1)
    dialog = ui.app.connection.dialog
    assert dialog is not None
    for entry, value in ((dialog.host, host), (dialog.port, port)):
        entry.delete(0, "end")
        entry.insert(0, value)
    ui.connect("Tuan")
    assert dialog.message.cget("text") == sentence


def test_connection_refused_is_said_in_the_dialog_which_stays(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    ui = open_ui(free_port())
    dialog = ui.app.connection.dialog
    assert dialog is not None
    ui.connect("Tuan")
    sentence = "Nothing answers there. Is the server running, and are host and port right?"
    ui.wait_until(lambda: dialog.message.cget("text") == sentence)
    dialog.port.delete(0, "end")
    dialog.port.insert(0, str(server.port))
    ui.enter("Tuan")


def test_what_is_no_chat_server_is_said(open_ui: OpenUi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ui = open_ui(listener.getsockname()[1])
        ui.connect("Tuan")
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            dialog = ui.app.connection.dialog
            assert dialog is not None
            ui.wait_until(lambda: "is not a chat server" in dialog.message.cget("text"))


def test_the_last_ten_messages_are_in_view_and_older_ones_one_click_away(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    duy = PlainClient(server.port, "Duy")
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    duy.say(*(f"message {number}" for number in range(100)))
    ui.wait_for("Duy: message 99")
    assert ui.lines() == [
        "↑ 91 earlier messages",
        *(f"Duy: message {number}" for number in range(90, 100)),
    ]
    ui.click(ui.app.window.transcript.text, "1.3")
    ui.wait_until(lambda: len(ui.lines()) == 61)
    assert ui.lines()[0] == "↑ 41 earlier messages"
    assert ui.lines()[1] == "Duy: message 40"


def test_scrolling_up_loads_what_was_said_before(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path))
    duy = PlainClient(server.port, "Duy")
    duy.say(*(f"message {number}" for number in range(180)))
    while duy.read_line() != "Duy: message 179":
        pass
    ui = open_ui(server.port, nick="Tuan", layout="compact")
    ui.wait_for("Duy: message 179", "Tuan has connected to the chat room")
    assert ui.lines()[0] == "↑ 39 earlier messages"
    text = ui.app.window.transcript.text

    def scroll() -> None:
        text.yview_moveto(0)
        text.event_generate("<Button-4>")

    scroll()
    ui.wait_until(lambda: len(ui.lines()) == 51)
    assert ui.lines()[:2] == ["↑ earlier messages", "Duy: message 131"]
    scroll()
    ui.wait_until(lambda: len(ui.lines()) == 151)
    assert ui.lines()[:2] == ["↑ earlier messages", "Duy: message 31"]
    # what was in view still is; where "earlier messages" stood is the one before
    assert text.get("@0,0 linestart", "@0,0 lineend").endswith("Duy: message 130")
    scroll()
    ui.wait_until(lambda: len(ui.lines()) == 181)
    assert ui.lines()[0] == "Duy: message 0"
    assert ui.lines()[-2:] == ["Duy: message 179", "Tuan has connected to the chat room"]


def test_what_was_said_while_the_connection_was_down_is_there_afterwards(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path / "data"))
    port = server.port
    duy = PlainClient(port, "Duy")
    ui = open_ui(port, nick="Tuan", keep=0)
    ui.wait_for("Tuan has connected to the chat room")
    duy.say("before")
    ui.wait_for("Duy: before")
    server.stop()
    ui.wait_until(lambda: ui.app.model.status.phase is Phase.WAITING)
    # on another port, where the client does not find it yet
    meanwhile = make_server("--data", str(tmp_path / "data"))
    lan = PlainClient(meanwhile.port, "Lan")
    lan.say(*(f"meanwhile {number}" for number in range(250)))
    while lan.read_line() != "Lan: meanwhile 249":
        pass
    meanwhile.stop()
    make_server("--data", str(tmp_path / "data"), "--port", str(port))
    ui.app.connection.retry()
    ui.wait_until(lambda: "Tuan has connected" in str(ui.app.model.rooms["#lobby"].lines[-1]))
    lines = map(str, ui.app.model.rooms["#lobby"].lines)
    spoken = [line for line in lines if line.startswith(("Duy:", "Lan:"))]
    assert spoken == ["Duy: before", *(f"Lan: meanwhile {number}" for number in range(250))]


@pytest.mark.parametrize("keep", [1, 3, 0])
def test_how_many_are_in_view_is_a_setting(
    server: ServerProcess, open_ui: OpenUi, keep: int
) -> None:
    duy = PlainClient(server.port, "Duy")
    ui = open_ui(server.port, nick="Tuan", keep=keep)
    ui.wait_for("Tuan has connected to the chat room")
    duy.say("one", "two", "three", "four")
    ui.wait_for("Duy: four")
    assert len([line for line in ui.lines() if not line.startswith("↑")]) == (keep or 5)


def test_a_server_that_goes_is_said_and_one_that_comes_back_is_joined_again(
    open_ui: OpenUi, make_server: Callable[..., ServerProcess]
) -> None:
    port = free_port()
    server = make_server("--port", str(port))
    ui = open_ui(port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.wait_until(lambda: "connected ·" in ui.screen())
    server.stop()
    ui.wait_until(lambda: ui.app.model.status.phase is Phase.WAITING)
    assert ui.lines()[-1] == "The server is shutting down. Goodbye!"
    assert "reconnecting in" in ui.screen()
    ui.type("typed meanwhile")
    assert ui.app.window.composer.get() == "typed meanwhile"
    assert "Not connected" in ui.lines()[-1]
    make_server("--port", str(port))
    ui.app.window.sidebar.status.event_generate("<Button-1>")
    ui.wait_until(lambda: ui.lines()[-1] == "Tuan has connected to the chat room")
    ui.app.window.composer.submit()
    ui.wait_for("Tuan: typed meanwhile")


def test_reconnecting_needs_no_click(
    open_ui: OpenUi, make_server: Callable[..., ServerProcess]
) -> None:
    port = free_port()
    server = make_server("--port", str(port))
    ui = open_ui(port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    server.stop()
    ui.wait_until(lambda: ui.app.model.status.phase is Phase.WAITING)
    make_server("--port", str(port))
    ui.wait_until(lambda: ui.app.model.status.phase is Phase.CONNECTED)


def test_closing_the_window_says_goodbye_at_once(server: ServerProcess, open_ui: OpenUi) -> None:
    duy = PlainClient(server.port, "Duy")
    ui = open_ui(server.port, nick="Tuan")
    assert duy.read_line() == "Tuan has connected to the chat room"
    ui.wait_for("Tuan has connected to the chat room")
    ui.close()
    assert duy.read_line() == "Tuan has left the chat room!"
    assert not [t for t in threading.enumerate() if t.name == "gchat-net" and t.is_alive()]


def test_closing_while_the_server_hangs_takes_no_longer_than_said(open_ui: OpenUi) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ui = open_ui(listener.getsockname()[1], nick="Tuan")
        peer, _ = listener.accept()
        with peer:
            ui.close()  # wait_until fails if it never ends
            assert ui.gone


def test_a_private_message_opens_a_conversation(server: ServerProcess, open_ui: OpenUi) -> None:
    duy = PlainClient(server.port, "Duy")
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    duy.say("/msg Tuan psst", "/msg Tuan hey")
    ui.wait_until(lambda: "DIRECT MESSAGES" in ui.screen())
    ui.wait_until(lambda: "Duy" in ui.app.model.rooms["duy"].name)
    ui.wait_until(lambda: ui.app.model.rooms["duy"].unread == 2)
    assert ui.lines() == ["Tuan has connected to the chat room"]
    ui.app.navigation.choose("duy")
    assert ui.lines() == ["Duy: psst", "Duy: hey"]
    assert ui.app.model.rooms["duy"].unread == 0
    duy.read_line()  # the window's arrival
    duy.read_line()
    duy.read_line()
    ui.type("what is it?")
    ui.wait_for("Tuan: what is it?")
    assert duy.read_line() == "[private to Duy] Tuan: what is it?"


def test_commands_that_are_typed(server: ServerProcess, open_ui: OpenUi) -> None:
    duy = IrcClient(server.port, "Duy", join="#lobby")
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("/me waves")
    ui.wait_for("* Tuan waves")
    ui.type("//not a command")
    ui.wait_for("Tuan: /not a command")
    ui.type("/topic Be kind")
    ui.wait_for("Tuan changed the topic to: Be kind")
    assert "Be kind" in ui.screen()
    ui.type("/fly")
    ui.wait_until(lambda: ui.lines()[-1].startswith("Unknown command /fly."))
    assert ui.app.window.composer.get() == "/fly", "what could not be done is not lost"
    ui.app.window.composer.put("")
    ui.type("/nick Duy")
    ui.wait_for("Duy: This nickname is already in use")
    ui.type("/nick Tuấn")
    ui.wait_for("Tuan is now known as Tuấn")
    assert ui.app.window.sidebar.me.cget("text").strip() == "Tuấn"
    ui.type("/msg Nobody hi")
    ui.wait_for("Nobody: No such nickname")
    ui.type("/join #other")
    ui.wait_until(lambda: "#other" in ui.app.model.rooms)
    duy.until_that(lambda m: m.command == "NICK")


def test_enter_sends_and_shift_enter_breaks_the_line(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    duy = PlainClient(server.port, "Duy")
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    composer = ui.app.window.composer
    ui.root.update()
    composer.text.focus_force()
    one_row = composer.text.winfo_height()
    composer.text.insert("end", "one")
    composer.text.event_generate("<Shift-Return>")
    composer.text.insert("end", "two")
    assert composer.get() == "one\ntwo"
    ui.wait_until(lambda: composer.text.winfo_height() > one_row)
    composer.text.event_generate("<Return>")
    ui.wait_for("Tuan: one\ntwo")
    assert duy.read_line() == "Tuan has connected to the chat room"
    assert (duy.read_line(), duy.read_line()) == ("Tuan: one", "Tuan: two")
    ui.wait_until(lambda: composer.text.winfo_height() == one_row)
    ui.type("   ")
    assert ui.lines()[-1] == "Tuan: one\ntwo"


def test_hostile_text_is_shown_harmless(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    duy = IrcClient(server.port, "Duy", join="#lobby")
    duy.send("PRIVMSG #lobby :\x0304,01red\x03 \x02b\x02 \x1b[2J\u2028x\u009b \t{tab} $HOME [exit]")
    ui.wait_for("Duy: red b [2Jx  {tab} $HOME [exit]")
    duy.send("PRIVMSG #lobby :Hi TUAN, this is \U0001f600 for you")
    ui.wait_until(lambda: "this is" in ui.lines()[-1])
    assert "mention" in ui.app.window.transcript.text.tag_names("end-1c linestart")


def test_a_flood_leaves_the_window_usable(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi
) -> None:
    """However long the window is kept from reading: else it is disconnected, and comes back."""
    server = make_server(limits_outbox_bytes=1 << 26)
    duy = IrcClient(server.port, "Duy", join="#lobby")
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    total = LINES_KEPT + 1000
    duy.send(*(f"PRIVMSG #lobby :{number}" for number in range(total)))
    ui.wait_for(f"Duy: {total - 1}")
    assert ui.lines()[1:] == [f"Duy: {number}" for number in range(total - 10, total)]
    assert len(ui.app.model.rooms["#lobby"].lines) == LINES_KEPT
    ui.type("still here")
    ui.wait_for("Tuan: still here")


def test_members_come_and_go(server: ServerProcess, open_ui: OpenUi) -> None:
    op = IrcClient(server.port, "Op", join="#room")
    ui = open_ui(server.port, nick="Tuan", lobby="#room")
    ui.wait_until(lambda: "OPERATORS — 1" in ui.screen() and "MEMBERS — 1" in ui.screen())
    lan = IrcClient(server.port, "Lan", join="#room")
    ui.wait_until(lambda: "MEMBERS — 2" in ui.screen())
    assert "3 members" in ui.screen()
    lan.ask("NICK Lan2")
    ui.wait_until(lambda: "Lan2" in ui.app.window.members.text.get("1.0", "end"))
    op.ask("KICK #room Lan2 :out")
    ui.wait_for("Lan2 has left the chat room! (kicked by Op: out)")
    ui.wait_until(lambda: "MEMBERS — 1" in ui.screen())


def test_the_picture_of_the_window_has_its_parts(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path
) -> None:
    """A drawn window has many colours, in the places where its parts are."""
    LineClient(server.port, b"Duy\nHello!\n")
    for dark in (False, True):
        ui = open_ui(server.port, nick=f"Tuan{dark:d}", dark=dark)
        ui.wait_for("Duy: Hello!", f"Tuan{dark:d} has connected to the chat room")
        ui.screenshot(tmp_path / "window.png")
        with Image.open(tmp_path / "window.png") as image:
            colours = {pixel for _, pixel in image.getcolors(1 << 20) or []}
            palette = ui.app.theme.palette
            wanted = (palette.background, palette.side, palette.accent, palette.good)
            for colour in wanted:
                rgb = tuple(bytes.fromhex(colour[1:]))
                assert rgb in colours, colour
        ui.close()
