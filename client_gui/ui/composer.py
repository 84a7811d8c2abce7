"""Where one types. Enter sends, Shift+Enter breaks the line, the field grows."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import ttk

from client_gui.ui.theme import Theme

ROWS_MAX = 6


class Composer(tk.Frame):
    """`send` is called with what was typed; where it returns False the text stays."""

    def __init__(self, parent: tk.Misc, theme: Theme, send: Callable[[str], bool]) -> None:
        palette = theme.palette
        super().__init__(parent, background=palette.background)
        self._send = send
        frame = tk.Frame(
            self,
            background=palette.field,
            highlightthickness=1,
            highlightbackground=palette.border,
            highlightcolor=palette.accent,
        )
        frame.pack(fill="x", padx=theme.px(16), pady=(theme.px(4), theme.px(14)))
        # before the text, which expands: packed after it the button would have no room left
        self.button = ttk.Button(
            frame, text="Send", style="Send.TButton", command=self.submit, takefocus=False
        )
        self.button.pack(side="right", padx=theme.px(6), pady=theme.px(6), anchor="s")
        self.text = tk.Text(
            frame,
            height=1,
            wrap="word",
            relief="flat",
            borderwidth=0,
            highlightthickness=0,
            background=palette.field,
            foreground=palette.text,
            insertbackground=palette.text,
            insertwidth=2,
            selectbackground=palette.accent,
            selectforeground=palette.accent_text,
            font=theme.body,
            padx=theme.px(10),
            pady=theme.px(10),
            undo=True,
        )
        self.text.pack(side="left", fill="both", expand=True)
        self._hint = tk.Label(
            self.text,
            background=palette.field,
            foreground=palette.dim,
            font=theme.body,
            cursor="xterm",
            borderwidth=0,
            padx=0,
            pady=0,
        )
        self._hint.bind("<Button-1>", lambda event: self.text.focus_set())
        self.text.bind("<Return>", self._on_enter)
        self.text.bind("<KP_Enter>", self._on_enter)
        self.text.bind("<Shift-Return>", lambda event: None)
        self.text.bind("<<Modified>>", self._on_modified)
        frame.bind("<FocusIn>", lambda event: self.text.focus_set())
        self._show_hint()

    def set_hint(self, text: str) -> None:
        """What stands in the empty field."""
        self._hint.configure(text=text)

    def get(self) -> str:
        """What is typed."""
        return self.text.get("1.0", "end-1c")

    def submit(self) -> None:
        """Sends what is typed."""
        typed = self.get()
        if typed.strip() and self._send(typed):
            self.text.delete("1.0", "end")
            self.text.edit_reset()
        self.text.focus_set()

    def _on_enter(self, event: object) -> str:
        self.submit()
        return "break"

    def _on_modified(self, event: object) -> None:
        self.text.edit_modified(False)
        counted = self.text.count("1.0", "end", "displaylines")
        rows = counted[0] if isinstance(counted, tuple) else counted
        self.text.configure(height=min(max(rows or 1, 1), ROWS_MAX))
        self._show_hint()

    def _show_hint(self) -> None:
        if self.get():
            self._hint.place_forget()
        else:
            self._hint.place(x=3, y=0)  # within the text's own padding, right of the cursor
