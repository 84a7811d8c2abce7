"""What stands in the window beside the words: bars, pills, menus, questions."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

import pytest

from client_gui.core.events import Kind, Members, Said, Untrusted
from client_gui.ui.connection import in_groups
from client_gui.ui.emoji_pictures import can_draw, name_of
from client_gui.ui.panels import NO_CHOICE, Choice, Chooser, Question
from client_gui.ui.preferences import Preferences
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


def over(ui: Ui, words: str) -> None:
    """The mouse goes over these words."""
    text = ui.app.window.transcript.text
    ui.root.update()
    at = text.search(words, "1.0")
    box = text.bbox(at)
    assert box is not None
    text.event_generate("<Motion>", x=box[0] + 2, y=box[1] + 2)
    ui.root.update_idletasks()


def test_a_bar_on_the_message_under_the_mouse(ui: Ui, duy: IrcClient) -> None:
    duy.ask("PRIVMSG #lobby :hello")
    ui.wait_for("Duy: hello")
    bar = ui.app.window.transcript.bar
    over(ui, "hello")
    line = ui.app.model.rooms["#lobby"].lines[-1]
    assert bar.line is line
    assert bar.time.cget("text"), "its time, also in a long run of one author"
    bar.buttons["👍"].event_generate("<Button-1>")
    assert duy.until_that(lambda m: m.command == "TAGMSG")[-1].tags["+draft/react"] == "👍"
    over(ui, "hello")
    bar.buttons["reply"].event_generate("<Button-1>")
    assert ui.app.actions.answering is line
    over(ui, "Today")
    assert bar.line is None


def test_reactions_are_pills(ui: Ui, duy: IrcClient) -> None:
    if not can_draw():
        pytest.skip("there is no font with colour emoji")
    told = duy.ask("PRIVMSG #lobby :hello")
    msgid = next(m.tags["msgid"] for m in told if m.command == "PRIVMSG")
    duy.ask(f"@+draft/react=👍;+draft/reply={msgid} TAGMSG #lobby")
    text = ui.app.window.transcript.text
    ui.wait_until(lambda: name_of(" 👍 1 ") in text.image_names())
    place = text.index(name_of(" 👍 1 "))
    ui.click(text, place)
    ui.wait_until(lambda: name_of(" 👍 2 ") in text.image_names())


def test_a_quote_leads_to_what_it_quotes(ui: Ui) -> None:
    first = Said("#lobby", "Duy", "the first", Kind.MESSAGE, own=False, msgid="m1")
    more = [
        Said("#lobby", "Duy", f"more {n}", Kind.MESSAGE, own=False, msgid=f"n{n}")
        for n in range(40)
    ]
    answer = Said("#lobby", "Lan", "yes", Kind.MESSAGE, own=False, msgid="m2", reply_to="m1")
    ui.app.take([first, *more, answer])
    ui.root.update()
    assert "Duy: the first" not in ui.lines()
    text = ui.app.window.transcript.text
    ui.click(text, f"{text.tag_ranges('quote')[0]} +3c")
    assert "Duy: the first" in ui.lines()
    picked = text.tag_ranges("picked")
    assert "the first" in text.get(*picked)


def test_the_way_to_the_end_is_shown_without_anything_new(ui: Ui) -> None:
    ui.app.settings.lines = 100
    ui.app.apply_settings()
    ui.look()
    ui.app.take([Said("#lobby", "Duy", f"more {n}", Kind.MESSAGE, own=False) for n in range(60)])
    transcript = ui.app.window.transcript
    ui.wait_until(lambda: not transcript.jump.winfo_ismapped())
    transcript.text.yview_moveto(0)
    ui.wait_until(transcript.jump.winfo_ismapped)
    assert transcript.jump.cget("text") == "↓"
    transcript.jump.event_generate("<Button-1>")
    ui.wait_until(lambda: transcript.at_end and not transcript.jump.winfo_ismapped())


def test_in_a_long_run_the_authors_name_stays_at_the_top(ui: Ui) -> None:
    ui.app.settings.lines = 100
    ui.app.apply_settings()
    ui.look()
    ui.app.take([Said("#lobby", "Duy", f"more {n}", Kind.MESSAGE, own=False) for n in range(60)])
    author = ui.app.window.transcript.author
    ui.wait_until(author.winfo_ismapped)
    assert author.cget("text") == "Duy"
    ui.app.window.transcript.text.yview_moveto(0)
    ui.wait_until(lambda: not author.winfo_ismapped())


def labels(menu: tk.Menu | None) -> list[str]:
    assert menu is not None
    last = menu.index("end")
    return [
        str(menu.entrycget(at, "label"))
        for at in range((last or 0) + 1)
        if menu.type(at) != "separator"
    ]


def test_no_entry_that_one_has_no_right_to(
    ui: Ui, duy: IrcClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tk.Menu, "tk_popup", lambda self, x, y: None)
    duy.ask("PRIVMSG #lobby :hello")
    ui.wait_for("Duy: hello")
    line = ui.app.model.rooms["#lobby"].lines[-1]
    menus = ui.app.menus
    menus.person(0, 0, "Duy")
    assert "Kick" not in labels(menus._open)
    menus.line(0, 0, line)
    assert "Delete …" not in labels(menus._open)
    ui.app.take([Members("#lobby", (("@", "Tuan"), ("", "Duy")))])
    menus.person(0, 0, "Duy")
    assert "Kick" in labels(menus._open)
    menus.line(0, 0, line)
    assert "Delete …" in labels(menus._open)
    assert menus._open is not None
    assert int(menus._open.cget("activeborderwidth")) == 0, "the active entry is flat"
    assert menus._open.entrycget(0, "image"), "and as high as a finger needs"


def test_a_link_in_the_topic_opens_and_other_words_are_edited(
    ui: Ui, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    ui.type("/topic see https://gchat.example/x first")
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].topic)
    header = ui.app.window.header
    at = ui.app.theme.small.measure("see https")
    assert header.link_at(at) == "https://gchat.example/x"
    assert header.link_at(2) == ""
    monkeypatch.setattr(header._topic, "winfo_pointerx", lambda: header._topic.winfo_rootx() + at)
    header._topic.event_generate("<Button-1>")
    assert opened == ["https://gchat.example/x"]
    assert not header._editing


def test_enter_saves_the_settings(ui: Ui) -> None:
    ui.key("<Control-comma>")
    (preferences,) = (one for one in ui.root.winfo_children() if isinstance(one, Preferences))
    assert preferences.colours.cget("values")[0] == "As the system"
    preferences.layout.set("Compact")
    ui.root.update()
    preferences.layout.focus_force()
    preferences.layout.event_generate("<Return>")
    assert ui.app.settings.layout == "compact"


def test_the_list_of_rooms_says_how_many_people_each_has(ui: Ui, duy: IrcClient) -> None:
    duy.ask("JOIN #music", "TOPIC #music :what we hear")
    ui.key("<Control-j>")
    (chooser,) = (one for one in ui.root.winfo_children() if isinstance(one, Chooser))
    ui.wait_until(lambda: len(chooser.rows()) == 2)
    assert sorted(chooser.rows()) == [
        ("#lobby", "2 people"),
        ("#music", "1 person · what we hear"),
    ]


def test_a_fingerprint_can_be_compared(ui: Ui) -> None:
    fingerprint = "0123456789abcdef" * 4
    ui.app.take([Untrusted(fingerprint)])
    (question,) = (one for one in ui.root.winfo_children() if isinstance(one, Question))
    rows = question.code.cget("text").splitlines()
    assert rows == ["01:23:45:67  89:AB:CD:EF"] * 4 == in_groups(fingerprint).splitlines()
    assert str(question.code.cget("font")) == ui.app.theme.mono.name
    assert "127.0.0.1" in ui.screen()
    ui.root.update()
    assert question.focus_lastfor().cget("text") == "Cancel"  # type: ignore[union-attr]
    question.destroy()


def test_send_looks_as_if_it_did_nothing_while_nothing_can_be_sent(
    make_server: Callable[..., ServerProcess], open_ui: OpenUi
) -> None:
    server = make_server()
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    button = ui.app.window.composer.button
    assert button.instate(["!disabled"])
    server.stop()
    ui.wait_until(lambda: button.instate(["disabled"]))


def test_the_server_stands_in_the_window(ui: Ui) -> None:
    sidebar = ui.app.window.sidebar
    assert sidebar.server.whole == "127.0.0.1"
    sidebar.show_server("chat.example", safe=True)
    assert sidebar.server.whole.endswith("chat.example")
    assert sidebar.server.cget("image") or sidebar.server.whole.startswith("TLS")
    sidebar.show_server("chat.example", safe=False)
    assert not sidebar.server.cget("image")


def test_what_has_no_room_in_a_list_ends_in_dots(ui: Ui) -> None:
    chooser = Chooser(ui.root, ui.app.theme, "Rooms", lambda key: None)
    chooser.offer([Choice("#a", "#a-very-" * 9, "a topic " * 20), Choice("", "Nothing more.")])
    ui.wait_until(chooser.winfo_viewable)
    first, _second = chooser.list.get_children()
    assert str(chooser.list.item(first, "text")).endswith("…")
    assert str(chooser.list.item(first, "values")[0]).endswith("…")
    assert chooser.rows()[0][0] == "#a-very-" * 9, "what is looked for is the whole"
    assert chooser.list.selection() == (first,)


def test_what_says_that_nothing_was_found_is_no_result(ui: Ui) -> None:
    chosen: list[str] = []
    chooser = Chooser(ui.root, ui.app.theme, "Found", chosen.append)
    chooser.offer([Choice("", "Nothing was found.")])
    ui.wait_until(chooser.winfo_viewable)
    ui.root.update()
    assert chooser.list.selection() == ()
    assert chooser.list.tag_has(NO_CHOICE, "0")
    colour = str(chooser.list.tag_configure(NO_CHOICE, "foreground"))
    assert colour == ui.app.theme.palette.dim
    chooser.list.event_generate("<Button-1>", x=30, y=10)
    assert chooser.list.selection() == ("0",), "that is the row"
    ui.wait_until(lambda: chooser.list.selection() == ())
    chooser.typed.focus_force()
    chooser.typed.event_generate("<Down>")
    chooser.typed.event_generate("<Return>")
    ui.root.update()
    assert chooser.list.selection() == ()
    assert chooser.winfo_exists()
    assert not chosen


def test_dropdowns_are_as_high_as_fields(ui: Ui) -> None:
    ui.key("<Control-comma>")
    (preferences,) = (one for one in ui.root.winfo_children() if isinstance(one, Preferences))
    ui.wait_until(preferences.winfo_viewable)
    ui.root.update()
    assert abs(preferences.layout.winfo_height() - preferences.highlights.winfo_height()) <= 4
    assert preferences.layout.winfo_width() == preferences.colours.winfo_width()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_rows_begin_under_what_is_typed(
    server: ServerProcess, open_ui: OpenUi, scale: float
) -> None:
    ui = open_ui(server.port, nick="Lan", scale=scale)
    ui.wait_for("Lan has connected to the chat room")
    chooser = Chooser(ui.root, ui.app.theme, "Rooms", lambda key: None)
    chooser.offer([Choice("#a", "#a")])
    ui.wait_until(chooser.winfo_viewable)
    ui.root.update()
    chooser.typed.insert(0, "#")
    ui.root.update()
    typed = chooser.typed.winfo_rootx() + chooser.typed.bbox(0)[0]
    row = (x for x in range(200) if "text" in chooser.list.identify_element(x, 10))
    assert chooser.list.winfo_rootx() + next(row) == typed


def test_the_list_of_a_dropdown_has_room_at_its_edges(ui: Ui) -> None:
    ui.key("<Control-comma>")
    (preferences,) = (one for one in ui.root.winfo_children() if isinstance(one, Preferences))
    ui.wait_until(preferences.winfo_viewable)
    shown = ui.root.tk.call("ttk::combobox::PopdownWindow", preferences.layout)
    assert int(ui.root.tk.call(f"{shown}.f.l", "cget", "-borderwidth")) >= 6
    edge = ttk.Style(ui.root).lookup("ComboboxPopdownFrame", "bordercolor")
    assert str(edge) == ui.app.theme.palette.border
