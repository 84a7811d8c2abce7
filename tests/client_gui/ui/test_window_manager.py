"""The window as a program of its own under a window manager, with real keys and a real mouse."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client_gui.system import urgency
from gchat.wire.message import Message
from tests.support.clients import IrcClient
from tests.support.process import ServerProcess
from tests.support.waiting import wait_until
from tests.support.xvfb import screen

pytestmark = pytest.mark.skipif(
    sys.platform in ("win32", "darwin"), reason="they have one of their own"
)
LEAST = (480, 360)


@pytest.fixture(scope="module")
def desktop(need: Callable[[str], str]) -> Iterator[str]:
    """A screen with Openbox, and the other programs that are needed."""
    need("xdotool")
    need("setxkbmap")
    with screen(need("Xvfb")) as display:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        manager = subprocess.Popen([need("openbox"), "--sm-disable"], **quiet)  # type: ignore[call-overload]
        try:
            wait_until(
                lambda: xdotool("get_desktop") == "0",
                why=lambda: f"Openbox does not answer; it has ended with {manager.poll()}",
            )
            yield display
        finally:
            manager.terminate()
            manager.wait()


def xdotool(*words: str) -> str:
    """What it says; "" where it fails."""
    done = subprocess.run(["xdotool", *words], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def windows(title: str = "gchat") -> list[str]:
    """Those that can be seen, with these words in their titles."""
    return xdotool("search", "--onlyvisible", "--name", title).split()


class Window:
    """`python -m client_gui`; `id` is that of its main window."""

    def __init__(self, server: ServerProcess, folder: Path, nick: str = "Tuan") -> None:
        before = windows()
        words = ("--port", str(server.port), "--nick", nick)
        own = {
            "XDG_CONFIG_HOME": str(folder),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "client_gui", *words], env=os.environ | own
        )
        wait_until(lambda: set(windows()) - set(before))
        (self.id,) = set(windows()) - set(before)

    def title(self) -> str:
        """What stands over it."""
        return xdotool("getwindowname", self.id)

    def geometry(self, window: str = "") -> tuple[int, int, int, int]:
        """x, y, width, height."""
        found = xdotool("getwindowgeometry", "--shell", window or self.id)
        values = dict(re.findall(r"(\w+)=(-?\d+)", found))
        return tuple(int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))  # type: ignore[return-value]

    def focus(self) -> None:
        xdotool("windowactivate", "--sync", self.id)

    def quit(self) -> int:
        """As by its close button: Openbox does that at Alt+F4."""
        self.focus()
        xdotool("key", "alt+F4")
        return self.process.wait(20)


OpenWindow = Callable[..., Window]


@pytest.fixture
def open_window(desktop: str, server: ServerProcess, tmp_path: Path) -> Iterator[OpenWindow]:
    opened: list[Window] = []

    def open_one(nick: str = "Tuan") -> Window:
        opened.append(Window(server, tmp_path, nick))
        return opened[-1]

    yield open_one
    for window in opened:
        if window.process.poll() is None:
            window.process.send_signal(signal.SIGTERM)
            window.process.wait(20)


@pytest.fixture
def duy(server: ServerProcess) -> Iterator[IrcClient]:
    with IrcClient(server.port, "Duy", join="#lobby") as client:
        yield client


def said(client: IrcClient, text: str) -> None:
    client.until_that(lambda one: one.command == "PRIVMSG" and one.params[-1] == text)


def arrived(client: IrcClient, *nicks: str) -> None:
    """Waits until their windows are connected: they are on the screen before that."""
    missing = set(nicks or ("Tuan",))

    def is_last(one: Message) -> bool:
        if one.command == "JOIN":
            missing.discard(one.nick)
        return not missing

    client.until_that(is_last)


def test_keys_go_where_one_types(open_window: OpenWindow, duy: IrcClient) -> None:
    window = open_window()
    arrived(duy)
    window.focus()
    xdotool("type", "--delay", "1", "Hello, Duy!")
    xdotool("key", "Return")
    said(duy, "Hello, Duy!")
    x, y, width, height = window.geometry()
    for where in (
        (x + width // 2, y + height // 2),
        (x + 60, y + height // 2),
        (x + width - 40, y + 300),
    ):
        xdotool("mousemove", *map(str, where))
        xdotool("click", "1")
        xdotool("type", "--delay", "1", f"after a click at {where[0]}")
        xdotool("key", "Return")
        said(duy, f"after a click at {where[0]}")


def test_nobody_looks(open_window: OpenWindow, duy: IrcClient) -> None:
    """Another program has the keyboard: the title counts, and the window asks to be looked at."""
    window, other = open_window(), open_window("Lan")
    arrived(duy, "Tuan", "Lan")
    other.focus()
    wait_until(lambda: xdotool("getactivewindow") == other.id)
    duy.ask(*(f"PRIVMSG #lobby :line {number}" for number in range(14)))
    wait_until(lambda: window.title().startswith("(14) "))
    assert "#lobby" in window.title()
    assert urgency.is_urgent(int(window.id))
    assert not urgency.is_urgent(int(other.id))
    window.focus()
    wait_until(lambda: not window.title().startswith("("))
    wait_until(lambda: not urgency.is_urgent(int(window.id)))


def test_it_is_never_smaller_than_one_can_use(open_window: OpenWindow, duy: IrcClient) -> None:
    window = open_window()
    arrived(duy)
    xdotool("windowsize", window.id, "100", "100")
    wait_until(lambda: window.geometry()[2:] == LEAST)
    window.focus()
    xdotool("type", "--delay", "1", "in little room")
    xdotool("key", "Return")
    said(duy, "in little room")


def test_shortcuts_with_a_layout_that_is_not_latin(open_window: OpenWindow) -> None:
    window = open_window()
    window.focus()
    subprocess.run(["setxkbmap", "ru"], check=True)
    try:
        xdotool("keydown", "Control_L", "key", "45", "keyup", "Control_L")  # the key of K
        wait_until(lambda: windows("Go to"))
        x, y, width, height = window.geometry(windows("Go to")[0])
        ours = window.geometry()
        assert ours[0] <= x + width // 2 <= ours[0] + ours[2], "over its window"
        assert ours[1] <= y + height // 2 <= ours[1] + ours[3]
        xdotool("key", "Escape")
        wait_until(lambda: not windows("Go to"))
        assert xdotool("getactivewindow") == window.id
    finally:
        subprocess.run(["setxkbmap", "us"], check=True)


def test_size_and_place_are_kept(open_window: OpenWindow, duy: IrcClient) -> None:
    window = open_window()
    xdotool("windowsize", "--sync", window.id, "700", "500")
    xdotool("windowmove", "--sync", window.id, "200", "150")
    wait_until(lambda: window.geometry()[2:] == (700, 500))
    before = window.geometry()
    assert window.quit() == 0
    duy.until("QUIT")
    again = open_window()
    wait_until(lambda: again.geometry()[2:] == (700, 500))
    x, y = again.geometry()[:2]
    assert abs(x - before[0]) < 40, "but for the frame"
    assert abs(y - before[1]) < 40
