"""Calls for later that end with their widget.

A widget's own `after` and `after_idle` outlive it in Tcl, while the command that they call is named
after an address in memory: when the widget is gone, the next callback that gets this address is
called in its place. So these are the root's, which is there to the end.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable


def soon(widget: tk.Misc, act: Callable[[], object]) -> str:
    """Calls `act` when Tk has nothing else to do, if the widget is there then. Returns what `stop`
    takes.
    """
    return _root(widget).after_idle(_guarded(widget, act))


def after(widget: tk.Misc, milliseconds: int, act: Callable[[], object]) -> str:
    """Calls `act` so much later, if the widget is there then. Returns what `stop` takes."""
    return _root(widget).after(milliseconds, _guarded(widget, act))


def stop(widget: tk.Misc, timer: str) -> None:
    """It is not called, if it was not yet."""
    _root(widget).after_cancel(timer)


def stop_all(root: tk.Tk) -> None:
    """Nothing is called any more: the window goes."""
    for timer in root.tk.splitlist(root.tk.call("after", "info")):
        root.after_cancel(timer)


def _root(widget: tk.Misc) -> tk.Misc:
    root: tk.Misc = widget.nametowidget(".")
    return root


def _guarded(widget: tk.Misc, act: Callable[[], object]) -> Callable[[], None]:
    def call() -> None:
        if widget.winfo_exists():
            act()

    return call
