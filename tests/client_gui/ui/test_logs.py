"""What is said, kept in text files."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

from client_gui.system.settings import Settings
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess, free_port

Make = Callable[..., ServerProcess]
OpenUi = Callable[..., Ui]


def kept(folder: Path) -> dict[str, list[str]]:
    """What is in the files, by the names of the rooms; without times."""
    return {
        path.name.rpartition(" ")[0]: re.sub(r"(?m)^\[.{19}\] ", "", path.read_text()).splitlines()
        for path in folder.rglob("*.log")
    }


def switch_on(ui: Ui, folder: Path) -> None:
    ui.app.preferences()
    panel = ui.app._preferences
    assert panel is not None
    panel.logs.on = True
    panel.logs_folder.delete(0, "end")
    panel.logs_folder.insert(0, str(folder))
    panel.save()


def test_what_is_said_is_kept_once(make_server: Make, open_ui: OpenUi, tmp_path: Path) -> None:
    """Also where the server's history comes again, after a lost connection."""
    folder = tmp_path / "logs"
    server = make_server("--port", str(free_port()), "--data", str(tmp_path / "data"))
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    switch_on(ui, folder)
    with IrcClient(server.port, "Duy", join="#lobby") as duy:
        ui.wait_until(lambda: "duy" in ui.app.model.rooms["#lobby"].members)
        ui.type("Hello, Duy!")
        duy.ask("PRIVMSG #lobby :one", "PRIVMSG Tuan :psst")
        ui.type("/msg NickServ IDENTIFY hunter2")
        ui.type("/alias")
        ui.wait_until(lambda: "duy" in ui.app.model.rooms)
        server.stop(signal.SIGKILL)
        ui.wait_until(lambda: not ui.app.connection.ready)
        server.start()
        ui.app.connection.retry()
        ui.wait_until(lambda: ui.app.connection.ready)
    ui.type("after")
    ui.wait_until(lambda: any(line.endswith("after") for line in ui.lines()))
    ui.close()
    found = kept(folder)
    assert found["duy"] == ["Duy: psst"]
    lobby = found["#lobby"]
    for line in ("Tuan: Hello, Duy!", "Duy: one", "Tuan: after"):
        assert lobby.count(line) == 1
    assert lobby[0] == "Duy has connected to the chat room"
    assert not any("hunter2" in line for lines in found.values() for line in lines)
    assert set(found) == {"duy", "#lobby"}


def test_a_folder_that_cannot_be_is_said_once(
    server: ServerProcess, open_ui: OpenUi, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    switch_on(ui, file)
    for number in range(3):
        ui.type(f"line {number}")
    ui.wait_until(lambda: any(line.endswith("line 2") for line in ui.lines()))
    ui.wait_until(lambda: any("cannot be written" in line for line in ui.lines()))
    said = [line for line in ui.lines() if "The log cannot be written" in line]
    assert said == [f"The log cannot be written in {file}: Not a directory."]


def test_nothing_is_kept_unless_asked_for() -> None:
    assert not Settings().logs
