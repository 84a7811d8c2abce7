"""What differs between desktops, for the window: nothing else in it asks where it runs.

Notifications, the keyring and folders differ too; the libraries that `notify.py`, `secrets.py` and
`settings.py` use know how.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import platform
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

NAME: str = sys.platform  # which desktop this is
INCH = 96  # pixels of an inch at 100 %, on Windows
SCALE_MOST = 4.0
LANGUAGES_MOST = 10  # that the system is asked for
XFT_SAFE = 20305  # LibXft before 2.3.5 ends the process when it meets a coloured emoji
# that close the window; SIGBREAK: Ctrl+Break on Windows, where there is no SIGHUP
SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)

_INSTALL = {  # by the distribution, or by one that it is like
    "debian": "sudo apt install {debian}",
    "fedora": "sudo dnf install {fedora}",
    "arch": "sudo pacman -S {arch}",
}


@dataclass(frozen=True, slots=True)
class Desktop:
    """One kind of desktop; the defaults are those of Linux and other Unix systems."""

    command: str = "Control"  # the modifier of commands, as Tk calls it
    option: str = "Alt"
    reserved: str = ""  # letters that the system itself takes with `command`
    words: tuple[tuple[str, str], ...] = ()  # for the names of modifiers in texts
    menu: tuple[str, ...] = ("<Button-3>",)  # events that open a menu
    has_application_menu: bool = False
    orders_text: bool = False  # Tk puts text that is read from the right in order
    alt: int = 0x8  # the bit of Alt, or of what is like it, in the state of an event
    letter_codes: str = "x11"  # what a key's code says of its place: "x11", "virtual", "" nothing
    looks: str = "hint"  # how a window asks to be looked at: X11's "hint", "flash", "" not at all
    idle: str = "x11"  # who knows how long nothing was touched: system/idle.py
    watches_sockets: bool = True  # Tk does, beside its own events
    scales_itself: bool = True  # windows are not made larger by the program
    # the first that is there; otherwise what Tk has from the system
    fonts: tuple[str, ...] = ("Inter", "Noto Sans", "DejaVu Sans")
    mono: tuple[str, ...] = ("JetBrains Mono", "DejaVu Sans Mono", "Liberation Mono")
    asks_for_dark: tuple[str, ...] = (
        "gsettings",
        "get",
        "org.gnome.desktop.interface",
        "color-scheme",
    )


LINUX = Desktop()
WINDOWS = Desktop(
    orders_text=True,
    alt=0x20000,
    letter_codes="virtual",
    looks="flash",
    idle="windows",
    watches_sockets=False,
    scales_itself=False,
    fonts=("Segoe UI",),
    mono=("Cascadia Mono", "Consolas"),
    asks_for_dark=(
        "reg",
        "query",
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize",
        "/v",
        "AppsUseLightTheme",
    ),
)
MAC = Desktop(
    command="Mod1",
    option="Mod2",
    orders_text=True,
    alt=0x10 | 0x8,  # Option, and Command, whose letters are never text
    letter_codes="",
    looks="",
    idle="macos",
    reserved="m",  # minimises
    words=(("Ctrl+", "⌘"), ("Alt+", "⌥"), ("Shift+", "⇧")),
    # Tk 8.6 calls the right button 2, Tk 9 calls it 3
    menu=("<Button-2>", "<Button-3>", "<Control-Button-1>"),
    has_application_menu=True,
    fonts=(),  # the system's own, whose name says nothing
    mono=("Menlo",),
    asks_for_dark=("defaults", "read", "-g", "AppleInterfaceStyle"),
)
_KNOWN = {"win32": WINDOWS, "darwin": MAC}


def here() -> Desktop:
    """Where we are."""
    return _KNOWN.get(NAME, LINUX)


def keys(sequence: str) -> str:
    """`<Control-k>` as it is bound here: on macOS it is the Command key that is held."""
    found = here()
    if sequence.removeprefix("<Control-").removesuffix(">") in tuple(found.reserved):
        return sequence
    return sequence.replace("Control-", f"{found.command}-").replace("Alt-", f"{found.option}-")


def key_words(text: str) -> str:
    """`Ctrl+K` as people write it here."""
    found = here()
    if found.reserved:
        text = re.sub(rf"Ctrl\+([{found.reserved.upper()}])\b", r"⌃\1", text)
    for usual, ours in found.words:
        text = text.replace(usual, ours)
    return text


def be_sharp() -> None:
    """Before the first window: Windows is told that we scale by ourselves. It would enlarge the
    picture of the window otherwise, which is blurred then.
    """
    if here().scales_itself:
        return
    windll: Any = getattr(ctypes, "windll", None)
    try:
        windll.shcore.SetProcessDpiAwareness(1)
    except (AttributeError, OSError):
        pass  # before Windows 8.1


def density(pixels_of_an_inch: float) -> float:
    """How much larger than at 100 % everything has to be drawn."""
    if here().scales_itself:
        return 1.0
    return min(max(pixels_of_an_inch / INCH, 1.0), SCALE_MOST)


def languages(call: Callable[..., Any]) -> list[str]:
    """What the user reads, the best first, as Tcl knows it: from the environment, on Windows from
    its settings, on macOS from its own. `call` is Tcl's.
    """
    try:
        call("package", "require", "msgcat")
        found = call("::msgcat::mcpreferences")
    except Exception:  # TclError, which is tkinter's: a Tcl without its library
        return []
    words = found.split() if isinstance(found, str) else map(str, found)
    return [word for word in words if word][:LANGUAGES_MOST]


def quiet_process() -> dict[str, Any]:
    """For `subprocess`: no window of a console flashes up on Windows."""
    flag = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return {"creationflags": flag} if flag else {}


@cache
def draws_emoji() -> bool:
    """Whether Tk can be given any emoji."""
    name = ctypes.util.find_library("Xft") if NAME not in _KNOWN else None
    if name is None:
        return True  # not X11
    try:
        return int(ctypes.CDLL(name).XftGetVersion()) >= XFT_SAFE
    except (OSError, AttributeError):
        return False


def without_tkinter() -> str:
    """What to do where Python has no Tkinter."""
    if NAME == "win32":
        return "Run Python's installer again, choose Modify, and tick tcl/tk and IDLE."
    if NAME == "darwin":
        return "Install it: brew install python-tk (or take Python from python.org)"
    packages = {"debian": "python3-tk", "fedora": "python3-tkinter", "arch": "tk"}
    return _install(packages) or "Install your system's package of Tk for Python."


def without_display() -> str:
    """What to do where no window can be opened."""
    if NAME in _KNOWN:
        return "Start it from a desktop, as a user who is logged in there."
    advice = "Start it from a desktop, or set DISPLAY"
    packages = {"debian": "xvfb", "fedora": "xorg-x11-server-Xvfb", "arch": "xorg-server-xvfb"}
    install = _install(packages).removeprefix("Install it: ")
    return f"{advice} (without one: {install}, then xvfb-run gchat-client)." if install else advice


def without_spelling(lacking: str) -> str:
    """What to do where spelling cannot be checked: `lacking` is "pyenchant", "library" or
    "dictionary".
    """
    if lacking == "pyenchant":
        return "Install it: pip install pyenchant"
    if NAME == "darwin":
        return "Install it: brew install enchant"
    if lacking == "library":
        return _install({"debian": "libenchant-2-2", "fedora": "enchant2", "arch": "enchant"})
    return _install({"debian": "hunspell-en-us", "fedora": "hunspell-en", "arch": "hunspell-en_us"})


def show_failure(sentence: str) -> None:
    """A window with one sentence, for a program that has no standard error: on Windows one that was
    not started from a console.
    """
    windll: Any = getattr(ctypes, "windll", None)
    if windll is not None:
        windll.user32.MessageBoxW(None, sentence, "gchat", 0x10)  # with the sign of an error


def _install(packages: dict[str, str]) -> str:
    """How to install a package that each distribution calls something else; "" if unknown."""
    try:
        about = platform.freedesktop_os_release()
    except OSError:
        return ""
    for name in (about.get("ID", ""), *about.get("ID_LIKE", "").split()):
        if name in _INSTALL:
            return "Install it: " + _INSTALL[name].format(**packages)
    return ""
