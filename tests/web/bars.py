"""How quick the page is, in a real Chromium: `python -m tests.web.bars`.

First paint and bytes; a flood of 2,000 messages a second for ten seconds while somebody types; then
how long it takes to switch to that room of 20,000 messages and back; memory; and how long after the
server's SIGKILL and restart everything is there again.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.support.clients import IrcClient
from tests.support.process import ServerProcess, free_port
from tests.web.browser import Page, chromium, window

ROOM = "#flood"
MESSAGES, PER_SECOND = 20_000, 2_000
TYPED = "the quick brown fox jumps over the lazy dog " * 4
SWITCHES = 10
_SWITCH = """
const [name, done] = arguments;
const entry = [...document.querySelectorAll('#rooms button')]
  .find((one) => one.textContent.includes(name));
const began = performance.now();
entry.click();
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
"""


def flood(port: int) -> None:
    """All messages, evenly."""
    talker = IrcClient(port, "Talker", join=ROOM)
    began = time.monotonic()
    for number in range(0, MESSAGES, 20):
        talker.send(*(f"PRIVMSG {ROOM} :message {number + one} of a flood" for one in range(20)))
        time.sleep(max(0.0, began + number / PER_SECOND - time.monotonic()))
    talker.sync()
    print(f"sent {MESSAGES} messages in {time.monotonic() - began:.1f} s")


def switched(page: Page, name: str) -> float:
    """Milliseconds from the click on a room until it is painted."""
    found: float = page.driver.execute_async_script(_SWITCH, name)
    return found


def typed(page: Page) -> None:
    """A text, key by key, during the flood."""
    for key in TYPED:
        page.find("text").send_keys(key)


def memory(page: Page) -> tuple[float, float]:
    """MB: of JavaScript's objects, and of the largest process of a page."""
    heap: float = page.js("return performance.memory.usedJSHeapSize") / 1e6
    service = page.driver.service.process
    children = psutil.Process(service.pid).children(recursive=True)
    pages = [one for one in children if "--type=renderer" in one.cmdline()]
    return heap, max(one.memory_full_info().uss for one in pages) / 1e6


def main() -> None:
    """Measures, and prints."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert binary is not None
    assert driver is not None
    folder = Path(tempfile.mkdtemp())
    port = free_port()
    words = ("--port", str(port), "--data", str(folder))
    with ServerProcess(*words) as server, chromium(binary, driver) as browser:
        page = window(browser).open(server.port, "Tuan")
        page.driver.refresh()
        page.connected()
        print("load", page.timing())
        page.type(f"/join {ROOM}")
        page.wait_until(lambda: ROOM.lstrip("#") in page.text("name"))
        switched(page, "lobby")
        thread = threading.Thread(target=flood, args=(server.port,))
        thread.start()
        began = time.monotonic()
        typed(page)
        value = page.js("return document.getElementById('text').value")
        print(
            f"typed {len(TYPED)} keys in {time.monotonic() - began:.1f} s: whole {value == TYPED}"
        )
        thread.join()
        times = [switched(page, name) for _ in range(SWITCHES) for name in ("flood", "lobby")]
        print(f"switch to 20,000 messages, ms: {sorted(times[::2])}")
        heap, process = memory(page)
        print(f"memory, MB: JavaScript {heap:.0f}, process {process:.0f}")
        switched(page, "flood")
        page.wait_for(f"message {MESSAGES - 1} of a flood")
        server.stop(signal.SIGKILL)
        server.start()
        began = time.monotonic()
        page.connected()
        print(
            f"connected again {time.monotonic() - began:.2f} s after the server had started again"
        )
        IrcClient(server.port, "Later", join=ROOM).send(f"PRIVMSG {ROOM} :after the kill")
        page.wait_for("after the kill")


if __name__ == "__main__":
    main()
