"""The room's name, topic and number of members, above the transcript."""

from __future__ import annotations

import tkinter as tk

from client_gui.model import Room
from client_gui.ui.theme import Theme

HEIGHT = 54


class Header(tk.Frame):
    """The bar at the top."""

    def __init__(self, parent: tk.Misc, theme: Theme) -> None:
        palette = theme.palette
        super().__init__(parent, background=palette.background, height=theme.px(HEIGHT))
        self.pack_propagate(False)
        tk.Frame(self, background=palette.border, height=1).pack(side="bottom", fill="x")
        self._name = tk.Label(
            self, font=theme.title, background=palette.background, foreground=palette.text
        )
        self._name.pack(side="left", padx=(theme.px(20), theme.px(10)))
        self._count = tk.Label(
            self, font=theme.small, background=palette.background, foreground=palette.dim
        )
        self._count.pack(side="right", padx=theme.px(20))
        self._topic = tk.Label(
            self,
            font=theme.small,
            background=palette.background,
            foreground=palette.dim,
            anchor="w",
        )
        self._topic.pack(side="left", fill="x", expand=True)

    def show(self, room: Room) -> None:
        """Draws the room's name, topic and count."""
        name = room.name if room.direct else f"# {room.name.lstrip('#')}"
        self._name.configure(text=name)
        self._topic.configure(text=room.topic)
        count = len(room.members)
        word = "member" if count == 1 else "members"
        self._count.configure(text=f"{count} {word}" if count else "")
