"""The pictures of the window in each of its states, in light and dark and at twice the size, from
the real window and a real server:

python -m tests.client_gui.screenshots docs/images [SCENE...]
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from client_gui.model.model import Phase
from client_gui.system.settings import Server, Settings, save
from client_gui.ui.panels import Chooser, Panel
from tests.client_gui.driver import Ui
from tests.support.clients import IrcClient, PlainClient
from tests.support.process import ServerProcess
from tests.support.xvfb import screen

SMALL = "480x360"
LOOKS: dict[str, dict[str, object]] = {
    "light": {"dark": False},
    "dark": {"dark": True},
    "2x": {"scale": 2.0},
    "small": {"dark": False},  # in the smallest window
}
MODULE = "tests.client_gui.screenshots"
CAPS = ("message-tags", "echo-message", "draft/message-redaction", "away-notify")


@dataclass
class Stage:
    """A server, and how the window is to look."""

    server: ServerProcess
    folder: Path
    look: dict[str, object]
    others: ExitStack

    def window(self, **options: object) -> Ui:
        """A window that has arrived in the lobby."""
        ui = Ui(self.server.port, **({"nick": "Tuan", "keep": 100} | self.look | options))
        ui.wait_for("Tuan has connected to the chat room")
        return ui

    def server_beside(self) -> ServerProcess:
        """Another server, which ends with the picture."""
        return self.others.enter_context(ServerProcess())

    def lan(self) -> IrcClient:
        return IrcClient(self.server.port, "Lan", *CAPS, join="#lobby")


def conversation(stage: Stage, **options: object) -> Ui:
    """Some talk, seen by one of them."""
    port = stage.server.port
    lan, duy = stage.lan(), PlainClient(port, "Duy")
    people = [PlainClient(port, nick) for nick in ("Ánh", "Hoa", "Minh")]
    ui = stage.window(**options)
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
    lan.ask(f"@+draft/react=❤;+draft/reply={msgid} TAGMSG #lobby")
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
    lan.ask("AWAY :lunch")
    ui.wait_until(lambda: ui.app.model.rooms["#music"].unread and "lan" in ui.app.model.away)
    ui.wait_until(lambda: "connected ·" in ui.screen() and "is typing" in ui.screen())
    return ui


def window(stage: Stage) -> tuple[Ui, Panel | None]:
    """The conversation, comfortable."""
    return conversation(stage), None


def servers(stage: Stage) -> tuple[Ui, Panel | None]:
    """Three servers at once: one with something new, one that is lost."""
    second, third = stage.server_beside(), stage.server_beside()
    ui = conversation(stage)
    shown = ui.app.model
    for host, server in (("localhost", second), ("127.0.0.1", third)):
        session = ui.app.servers.open(Server(host, server.port, "Tuan"))
        assert session is not None
        ui.wait_until(lambda: ui.app.model.rooms["#lobby"].members)
    PlainClient(second.port, "Hoa").say("Tuan, are you here as well?", "/msg Tuan only you")
    third.stop()
    ui.wait_until(lambda: third_is_lost(ui))
    ui.app.show_server(shown)
    ui.root.update()
    return ui, None


def third_is_lost(ui: Ui) -> bool:
    """The one that was stopped waits, and the one before has heard something."""
    second, third = (one.model for one in ui.app.servers.all[1:])
    return third.status.phase is Phase.WAITING and "hoa" in second.rooms


def compact(stage: Stage) -> tuple[Ui, Panel | None]:
    """The same, a line for each message."""
    return conversation(stage, layout="compact"), None


def reading(stage: Stage) -> tuple[Ui, Panel | None]:
    """Further up, while others talk: NEW, and how much it is."""
    lan = stage.lan()
    ui = stage.window()
    lan.ask("JOIN #music")
    ui.type("/join #music")
    ui.wait_until(lambda: ui.app.model.current == "#music")
    ui.wait_until(lambda: ui.app.model.rooms["#music"].members)
    lan.ask(*(f"PRIVMSG #lobby :older messages, {n}" for n in range(12)))
    ui.wait_until(lambda: ui.app.model.rooms["#lobby"].unread == 12)
    ui.app.navigation.choose("#lobby")
    transcript = ui.app.window.transcript
    lan.ask(*(f"PRIVMSG #lobby :and then, {n}" for n in range(20)))
    ui.wait_until(lambda: "and then, 19" in ui.lines()[-1])
    transcript.text.yview_moveto(0)
    ui.root.update()
    lan.ask(*(f"PRIVMSG #lobby :meanwhile, {n}" for n in range(7)))
    ui.wait_until(lambda: transcript.jump.cget("text").endswith("7 new"))
    return ui, None


def lost(stage: Stage) -> tuple[Ui, Panel | None]:
    """The server is gone: what is not confirmed says so, and is sent again with a click."""
    ui = stage.window()
    ui.type("Are you still there?")
    ui.wait_for("Tuan: Are you still there?")
    stage.server.process.send_signal(signal.SIGSTOP)
    ui.type("This one nobody has confirmed.")
    ui.wait_until(lambda: "nobody" in ui.lines()[-1])
    ui.root.update()
    stage.server.stop(signal.SIGKILL)
    ui.wait_until(lambda: "reconnecting in" in ui.screen())
    ui.type("What is typed stays.", key="<F35>")
    return ui, None


def finding(stage: Stage) -> tuple[Ui, Panel | None]:
    """Looking for words, and a message chosen with the keys."""
    ui = conversation(stage)
    ui.key("<Control-f>")
    ui.app.window.findbar.open("irssi")
    ui.wait_until(lambda: "1 of" in ui.app.window.findbar.count.cget("text"))
    return ui, None


def picked(stage: Stage) -> tuple[Ui, Panel | None]:
    """A message chosen with the keys."""
    ui = conversation(stage)
    ui.key("<F6>")
    text = ui.app.window.transcript.text
    for _ in range(3):
        text.event_generate("<Up>")
    return ui, None


def opened(ui: Ui, key: str) -> tuple[Ui, Panel | None]:
    """What opens when a key is pressed."""
    ui.key(key)
    ui.root.update()
    found = [one for one in ui.root.winfo_children() if isinstance(one, Panel)]
    return ui, found[-1]


def switcher(stage: Stage) -> tuple[Ui, Panel | None]:
    """Where to go."""
    return opened(conversation(stage), "<Control-k>")


def join(stage: Stage) -> tuple[Ui, Panel | None]:
    """Which room to join."""
    lan = stage.lan()
    for name, topic in (("music", "what we hear"), ("python", "3.11 and later"), ("tea", "")):
        lan.ask(f"JOIN #{name}", f"TOPIC #{name} :{topic}")
    ui, panel = opened(stage.window(), "<Control-j>")
    assert isinstance(panel, Chooser)
    ui.wait_until(lambda: len(panel.rows()) == 4)
    return ui, panel


def keys(stage: Stage) -> tuple[Ui, Panel | None]:
    """What the keys do."""
    return opened(stage.window(), "<F1>")


def account(stage: Stage) -> tuple[Ui, Panel | None]:
    """A form for an account, with what is wrong beside its field."""
    ui = stage.window()
    ui.app.actions.accounts.register()
    form = ui.app.actions.accounts.form
    assert form is not None
    for key in ("new", "again"):
        form.fields[key].insert(0, "short")
    form.submit()
    ui.wait_until(lambda: form.reason("new"))
    return ui, form


def hovering(stage: Stage) -> tuple[Ui, Panel | None]:
    """The mouse over a message."""
    ui = conversation(stage)
    ui.root.update()
    text = ui.app.window.transcript.text
    box = text.bbox(text.search("Chào", "1.0")) or (0, 0, 0, 0)
    text.event_generate("<Motion>", x=box[0] + 2, y=box[1] + 2)
    return ui, None


def settings(stage: Stage) -> tuple[Ui, Panel | None]:
    """The settings."""
    ui = stage.window()
    ui.app.settings.logs_folder = "~/chat logs"  # the usual one is this user's own
    return opened(ui, "<Control-comma>")


def first(stage: Stage) -> tuple[Ui, object]:
    """The first start asks for no more than a nickname."""
    ui = Ui(0, **({"host": ""} | stage.look))
    return ui, ui.app.connection.dialog


def dialog(stage: Stage) -> tuple[Ui, object]:
    """A nickname was refused; there are servers where somebody has been."""
    PlainClient(stage.server.port, "Tuan")
    path = stage.folder / "client.json"
    known = [Server("127.0.0.1", stage.server.port, "Tuan", rooms=["#lobby", "#music"])]
    known += [Server("chat.example", 6697, "Tuan", tls=True, account="Tuan")]
    save(Settings(servers=[*known, Server("127.0.0.1", 55555, "Tuan")]), path)
    ui = Ui(stage.server.port, **(stage.look | {"settings": path}))
    asked = ui.app.connection.dialog
    assert asked is not None
    ui.connect("Tuan")
    ui.wait_until(lambda: "already in use" in asked.message.cget("text"))
    return ui, asked


SCENES: list[Callable[[Stage], tuple[Ui, object]]] = []
SCENES += [window, servers, compact, reading, lost, finding, picked]
SCENES += [switcher, join, keys, settings, account, hovering, first, dialog]


def picture(path: Path, scene: str, look: str) -> None:
    """Makes one picture."""
    play = next(one for one in SCENES if one.__name__ == scene)
    with (
        ServerProcess() as server,
        tempfile.TemporaryDirectory() as temporary,
        ExitStack() as others,
    ):
        ui, shown = play(Stage(server, Path(temporary), LOOKS[look], others))
        if look == "small":
            ui.root.geometry(SMALL)
            ui.wait_until(lambda: ui.root.winfo_width() == 480 or not ui.app.welcomed)
            ui.root.update()
        ui.screenshot(path, of=shown)  # type: ignore[arg-type]
        Image.open(path).quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
        ui.close()


def main(folder: Path, names: list[str]) -> None:
    """Makes the pictures of the scenes, all of them where none is named; each in a process of its
    own, as people have one window in one process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with screen("Xvfb", "2400x1600"):
        for scene in names or [one.__name__ for one in SCENES]:
            for look in LOOKS:
                path = folder / f"{scene}-{look}.png"
                call = f"{MODULE}.picture({MODULE}.Path({str(path)!r}), {scene!r}, {look!r})"
                program = f"import {MODULE}; {call}"
                subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
                print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
