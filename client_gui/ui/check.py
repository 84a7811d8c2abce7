"""A box to tick. Not with a tkinter Variable: the garbage collector may end one in any thread, and
Tk is to be used in its own only.
"""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk


class Check(ttk.Checkbutton):
    """`on` is whether it is ticked."""

    def __init__(self, parent: tk.Misc, text: str, *, on: bool = False) -> None:
        super().__init__(parent, text=text, style="Switch.TCheckbutton", takefocus=True)
        self.state(["!alternate"])
        self.on = on

    @property
    def on(self) -> bool:
        """Whether it is ticked."""
        return bool(self.instate(["selected"]))

    @on.setter
    def on(self, value: bool) -> None:
        self.state(["selected" if value else "!selected"])
