"""Nothing that somebody has typed is lost: not by going elsewhere, not by a mistake, not by the end
of the connection, the window or its process.
"""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.model.lines import Fate
from client_gui.model.model import Phase
from client_gui.system.settings import Server
from client_gui.ui.panels import Question
from tests.client_gui.driver import Ui
from tests.support.clients import WAIT_SECONDS, IrcClient, PlainClient
from tests.support.process import ServerProcess, free_port

OpenUi = Callable[..., Ui]
Make = Callable[..., ServerProcess]


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi) -> Ui:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    return ui


def typed(ui: Ui) -> str:
    return ui.app.window.composer.get()


@pytest.mark.parametrize("key", ["<Control-k>", "<Control-o>", "<Control-j>", "<Control-f>"])
def test_the_windows_keys_change_no_text(ui: Ui, key: str) -> None:
    ui.type("typed text that matters", key="<F35>")
    text = ui.app.window.composer.text
    text.mark_set("insert", "1.5")
    ui.key(key)
    assert typed(ui) == "typed text that matters"


def test_alt_up_goes_to_another_room_also_with_nothing_typed(ui: Ui) -> None:
    ui.type("sent before")
    ui.wait_for("Tuan: sent before")
    ui.type("/join #b")
    ui.wait_until(lambda: ui.app.model.current == "#b")
    ui.key("<Alt-Up>")
    assert ui.app.model.current == "#lobby"
    assert typed(ui) == ""


def test_going_to_a_room_by_a_command_leaves_both_drafts(ui: Ui) -> None:
    ui.type("/join #b")
    ui.wait_until(lambda: ui.app.model.current == "#b")
    ui.type("for b", key="<F35>")
    ui.app.navigation.choose("#lobby")
    ui.type("/join #b")
    ui.wait_until(lambda: ui.app.model.current == "#b")
    assert typed(ui) == "for b"
    ui.app.navigation.choose("#lobby")
    assert typed(ui) == ""


def test_tab_after_going_elsewhere_completes_what_is_there(server: ServerProcess, ui: Ui) -> None:
    duy = PlainClient(server.port, "Duy")
    ui.wait_until(lambda: "duy" in ui.app.model.rooms["#lobby"].members)
    ui.type("/join #b")
    ui.wait_until(lambda: ui.app.model.current == "#b")
    ui.type("hello world", key="<F35>")
    ui.app.navigation.choose("#lobby")
    ui.type("Du", key="<Tab>")
    assert typed(ui) == "Duy, "
    ui.app.navigation.choose("#b")
    ui.key("<Tab>")
    assert typed(ui) == "hello world"
    duy.close()


def test_zoom_keeps_what_is_typed_pasted_recalled_and_answered(ui: Ui) -> None:
    ui.type("sent before")
    ui.wait_for("Tuan: sent before")
    ui.app.actions.answer(ui.app.model.rooms["#lobby"].lines[-1])
    ui.type("typed", key="<F35>")
    ui.root.clipboard_clear()
    ui.root.clipboard_append("\n".join("abcdefgh"))
    ui.key("<<Paste>>")
    ui.key("<Control-plus>")
    (question,) = (one for one in ui.root.winfo_children() if isinstance(one, Question))
    question.yes()
    assert typed(ui) == "typed" + "\n".join("abcdefgh")
    assert "Reply to Tuan: sent before" in ui.screen()
    ui.app.window.composer.put("")
    ui.key("<Up>")
    assert typed(ui) == "sent before"


def test_zooming_leaves_no_images_and_fonts_behind(ui: Ui) -> None:
    def count() -> tuple[int, int]:
        call = ui.root.tk.call
        return len(call("image", "names")), len(call("font", "names"))

    ui.key("<Control-0>")
    ui.root.update()
    before = count()
    gc.disable()  # in whatever thread it runs, it has nothing to do for this
    try:
        for _ in range(4):
            ui.key("<Control-0>")
            ui.root.update()
        assert count() == before
    finally:
        gc.enable()


def test_a_message_that_meets_the_end_of_the_connection_is_there_to_be_sent_again(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi
) -> None:
    server = make_server()
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    # the window has not heard of it yet: it believes that it is connected
    server.stop(signal.SIGKILL)
    assert ui.app.actions.send("do not lose me\nnor me")

    def lost() -> list[str]:
        lines = ui.app.model.rooms["#lobby"].lines
        return [one.raw or one.text for one in lines if one.fate is Fate.FAILED]

    # in either order: the connection may have ended before the message is to be sent, or after
    ui.wait_until(lambda: ui.app.model.status.phase is Phase.WAITING and lost())
    assert "\n".join(lost()) == "do not lose me\nnor me"


def test_a_long_message_is_sent_again_whole(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi
) -> None:
    server = make_server()
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    long = "\n".join(["x" * 300] * 20)
    server.process.send_signal(signal.SIGSTOP)
    ui.type(long)
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].lines[-1].fate is Fate.PENDING)
    server.stop(signal.SIGKILL)
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].lines[-2].fate is Fate.FAILED)
    lines = ui.app.model.rooms["#lobby"].lines
    assert "\n".join(one.raw for one in lines if one.fate is Fate.FAILED) == long


