"""For how long nobody has touched keyboard or mouse, where the system says it. By ctypes, as
x11.py.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
from collections.abc import Callable
from functools import cache
from typing import Any

from client_gui.system import desktop, x11

_ANY_EVENT = 0xFFFFFFFF  # kCGAnyInputEventType
_SESSION = 0  # kCGEventSourceStateCombinedSessionState


class _Info(ctypes.Structure):
    """XScreenSaverInfo."""

    _fields_ = (
        ("window", ctypes.c_ulong),
        ("state", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("til_or_since", ctypes.c_ulong),
        ("idle", ctypes.c_ulong),  # milliseconds
        ("event_mask", ctypes.c_ulong),
    )


class _LastInput(ctypes.Structure):
    """LASTINPUTINFO."""

    _fields_ = (("size", ctypes.c_uint), ("tick", ctypes.c_uint))


def seconds() -> float | None:
    """Of the whole session; `None` where nobody can say it (Wayland, or a library is missing)."""
    way = desktop.here().idle
    if way == "windows":
        return _windows()
    return (_macos() if way == "macos" else _x11())()


def _windows() -> float | None:
    windll: Any = getattr(ctypes, "windll", None)
    last = _LastInput(size=ctypes.sizeof(_LastInput))
    if windll is None or not windll.user32.GetLastInputInfo(ctypes.byref(last)):
        return None
    elapsed: int = (windll.kernel32.GetTickCount() - last.tick) & 0xFFFFFFFF  # it begins again
    return elapsed / 1000


@cache
def _macos() -> Callable[[], float | None]:
    name = ctypes.util.find_library("ApplicationServices")
    if name is None:
        return lambda: None
    ask = ctypes.CDLL(name).CGEventSourceSecondsSinceLastEventType
    ask.argtypes, ask.restype = [ctypes.c_int, ctypes.c_uint], ctypes.c_double
    return lambda: float(ask(_SESSION, _ANY_EVENT))


@cache
def _x11() -> Callable[[], float | None]:
    """The screen saver's extension. On Wayland it knows of X11's own windows only."""
    xlib, name = x11.library(), ctypes.util.find_library("Xss")
    if xlib is None or name is None or os.environ.get("WAYLAND_DISPLAY"):
        return lambda: None
    xss = ctypes.CDLL(name)
    xlib.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    xlib.XDefaultRootWindow.restype = ctypes.c_ulong
    pointers = [ctypes.POINTER(ctypes.c_int)] * 2
    xss.XScreenSaverQueryExtension.argtypes = [ctypes.c_void_p, *pointers]
    xss.XScreenSaverQueryInfo.argtypes = [
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.POINTER(_Info),
    ]
    display = xlib.XOpenDisplay(None)
    unused = ctypes.c_int(), ctypes.c_int()
    if not display or not xss.XScreenSaverQueryExtension(display, *map(ctypes.byref, unused)):
        return lambda: None
    root, info = xlib.XDefaultRootWindow(display), _Info()

    def ask() -> float | None:
        answered = xss.XScreenSaverQueryInfo(display, root, ctypes.byref(info))
        return info.idle / 1000 if answered else None

    return ask
