"""Xlib, by ctypes: a few calls need no package."""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import cache


@cache
def library() -> ctypes.CDLL | None:
    """Displays can be opened and closed with it; whoever wants more says how its functions are
    called. `None` where it is not there.
    """
    name = ctypes.util.find_library("X11")
    if name is None:
        return None
    found = ctypes.CDLL(name)
    found.XOpenDisplay.argtypes = [ctypes.c_char_p]
    found.XOpenDisplay.restype = ctypes.c_void_p
    found.XCloseDisplay.argtypes = found.XFree.argtypes = [ctypes.c_void_p]
    return found
