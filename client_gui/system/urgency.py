"""Asks the desktop to show that a window wants to be looked at. Where that cannot be asked for,
nothing happens. By ctypes, as x11.py.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from client_gui.system import desktop, x11

_URGENT = 1 << 8  # XUrgencyHint


class _Hints(ctypes.Structure):
    """XWMHints."""

    _fields_ = (
        ("flags", ctypes.c_long),
        ("input", ctypes.c_int),
        ("initial_state", ctypes.c_int),
        ("icon_pixmap", ctypes.c_ulong),
        ("icon_window", ctypes.c_ulong),
        ("icon_x", ctypes.c_int),
        ("icon_y", ctypes.c_int),
        ("icon_mask", ctypes.c_ulong),
        ("window_group", ctypes.c_ulong),
    )


def demand(window: int, *, urgent: bool) -> None:
    """The window of this id wants to be looked at, or (not `urgent`) not any more."""
    way = desktop.here().looks
    windll: Any = getattr(ctypes, "windll", None)
    if way == "flash" and windll is not None:
        windll.user32.FlashWindow(window, urgent)
    if way != "hint":
        return
    with _hints(window) as (library, display, top, hints):
        if hints and bool(hints.contents.flags & _URGENT) != urgent:
            hints.contents.flags ^= _URGENT
            library.XSetWMHints(display, top, hints)


def is_urgent(window: int) -> bool:
    """Whether it is asked for, on X11."""
    with _hints(window) as (_library, _display, _top, hints):
        return bool(hints and hints.contents.flags & _URGENT)


@contextmanager
def _hints(window: int) -> Iterator[tuple[ctypes.CDLL, int, int, ctypes._Pointer[_Hints]]]:
    """The hints of the window that the desktop manages, which is around Tk's own."""
    library = _library()
    none = ctypes.POINTER(_Hints)()
    display = library.XOpenDisplay(None) if library is not None else None
    if library is None or not display:
        yield ctypes.CDLL(None), 0, 0, none
        return
    hints = none
    try:
        top, root, count = window, ctypes.c_ulong(), ctypes.c_uint()
        while top:
            hints = library.XGetWMHints(display, top)
            if hints:
                break
            parent, children = ctypes.c_ulong(), ctypes.c_void_p()
            answer = (ctypes.byref(one) for one in (root, parent, children, count))
            library.XQueryTree(display, top, *answer)
            if children:
                library.XFree(children)
            top = 0 if parent.value == root.value else parent.value
        yield library, display, top, hints
    finally:
        if hints:
            library.XFree(hints)
        library.XCloseDisplay(display)


@cache
def _library() -> ctypes.CDLL | None:
    library = x11.library()
    if library is None:
        return None
    library.XGetWMHints.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
    library.XGetWMHints.restype = ctypes.POINTER(_Hints)
    library.XSetWMHints.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.POINTER(_Hints)]
    library.XQueryTree.argtypes = [ctypes.c_void_p, ctypes.c_ulong, *[ctypes.c_void_p] * 4]
    return library
