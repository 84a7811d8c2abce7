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


def conversation(port: int, *, folder: Path, name: str, **options: object) -> None:
    """One window after some talk."""
    lan = IrcClient(port, "Lan", "message-tags", "echo-message", join="#lobby")
    duy = PlainClient(port, "Duy")
    people = [PlainClient(port, nick) for nick in ("Ánh", "Hoa", "Minh")]
    ui = Ui(port, nick="Tuan", keep=100, **options)
    ui.wait_for("Tuan has connected to the chat room")
    lan.ask("JOIN #music", "TOPIC #lobby :Welcome to gchat — be kind")
    ui.type("/join #music")
    ui.wait_until(lambda: ui.app.model.current == "#music")
    ui.app.navigation.choose("#lobby")
    ui.type("Hello, Duy!")
    ui.wait_for("Tuan: Hello, Duy!")
    duy.say("Hello, Tuan! I am on netcat: one command, and I am in.", "Who else is here?")
    ui.wait_until(lambda: "else" in ui.lines()[-1])
    text = "And I am on irssi. @Tuan, is `CAP LS 302` in https://ircv3.net/irc yet?"
    told = lan.ask(f"PRIVMSG #lobby :{text}")
    msgid = next(m.tags["msgid"] for m in told if m.params[-1:] == [text])
    ui.wait_until(lambda: "irssi" in ui.lines()[-1])
    lan.ask(f"@+draft/react=+1;+draft/reply={msgid} TAGMSG #lobby")
    people[0].say("Chào cả nhà! Tiếng Việt gõ được luôn.")
    ui.wait_until(lambda: "Chào" in ui.lines()[-1])
    people[1].say("/msg Tuan Lunch at twelve?")
    ui.wait_until(lambda: "hoa" in ui.app.model.rooms)
    people[2].close()
    ui.wait_for("Minh has left the chat room!")
    line = next(one for one in ui.app.model.rooms["#lobby"].lines if "irssi" in one.text)
    ui.app.actions.answer(line)
    ui.type("It is, and the echo is the receipt.")
    ui.wait_until(lambda: "receipt" in ui.lines()[-1])
    lan.ask("PRIVMSG #music :what are you listening to?", "@+typing=active TAGMSG #lobby")
    ui.wait_until(lambda: ui.app.model.rooms["#music"].unread)
    ui.wait_until(lambda: "connected ·" in ui.screen() and "is typing" in ui.screen())
    ui.screenshot(folder / f"{name}.png")
    ui.close()
    for client in (lan, duy, *people):
        client.close()


def dialog(port: int, folder: Path) -> None:
    """The dialog after a nickname was refused."""
    taken = PlainClient(port, "Tuan")
    ui = Ui(port)
    asked = ui.app.connection.dialog
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
    pictures: list[tuple[str, dict[str, object]]] = [
        ("window-light", {}),
        ("window-dark", {"dark": True}),
        ("window-compact", {"layout": "compact"}),
        ("window-2x", {"scale": 2.0}),
    ]
    with screen("Xvfb", "2400x1600"):
        for name, options in pictures:
            with ServerProcess() as server:
                conversation(server.port, folder=folder, name=name, **options)
        with ServerProcess() as server:
            dialog(server.port, folder)


if __name__ == "__main__":
    main()
