"""What does not fit into a dialog can be scrolled; what has the keyboard is always in view."""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk

from client_gui.ui.styles import SCROLLBAR
from client_gui.ui.theme import Theme

GUTTER = 14
STEP = 40  # pixels for each turn of the wheel
FRAME = 40  # pixels of the screen's height that are left for the frame of a dialog


class ScrollArea(tk.Frame):
    """As large as its `inside` wants to be, or as the window has room for; at its right, GUTTER is
    left for the scrollbar.
    """

    def __init__(self, parent: tk.Toplevel, theme: Theme, within: tk.Misc | None = None) -> None:
        """`within`: the part of the window that it is in, where that is not all of it."""
        background = theme.palette.background
        super().__init__(within or parent, background=background)
        self._step, self._gutter = theme.px(STEP), theme.px(GUTTER)
        self._canvas = tk.Canvas(self, background=background, highlightthickness=0, borderwidth=0)
        self._canvas.pack(side="left", fill="both", expand=True)
        self.inside = tk.Frame(self._canvas, background=background)
        self._item = self._canvas.create_window(0, 0, window=self.inside, anchor="nw")
        self._bar = ttk.Scrollbar(self, style=SCROLLBAR, command=self._canvas.yview)
        self._canvas.configure(yscrollcommand=self._bar.set)
        self.inside.bind("<Configure>", lambda event: self._wants())
        self._canvas.bind("<Configure>", lambda event: self._fit())
        parent.bind("<FocusIn>", lambda event: self._see(event.widget), add=True)
        for turn, way in (("<Button-4>", -1), ("<Button-5>", 1)):
            parent.bind(turn, lambda event, way=way: self._scroll(way), add=True)  # type: ignore[misc]
        parent.bind("<MouseWheel>", lambda e: self._scroll(-1 if e.delta > 0 else 1), add=True)
        parent.maxsize(parent.winfo_screenwidth(), parent.winfo_screenheight() - FRAME)

    @property
    def fits(self) -> bool:
        """Whether all of it is in view."""
        return self.inside.winfo_reqheight() <= max(self._canvas.winfo_height(), 1)

    def _wants(self) -> None:
        size = self.inside.winfo_reqwidth(), self.inside.winfo_reqheight()
        self._canvas.configure(width=size[0] + self._gutter, height=size[1])
        self._fit()

    def _fit(self) -> None:
        """All of the room that there is, and no less than what is inside wants."""
        wide, high = self._canvas.winfo_width(), self._canvas.winfo_height()
        wanted = self.inside.winfo_reqheight()
        self._canvas.itemconfigure(
            self._item, width=max(wide - self._gutter, 1), height=max(high, wanted)
        )
        self._canvas.configure(scrollregion=(0, 0, wide, max(high, wanted)))
        if self.fits:
            self._bar.place_forget()
        else:
            self._bar.place(relx=1, rely=0, relheight=1, anchor="ne")

    def _scroll(self, way: int) -> None:
        if not self.fits:
            self._move(self._canvas.canvasy(0) + way * self._step)

    def _see(self, widget: tk.Misc) -> None:
        """Scrolls a widget into view."""
        if self.fits or not str(widget).startswith(f"{self.inside}."):
            return
        top = widget.winfo_rooty() - self.inside.winfo_rooty()
        bottom, first = top + widget.winfo_height(), self._canvas.canvasy(0)
        if top < first:
            self._move(top - self._step)
        elif bottom > first + self._canvas.winfo_height():
            self._move(bottom + self._step - self._canvas.winfo_height())

    def _move(self, top: float) -> None:
        self._canvas.yview_moveto(max(top, 0) / max(self.inside.winfo_reqheight(), 1))
