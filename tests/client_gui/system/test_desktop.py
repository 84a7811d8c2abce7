"""What differs between desktops, as far as it can be seen without being on each of them."""

from __future__ import annotations

import ctypes
import ctypes.util
import platform
import shutil
import subprocess
import tkinter as tk
from types import SimpleNamespace

import pytest

from client_gui.system import appearance, desktop, urgency
from client_gui.ui.switcher import KEYS

EVERYWHERE = pytest.mark.parametrize("name", ["linux", "win32", "darwin"])


@pytest.mark.parametrize(
    ("name", "sequence", "bound"),
    [
        ("linux", "<Control-k>", "<Control-k>"),
        ("win32", "<Alt-Up>", "<Alt-Up>"),
        ("darwin", "<Control-k>", "<Mod1-k>"),
        ("darwin", "<Control-comma>", "<Mod1-comma>"),
        ("darwin", "<Alt-Up>", "<Mod2-Up>"),
        ("darwin", "<Control-m>", "<Control-m>"),  # Command+M minimises there
        ("darwin", "<F6>", "<F6>"),
    ],
)
def test_keys(monkeypatch: pytest.MonkeyPatch, name: str, sequence: str, bound: str) -> None:
    monkeypatch.setattr(desktop, "NAME", name)
    assert desktop.keys(sequence) == bound


def test_how_keys_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [desktop.key_words(key) for key, _ in KEYS] == [key for key, _ in KEYS]
    monkeypatch.setattr(desktop, "NAME", "darwin")
    written = [desktop.key_words(key) for key, _ in KEYS]
    assert {"⌘K", "⌥Up, ⌥Down", "⌃M", "⌘Plus, ⌘Minus, ⌘0", "⇧Enter"} <= set(written)
    assert not any("Ctrl" in text or "Alt" in text for text in written)


def test_only_windows_is_scaled_by_us(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, pixels, scale in (
        ("linux", 144.0, 1.0),
        ("darwin", 72.0, 1.0),
        ("win32", 96.0, 1.0),
        ("win32", 144.0, 1.5),
        ("win32", 80.0, 1.0),
        ("win32", 960.0, desktop.SCALE_MOST),
    ):
        monkeypatch.setattr(desktop, "NAME", name)
        assert desktop.density(pixels) == scale


def test_windows_is_told_that_we_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    library = SimpleNamespace(shcore=SimpleNamespace(SetProcessDpiAwareness=told.append))
    desktop.be_sharp()
    assert told == []
    monkeypatch.setattr(desktop, "NAME", "win32")
    desktop.be_sharp()  # an old Windows, which knows nothing of it
    monkeypatch.setattr(ctypes, "windll", library, raising=False)
    desktop.be_sharp()
    assert told == [1]


@pytest.mark.parametrize(
    ("name", "version", "draws"),
    [("linux", 20304, False), ("linux", 20305, True), ("win32", 0, True), ("darwin", 0, True)],
)
def test_only_an_old_xft_draws_no_emoji(
    monkeypatch: pytest.MonkeyPatch, name: str, version: int, draws: bool
) -> None:
    monkeypatch.setattr(desktop, "NAME", name)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: "libXft.so.2")
    library = SimpleNamespace(XftGetVersion=lambda: version)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: library)
    assert desktop.draws_emoji.__wrapped__() is draws


@pytest.mark.parametrize(("name", "asked"), [("win32", [(7, True), (7, False)]), ("darwin", [])])
def test_a_window_asks_to_be_looked_at_as_windows_do(
    monkeypatch: pytest.MonkeyPatch, name: str, asked: list[tuple[int, bool]]
) -> None:
    told: list[tuple[int, bool]] = []
    user32 = SimpleNamespace(FlashWindow=lambda window, urgent: told.append((window, urgent)))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(user32=user32), raising=False)
    monkeypatch.setattr(ctypes, "CDLL", None)  # nobody asks X11
    monkeypatch.setattr(desktop, "NAME", name)
    urgency.demand(7, urgent=True)
    urgency.demand(7, urgent=False)
    assert told == asked


def test_a_failure_without_a_console(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    box = SimpleNamespace(MessageBoxW=lambda *words: shown.append(words[1]))
    desktop.show_failure("nothing to show it with")
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(user32=box), raising=False)
    desktop.show_failure("no display")
    assert shown == ["no display"]


@pytest.mark.parametrize(
    ("about", "advice"),
    [
        ({"ID": "debian"}, "Install it: sudo apt install python3-tk"),
        ({"ID": "mint", "ID_LIKE": "ubuntu debian"}, "Install it: sudo apt install python3-tk"),
        ({"ID": "fedora"}, "Install it: sudo dnf install python3-tkinter"),
        ({"ID": "else"}, "Install your system's package of Tk for Python."),
        (None, "Install your system's package of Tk for Python."),
    ],
)
def test_advice_of_a_distribution(
    monkeypatch: pytest.MonkeyPatch, about: dict[str, str] | None, advice: str
) -> None:
    def release() -> dict[str, str]:
        if about is None:
            raise OSError
        return about

    monkeypatch.setattr(desktop, "NAME", "linux")
    monkeypatch.setattr(platform, "freedesktop_os_release", release)
    assert desktop.without_tkinter() == advice
    assert ("apt" in desktop.without_display()) == ("apt" in advice)


@pytest.mark.parametrize("name", ["win32", "darwin"])
def test_no_advice_to_use_apt_elsewhere(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(desktop, "NAME", name)
    assert "apt" not in desktop.without_tkinter() + desktop.without_display()


def test_tcl_knows_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(variable, "vi_VN.UTF-8")
    assert desktop.languages(tk.Tcl().call)[:2] == ["vi_vn", "vi"]

    def call(*words: str) -> None:
        raise tk.TclError("can't find package msgcat")

    assert desktop.languages(call) == []


@EVERYWHERE
@pytest.mark.parametrize(
    ("answer", "dark"),
    [
        ("Dark\n", True),
        ("'prefer-dark'\n", True),
        ("'default'\n", False),
        ("    AppsUseLightTheme    REG_DWORD    0x0\n", True),
        ("    AppsUseLightTheme    REG_DWORD    0x1\n", False),
        ("", False),
    ],
)
def test_each_is_asked_whether_it_is_dark(
    monkeypatch: pytest.MonkeyPatch, name: str, answer: str, dark: bool
) -> None:
    asked: list[str] = []

    def run(command: tuple[str, ...], **how: object) -> SimpleNamespace:
        asked.append(command[0])
        return SimpleNamespace(stdout=answer)

    monkeypatch.setattr(desktop, "NAME", name)
    monkeypatch.setattr(shutil, "which", lambda program: program)
    monkeypatch.setattr(subprocess, "run", run)
    assert appearance.is_dark() is dark
    assert asked == [{"linux": "gsettings", "win32": "reg", "darwin": "defaults"}[name]]


def test_no_console_flashes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert desktop.quiet_process() == {}
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0x08000000, raising=False)
    assert desktop.quiet_process() == {"creationflags": 0x08000000}
