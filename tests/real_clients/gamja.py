"""Sends files with gamja, the usual page for IRC, in Chromium: `python -m tests.real_clients.gamja
FOLDER`, where FOLDER has its source and what it needs:

    git clone https://codeberg.org/emersion/gamja && cd gamja && npm ci --omit=dev

A person logs in by gamja's own form and pastes two files; gamja sends them as it does, from its
own origin, and puts their addresses into the line, which is sent. Somebody else in the room reads
it and fetches the files. Seen to work with b39b46fa12f1 (20 October 2025).

Exit status: 0 where all is well, 1 where something is wrong, 2 where a program is missing.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.support.accounts import FAST, PASSWORD, register
from tests.support.clients import IrcClient
from tests.support.files import ask, picture
from tests.support.process import ServerProcess
from tests.web.browser import Page, chromium, window

ROOM = "#kitchen"
NEEDS = ("main.js", "components/composer.js", "node_modules/preact", "node_modules/linkifyjs")
TEXT = "trà đá và cà phê\n".encode() * 20_000
PASTE = """
    const files = new DataTransfer();
    for (const [name, kind, words] of arguments[1]) {
      const bytes = Uint8Array.from(atob(words), (one) => one.charCodeAt(0));
      files.items.add(new File([bytes], name, { type: kind }));
    }
    arguments[0].dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true }));
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *words: object) -> None:
        """Nothing."""


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """A web server for a folder, on this machine; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def connect(page: Page, gamja: int, server: int, nick: str) -> None:
    """Opens gamja and logs in to our server, by its form."""
    page.driver.get(
        f"http://127.0.0.1:{gamja}/?server=ws://127.0.0.1:{server}/&channels={quote(ROOM)}"
    )
    field = partial(page.driver.find_element, By.NAME)
    page.wait_until(lambda: page.driver.find_elements(By.NAME, "password"))
    for name, text in (("nick", nick), ("password", PASSWORD)):
        field(name).send_keys(Keys.CONTROL + "a")
        field(name).send_keys(text)
    field("password").send_keys(Keys.ENTER)
    page.wait_until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "#composer input"))
    in_room = f"return document.querySelector('#buffer-list')?.textContent.includes('{ROOM}')"
    page.wait_until(lambda: page.js(in_room))
    page.js("[...document.querySelectorAll('#buffer-list a')].pop().click()")
    page.wait_until(lambda: page.js("return !document.querySelector('#composer.read-only')"))


def paste(page: Page, *files: tuple[str, str, bytes]) -> str:
    """Pastes files, each with its name and media type. Returns what gamja makes of them."""
    line = page.driver.find_element(By.CSS_SELECTOR, "#composer input")
    encoded = [(name, kind, b64encode(data).decode()) for name, kind, data in files]
    page.js(PASTE, line, encoded)
    page.wait_until(lambda: line.get_property("value"))
    text = str(line.get_property("value"))
    line.send_keys(Keys.ENTER)
    return text


def trial(folder: Path) -> list[str]:
    """What is wrong."""
    image = picture()
    with ExitStack() as stack:
        gamja = stack.enter_context(served(folder))
        origin = f"http://127.0.0.1:{gamja}"
        settings = {**FAST, "server_origins": origin, "files_guests": False}
        server = stack.enter_context(ServerProcess("--memory", **settings))
        register(server, "Gam")
        duy = IrcClient(server.port, "Duy", join=ROOM)
        programs = [str(shutil.which(name)) for name in ("chromium", "chromedriver")]
        page = window(stack.enter_context(chromium(*programs)))
        connect(page, gamja, server.port, "Gam")
        text = paste(page, ("thực đơn.txt", "text/plain", TEXT), ("ga.png", "image/png", image))
        read = duy.until("PRIVMSG")[-1].params[1]
        print(f"gamja made of two files: {text}\nsomebody else read:      {read}")
        wrong = [] if read == text else ["what was read is not what gamja has sent"]
        links = re.findall(rf"http://127\.0\.0\.1:{server.port}(/files/\S+)", read)
        if len(links) != 2:
            return [*wrong, f"there are {len(links)} links, not 2"]
        for link, data, name in zip(links, (TEXT, image), ("thuc-don.txt", "ga.png"), strict=True):
            found = ask(server.port, "GET", link)
            print(
                f"{found.status} {link}: {len(found.body)} bytes, {found.headers['content-type']}"
            )
            if (found.status, found.body) != (200, data) or not link.endswith(f"/{name}"):
                wrong.append(f"{link} is not what was sent")
        return wrong


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.real_clients.gamja", description=__doc__)
    parser.add_argument("folder", type=Path, help="a checkout of gamja, after `npm ci`")
    folder = parser.parse_args(arguments).folder
    missing = [one for one in NEEDS if not (folder / one).exists()]
    missing += [one for one in ("chromium", "chromedriver") if shutil.which(one) is None]
    if missing:
        print(f"missing: {', '.join(missing)}", file=sys.stderr)
        return 2
    wrong = trial(folder)
    for one in wrong:
        print(f"wrong: {one}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
