"""Text that has not enough room ends in `…`, and is read whole where the mouse rests on it."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter import font as tkfont
from typing import Any

from client_gui.ui import timers
from client_gui.ui.theme import Theme

PAUSE_MS = 500  # the mouse rests so long before the tip comes
WIDTH = 420


def shortened(text: str, font: tkfont.Font, width: int) -> str:
    """What of `text` has room in so many pixels, with `…` where that is not all."""
    if font.measure(text) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.measure(text[:middle] + "…") <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "…"


class Tooltip:
    """One tip at a time, over one widget. `say` with "" takes it away."""

    def __init__(self, widget: tk.Misc, theme: Theme) -> None:
        self._widget = widget
        self._theme = theme
        self._timer: str | None = None
        self._shown: tk.Toplevel | None = None
        self._text = ""
        for event in ("<Leave>", "<Button>", "<Destroy>", "<Unmap>"):
            widget.bind(event, lambda event: self.say(""), add=True)

    @property
    def text(self) -> str:
        """What it says, or will say when the mouse has rested."""
        return self._text

    def say(self, text: str) -> None:
        """Soon, beside the mouse."""
        if text == self._text:
            return
        self._text = text
        if self._timer is not None:
            timers.stop(self._widget, self._timer)
            self._timer = None
        if self._shown is not None:
            self._shown.destroy()
            self._shown = None
        if text:
            self._timer = timers.after(self._widget, PAUSE_MS, self._show)

    def _show(self) -> None:
        self._timer = None
        theme, palette = self._theme, self._theme.palette
        made = self._shown = tk.Toplevel(self._widget, background=palette.border)
        made.overrideredirect(True)
        tk.Label(
            made,
            text=self._text,
            font=theme.small,
            background=palette.field,
            foreground=palette.text,
            justify="left",
            wraplength=theme.px(WIDTH),
            padx=theme.px(8),
            pady=theme.px(4),
        ).pack(padx=1, pady=1)
        made.update_idletasks()
        x = self._widget.winfo_pointerx() + theme.px(10)
        x = max(0, min(x, made.winfo_screenwidth() - made.winfo_reqwidth()))
        y = self._widget.winfo_pointery() + theme.px(16)
        if y + made.winfo_reqheight() > made.winfo_screenheight():
            y = self._widget.winfo_pointery() - made.winfo_reqheight() - theme.px(8)
        made.geometry(f"+{x}+{y}")


class ShortLabel(tk.Label):
    """A label of one line that takes what room there is; see `shortened`."""

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        font: tkfont.Font,
        most: Callable[[], int] | None = None,
        **looks: Any,
    ) -> None:
        """`most`: how wide it may be, where it is as wide as its text; call `fit` when that
        changes. Without it, the label has what room its parent gives it.
        """
        super().__init__(parent, font=font, anchor="w", borderwidth=0, padx=0, **looks)
        self._font = font
        self._most = most
        self.whole = ""
        self.tip = Tooltip(self, theme)
        if most is None:
            self.bind("<Configure>", lambda event: self._fit(event.width), add=True)
            # what was said while it was hidden, and it is as wide as before
            self.bind("<Map>", lambda event: self._fit(self.winfo_width()), add=True)
        self.bind("<Enter>", lambda event: self._tell(), add=True)

    def say(self, text: str) -> None:
        """Shows this text, or what of it has room."""
        self.whole = text
        if self._most is not None:
            self.fit()
            return
        self.configure(text=text)  # what it would like to have: its parent may give it less
        if self.winfo_ismapped():
            self._fit(self.winfo_width())

    def fit(self) -> None:
        """The room that there is has changed."""
        if self._most is not None:
            self._fit(self._most())

    def _fit(self, width: int) -> None:
        image = self.cget("image")
        if image:
            width -= int(self.tk.call("image", "width", image))
        text = shortened(self.whole, self._font, width)
        if text != self.cget("text"):
            self.configure(text=text)

    def _tell(self) -> None:
        self.tip.say(self.whole.strip() if self.cget("text") != self.whole else "")
