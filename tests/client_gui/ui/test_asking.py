"""What people ask of the server and do in a room, as they know it from other clients."""

from __future__ import annotations

from collections.abc import Callable

from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient, texts
from tests.support.process import ServerProcess

OpenUi = Callable[..., Ui]


def choose(ui: Ui, nick: str, label: str) -> None:
    """An entry of somebody's menu."""
    ui.app.menus.person(0, 0, nick)
    menu = ui.app.menus._open
    assert menu is not None
    menu.invoke(label)
    menu.unpost()


def test_who_somebody_is(server: ServerProcess, open_ui: OpenUi) -> None:
    with IrcClient(server.port, "Duy", join="#lobby"):
        ui = open_ui(server.port, nick="Tuan")
        ui.wait_for("Tuan has connected to the chat room")
        ui.type("/whois duy")
        ui.wait_until(lambda: any("from ~" in line for line in ui.lines()))
        (told,) = [line for line in ui.lines() if "from ~" in line]
        assert told.startswith("Duy is ")
        ui.wait_until(lambda: any("Rooms: #lobby" in line for line in ui.lines()))
        choose(ui, "Duy", "Who is this")
        ui.wait_until(lambda: sum("from ~" in line for line in ui.lines()) == 2)
        ui.type("/whois Nobody")
        ui.wait_until(lambda: any("No such nick" in line for line in ui.lines()))


def test_a_conversation_is_opened_by_a_command(server: ServerProcess, open_ui: OpenUi) -> None:
    with IrcClient(server.port, "Duy", join="#lobby") as duy:
        ui = open_ui(server.port, nick="Tuan")
        ui.wait_for("Tuan has connected to the chat room")
        ui.type("/query Duy psst, are you there?")
        ui.wait_for("Tuan: psst, are you there?")
        assert ui.app.model.current == "duy"
        assert texts(duy.until("PRIVMSG"))[-1] == "psst, are you there?"
        assert ui.app.window.composer.get() == ""


def test_ranks_and_modes(server: ServerProcess, open_ui: OpenUi) -> None:
    with IrcClient(server.port, "Duy") as duy:
        ui = open_ui(server.port, nick="Tuan")
        ui.wait_for("Tuan has connected to the chat room")
        ui.type("/join #dev")
        ui.wait_until(lambda: ui.app.model.current == "#dev")
        duy.ask("JOIN #dev")
        room = ui.app.model.rooms["#dev"]
        ui.wait_until(lambda: "duy" in room.members)
        choose(ui, "Duy", "Make operator")
        ui.wait_until(lambda: room.members["duy"][0] == "@")
        ui.type("/deop Duy")
        ui.wait_until(lambda: room.members["duy"][0] == "")
        choose(ui, "Duy", "Give voice")
        ui.wait_until(lambda: room.members["duy"][0] == "+")
        ui.type("/mode +m")
        ui.type("/mode")
        ui.wait_until(lambda: any(line.startswith("#dev +") for line in ui.lines()))
        (told,) = [line for line in ui.lines() if line.startswith("#dev +")]
        assert "m" in told


def test_the_rooms_of_the_server_by_a_command(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("/list")
    ui.wait_until(lambda: ui.app.switcher._rooms is not None)


def test_answers_that_are_not_shown_otherwise(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    for line, answer in (
        ("WHO #lobby", "#lobby ~"),
        ("LUSERS", "There are "),
        ("MOTD", "message of the day"),
    ):
        assert not any(answer in one for one in ui.lines())
        ui.type(f"/raw {line}")
        ui.wait_until(lambda answer=answer: any(answer in one for one in ui.lines()))  # type: ignore[misc]


def test_a_command_of_ones_own_is_explained(server: ServerProcess, open_ui: OpenUi) -> None:
    ui = open_ui(server.port, nick="Tuan")
    ui.wait_for("Tuan has connected to the chat room")
    ui.type("/alias hi /me waves to $1")
    ui.type("/help hi")
    ui.wait_until(lambda: ui.lines().count("/hi means /me waves to $1") == 2)
    ui.type("/help nothing")
    ui.wait_for("Unknown command /nothing. /help lists the commands.")
