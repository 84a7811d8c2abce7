"""The window's own keys come before those of the field that has the keyboard."""

from __future__ import annotations

import tkinter as tk


def window_first(*widgets: tk.Misc) -> None:
    """Without this, Ctrl+K would also delete the rest of the line in the field."""
    for widget in widgets:
        top = str(widget.winfo_toplevel())
        widget.bindtags((top, *(tag for tag in widget.bindtags() if tag != top)))
