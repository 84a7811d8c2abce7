"""The bar under the header in which one looks for words."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from tkinter import ttk

from client_gui.system import desktop
from client_gui.texts import _
from client_gui.ui import timers
from client_gui.ui.theme import Theme

PAUSE_MS = 150  # after the last key, before it is looked for: typing never waits


@dataclass(frozen=True, slots=True)
class Search:
    """What the bar asks for."""

    words: Callable[[str], None]  # these are looked for in what is loaded
    step: Callable[[int], None]  # 1: to the place before, which is older; -1: after
    server: Callable[[str], None]  # these are looked for on the server
    closed: Callable[[], None]


class FindBar(tk.Frame):
    """Shown with `open`; Escape closes it."""

    def __init__(self, parent: tk.Misc, theme: Theme, search: Search) -> None:
        palette = theme.palette
        super().__init__(parent, background=palette.background)
        self._search = search
        self._timer: str | None = None
        self.entry = ttk.Entry(self, style="Field.TEntry", font=theme.body, width=8)
        tk.Frame(self, background=palette.border, height=1).pack(side="bottom", fill="x")
        # before the field, which takes what is left: packed after it they would have no room
        right = theme.px(14)  # with the button's own padding what the field has at the left
        for text, act in (
            ("✕", self.close),
            (_("On the server"), lambda: search.server(self.entry.get())),
            ("↓", lambda: search.step(-1)),
            ("↑", lambda: search.step(1)),
        ):
            button = ttk.Button(self, text=text, style="Small.TButton", command=act)
            button.pack(side="right", padx=(0, right))
            right = theme.px(6)
        self.count = tk.Label(
            self, font=theme.small, background=palette.background, foreground=palette.dim, width=9
        )
        self.count.pack(side="right", padx=theme.px(4))
        self.entry.pack(
            side="left", fill="x", expand=True, padx=(theme.px(20), 0), pady=theme.px(8)
        )
        self.entry.bind("<KeyRelease>", self._typed)
        for keys, older in (("<Return>", 1), ("<Up>", 1), ("<Shift-Return>", -1), ("<Down>", -1)):
            self.entry.bind(keys, lambda event, step=older: self._step(step))  # type: ignore[misc]
        on_server = desktop.keys("<Control-Return>")
        self.entry.bind(on_server, lambda event: search.server(self.entry.get()))
        self.bind_all("<F3>", lambda event: self._step(1))
        self.bind_all("<Shift-F3>", lambda event: self._step(-1))
        for widget in (self.entry, *self.winfo_children()):
            widget.bind("<Escape>", lambda event: self.close())

    def open(self, words: str = "") -> None:
        """Shows the bar, and looks for these words where there are some."""
        self.pack(side="top", fill="x", after=self.master.winfo_children()[0])
        if words:
            self.entry.delete(0, "end")
            self.entry.insert(0, words)
            self._now()
        self.entry.focus_set()
        self.entry.selection_range(0, "end")

    def close(self) -> None:
        """Hides it, and what it has marked."""
        self._stop()
        self.pack_forget()
        self._search.closed()

    @property
    def words(self) -> str | None:
        """What is looked for; `None` while the bar is hidden."""
        return self.entry.get() if self.winfo_ismapped() else None

    def say(self, text: str) -> None:
        """Which of how many places is shown."""
        self.count.configure(text=text)

    def _stop(self) -> None:
        if self._timer is not None:
            timers.stop(self, self._timer)
            self._timer = None

    def _typed(self, event: tk.Event[tk.Misc]) -> None:
        if event.keysym in ("Return", "Up", "Down", "Escape", "F3", "Shift_L", "Shift_R"):
            return
        self._stop()
        self._timer = timers.after(self, PAUSE_MS, self._now)

    def _now(self) -> None:
        self._stop()
        self._search.words(self.entry.get())

    def _step(self, step: int) -> str:
        if self._timer is not None:
            self._now()
        elif self.winfo_ismapped():
            self._search.step(step)
        return "break"