def test_drafts_outlive_the_window(server: ServerProcess, open_ui: OpenUi, tmp_path: Path) -> None:
    settings = tmp_path / "client.json"
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("/join #b")
    ui.wait_until(lambda: ui.app.model.current == "#b")
    ui.type("for b", key="<F35>")
    ui.app.navigation.talk("Duy")
    ui.type("for Duy", key="<F35>")
    ui.app.navigation.choose("#lobby")
    ui.type("for all", key="<F35>")
    ui.close()
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    assert typed(ui) == "for all"
    ui.wait_until(lambda: "#b" in ui.app.model.rooms and ui.app.model.rooms["#b"].here)
    ui.app.navigation.choose("#b")
    assert typed(ui) == "for b"
    ui.app.navigation.choose("duy")
    assert typed(ui) == "for Duy"


PROGRAM = """
import sys, tkinter as tk
from pathlib import Path
from client_gui.ui.app import App, Options
root = tk.Tk()
app = App(root, Options("127.0.0.1", int(sys.argv[1]), "Tuan", settings=Path(sys.argv[2])))
def type_it():
    if app.model.rooms["#lobby"].here:
        app.window.composer.text.insert("end", "before the end")
    else:
        root.after(20, type_it)
type_it()
root.mainloop()
"""


def test_drafts_outlive_a_process_that_is_killed(
    server: ServerProcess, display: str, tmp_path: Path
) -> None:
    settings = tmp_path / "client.json"
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(server.port), str(settings)]) as it:
        drafts = tmp_path / "drafts.json"
        try:
            deadline = time.monotonic() + WAIT_SECONDS
            while not (drafts.exists() and "before the end" in drafts.read_text()):
                assert time.monotonic() < deadline
                time.sleep(0.05)  # another process cannot be waited on otherwise
        finally:
            it.kill()
    found = json.loads(drafts.read_text())
    assert found == {f"127.0.0.1:{server.port}": {"#lobby": "before the end"}}


def test_another_server_and_back(
    server: ServerProcess, make_server: Callable[..., ServerProcess], ui: Ui
) -> None:
    other = make_server()
    ui.type("for the first", key="<F35>")
    ui.key("<Control-o>")
    assert ui.app.connection.dialog is not None
    ui.app.connection.dialog.submit()
    ui.wait_until(lambda: ui.app.connection.dialog is None)
    for port in (other.port, server.port):
        ui.app.servers.open(Server("127.0.0.1", port, "Tuan"))
        ui.wait_until(lambda: ui.app.model.rooms["#lobby"].here)
        assert ui.app.model.status.phase is Phase.CONNECTED
        assert typed(ui) == ("" if port == other.port else "for the first")


def test_the_rooms_that_are_named_are_joined_and_no_other(
    server: ServerProcess, open_ui: OpenUi
) -> None:
    """On other networks nobody wants to be in a room called #lobby."""
    ui = open_ui(server.port)
    dialog = ui.app.connection.dialog
    assert dialog is not None
    assert dialog.rooms.get() == "#lobby"
    dialog.rooms.delete(0, "end")
    dialog.rooms.insert(0, "python, #gevent")
    ui.connect("Tuan")
    ui.wait_until(lambda: len([r for r in ui.app.model.rooms.values() if r.here]) == 2)
    assert list(ui.app.model.rooms) == ["#python", "#gevent"]
    assert ui.app.model.current == "#python"
    assert ui.app.settings.servers[0].rooms == ["#python", "#gevent"]


def test_an_answer_of_the_server_that_cannot_be_drawn_costs_that_only(ui: Ui) -> None:
    """An exception is told once, and what comes after is shown."""
    told: list[BaseException] = []
    ui.root.report_callback_exception = lambda kind, error, trace: told.append(error)
    ui.app.take([object()])  # type: ignore[list-item]
    assert len(told) == 1
    ui.type("still here")
    ui.wait_for("Tuan: still here")


def test_reading_further_up_is_not_disturbed(server: ServerProcess, open_ui: OpenUi) -> None:
    duy = IrcClient(server.port, "Duy", "message-tags", "echo-message", join="#lobby")
    ui = open_ui(server.port, nick="Tuan", keep=0)
    ui.wait_for("Tuan has connected to the chat room")
    told = duy.ask(*(f"PRIVMSG #lobby :line {n}" for n in range(80)))
    ids = [m.tags["msgid"] for m in told if m.command == "PRIVMSG"]
    ui.wait_for("Duy: line 79")
    text = ui.app.window.transcript.text
    text.yview_moveto(0.5)
    ui.root.update()
    before = text.index("@0,0")
    duy.ask(f"@+draft/react=x;+draft/reply={ids[75]} TAGMSG #lobby")
    ui.wait_until(lambda: "x 1" in text.get("1.0", "end"))
    assert text.index("@0,0") == before
    duy.ask(*(f"PRIVMSG #lobby :more {n}" for n in range(700)))
    ui.wait_until(lambda: "700 new" in ui.app.window.transcript.jump.cget("text"))
    assert text.index("@0,0") == before
    assert len(ui.lines()) < 600, "nobody reads so much: it is drawn when somebody goes there"
    ui.key("<Escape>")
    assert ui.lines()[-1] == "Duy: more 699"


