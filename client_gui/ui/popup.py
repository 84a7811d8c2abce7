"""A menu that opens at the mouse, in the window's colours."""

from __future__ import annotations

import tkinter as tk
from typing import Any

from client_gui.ui.theme import Theme


class PopupMenu(tk.Menu):
    """The entry under the mouse is flat: what makes entries high is an empty picture beside each,
    for Tk would draw a border round the active one as if it were a button.
    """

    def __init__(self, parent: tk.Misc, theme: Theme) -> None:
        palette = theme.palette
        super().__init__(
            parent,
            tearoff=False,
            font=theme.body,
            background=palette.field,
            foreground=palette.text,
            activebackground=palette.selected,
            activeforeground=palette.text,
            disabledforeground=palette.dim,
            activeborderwidth=0,
            relief="solid",
            borderwidth=1,
        )
        height = theme.body.metrics("linespace") + theme.px(8)
        self._gap = tk.PhotoImage(master=self, width=theme.px(4), height=height)

    def add(self, itemType: str, cnf: Any = None, **kw: Any) -> None:  # noqa: N803 (as Tk's)
        """An entry of any kind."""
        options = {**(cnf or {}), **kw}
        if itemType in ("command", "cascade"):
            options = {"image": self._gap, "compound": "left", **options}
        super().add(itemType, options)  # type: ignore[no-untyped-call]
