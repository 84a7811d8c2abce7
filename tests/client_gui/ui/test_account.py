"""Passwords: kept nowhere, shown nowhere; and the forms for an account."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from pathlib import Path

import pytest

from client_gui.ui.account import Form
from tests.client_gui.driver import Ui
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


@pytest.fixture
def ui(server: ServerProcess, open_ui: OpenUi, tmp_path: Path) -> Ui:
    ui = open_ui(server.port, nick="Tuan", settings=tmp_path / "client.json")
    ui.wait_for("Tuan has connected to the chat room")
    return ui


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client_gui.system.secrets.keep", lambda *words: False)


def kept(folder: Path) -> str:
    return "".join(one.read_text() for one in folder.rglob("*") if one.is_file())


@pytest.mark.parametrize("typed", ["/msg NickServ REGISTER sesame42", "/ns identify sesame42"])
def test_a_password_is_not_kept_recalled_or_shown(ui: Ui, tmp_path: Path, typed: str) -> None:
    ui.type("before")
    ui.wait_for("Tuan: before")
    ui.type(typed, key="<F35>")
    text = ui.app.window.composer.text
    ui.wait_until(lambda: text.tag_ranges("secret"))
    start, end = (str(one) for one in text.tag_ranges("secret"))
    assert text.get(start, end).strip() == "sesame42"
    assert text.tag_cget("secret", "foreground") == text.tag_cget("secret", "background")
    ui.app._keep_drafts()
    assert "sesame42" not in kept(tmp_path)
    ui.key("<Return>")
    ui.wait_until(lambda: "nickserv" in ui.app.model.rooms)
    ui.key("<Up>")
    assert ui.app.window.composer.get() == "before"
    ui.app.window.composer.put("")
    ui.app.navigation.choose("nickserv")
    ui.wait_until(lambda: any(line.endswith(" ••••") for line in ui.lines()))
    pending = ui.app.window.transcript.text.tag_ranges("pending")
    assert not pending, "it counts as sent"
    assert "sesame42" not in ui.screen()
    ui.close()
    assert "sesame42" not in kept(tmp_path)


def test_what_could_not_be_carried_out_is_no_draft_either(ui: Ui, tmp_path: Path) -> None:
    ui.type("/oper me sesame42")
    assert ui.app.window.composer.get() == "/oper me sesame42"
    ui.close()
    assert "sesame42" not in kept(tmp_path)


def form(ui: Ui) -> Form:
    found = ui.app.actions.accounts.form
    assert found is not None
    return found


def fill(asked: Form, **values: str) -> None:
    for key, value in values.items():
        asked.fields[key].delete(0, "end")
        asked.fields[key].insert(0, value)
    asked.submit()


def focused(asked: Form) -> tk.Misc | None:
    return asked.focus_lastfor()


def test_registering_and_what_is_wrong_stands_beside_its_field(ui: Ui) -> None:
    ui.type("/register")
    asked = form(ui)
    fill(asked, new="x", again="y")
    assert asked.reason("again") == "The two are not the same."
    fill(asked, new="x", again="x")
    ui.wait_until(lambda: "at least" in asked.reason("new"))
    ui.wait_until(lambda: focused(asked) is asked.fields["new"])
    fill(asked, new="long enough", again="long enough")
    assert asked.reason("new") == "This has no spaces in it."
    fill(asked, new="long-enough", again="long-enough")
    ui.wait_until(lambda: ui.app.actions.accounts.form is None)
    ui.wait_until(lambda: ui.app.model.account == "Tuan")
    assert ui.app.settings.servers[0].account == "Tuan"
    assert "long-enough" not in ui.screen()


def test_a_wrong_password_focuses_password(server: ServerProcess, open_ui: OpenUi, ui: Ui) -> None:
    ui.app.actions.accounts.register()
    fill(form(ui), new="long-enough", again="long-enough")
    ui.wait_until(lambda: ui.app.model.account == "Tuan")
    ui.type("/password")
    asked = form(ui)
    fill(asked, password="wrong", new="even-longer", again="even-longer")
    ui.wait_until(lambda: asked.reason("password"))
    ui.wait_until(lambda: focused(asked) is asked.fields["password"])
    fill(asked, password="long-enough")
    ui.wait_until(lambda: ui.app.actions.accounts.form is None)
    other = open_ui(server.port, nick="Lan")
    other.wait_for("Lan has connected to the chat room")
    other.type("/login")
    asked = form(other)
    fill(asked, account="Tuan", password="long-enough")
    other.wait_until(lambda: "Invalid" in asked.reason("password"))
    other.wait_until(lambda: focused(asked) is asked.fields["password"])
    fill(asked, password="even-longer")
    other.wait_until(lambda: other.app.model.account == "Tuan")
    assert other.app.actions.accounts.form is None


def test_the_dialog_says_that_the_password_was_wrong(
    server: ServerProcess, open_ui: OpenUi, ui: Ui
) -> None:
    ui.app.actions.accounts.register()
    fill(form(ui), new="long-enough", again="long-enough")
    ui.wait_until(lambda: ui.app.model.account == "Tuan")
    other = open_ui(server.port)
    dialog = other.app.connection.dialog
    assert dialog is not None
    dialog.account.insert(0, "Tuan")
    dialog.password.insert(0, "wrong")
    other.connect("Duy")
    other.wait_until(lambda: "failed" in dialog.message.cget("text"))
    other.wait_until(lambda: dialog.focus_lastfor() is dialog.password)
    assert other.root.state() == "withdrawn"
    dialog.password.delete(0, "end")
    dialog.password.insert(0, "long-enough")
    other.connect("Duy")
    other.wait_until(lambda: other.app.welcomed)
    assert other.app.model.account == "Tuan"
