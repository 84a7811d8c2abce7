"""The application's name, the connection's state, the rooms, our own nickname."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass

from client_gui.model import Model, Phase
from client_gui.rooms import Room
from client_gui.texts import _
from client_gui.ui.theme import Theme
from gchat.wire.names import casefold

WIDTH = 230
ROW = 32
BADGE_MAX = 99  # more unread messages than this read "99+"


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen in the sidebar; rooms by their keys."""

    choose: Callable[[str], None]
    retry: Callable[[], None]
    join: Callable[[], None]  # a room: which is asked
    menu: Callable[[tk.Event[tk.Misc], str], None]
    settings: Callable[[], None]


class Sidebar(tk.Frame):
    """The column at the left."""

    def __init__(self, parent: tk.Misc, theme: Theme, choices: Choices) -> None:
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
        self.status.bind("<Button-1>", lambda event: choices.retry())
        self._list = tk.Frame(self, background=palette.side)
        self._list.pack(fill="both", expand=True, padx=theme.px(8), pady=(theme.px(14), 0))
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
        self.gear.pack(side="right")
        self.gear.bind("<Button-1>", lambda event: choices.settings())
        self.me = tk.Label(
            foot,
            font=theme.bold,
            background=palette.side,
            foreground=palette.text,
            compound="left",
            anchor="w",
        )
        self.me.pack(side="left", fill="x")

    def show_status(self, model: Model, now: float) -> None:
        """Draws the connection's state and our nickname."""
        theme, palette = self._theme, self._theme.palette
        status = model.status
        if status.phase is Phase.CONNECTED:
            colour, text = palette.good, _("connected")
            if status.latency is not None:
                text += f" · {status.latency * 1000:.0f} ms"
        elif status.phase is Phase.WAITING:
            seconds = max(0, round(status.until - now))
            colour = palette.warn
            text = _("reconnecting in {seconds} s · now").format(seconds=seconds)
        elif status.phase is Phase.CONNECTING:
            colour, text = palette.warn, _("connecting …")
        else:
            colour, text = palette.bad, _("not connected")
        dot = theme.dot(colour, 10, palette.side)
        waiting = status.phase is Phase.WAITING
        self.status.configure(
            text=f" {text}",
            foreground=colour,
            image=dot,
            cursor="hand2" if waiting else "arrow",
        )
        avatar = theme.avatar(model.nick, 28, palette.side)
        state = _(" (away)") if casefold(model.nick) in model.away else ""
        self.me.configure(text=f"  {model.nick}{state}", image=avatar)

    def show_rooms(self, model: Model) -> None:
        """Draws the list of rooms and conversations."""
        for child in self._list.winfo_children():
            child.destroy()
        rooms = [(key, room) for key, room in model.rooms.items() if not room.direct]
        people = [(key, room) for key, room in model.rooms.items() if room.direct]
        self._heading(_("ROOMS"))
        for key, room in rooms:
            self._row(key, room, current=key == model.current)
        self._join_row()
        if people:
            self._heading(_("DIRECT MESSAGES"))
        for key, room in people:
            self._row(key, room, current=key == model.current, dot=_presence(model, key))

    def _join_row(self) -> None:
        theme, palette = self._theme, self._theme.palette
        label = tk.Label(
            self._list,
            text=_("+  Join a room"),
            font=theme.small,
            background=palette.side,
            foreground=palette.dim,
            anchor="w",
            cursor="hand2",
        )
        label.pack(fill="x", padx=theme.px(12), pady=theme.px(6))
        label.bind("<Button-1>", lambda event: self._choices.join())

    def _heading(self, text: str) -> None:
        palette, theme = self._theme.palette, self._theme
        tk.Label(
            self._list,
            text=text,
            font=theme.small_bold,
            background=palette.side,
            foreground=palette.dim,
            anchor="w",
        ).pack(fill="x", padx=theme.px(12), pady=(theme.px(8), theme.px(4)))

    def _row(self, key: str, room: Room, *, current: bool, dot: str = "") -> None:
        palette, theme = self._theme.palette, self._theme
        background = palette.selected if current else palette.side
        lively = current or room.unread > 0
        row = tk.Frame(self._list, background=background, height=theme.px(ROW), cursor="hand2")
        row.pack(fill="x")
        row.pack_propagate(False)
        name = room.name if room.direct else f"#  {room.name.lstrip('#')}"
        label = tk.Label(
            row,
            text=name,
            font=theme.bold if lively else theme.body,
            background=background,
            foreground=palette.text if lively else palette.dim,
            anchor="w",
        )
        if dot:
            colour = {"here": palette.good, "away": palette.warn}.get(dot, palette.border)
            image = theme.dot(colour, 9, background)
            label.configure(image=image, compound="left", text=f"  {name}")
        label.pack(side="left", fill="both", expand=True, padx=(theme.px(12), 0))
        widgets: list[tk.Widget] = [row, label]
        if room.unread:
            count = str(room.unread) if room.unread <= BADGE_MAX else f"{BADGE_MAX}+"
            badge = tk.Label(
                row,
                text=count,
                font=theme.small_bold,
                background=palette.bad if room.mentions else palette.badge,
                foreground="#ffffff",
                padx=theme.px(6),
            )
            badge.pack(side="right", padx=theme.px(10))
            widgets.append(badge)
        for widget in widgets:
            widget.bind("<Button-1>", lambda event: self._choices.choose(key))
            widget.bind("<Button-3>", lambda event: self._choices.menu(event, key))


def _presence(model: Model, key: str) -> str:
    """Of somebody, as far as it is known: who shares no room with us cannot be seen."""
    if key in model.away:
        return "away"
    here = any(key in room.members for room in model.rooms.values())
    return "here" if here else "unknown"
