"""The pictures in the README, made from the real window and a real server:

python -m tests.client_gui.screenshots docs/images
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.client_gui.ui import Ui
from tests.support.clients import IrcClient, PlainClient
from tests.support.process import ServerProcess
from tests.support.xvfb import screen


def conversation(port: int, *, dark: bool, scale: float, folder: Path, name: str) -> None:
    """One window after some talk."""
    lan = IrcClient(port, "Lan", join="#lobby")
    duy = PlainClient(port, "Duy")
    people = [PlainClient(port, nick) for nick in ("Ánh", "Hoa", "Minh")]
    ui = Ui(port, nick="Tuan", dark=dark, scale=scale)
    ui.wait_for("Tuan has connected to the chat room")
    lan.ask("TOPIC #lobby :Welcome to gchat — be kind")
    ui.type("Hello, Duy!")
    ui.wait_for("Tuan: Hello, Duy!")
    duy.say("Hello, Tuan! I am on netcat: one command, and I am in.")
    ui.wait_until(lambda: "netcat" in ui.lines()[-1])
    lan.ask("PRIVMSG #lobby :And I am on irssi. @Tuan, did you see that the echo is the receipt?")
    people[0].say("Chào cả nhà! Tiếng Việt gõ được luôn.")
    ui.wait_until(lambda: "Chào" in ui.lines()[-1])
    people[1].say("/msg Tuan Lunch at twelve?")
    ui.wait_until(lambda: "hoa" in ui.app.model.rooms)
    people[2].close()
    ui.wait_for("Minh has left the chat room!")
    ui.type("/me is reading")
    ui.wait_for("* Tuan is reading")
    ui.wait_until(lambda: "connected ·" in ui.screen())
    ui.screenshot(folder / f"{name}.png")
    ui.close()
    for client in (lan, duy, *people):
        client.close()


def dialog(port: int, folder: Path) -> None:
    """The dialog after a nickname was refused."""
    taken = PlainClient(port, "Tuan")
    ui = Ui(port)
    asked = ui.app.dialog
    assert asked is not None
    ui.connect("Tuan")
    ui.wait_until(lambda: "already in use" in asked.message.cget("text"))
    ui.root.update()
    ui.screenshot(folder / "dialog.png", of=asked)
    ui.close()
    taken.close()


def main() -> None:
    """Makes all pictures into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with screen("Xvfb", "2400x1600"):
        for dark in (False, True):
            with ServerProcess() as server:
                name = "window-dark" if dark else "window-light"
                conversation(server.port, dark=dark, scale=1, folder=folder, name=name)
        with ServerProcess() as server:
            conversation(server.port, dark=False, scale=2, folder=folder, name="window-2x")
        with ServerProcess() as server:
            dialog(server.port, folder)


if __name__ == "__main__":
    main()
