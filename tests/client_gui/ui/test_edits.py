"""What somebody has begun belongs to the room where it was begun; and what is typed goes where one
expects it.
"""

from __future__ import annotations

import subprocess
import tkinter as tk
from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.core.events import Joined, Kind, Said
from client_gui.model.model import Model
from client_gui.system.settings import Server
from client_gui.ui.account import Form
from client_gui.ui.panels import Chooser, Panel, Question
from client_gui.ui.preferences import Preferences
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]
CONTROL = 4


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi) -> Ui:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("/join #dev")
    ui.wait_until(lambda: ui.app.model.current == "#dev")
    ui.wait_until(lambda: ui.app.model.rooms["#dev"].members)
    return ui


def focus(ui: Ui) -> str:
    return str(ui.root.tk.call("focus"))


def typed(ui: Ui) -> str:
    return ui.app.window.composer.get()


def begin_topic(ui: Ui, text: str) -> tk.Entry:
    header = ui.app.window.header
    header.edit()
    header.entry.delete(0, "end")
    header.entry.insert(0, text)
    ui.root.update()
    header.entry.focus_force()
    return header.entry


def test_a_topic_that_is_begun_is_its_rooms(ui: Ui) -> None:
    begin_topic(ui, "for dev")
    ui.app.navigation.choose("#lobby")
    ui.root.update()
    entry = ui.app.window.header.entry
    assert not entry.winfo_ismapped()
    assert focus(ui) == str(ui.app.window.composer.text)
    entry.event_generate("<Return>")
    ui.app.navigation.choose("#dev")
    ui.root.update()
    assert entry.winfo_ismapped()
    assert entry.get() == "for dev"
    entry.focus_force()
    entry.event_generate("<Return>")
    ui.wait_until(lambda: ui.app.model.rooms["#dev"].topic == "for dev")
    assert ui.app.model.rooms["#lobby"].topic == ""
    assert focus(ui) == str(ui.app.window.composer.text)


def test_a_topic_that_is_begun_survives_zoom(ui: Ui) -> None:
    begin_topic(ui, "for dev")
    ui.key("<Control-plus>")
    ui.root.update()
    assert ui.app.window.header.entry.get() == "for dev"
    assert ui.app.window.header.entry.winfo_ismapped()


@pytest.mark.parametrize("key", ["<Return>", "<Escape>"])
def test_after_a_topic_the_keyboard_is_in_the_composer(ui: Ui, key: str) -> None:
    begin_topic(ui, "x").event_generate(key)
    assert focus(ui) == str(ui.app.window.composer.text)


def test_a_paste_that_is_asked_about_goes_to_its_room_or_nowhere(ui: Ui) -> None:
    ui.app.actions.many_lines(9, "for dev")
    ui.app.navigation.choose("#lobby")
    ui.press("Paste")
    assert ui.app.model.current == "#dev"
    assert typed(ui) == "for dev"
    ui.app.window.composer.put("")
    ui.app.actions.many_lines(9, "for dev")
    ui.app.actions.leave("#dev")
    ui.press("Paste")
    assert ui.app.model.current == "#lobby"
    assert typed(ui) == ""


def test_a_menu_is_about_the_room_in_which_it_was_opened(
    ui: Ui, server: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tk.Menu, "tk_popup", lambda self, x, y: None)
    duy = IrcClient(server.port, "Duy", "message-tags", "echo-message", join="#dev")
    duy.ask("PRIVMSG #dev :hello", "JOIN #lobby")
    ui.wait_for("Duy: hello")
    line = ui.app.model.rooms["#dev"].lines[-1]

    def choose(label: str) -> None:
        menu = ui.app.menus._open
        assert menu is not None
        menu.invoke(label)

    ui.app.menus.line(0, 0, line)
    ui.app.navigation.choose("#lobby")
    choose("Reply")
    assert ui.app.model.current == "#dev"
    assert ui.app.actions.answering is line
    ui.app.menus.person(0, 0, "Duy")
    ui.app.navigation.choose("#lobby")
    choose("Kick")
    kick = duy.until_that(lambda m: m.command == "KICK")[-1]
    assert kick.params[0] == "#dev"


