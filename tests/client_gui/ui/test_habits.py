"""What somebody sets for good: whom to ignore, commands of their own, words that call them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from client_gui.model.lines import Line, Look
from client_gui.system import settings
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


def current(ui: Ui) -> list[Line]:
    return ui.app.model.rooms[ui.app.model.current].lines


def test_whoever_is_ignored_is_not_seen_and_not_counted(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path
) -> None:
    file = tmp_path / "client.json"
    with IrcClient(server.port, "Duy", join="#lobby") as duy:
        ui = open_ui(server.port, nick="Tuan", settings=file)
        ui.wait_for("Tuan has connected to the chat room")
        ui.type("/ignore duy")
        ui.wait_for("Nothing that duy says is shown from now on.")
        duy.ask("PRIVMSG #lobby :Tuan: are you there?", "PRIVMSG Tuan :psst")
        ui.type("/ignore")
        ui.wait_for("You ignore:\nduy")
        assert "Duy" not in "".join(ui.lines()[-3:])
        assert not ui.told
        assert list(ui.app.model.rooms) == ["#lobby"]
        assert ui.app.model.unread() == 0
        ui.close()
        ui = open_ui(server.port, nick="Tuan2", settings=file)
        ui.wait_for("Tuan2 has connected to the chat room")
        duy.ask("PRIVMSG #lobby :still nobody?", "PART #lobby", "JOIN #lobby")
        ui.wait_until(lambda: any(line.look is Look.LEFT for line in current(ui)))
        ui.type("/unignore DUY")
        ui.wait_for("What DUY says is shown again from now on.")
        duy.ask("PRIVMSG #lobby :at last")
        ui.wait_for("Duy: at last")
        assert not any("nobody" in line.text for line in current(ui))
    ui.type("/unignore Duy")
    ui.wait_for("Duy is not ignored.")
    ui.app.window.composer.put("")
    ui.type("/ignore a,b")
    ui.wait_for("That is no name, and no mask.")


def test_the_menu_of_a_person(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    for label in ("Ignore", "Do not ignore", "Ignore"):
        ui.app.menus.person(0, 0, "Duy")
        menu = ui.app.menus._open
        assert menu is not None
        labels = [menu.entrycget(n, "label") for n in range(int(menu.index("end") or 0) + 1)]
        menu.invoke(labels.index(label))
        menu.unpost()
    assert ui.app.model.ignored.masks == ["Duy!*@*"]


def test_commands_of_ones_own(server: ServerProcess, open_ui: OpenUi, tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    ui = open_ui(server.port, nick="Tuan", settings=file)
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("/alias hi /me waves to $1")
    ui.wait_for("/hi means /me waves to $1")
    ui.type("/hi Duy")
    ui.wait_for("* Tuan waves to Duy")
    ui.type("/alias id /ns IDENTIFY hunter2")
    ui.wait_for("Nothing secret is kept: put $1 or $* where the words to a service are.")
    ui.app.window.composer.put("")
    ui.type("/alias loop /loop")
    ui.type("/loop")
    ui.wait_for("The alias stands for itself, or for too much.")
    ui.app.window.composer.put("")
    assert "hi" in ui.app.actions.words()[2]
    ui.close()
    assert "hunter2" not in file.read_text()
    assert settings.load(file).aliases == ["hi /me waves to $1", "loop /loop"]
    ui = open_ui(server.port, nick="Tuan2", settings=file)
    ui.wait_for("Tuan2 has connected to the chat room")
    ui.type("/hi all")
    ui.wait_for("* Tuan2 waves to all")
    ui.type("/unalias loop")
    ui.wait_for("/loop is forgotten.")
    ui.type("/alias")
    ui.wait_for("/hi: /me waves to $1")


def test_words_that_call(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.app.preferences()
    panel = ui.app._preferences
    assert panel is not None
    panel.highlights.insert(0, ",".join(f"word{n}" for n in range(51)))
    panel.save()
    assert panel.winfo_exists()
    assert "At most 50 words" in panel.why.cget("text")
    panel.highlights.delete(0, "end")
    panel.highlights.insert(0, "deploy, c++")
    panel.save()
    assert ui.app.settings.highlights == ["deploy", "c++"]
    with IrcClient(server.port, "Duy", join="#lobby") as duy:
        duy.ask("PRIVMSG #lobby :the Deploy is done")
        ui.wait_for("Duy: the Deploy is done")
    found = next(line for line in current(ui) if "Deploy" in line.text)
    assert found.mention
