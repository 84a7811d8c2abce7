"""Who is in the room, operators first."""

from __future__ import annotations

import tkinter as tk

from client_gui.model import Room
from client_gui.ui.readonly import ReadOnlyText
from client_gui.ui.theme import Theme

WIDTH = 200
AVATAR = 24


class Members(ReadOnlyText):
    """The list at the right."""

    def __init__(self, parent: tk.Misc, theme: Theme) -> None:
        palette = theme.palette
        super().__init__(
            parent,
            theme,
            background=palette.side,
            font=theme.body,
            wrap="none",
            padding=(16, 16),
        )
        self.configure(width=theme.px(WIDTH))
        self.grid_propagate(False)
        self._theme = theme
        self.text.tag_configure(
            "heading", font=theme.small_bold, foreground=palette.dim, spacing3=theme.px(6)
        )

    def show(self, room: Room) -> None:
        """Draws the members anew, at the place that was in view."""
        top = self.text.yview()[0]
        members = room.sorted_members()
        operators = [nick for prefix, nick in members if "@" in prefix]
        others = [nick for prefix, nick in members if "@" not in prefix]
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        self._section("OPERATORS", operators)
        self._section("MEMBERS", others)
        self.text.configure(state="disabled")
        self.text.yview_moveto(top)

    def _section(self, heading: str, nicks: list[str]) -> None:
        if not nicks:
            return
        if self.text.index("end-1c") != "1.0":
            self.text.insert("end", "\n")
        self.text.insert("end", f"{heading} — {len(nicks)}\n", "heading")
        for nick in nicks:
            avatar = self._theme.avatar(nick, AVATAR, self._theme.palette.side)
            self.text.image_create("end", image=avatar, padx=self._theme.px(2))
            self.text.insert("end", f"  {nick}\n")