def test_what_is_begun_at_one_server_is_for_that_one(
    ui: Ui, make_server: Callable[..., ServerProcess]
) -> None:
    """Also when another server is shown by the time that it is answered."""
    here = ui.app.model
    ui.type("mine")
    ui.wait_until(lambda: here.rooms["#dev"].lines[-1].msgid)
    msgid = here.rooms["#dev"].lines[-1].msgid
    ui.app.actions.delete(here.rooms["#dev"].lines[-1])
    ui.app.actions.accounts.register()
    ui.app.actions.many_lines(9, "pasted")
    other = make_server()
    ui.app.servers.open(Server("127.0.0.1", other.port, "Tuan"))
    ui.wait_until(lambda: ui.app.connection.ready)
    there = ui.app.model
    assert there is not here
    panels = {type(one): one for one in ui.root.winfo_children() if isinstance(one, Panel)}
    deletion, paste = (one for one in ui.root.winfo_children() if isinstance(one, Question))
    form = panels[Form]
    assert isinstance(form, Form)
    for key in ("new", "again"):
        form.fields[key].insert(0, "sesame42")
    form.submit()
    ui.wait_until(lambda: here.account)
    assert not there.account
    assert ui.app.model is there
    paste.yes()
    assert ui.app.model is here
    assert (here.current, typed(ui)) == ("#dev", "pasted")
    ui.app.show_server(there)
    assert typed(ui) == ""
    deletion.yes()
    ui.wait_until(lambda: here.rooms["#dev"].find(msgid) is None or gone(here, msgid))


def gone(model: Model, msgid: str) -> bool:
    line = model.rooms["#dev"].find(msgid)
    return line is not None and line.redacted


def test_settings_that_change_while_they_are_looked_at_stay(ui: Ui) -> None:
    ui.key("<Control-comma>")
    ui.app._toggle_members()
    ui.app.navigation.mute("#dev")
    (preferences,) = (one for one in ui.root.winfo_children() if isinstance(one, Preferences))
    preferences.colours.set("Dark")
    preferences.save()
    settings = ui.app.settings
    assert (settings.theme, settings.members) == ("dark", False)
    assert settings.muted == [f"{ui.app.connection.server.name} #dev"]


# -- what is typed goes to the composer


def elsewhere(ui: Ui) -> list[tk.Misc]:
    window = ui.app.window
    return [window.transcript.text, window.sidebar.list, window.members.text, ui.root]


@pytest.mark.parametrize("at", range(4))
def test_typing_anywhere_goes_to_the_composer(ui: Ui, at: int) -> None:
    ui.root.update()
    widget = elsewhere(ui)[at]
    widget.focus_force()
    widget.event_generate("<Key-h>")
    assert typed(ui) == "h"
    assert focus(ui) == str(ui.app.window.composer.text)
    ui.root.clipboard_clear()
    ui.root.clipboard_append("ello")
    widget.focus_force()
    widget.event_generate("<<Paste>>")
    assert typed(ui) == "hello"


def test_what_is_typed_into_a_field_stays_there(ui: Ui) -> None:
    ui.key("<Control-f>")
    entry = ui.app.window.findbar.entry
    ui.root.update()
    entry.focus_force()
    entry.event_generate("<Key-h>")
    assert (entry.get(), typed(ui)) == ("h", "")
    topic = begin_topic(ui, "")
    topic.event_generate("<Key-t>")
    assert (topic.get(), typed(ui)) == ("t", "")


def test_keys_of_no_letter_and_with_control_are_left_alone(ui: Ui) -> None:
    ui.root.update()
    text = ui.app.window.transcript.text
    text.focus_force()
    for key in ("<Control-Key-t>", "<Key-F5>", "<Key-Left>", "<Key-Shift_L>"):
        text.event_generate(key)
    assert typed(ui) == ""
    assert focus(ui) == str(text)


@pytest.fixture
def russian(display: str, need: Callable[[str], str]) -> None:
    """The keyboard of the screen has a Russian layout beside its Latin one."""
    subprocess.run([need("setxkbmap"), "us,ru"], check=True)


def panels(ui: Ui) -> list[Panel]:
    return [one for one in ui.root.winfo_children() if isinstance(one, Chooser)]


@pytest.mark.parametrize("key", ["<Control-k>", "<Control-K>", "<Control-Cyrillic_el>"])
def test_shortcuts_work_with_caps_lock_and_any_layout(ui: Ui, russian: None, key: str) -> None:
    ui.key(key)
    assert len(panels(ui)) == 1


@pytest.mark.parametrize("key", ["<Control-v>", "<Control-V>", "<Control-Cyrillic_em>"])
def test_pasting_works_with_caps_lock_and_any_layout(ui: Ui, russian: None, key: str) -> None:
    ui.root.clipboard_clear()
    ui.root.clipboard_append("pasted")
    ui.key(key)
    assert typed(ui) == "pasted"
    ui.key("<Control-f>")
    entry = ui.app.window.findbar.entry
    ui.root.update()
    entry.focus_force()
    entry.event_generate(key)
    assert entry.get() == "pasted"


def fields(ui: Ui) -> list[tuple[tk.Text | tk.Entry, Callable[[], str]]]:
    """The composer, and a field of a dialog."""
    ui.key("<Control-o>")
    dialog = ui.app.connection.dialog
    assert dialog is not None
    return [(ui.app.window.composer.text, lambda: typed(ui)), (dialog.rooms, dialog.rooms.get)]


