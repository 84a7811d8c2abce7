"""The page in a real Chromium, as people use it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

WAIT_SECONDS = 20.0  # for something that is bound to come
DESKTOP, PHONE = (1280, 800), (390, 844)
# Two names of this machine are two origins: two people in one browser share nothing that it keeps.
HOSTS = ("127.0.0.1", "localhost")


class Page:
    """One window. Every wait is for a condition."""

    def __init__(self, driver: webdriver.Chrome, handle: str) -> None:
        self._driver = driver
        self._handle = handle

    @property
    def driver(self) -> webdriver.Chrome:
        """With this window as its own."""
        if self._driver.current_window_handle != self._handle:
            self._driver.switch_to.window(self._handle)
        return self._driver

    def open(self, port: int, nick: str, host: str = HOSTS[0]) -> Page:
        """Goes to the chat, gives a nickname and waits for the lobby."""
        self.driver.get(f"http://{host}:{port}/")
        self.wait_until(lambda: self.js("return document.getElementById('welcome').open"))
        self.find("nick").send_keys(nick + Keys.ENTER)
        return self.connected()

    def connected(self) -> Page:
        """Waits until we are in a room."""
        self.wait_until(lambda: "● connected ·" in self.text("status"))
        self.wait_until(lambda: self.text("count") not in ("", "0 people"))
        return self

    def js(self, script: str, *arguments: object) -> Any:
        """What a piece of JavaScript returns."""
        return self.driver.execute_script(script, *arguments)

    def find(self, name: str) -> Any:
        """An element by its id."""
        return self.driver.find_element(By.ID, name)

    def text(self, name: str) -> str:
        """What is written in an element."""
        found: str = self.js("return document.getElementById(arguments[0]).textContent", name)
        return found

    def type(self, text: str, *, send: bool = True) -> None:
        """Types into the composer."""
        self.find("text").send_keys(text + (Keys.ENTER if send else ""))

    def press(self, *keys: str) -> None:
        """Presses keys together, where the focus is."""
        chain = webdriver.ActionChains(self.driver)
        for key in keys[:-1]:
            chain.key_down(key)
        chain.send_keys(keys[-1])
        for key in keys[:-1]:
            chain.key_up(key)
        chain.perform()

    def messages(self) -> list[str]:
        """The texts of the messages that are in the document, in order."""
        found: list[str] = self.js(
            "return [...document.querySelectorAll('#lines [data-number] .body')]"
            ".map(one => one.textContent)"
        )
        return found

    def sent(self) -> list[str]:
        """Those of them that have arrived."""
        found: list[str] = self.js(
            "return [...document.querySelectorAll('#lines [data-number].sent .body')]"
            ".map(one => one.textContent)"
        )
        return found

    def click(self, css: str) -> None:
        """Clicks on the first element that a selector finds, whether or not it is seen."""
        self.js("document.querySelector(arguments[0]).click()", css)

    def wait_for(self, text: str) -> None:
        """Waits for a message."""
        self.wait_until(lambda: text in self.messages())

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Waits until something is true."""
        try:
            WebDriverWait(self.driver, WAIT_SECONDS, 0.05).until(lambda _: condition())
        except Exception as error:
            seen = self.js("return document.body.innerText")
            raise AssertionError(f"waited in vain; the page shows: {seen}") from error

    def complaints(self) -> list[str]:
        """What the browser's console has said since the last look, but that nothing answers."""
        log: Any = self.driver
        found = [str(one["message"]) for one in log.get_log("browser")]
        lost = ("WebSocket connection to", "net::ERR_CONNECTION")
        return [one for one in found if not any(word in one for word in lost)]

    def size(self, width: int, height: int, scale: float = 1.0, *, dark: bool = False) -> None:
        """How large the screen is, in CSS pixels, and whether the system is dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def timing(self) -> dict[str, float]:
        """Milliseconds to the first paint and to the end of loading; bytes, files."""
        found: dict[str, float] = json.loads(
            self.js(
                """
                const all = [...performance.getEntriesByType('navigation'),
                             ...performance.getEntriesByType('resource')];
                return JSON.stringify({
                  paint: performance.getEntriesByType('paint')[0]?.startTime ?? -1,
                  loaded: all[0].domContentLoadedEventEnd,
                  bytes: all.reduce((sum, one) => sum + one.transferSize, 0),
                  files: all.length})
                """
            )
        )
        return found


@contextmanager
def chromium(binary: str, driver: str) -> Iterator[webdriver.Chrome]:
    """A Chromium without a screen."""
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars", "lang=en-GB"):
        options.add_argument(f"--{flag}")
    # of the two windows one is behind the other
    options.add_argument("--disable-backgrounding-occluded-windows")
    options.add_argument("--disable-renderer-backgrounding")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    found.set_script_timeout(WAIT_SECONDS)
    try:
        yield found
    finally:
        found.quit()


def window(driver: webdriver.Chrome) -> Page:
    """A new window of the browser."""
    driver.switch_to.new_window("window")
    page = Page(driver, driver.current_window_handle)
    page.size(*DESKTOP)
    return page


def ticking(seconds: float) -> Iterator[float]:
    """Moments until so many seconds have passed."""
    ends = time.monotonic() + seconds
    while (now := time.monotonic()) < ends:
        yield now
