"""A Text that is only read, with a scrollbar where there is something to scroll."""

from __future__ import annotations

import tkinter as tk
from tkinter import font as tkfont
from tkinter import ttk

from client_gui.ui.styles import SCROLLBAR, SIDE_SCROLLBAR
from client_gui.ui.theme import Theme


class ReadOnlyText(tk.Frame):
    """`text` is written to between `configure(state="normal")` and `"disabled"`."""

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        *,
        background: str,
        font: tkfont.Font,
        wrap: str,
        padding: tuple[int, int],
    ) -> None:
        super().__init__(parent, background=background)
        palette = theme.palette
        self.text = tk.Text(
            self,
            state="disabled",
            cursor="arrow",
            relief="flat",
            borderwidth=0,
            highlightthickness=0,
            background=background,
            foreground=palette.text,
            selectbackground=palette.accent,
            selectforeground=palette.accent_text,
            font=font,
            wrap="word" if wrap == "word" else "none",
            width=1,
            padx=theme.px(padding[0]),
            pady=theme.px(padding[1]),
            spacing1=theme.px(3),
            spacing3=theme.px(3),
            yscrollcommand=self._scrolled,
        )
        bar = SIDE_SCROLLBAR if background == palette.side else SCROLLBAR
        self._scrollbar = ttk.Scrollbar(self, style=bar, command=self.text.yview)
        self.columnconfigure(0, weight=1)
        self.rowconfigure(0, weight=1)
        # the bar lies above the text's edge: coming and going, it never makes the text wrap anew
        self.text.grid(row=0, column=0, sticky="nsew")

    def _scrolled(self, first: float, last: float) -> None:
        self._scrollbar.set(first, last)
        if float(first) <= 0 and float(last) >= 1:  # Tk hands them over as text
            self._scrollbar.place_forget()
        else:
            self._scrollbar.place(relx=1, rely=0, relheight=1, anchor="ne")
