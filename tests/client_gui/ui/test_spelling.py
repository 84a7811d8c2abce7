"""Misspelled words in the field."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from client_gui.system import settings as settings_module
from client_gui.system.spelling import NO_LIBRARY, Dictionaries, Known
from client_gui.ui import spelling
from tests.client_gui.dictionaries import dictionaries
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

__all__ = ["dictionaries"]  # a fixture
OpenUi = Callable[..., Ui]


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi, dictionaries: Path, tmp_path: Path) -> Ui:
    file = tmp_path / "client.json"
    settings_module.save(settings_module.Settings(spelling="en_US"), file)
    found = open_ui(server.port, nick="Tuanx", settings=file)
    found.wait_for("Tuanx has connected to the chat room")
    return found


def marked(ui: Ui) -> list[str]:
    text = ui.app.window.composer.text
    ends = [str(one) for one in text.tag_ranges(spelling.TAG)]
    return [text.get(*pair) for pair in zip(ends[::2], ends[1::2], strict=True)]


def write(ui: Ui, words: str) -> None:
    """As if it were typed."""
    ui.app.window.composer.text.insert("insert", words)


def labels(menu: tk.Menu | None) -> list[str]:
    assert menu is not None
    count = int(menu.index("end") or 0) + 1
    return [
        "" if menu.type(n) == "separator" else str(menu.entrycget(n, "label")) for n in range(count)
    ]


def open_menu(ui: Ui, index: str) -> tk.Menu:
    """With the right button, on a character."""
    text, before = ui.app.window.composer.text, ui.app.menus._open
    ui.root.update()
    box = text.bbox(index)
    assert box is not None
    text.event_generate("<Button-3>", x=box[0] + 2, y=box[1] + box[3] // 2)
    ui.wait_until(lambda: ui.app.menus._open not in (None, before))
    menu = ui.app.menus._open
    assert menu is not None
    return menu


def choose(menu: tk.Menu, label: str) -> None:
    menu.tk.call("tk::MenuUnpost", menu)  # which lets go of the mouse, too
    menu.invoke(labels(menu).index(label))


def test_only_when_the_word_is_done(ui: Ui) -> None:
    write(ui, "helo wrld")
    ui.wait_until(lambda: marked(ui) == ["helo"])
    write(ui, " ")
    ui.wait_until(lambda: marked(ui) == ["helo", "wrld"])
    ui.app.window.composer.text.delete("1.0", "1.5")
    ui.wait_until(lambda: marked(ui) == ["wrld"])
    ui.app.window.composer.put("")
    ui.wait_until(lambda: not marked(ui))


def test_a_word_is_done_when_the_cursor_has_left_it(ui: Ui) -> None:
    write(ui, "my wrld")
    text = ui.app.window.composer.text
    ui.key("<Key-Left>")
    ui.key("<KeyRelease-Left>")
    ui.wait_until(lambda: marked(ui) == ["wrld"])
    text.insert("insert", "x")
    ui.wait_until(lambda: not marked(ui))
    text.event_generate("<FocusOut>")
    ui.wait_until(lambda: marked(ui) == ["wrlxd"])


def test_what_is_no_mistake(ui: Ui, server: ServerProcess) -> None:
    with IrcClient(server.port, "Wrld-one", join="#lobby") as duy:
        duy.ask("PRIVMSG #lobby :hello")
        ui.wait_for("Wrld-one: hello")
        write(ui, "tuanx: Wrld-one's #wrld lobby http://wrld.example helo 😀 wrlx ok")
        ui.wait_until(lambda: marked(ui) == ["helo", "wrlx"])
    ui.app.window.composer.put("")
    write(ui, "/topic helo wrld ")
    write(ui, "x")
    ui.app.spelling._look()
    assert not marked(ui)
    ui.app.window.composer.put("")
    write(ui, "/msg Wrld helo you ")
    ui.wait_until(lambda: marked(ui) == ["helo"])


def test_secrets_are_shown_to_no_dictionary(ui: Ui, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    known = ui.app.spelling._speller._dictionaries

    def wrong(words: Iterable[str]) -> frozenset[str]:
        asked.extend(words)
        return frozenset()

    monkeypatch.setattr(known, "wrong", wrong)
    write(ui, "/msg NickServ IDENTIFY hunterx ")
    ui.app.spelling._look()
    ui.app.window.composer.put("")
    write(ui, "quite right ")
    ui.wait_until(lambda: "quite" in asked)
    assert sorted(asked) == ["quite", "right"]


def test_suggestions_and_words_of_ones_own(ui: Ui, dictionaries: Path) -> None:
    write(ui, "😀 helo gchatx ")
    ui.wait_until(lambda: marked(ui) == ["helo", "gchatx"])
    menu = open_menu(ui, "1.0+4c")
    offered = labels(menu)
    assert "hello" in offered[:6]
    assert offered[-7:] == ["", "Add to the dictionary", "", "Cut", "Copy", "Paste", "Select all"]
    choose(menu, "hello")
    assert ui.app.window.composer.get() == "😀 hello gchatx "
    ui.wait_until(lambda: marked(ui) == ["gchatx"])
    ui.app.window.composer.text.event_generate("<<Undo>>")
    assert ui.app.window.composer.get() == "😀 helo gchatx "
    choose(open_menu(ui, "1.0+10c"), "Add to the dictionary")
    ui.wait_until(lambda: marked(ui) == ["helo"])
    assert "gchatx" in (dictionaries / "en_US.dic").read_text()


def test_the_menu_elsewhere(ui: Ui) -> None:
    write(ui, "quite right ")
    menu = open_menu(ui, "1.2")
    assert labels(menu) == ["Cut", "Copy", "Paste", "Select all"]
    assert menu.entrycget(0, "state") == "disabled"
    choose(menu, "Select all")
    ui.root.update()
    menu = open_menu(ui, "1.2")
    assert menu.entrycget(0, "state") == "normal"
    choose(menu, "Cut")
    assert ui.app.window.composer.get() == ""
    choose(open_menu(ui, "1.0"), "Paste")
    assert ui.app.window.composer.get() == "quite right "


def test_the_menu_by_key_and_without_suggestions(ui: Ui, monkeypatch: pytest.MonkeyPatch) -> None:
    write(ui, "wrld ")
    ui.wait_until(lambda: marked(ui) == ["wrld"])
    monkeypatch.setattr(ui.app.spelling._speller._dictionaries, "suggestions", lambda word: ())
    text = ui.app.window.composer.text
    text.mark_set("insert", "1.1")
    ui.key("<Shift-F10>")
    ui.wait_until(lambda: ui.app.menus._open is not None)
    assert labels(ui.app.menus._open)[:3] == ["No suggestions", "", "Add to the dictionary"]
    ui.app.menus._open.unpost()  # type: ignore[union-attr]


def test_a_suggestion_for_what_is_there_no_more(ui: Ui) -> None:
    write(ui, "helo ")
    ui.wait_until(lambda: marked(ui) == ["helo"])
    menu = open_menu(ui, "1.1")
    ui.app.window.composer.put("quite another text")
    choose(menu, "hello")
    assert ui.app.window.composer.get() == "quite another text"


def test_a_long_text_is_asked_in_pieces(ui: Ui, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelling, "ASKED", 2)
    monkeypatch.setattr(spelling, "REMEMBERED", 6)
    write(ui, "helo wrld thiss iss nott rigt ")
    ui.wait_until(lambda: marked(ui) == ["helo", "wrld", "thiss", "iss", "nott", "rigt"])


@pytest.mark.parametrize(
    ("label", "setting", "wrong"),
    [
        ("Never", "off", []),
        ("vi_VN", "vi_VN", ["helo"]),
        ("As the system", "", []),  # which says nothing here
        ("en_US", "en_US", ["helo", "đúng"]),
    ],
)
def test_settings(ui: Ui, label: str, setting: str, wrong: list[str]) -> None:
    ui.app.spelling._preferred = []
    write(ui, "helo đúng ")
    ui.wait_until(lambda: marked(ui) == ["helo", "đúng"])
    ui.app.preferences()
    panel = ui.app._preferences
    assert panel is not None
    ui.wait_until(lambda: "vi_VN" in panel.spelling.cget("values"))
    assert panel.spelling.get() == "en_US"
    panel.spelling.set(label)
    panel.save()
    assert ui.app.settings.spelling == setting
    ui.wait_until(lambda: marked(ui) == wrong and not ui.app.spelling._timer)


def test_the_language_of_the_system(ui: Ui) -> None:
    ui.app.spelling._preferred = ["vi_VN.UTF-8", "en"]
    ui.app.settings.spelling = ""
    write(ui, "helo hello đúng ")
    ui.wait_until(lambda: marked(ui) == ["helo"])


def test_without_a_library_only_the_settings_say_so(
    server: ServerProcess, open_ui: OpenUi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Dictionaries, "known", lambda self: Known(lacking=NO_LIBRARY))
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.app.settings.spelling = "en_US"
    write(ui, "helo ")
    ui.wait_until(lambda: ui.app.spelling._setting == "en_US")
    assert not marked(ui)
    ui.app.preferences()
    panel = ui.app._preferences
    assert panel is not None
    ui.wait_until(lambda: "the library Enchant is not installed" in ui.screen())
    assert not panel.spelling.winfo_manager()
    panel.save()
    assert ui.app.settings.spelling == "en_US"
