"""The pictures of the page in each of its states, in light and dark, on a desktop and on a phone,
from a real Chromium and a real server:

python -m tests.web.screenshots docs/images [SCENE...]
"""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.support.clients import IrcClient, PlainClient
from tests.support.process import ServerProcess
from tests.web.browser import DESKTOP, PHONE, Page, chromium, window

CAPS = ("message-tags", "server-time", "echo-message", "draft/message-redaction", "away-notify")


@dataclass
class Stage:
    """A server, and a window that is not opened yet."""

    server: ServerProcess
    page: Page

    def lan(self) -> IrcClient:
        return IrcClient(self.server.port, "Lan", *CAPS, join="#lobby")


def is_in(page: Page, room: str) -> bool:
    return page.text("name") == f"# {room[1:]}" and page.text("count") == "2 people"


def talk(stage: Stage) -> IrcClient:
    """Some talk, seen by one of them."""
    port, page = stage.server.port, stage.page
    lan, duy = stage.lan(), PlainClient(port, "Duy")
    people = [PlainClient(port, nick) for nick in ("Ánh", "Hoa", "Minh")]
    topic = "Welcome to gchat — be kind · https://wiki.example.org/welcome for newcomers"
    lan.ask("JOIN #music", "JOIN #release-planning", f"TOPIC #lobby :{topic}")
    page.open(port, "Tuan")
    for room in ("#music", "#release-planning"):
        page.type(f"/join {room}")
        page.wait_until(partial(is_in, page, room))
    page.click("[data-key='#lobby']")
    duy.say("I am on netcat: one command, and I am in.", "Who else is here?")
    page.wait_for("Who else is here?")
    text = "@Tuan, is `CAP LS 302` in https://ircv3.net/irc yet?"
    told = lan.ask(f"PRIVMSG #lobby :{text}")
    msgid = next(m.tags["msgid"] for m in told if m.params[-1:] == [text])
    page.wait_until(lambda: page.messages()[-1].startswith("@Tuan"))
    lan.ask(f"@+draft/react=❤️;+draft/reply={msgid} TAGMSG #lobby")
    hoa = IrcClient(port, "Hà", *CAPS, join="#lobby")
    hoa.ask(f"@+draft/react=👍;+draft/reply={msgid} TAGMSG #lobby")
    page.wait_until(
        lambda: page.js("return document.querySelectorAll('.reactions button').length") > 1
    )
    page.click(".reactions button")
    hoa.ask(f"@+draft/reply={msgid} PRIVMSG #lobby :Có rồi nhé! 🎉 Tiếng Việt gõ được luôn.")
    page.wait_until(lambda: page.messages()[-1].startswith("Có rồi"))
    people[1].say("/msg Tuan Lunch at twelve?")
    people[2].close()
    page.type("It is, and the echo is the receipt.")
    page.wait_until(lambda: page.sent()[-1].startswith("It is"))
    lan.ask("PRIVMSG #music :what are you listening to?", "AWAY :lunch")
    lan.ask("@+typing=active TAGMSG #lobby")
    page.wait_until(lambda: page.js("return document.querySelectorAll('.badge').length") == 2)
    page.wait_until(lambda: page.js("return document.querySelectorAll('.person.away').length"))
    page.wait_until(lambda: page.text("typing") == "Lan is typing …")
    return lan


def web(stage: Stage) -> None:
    """The conversation, a message pointed at."""
    talk(stage)
    stage.page.js("[...document.querySelectorAll('#lines [data-number]')].at(-2).focus()")


def web_rooms(stage: Stage) -> None:
    """On a phone: the rooms."""
    talk(stage)
    stage.page.click("#back")


def web_people(stage: Stage) -> None:
    """On a phone: who is there."""
    talk(stage)
    stage.page.click("#count")


def web_first(stage: Stage) -> None:
    """The first visit."""
    stage.page.driver.get(f"http://127.0.0.1:{stage.server.port}/")
    stage.page.wait_until(lambda: stage.page.js("return document.getElementById('welcome').open"))


def web_reading(stage: Stage) -> None:
    """Further up, while others talk: NEW, and how much it is."""
    lan, page = stage.lan(), stage.page
    page.open(stage.server.port, "Tuan")
    page.type("/join #music")
    page.wait_until(lambda: page.text("count") == "1 person")
    lan.ask(*(f"PRIVMSG #lobby :older messages, {n}" for n in range(12)))
    page.wait_until(lambda: page.js("return document.querySelector('.badge')?.innerText") == "12")
    page.click("[data-key='#lobby']")
    page.wait_for("older messages, 11")
    lan.ask(*(f"PRIVMSG #lobby :and then, {n}" for n in range(20)))
    page.wait_for("and then, 19")
    page.js("document.getElementById('log').scrollTop = 0")
    page.wait_until(lambda: not page.js("return document.getElementById('jump').hidden"))
    lan.ask(*(f"PRIVMSG #lobby :meanwhile, {n}" for n in range(7)))
    page.wait_until(lambda: page.text("jump") == "↓ 7 new")


def web_lost(stage: Stage) -> None:
    """Without a connection: what is typed waits."""
    talk(stage)
    stage.server.stop(signal.SIGKILL)
    stage.page.wait_until(lambda: "again in" in stage.page.text("status"))
    stage.page.type("Are you still there?")
    stage.page.wait_for("Are you still there?")


def web_settings(stage: Stage) -> None:
    """The settings, with the form for an account."""
    stage.page.open(stage.server.port, "Tuan")
    stage.page.click("#open-settings")
    stage.page.wait_until(lambda: "Settings" in stage.page.text("dialog"))


def web_join(stage: Stage) -> None:
    """Rooms that can be joined."""
    talk(stage)
    stage.page.click("#open-join")
    stage.page.wait_until(lambda: "release" in stage.page.text("dialog"))


def web_finding(stage: Stage) -> None:
    """A search."""
    talk(stage)
    stage.page.type("/search here")
    stage.page.wait_until(lambda: "Who else" in stage.page.text("results"))


SCENES: dict[str, Callable[[Stage], None]] = {
    scene.__name__.replace("_", "-"): scene
    for scene in (
        web,
        web_rooms,
        web_people,
        web_first,
        web_reading,
        web_lost,
        web_settings,
        web_join,
        web_finding,
    )
}
LOOKS = {
    "light": (DESKTOP, False),
    "dark": (DESKTOP, True),
    "phone": (PHONE, False),
    "phone-dark": (PHONE, True),
}
PHONE_ONLY = ("web-rooms", "web-people")


def take(folder: Path, name: str, look: str) -> None:
    """One picture."""
    size, dark = LOOKS[look]
    programs = [str(shutil.which(one)) for one in ("chromium", "chromedriver")]
    with ServerProcess() as server, chromium(*programs) as driver:
        page = window(driver)
        page.size(*size, dark=dark)
        SCENES[name](Stage(server, page))
        page.js("return new Promise(done => setTimeout(done, 100))")
        page.driver.save_screenshot(str(folder / f"{name}-{look}.png"))


def main(folder: str, *names: str) -> None:
    """Takes all pictures, or those of some scenes."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in names or SCENES:
        for look in LOOKS:
            if name not in PHONE_ONLY or look.startswith("phone"):
                take(Path(folder), name, look)


if __name__ == "__main__":
    main(*sys.argv[1:])