def test_the_usual_keys_in_the_composer_and_in_dialogs(ui: Ui) -> None:
    for field, get in fields(ui):
        ui.root.update()
        field.focus_force()
        field.delete("1.0" if isinstance(field, tk.Text) else 0, "end")
        field.insert("end", "one two three")
        field.event_generate("<Control-BackSpace>")
        assert get() == "one two "
        field.event_generate("<Home>")
        field.event_generate("<Control-Delete>")
        assert get() == " two "
        field.event_generate("<Control-a>")
        field.event_generate("<<Copy>>")
        assert ui.root.clipboard_get() == " two "
        ui.root.clipboard_clear()
        ui.root.clipboard_append("new")
        field.event_generate("<Shift-Insert>")
        assert get() == "new", "in the place of what was selected"


def test_undo_and_redo(ui: Ui) -> None:
    ui.type("words", key="<Control-z>")
    text = ui.app.window.composer.text
    assert typed(ui) == ""
    text.event_generate("<Control-y>")
    assert typed(ui) == "words"


# -- what is selected, and how tall the composer is


def say(ui: Ui, *texts: str) -> None:
    ui.app.take([Said("#dev", "Duy", text, Kind.MESSAGE, own=False) for text in texts])
    ui.root.update()


def selected(ui: Ui) -> str:
    return str(ui.app.window.transcript.text.get("sel.first", "sel.last"))


def select(ui: Ui, word: str) -> None:
    text = ui.app.window.transcript.text
    at = text.search(word, "1.0")
    text.tag_add("sel", at, f"{at}+{len(word)}c")


@pytest.mark.parametrize("layout", ["comfortable", "compact"])
def test_a_selection_survives_messages_and_trimming(ui: Ui, layout: str) -> None:
    ui.app.settings.layout = layout
    ui.app.apply_settings()
    say(ui, *(f"message {number}" for number in range(10)))
    text = ui.app.window.transcript.text
    select(ui, "message 0")
    for number in range(10, 30):
        say(ui, f"message {number}")
    assert selected(ui) == "message 0"
    say(ui, *(f"many {number}" for number in range(50)))
    assert selected(ui) == "message 0"
    text.tag_remove("sel", "1.0", "end")
    say(ui, "one more")
    assert len(ui.lines()) == 11, "it is trimmed once nothing is selected"


def test_a_selection_survives_older_lines_reactions_and_runs(ui: Ui) -> None:
    say(ui, *(f"message {number}" for number in range(20)))
    select(ui, "message 15")
    ui.app.window.transcript.show_more()
    assert selected(ui) == "message 15"
    line = ui.app.model.rooms["#dev"].lines[-8]
    ui.app.window.transcript.change(line.number, line)
    assert selected(ui) == "message 15"
    ui.app.take([Joined("#dev", f"Lan{n}", own=False) for n in range(3)])
    assert selected(ui) == "message 15"


@pytest.mark.parametrize("how", ["zoom", "theme", "draft"])
def test_the_composer_is_as_tall_as_its_text(ui: Ui, how: str) -> None:
    ui.root.update()
    composer = ui.app.window.composer
    composer.put("one\ntwo\nthree")
    ui.wait_until(lambda: int(composer.text.cget("height")) == 3)
    if how == "zoom":
        ui.key("<Control-minus>")
    elif how == "theme":
        ui.app.settings.theme, ui.app._dark = "dark", None
        ui.app.apply_settings()
    else:
        ui.app.navigation.choose("#lobby")
        ui.wait_until(lambda: int(ui.app.window.composer.text.cget("height")) == 1)
        ui.app.navigation.choose("#dev")
    ui.wait_until(lambda: int(ui.app.window.composer.text.cget("height")) == 3)
    ui.app.window.composer.put("word " * 60)
    ui.wait_until(lambda: int(ui.app.window.composer.text.cget("height")) > 1)


def test_keys_and_the_cursors_place_outlive_a_change_of_size(ui: Ui) -> None:
    ui.type("oneree", key="<F35>")
    ui.app.window.composer.text.mark_set("insert", "1.3")
    ui.app._zoom(0.1)
    ui.root.event_generate("<Key-t>")
    ui.root.event_generate("<Key-h>")
    assert typed(ui) == "onethree"


def test_drafts_of_several_lines_are_tall_from_the_start(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path
) -> None:
    settings = tmp_path / "client.json"
    drafts = f'{{"127.0.0.1:{server.port}": {{"#lobby": "1\\n2\\n3\\n4"}}}}'
    settings.with_name("drafts.json").write_text(drafts)
    ui = open_ui(server.port, nick="Lan", settings=settings)
    ui.wait_until(lambda: int(ui.app.window.composer.text.cget("height")) == 4)
