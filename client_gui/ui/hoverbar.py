"""What can be done with the message under the mouse: a small bar at its right."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from client_gui.model.lines import Line
from client_gui.texts import _
from client_gui.ui.theme import Theme
from client_gui.ui.tooltip import Tooltip

REACTIONS = ("👍", "❤")


@dataclass(frozen=True, slots=True)
class HoverCallbacks:
    """What the bar asks for."""

    react: Callable[[Line, str], None]
    reply: Callable[[Line], None]
    more: Callable[[int, int, Line], None]  # at this place of the screen


def _react(callbacks: HoverCallbacks, reaction: str, line: Line) -> None:
    callbacks.react(line, reaction)


class HoverBar(tk.Frame):
    """Shown with `over`, beside one message; tells its time too."""

    def __init__(self, parent: tk.Misc, theme: Theme, callbacks: HoverCallbacks) -> None:
        palette = theme.palette
        super().__init__(parent, background=palette.border, padx=1, pady=1)
        self._theme = theme
        self.line: Line | None = None  # the message under the mouse
        looks: dict[str, Any] = {"background": palette.background, "foreground": palette.dim}
        self.time = tk.Label(self, font=theme.small, padx=theme.px(6), **looks)
        self.time.pack(side="left", fill="y")
        self.buttons: dict[str, tk.Label] = {}
        for symbol in REACTIONS:
            button = self._button(symbol, symbol, partial(_react, callbacks, symbol))
            picture = theme.small_emoji.of(symbol)
            if picture is not None:
                button.configure(
                    image=picture, text="", width=theme.px(30)
                )  # in pixels, with an image
        self._button("reply", "↩", callbacks.reply, _("Reply"))
        more = self._button("more", "⋯", lambda line: self._more(callbacks), _("More"))
        more.configure(font=theme.bold)

    def _button(self, key: str, text: str, act: Callable[[Line], None], tip: str = "") -> tk.Label:
        theme, palette = self._theme, self._theme.palette
        made = self.buttons[key] = tk.Label(
            self,
            text=text,
            font=theme.body,
            background=palette.background,
            foreground=palette.text,
            padx=theme.px(7),
            pady=theme.px(2),
            cursor="hand2",
        )
        made.pack(side="left", fill="y")
        shown = Tooltip(made, theme)

        def enter(event: object) -> None:
            made.configure(background=palette.selected)
            shown.say(tip)

        made.bind("<Enter>", enter, add=True)
        made.bind("<Leave>", lambda event: made.configure(background=palette.background), add=True)
        made.bind("<Button-1>", lambda event: self._act(act), add=True)
        return made

    def _act(self, act: Callable[[Line], None]) -> None:
        if self.line is not None:
            act(self.line)

    def _more(self, callbacks: HoverCallbacks) -> None:
        if self.line is not None:
            at = self.buttons["more"]
            callbacks.more(at.winfo_rootx(), at.winfo_rooty() + at.winfo_height(), self.line)

    def over(self, line: Line, y: int) -> None:
        """Beside this message, which begins so far down."""
        if line is not self.line:
            self.line = line
            self.time.configure(text=time.strftime("%H:%M", time.localtime(line.at)))
        px = self._theme.px
        self.place(relx=1, x=-px(20), y=max(y - px(8), 0), anchor="ne")
        self.lift()

    def hide(self) -> None:
        """No message is under the mouse."""
        if self.line is not None:
            self.line = None
            self.place_forget()
