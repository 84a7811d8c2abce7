"""Whether everybody can use the page, by axe, which `scripts/check-page` installs: it runs this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.clients import IrcClient
from tests.support.files import picture, send
from tests.support.process import ServerProcess
from tests.web.browser import DESKTOP, Page
from tests.web.test_browser_files import hand_over, uploads

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
NewPage = Callable[[], Page]
CAPS = ("message-tags", "server-time", "batch", "draft/chathistory", "echo-message")


def test_anybody_can_use_it(new_page: NewPage, server: ServerProcess) -> None:
    """axe finds nothing, in light and dark, in the room and in the settings."""
    page = new_page().open(server.port, "Tuan")
    lan = IrcClient(server.port, "Lan", *CAPS, join="#lobby")
    where = send(lan, picture(), "a.png").where
    lan.ask(f"PRIVMSG #lobby :http://127.0.0.1:{server.port}{where}")
    page.wait_until(lambda: page.js("return document.querySelector('#lines img')?.naturalWidth"))
    hand_over(page, "drop", b"data", "a.txt")
    hand_over(page, "drop", b"", "empty.txt")
    page.wait_until(lambda: "empty" in "".join(uploads(page)[1:]))
    told = lan.ask("PRIVMSG #lobby :Tuan, `look`: https://ircv3.net", "TOPIC #lobby :Welcome")
    msgid = next(m.tags["msgid"] for m in told if m.command == "PRIVMSG")
    lan.ask(f"@+draft/react=❤️;+draft/reply={msgid} TAGMSG #lobby", "PRIVMSG Tuan :psst", "AWAY :x")
    page.wait_until(lambda: page.js("return document.querySelector('.badge')?.innerText") == "1")
    page.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    run = """
        const done = arguments[arguments.length - 1];
        axe.run().then(found => done(found.violations.map(one => [one.id, one.nodes[0].html])));
    """
    for dark in (False, True):
        page.size(*DESKTOP, dark=dark)
        assert page.driver.execute_async_script(run) == []
        page.click("#open-settings")
        assert page.driver.execute_async_script(run) == []
        page.js("document.getElementById('dialog').close()")