def test_links_that_follow_each_other_are_two(ui: Ui) -> None:
    ui.type("https://good.example/a")
    ui.type("https://other.example/b")
    text = ui.app.window.transcript.text

    def links() -> list[str]:
        ranges = text.tag_ranges("link")
        return [text.get(ranges[at], ranges[at + 1]) for at in range(0, len(ranges), 2)]

    ui.wait_until(lambda: links() == ["https://good.example/a", "https://other.example/b"])


def test_what_was_sent_is_no_draft_however_soon_the_window_is_closed(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path / "data"))
    settings = tmp_path / "client.json"
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.wait_for("Tuan has connected to the chat room")
    text = "\n".join(f"line {number}" for number in range(40))
    ui.root.clipboard_clear()
    ui.root.clipboard_append(text)
    ui.key("<<Paste>>")
    (question,) = (one for one in ui.root.winfo_children() if isinstance(one, Question))
    assert "40 lines" in ui.screen()
    question.yes()
    ui.key("<Return>")
    ui.close()
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].here)
    assert typed(ui) == ""
    said = [
        one.text for one in ui.app.model.rooms["#lobby"].lines if one.nick == "Tuan" and one.own
    ]
    assert "\n".join(said).count("line ") == 40
    assert all(one.fate is Fate.SENT for one in ui.app.model.rooms["#lobby"].lines)


def test_what_the_server_did_get_is_not_to_be_sent_again(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    """What was not confirmed is there with the next start, to be sent; what arrived is not."""
    server = make_server("--data", str(tmp_path / "data"))
    settings = tmp_path / "client.json"
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("arrived")
    ui.wait_for("Tuan: arrived")
    ui.close()
    kept = {"unconfirmed": {f"127.0.0.1:{server.port}": {"#lobby": ["arrived", "did not"]}}}
    settings.with_name("drafts.json").write_text(json.dumps(kept))
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].here)
    lines = ui.app.model.rooms["#lobby"].lines
    assert [one.text for one in lines if one.fate is Fate.FAILED] == ["did not"]
    assert [one.text for one in lines].count("arrived") == 1
    assert typed(ui) == ""


def test_closing_a_conversation_says_nothing_to_the_server(ui: Ui, server: ServerProcess) -> None:
    duy = IrcClient(server.port, "Duy", join="#lobby")
    duy.ask("PRIVMSG Tuan :psst")
    ui.wait_until(lambda: "duy" in ui.app.model.rooms)
    ui.app.navigation.choose("duy")
    ui.type("/part")
    assert "duy" not in ui.app.model.rooms
    ui.type("still here")
    ui.wait_for("Tuan: still here")
    assert not [one for one in ui.lines() if "No such" in one]


@pytest.mark.parametrize("last", ["#dev", "Duy"])
def test_what_was_shown_last_is_shown_again(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path, last: str
) -> None:
    settings = tmp_path / "client.json"
    with IrcClient(server.port, "Duy"):
        ui = open_ui(server.port, nick="Tuan", settings=settings)
        ui.wait_for("Tuan has connected to the chat room")
        ui.type("/join #other")
        ui.type("/join #dev")
        ui.wait_until(lambda: {"#dev", "#other"} <= ui.app.model.rooms.keys())
        ui.type("/query Duy hello")
        ui.wait_for("Tuan: hello")
        ui.app.navigation.choose(ui.app.model.fold(last))
        ui.close()
        ui = open_ui(server.port, nick="Tuan", settings=settings)
        ui.wait_until(lambda: ui.app.model.current == ui.app.model.fold(last))
        ui.app.navigation.choose(ui.app.model.lobby)
        ui.wait_until(lambda: ui.app.model.rooms["#other"].here)
        assert ui.app.model.current == "#lobby", "once"


def test_who_types_after_the_start_is_not_taken_away(
    make_server: Make, open_ui: OpenUi, tmp_path: Path
) -> None:
    server = make_server("--port", str(free_port()))
    settings = tmp_path / "client.json"
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("/join #dev")
    ui.wait_until(lambda: ui.app.model.current == "#dev")
    ui.close()
    server.stop()
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.app.window.composer.put("I am typ")
    server.start()
    ui.app.connection.retry()
    ui.wait_until(lambda: "#dev" in ui.app.model.rooms and ui.app.model.rooms["#dev"].here)
    assert ui.app.model.current == "#lobby"


def test_the_room_of_the_command_line_comes_before_the_saved_ones(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path
) -> None:
    settings = tmp_path / "client.json"
    ui = open_ui(server.port, nick="Tuan", settings=settings)
    ui.wait_for("Tuan has connected to the chat room")
    ui.close()
    ui = open_ui(server.port, nick="Tuan", settings=settings, lobby="#dev")
    ui.wait_until(
        lambda: {"#dev", "#lobby"} <= {k for k, r in ui.app.model.rooms.items() if r.here}
    )
    assert ui.app.model.current == "#dev"
