"""The application's name, the connection's state, the rooms, our own nickname."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tkinter import ttk

from client_gui.model.model import Model, Phase
from client_gui.system import desktop
from client_gui.texts import _
from client_gui.ui.roomlist import RoomList
from client_gui.ui.sections import HEADING, JOIN, Section, place, rows, state
from client_gui.ui.theme import Theme
from client_gui.ui.tooltip import ShortLabel

WIDTH = 230


@dataclass(frozen=True, slots=True)
class SidebarCallbacks:
    """What can be chosen in the sidebar; servers by their names, "" for the one that is shown, and
    rooms by their keys, "" for the one where somebody was.
    """

    choose: Callable[[str, str], None]
    retry: Callable[[], None]
    join: Callable[[str], None]  # a room of this server: which is asked
    menu: Callable[[int, int, str, str], None]
    server: Callable[[int, int, str], None]  # at this place, what can be done with a server
    fold: Callable[[str], None]  # a server's rooms, or shows them
    settings: Callable[[], None]
    me: Callable[[int, int], None]  # at this place, what can be done with ourselves


class Sidebar(tk.Frame):
    """The column at the left."""

    def __init__(self, parent: tk.Misc, theme: Theme, choices: SidebarCallbacks) -> None:
        palette = theme.palette
        super().__init__(parent, background=palette.side, width=theme.px(WIDTH))
        self.pack_propagate(False)
        self._theme = theme
        self._choices = choices
        head = tk.Frame(self, background=palette.side)
        head.pack(fill="x", padx=theme.px(20), pady=(theme.px(16), 0))
        tk.Label(
            head, text="gchat", font=theme.title, background=palette.side, foreground=palette.text
        ).pack(anchor="w")
        self.server = ShortLabel(
            head, theme, theme.small, background=palette.side, foreground=palette.dim
        )
        self.server.pack(anchor="w", fill="x", padx=(theme.px(2), 0))
        self.status = tk.Label(
            head,
            font=theme.small,
            background=palette.side,
            anchor="w",
            justify="left",
            compound="left",
            wraplength=theme.px(WIDTH - 40),
        )
        self.status.pack(anchor="w", fill="x", pady=(theme.px(2), 0))
        self.retry = ttk.Button(
            head, text=_("Connect now"), style="Retry.TButton", command=choices.retry
        )
        self.status.bind("<Button-1>", lambda event: choices.retry())
        for opening in desktop.here().menu:
            self.server.bind(
                opening, lambda event: choices.server(event.x_root, event.y_root, ""), add=True
            )
        self.list = RoomList(self, theme, WIDTH - 16, self._chosen, self._menu)
        self.list.fold = lambda key: choices.fold(place(key)[0])
        # the foot before the list, which takes what is left
        foot = tk.Frame(self, background=palette.side)
        foot.pack(side="bottom", fill="x", padx=theme.px(20), pady=theme.px(16))
        self.gear = tk.Label(
            foot,
            text="⚙",
            font=theme.title,
            background=palette.side,
            foreground=palette.dim,
            cursor="hand2",
        )
        self.gear.pack(side="right", padx=(theme.px(8), 0))
        self.gear.bind("<Button-1>", lambda event: choices.settings())
        self.me = ShortLabel(
            foot,
            theme,
            theme.bold,
            background=palette.side,
            foreground=palette.text,
            compound="left",
            cursor="hand2",
        )
        self.me.pack(side="left", fill="x", expand=True, padx=(theme.px(2), 0))
        self.me.bind("<Button-1>", lambda event: choices.me(event.x_root, event.y_root))
        self.list.pack(fill="both", expand=True, padx=theme.px(8), pady=(theme.px(10), 0))

    def show_server(self, name: str, *, safe: bool) -> None:
        """Where we are, and whether nobody on the way can read what is said."""
        lock = self._theme.small_emoji.of("🔒") if safe else None  # never as text: see displayable
        self.server.configure(image=lock or "", compound="left")
        mark = "" if lock or not safe else "TLS · "
        self.server.say(f" {name}" if lock else f"{mark}{name}")

    def show_status(self, model: Model, now: float) -> None:
        """Draws the connection's state and our nickname."""
        theme, palette = self._theme, self._theme.palette
        status = model.status
        colour, text = state(model, palette, now)
        if status.latency is not None:
            text += f" · {status.latency * 1000:.0f} ms"
        dot = theme.dot(colour, 10, palette.side)
        idle = status.phase in (Phase.WAITING, Phase.OFFLINE)
        self.status.configure(
            text=f" {text}",
            foreground=colour,
            image=dot,
            cursor="hand2" if idle else "arrow",
        )
        if idle:
            self.retry.pack(anchor="w", pady=(theme.px(4), 0))
        else:
            self.retry.pack_forget()
        avatar = theme.avatar(model.nick, 28, palette.side)
        away = _(" (away)") if model.fold(model.nick) in model.away else ""
        self.me.configure(image=avatar)
        self.me.say(f"  {model.nick}{away}")

    def show_rooms(self, sections: Sequence[Section], now: float) -> None:
        """Draws the list of rooms and conversations of all servers."""
        self.list.show(rows(sections, self._theme.palette, now))

    def _chosen(self, key: str) -> None:
        name, inner = place(key)
        if inner == JOIN:
            self._choices.join(name)
        else:
            self._choices.choose(name, inner)

    def _menu(self, x: int, y: int, key: str) -> None:
        name, inner = place(key)
        if inner == HEADING:
            self._choices.server(x, y, name)
        elif inner != JOIN:
            self._choices.menu(x, y, name, inner)
