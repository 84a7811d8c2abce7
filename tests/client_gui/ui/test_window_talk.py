"""What people do in the window, beyond writing: for real, under Xvfb."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.model.lines import Fate
from client_gui.model.model import Phase
from client_gui.system.settings import load
from client_gui.ui.emoji_pictures import read
from client_gui.ui.panels import Chooser, Panel, Question, Words
from client_gui.ui.preferences import Preferences
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]
CAPS = ("message-tags", "echo-message", "draft/message-redaction", "away-notify")


@pytest.fixture
def duy(server: ServerProcess) -> IrcClient:
    return IrcClient(server.port, "Duy", *CAPS, join="#lobby")


@pytest.fixture
def ui(server: ServerProcess, duy: IrcClient, open_ui: OpenUi) -> Ui:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    duy.until_that(lambda m: m.command == "JOIN")
    return ui


def content(ui: Ui) -> str:
    return read(ui.app.window.transcript.text, "1.0", "end-1c")


def said(duy: IrcClient, line: str) -> str:
    """The id of what Duy has said."""
    duy.send(line)
    got = duy.until_that(lambda m: m.command == "PRIVMSG" and m.nick == "Duy")
    return got[-1].tags["msgid"]


def panels(ui: Ui, kind: type[Panel]) -> list[Panel]:
    return [one for one in ui.root.winfo_children() if isinstance(one, kind)]


def panel(ui: Ui, kind: type[Panel]) -> Panel:
    found = panels(ui, kind)
    assert found, "no such window"
    return found[-1]


def test_answers_reactions_and_deletions(ui: Ui, duy: IrcClient) -> None:
    msgid = said(duy, "PRIVMSG #lobby :who comes along?")
    ui.wait_for("Duy: who comes along?")
    line = ui.app.model.rooms["#lobby"].lines[-1]
    ui.app.actions.answer(line)
    assert "Reply to Duy: who comes along?" in ui.screen()
    ui.type("I do")
    ui.wait_for("Tuan: I do")
    assert "↪ Duy: who comes along?" in content(ui)
    assert "Reply to" not in ui.screen()
    answer = duy.until_that(lambda m: m.command == "PRIVMSG" and m.nick == "Tuan")[-1]
    assert answer.tags["+draft/reply"] == msgid
    ui.app.actions.react(line, "👍")
    assert duy.until_that(lambda m: m.command == "TAGMSG")[-1].tags["+draft/react"] == "👍"
    ui.wait_until(lambda: " 1 " in content(ui))
    duy.send(f"@+draft/react=👍;+draft/reply={msgid} TAGMSG #lobby")
    ui.wait_until(lambda: " 2 " in content(ui))
    ui.app.actions.react(line, "👍")
    ui.wait_until(lambda: " 1 " in content(ui))
    duy.send(f"REDACT #lobby {msgid} :oops")
    ui.wait_until(lambda: "(deleted)" in content(ui))
    assert "who comes along" not in content(ui)
    own = ui.app.model.rooms["#lobby"].lines[-1]
    ui.app.actions.delete(own)
    ui.press("Delete")
    ui.wait_until(lambda: content(ui).count("(deleted)") == 2)


def test_who_writes_is_told_both_ways(ui: Ui, duy: IrcClient) -> None:
    duy.send("@+typing=active TAGMSG #lobby")
    ui.wait_until(lambda: "Duy is typing …" in ui.screen())
    duy.send("@+typing=done TAGMSG #lobby")
    ui.wait_until(lambda: "is typing" not in ui.screen())
    ui.type("slow", key="<Key>")
    got = duy.until_that(lambda m: m.command == "TAGMSG")[-1]
    assert got.tags["+typing"] == "active"
    ui.app.window.composer.put("")
    assert duy.until_that(lambda m: m.command == "TAGMSG")[-1].tags["+typing"] == "done"


def test_what_is_refused_can_be_sent_again(ui: Ui, duy: IrcClient) -> None:
    duy.ask("JOIN #moderated", "MODE #moderated +m")
    ui.type("/join #moderated")
    ui.wait_until(lambda: ui.app.model.current == "#moderated")
    ui.type("let me speak")
    room = ui.app.model.rooms["#moderated"]
    ui.wait_until(lambda: room.lines[-1].fate is Fate.FAILED)
    assert "#moderated: You cannot send to this room · send again" in content(ui)
    duy.ask("MODE #moderated -m")
    text = ui.app.window.transcript.text
    ui.click(text, f"{text.tag_ranges('again')[0]} +3c")
    ui.wait_for("Tuan: let me speak")
    ui.wait_until(lambda: room.lines[-1].fate is Fate.SENT)
    assert "send again" not in content(ui)


def test_drafts_wait_in_their_rooms(ui: Ui, duy: IrcClient) -> None:
    ui.app.window.composer.put("half a thought")
    duy.ask("PRIVMSG Tuan :psst")
    ui.wait_until(lambda: "duy" in ui.app.model.rooms)
    ui.key("<Alt-Down>")
    ui.wait_until(lambda: ui.app.model.current == "duy")
    assert ui.app.window.composer.get() == ""
    ui.app.navigation.choose("#lobby")
    assert ui.app.window.composer.get() == "half a thought"


def test_new_and_jump(ui: Ui, duy: IrcClient) -> None:
    ui.app.navigation.talk("Nobody")
    duy.ask("PRIVMSG #lobby :while you were away")
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].unread == 1)
    ui.app.navigation.choose("#lobby")
    assert "NEW MESSAGES" in content(ui)
    duy.ask(*(f"PRIVMSG #lobby :line {number}" for number in range(60)))
    ui.wait_for("Duy: line 59")
    ui.app.settings.lines = 100
    ui.app.apply_settings()
    ui.root.update()
    transcript = ui.app.window.transcript
    transcript.text.yview_moveto(0)
    ui.root.update()
    duy.ask("PRIVMSG #lobby :one more")
    ui.wait_until(lambda: transcript.jump.cget("text") == "↓ 1 new")
    assert transcript.text.yview()[0] == 0, "what is read does not move"
    ui.root.update()
    transcript.jump.event_generate("<Button-1>")
    ui.wait_until(lambda: transcript.at_end and not transcript.jump.winfo_ismapped())


def test_notifications_and_muting(ui: Ui, duy: IrcClient) -> None:
    ui.app.navigation.talk("Nobody")
    duy.ask("PRIVMSG #lobby :nothing for you", "PRIVMSG #lobby :Tuan: lunch?")
    ui.wait_until(lambda: ui.told)
    assert ui.told == [("Duy · #lobby", "Tuan: lunch?")]
    ui.app.navigation.mute("#lobby")
    duy.ask("PRIVMSG #lobby :Tuan: now?", "PRIVMSG Tuan :hello?")
    ui.wait_until(lambda: len(ui.told) == 2)
    assert ui.told[1] == ("Duy", "hello?")


def test_rooms_are_found_and_joined_and_left(ui: Ui, duy: IrcClient) -> None:
    duy.ask("JOIN #music", "TOPIC #music :what we hear")
    ui.key("<Control-j>")
    chooser = panel(ui, Chooser)
    assert isinstance(chooser, Chooser)
    ui.wait_until(lambda: any("what we hear" in about for _, about in chooser.rows()))
    chooser.typed.insert(0, "hear")
    chooser._narrow()
    chooser.done()
    ui.wait_until(lambda: ui.app.model.current == "#music")
    ui.key("<Control-j>")
    another = panel(ui, Chooser)
    assert isinstance(another, Chooser)
    another.typed.insert(0, "#mus")
    another._narrow()
    assert another.rows()[-1] == ("#mus", "is new")
    another.done()
    ui.wait_until(lambda: ui.app.model.current == "#mus")
    ui.app.actions.leave("#mus")
    ui.key("<Control-k>")
    switcher = panel(ui, Chooser)
    assert isinstance(switcher, Chooser)
    switcher.typed.insert(0, "lob")
    switcher._narrow()
    switcher.done()
    assert ui.app.model.current == "#lobby"
    assert load(ui.app._path).servers[0].rooms == ["#lobby", "#music"]
    ui.app.actions.leave("#music")
    assert duy.until_that(lambda m: m.command == "PART")[-1].nick == "Tuan"
    assert "#music" not in ui.app.model.rooms


def test_settings_are_seen_at_once_and_kept(ui: Ui, duy: IrcClient) -> None:
    duy.ask("PRIVMSG #lobby :hello")
    ui.wait_for("Duy: hello")
    assert "Duy: hello" not in content(ui), "comfortable: the name has a row of its own"
    ui.key("<Control-comma>")
    preferences = panel(ui, Preferences)
    assert isinstance(preferences, Preferences)
    preferences.layout.set("Compact")
    preferences.colours.set("Dark")
    preferences.lines.set("All")
    preferences.notify.on = False
    ui.app.window.composer.put("still here")
    preferences.save()
    assert "\tDuy: hello" in content(ui)
    assert ui.app.window.composer.get() == "still here"
    background = str(ui.app.window.transcript.text.cget("background"))
    assert background == "#1e1f24"
    kept = load(ui.app._path)
    assert (kept.layout, kept.theme, kept.lines, kept.notify) == ("compact", "dark", 0, False)
    size = ui.app.theme.body.metrics("linespace")
    ui.key("<Control-plus>")
    assert ui.app.theme.body.metrics("linespace") > size
    ui.key("<Control-Key-0>")
    assert ui.app.theme.body.metrics("linespace") == size
    assert ui.lines()[-1] == "Duy: hello"


@pytest.mark.parametrize("layout", ["comfortable", "compact"])
def test_what_is_copied_reads_the_same(
    server: ServerProcess, duy: IrcClient, open_ui: OpenUi, layout: str
) -> None:
    ui = open_ui(server.port, nick="Tuan", layout=layout)
    ui.wait_for("Tuan has connected to the chat room")
    duy.ask("PRIVMSG #lobby :one", "PRIVMSG #lobby :two", "PRIVMSG #lobby :\x01ACTION waves\x01")
    ui.wait_for("Duy: one", "Duy: two", "* Duy waves")
    text = ui.app.window.transcript.text
    text.tag_add("sel", "1.0", "end")
    text.event_generate("<<Copy>>")
    assert ui.root.clipboard_get().splitlines()[-3:] == ["Duy: one", "Duy: two", "* Duy waves"]
    text.tag_remove("sel", "1.0", "end")
    place = text.search("two", "1.0")
    text.tag_add("sel", place, f"{place}+3c")
    text.event_generate("<<Copy>>")
    assert ui.root.clipboard_get() == "two"


def test_finding(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path))
    duy = IrcClient(server.port, "Duy", *CAPS, join="#lobby")
    duy.ask("PRIVMSG #lobby :the needle", *(f"PRIVMSG #lobby :hay {n}" for n in range(30)))
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_until(lambda: "Duy: hay 29" in ui.lines())
    text, bar = ui.app.window.transcript.text, ui.app.window.findbar
    assert "Duy: the needle" not in ui.lines(), "it is loaded, and not drawn"
    ui.type("/search needle")
    ui.wait_until(lambda: bar.count.cget("text") == "1 of 1")
    assert "Duy: the needle" in ui.lines()
    assert text.get(*text.tag_ranges("found")) == "needle"
    bar.entry.delete(0, "end")
    ui.root.update()
    bar.entry.focus_force()
    bar.entry.insert(0, "HAY 2")
    bar.entry.event_generate("<KeyRelease>", keysym="2")
    ui.wait_until(lambda: bar.count.cget("text") == "1 of 11")
    bar.entry.event_generate("<Return>")
    assert bar.count.cget("text") == "2 of 11"
    assert "hay 28" in text.get("found.first linestart", "found.last lineend")
    bar.entry.event_generate("<Shift-Return>")
    bar.entry.event_generate("<Down>")
    assert bar.count.cget("text") == "11 of 11"
    bar.entry.event_generate("<Escape>")
    assert not bar.winfo_ismapped()
    assert not text.tag_ranges("found")
    ui.key("<F3>")
    assert not text.tag_ranges("found"), "there is nothing to go on with"


def test_finding_on_the_server(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi, tmp_path: Path
) -> None:
    server = make_server("--data", str(tmp_path))
    duy = IrcClient(server.port, "Duy", *CAPS, join="#lobby")
    duy.ask("PRIVMSG #lobby :the needle", *(f"PRIVMSG #lobby :hay {n}" for n in range(90)))
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_until(lambda: "Duy: hay 89" in ui.lines())
    ui.key("<Control-f>")
    bar = ui.app.window.findbar
    bar.entry.insert(0, "needle")
    ui.press("On the server")
    ui.wait_until(lambda: panels(ui, Chooser))
    (found,) = panels(ui, Chooser)
    assert isinstance(found, Chooser)
    (row,) = found.rows()
    assert row[1] == "Duy: the needle"
    found.done()
    ui.wait_until(lambda: panels(ui, Words))
    assert "the needle" in ui.screen(), "it is not loaded, and shown by itself"


def test_tab_and_up(ui: Ui, duy: IrcClient) -> None:
    ui.type("hi Du", key="<Tab>")
    assert ui.app.window.composer.get() == "hi Duy "
    composer = ui.app.window.composer
    composer.text.event_generate("<Return>")
    ui.wait_for("Tuan: hi Duy")
    composer.text.event_generate("<Up>")
    assert composer.get() == "hi Duy "
    composer.text.event_generate("<Down>")
    assert composer.get() == ""
    composer.put("mine")
    composer.text.event_generate("<Up>")
    assert composer.get() == "mine", "what was not sent is not lost"


def test_pasting_many_lines_is_asked(ui: Ui) -> None:
    composer = ui.app.window.composer
    ui.root.clipboard_clear()
    ui.root.clipboard_append("\n".join(map(str, range(9))))
    for button, typed in (("Cancel", ""), ("Paste", "\n".join(map(str, range(9))))):
        ui.key("<<Paste>>")
        ui.key("<<Paste>>")
        assert len(panels(ui, Question)) == 1, "one window asks at a time"
        assert "Put all of them" in ui.screen()
        ui.press(button)
        assert composer.get() == typed


def test_being_away_and_the_topic(ui: Ui, duy: IrcClient) -> None:
    duy.ask("AWAY :lunch")
    ui.wait_until(lambda: "duy" in ui.app.model.away)
    ui.type("/away out")
    ui.wait_until(lambda: "Tuan (away)" in ui.screen())
    ui.type("/away")
    ui.wait_until(lambda: "(away)" not in ui.screen())
    header = ui.app.window.header
    header.edit()
    header.entry.insert(0, "what it is about")
    header.entry.event_generate("<FocusOut>")
    assert header.entry.get() == "what it is about", "it waits until it is sent, or given up"
    ui.root.update()
    header.entry.event_generate("<Return>")
    ui.wait_until(lambda: "Tuan changed the topic to: what it is about" in ui.lines()[-1])


def test_links_are_followed(ui: Ui, duy: IrcClient, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    duy.ask("PRIVMSG #lobby :see https://gchat.example/x, please")
    ui.wait_until(lambda: "please" in ui.lines()[-1])
    text = ui.app.window.transcript.text
    ui.click(text, f"{text.tag_ranges('link')[0]} +4c")
    assert opened == ["https://gchat.example/x"]


def test_twenty_thousand_messages_are_opened_without_drawing_them(ui: Ui) -> None:
    """However many there are, what is drawn is bounded."""
    from client_gui.core.events import Kind, Said  # noqa: PLC0415

    for number in range(20_000):
        ui.app.model.apply(Said("#big", "Duy", f"text {number}", Kind.MESSAGE, own=False))
    ui.app.settings.lines = 0
    ui.app.apply_settings()
    ui.app.navigation.choose("#big")
    assert len(ui.app.window.transcript._units) == 200
    assert ui.lines()[0] == "↑ 19800 earlier messages"
    assert ui.app.model.status.phase is Phase.CONNECTED


def test_every_key_is_listed(ui: Ui) -> None:
    ui.key("<F1>")
    window = panel(ui, Panel)
    assert isinstance(window, tk.Toplevel)
    assert "go to a room or person" in ui.screen()
