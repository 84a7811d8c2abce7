"""Who is in the room, those with a rank first."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Collection
from dataclasses import dataclass

from client_gui.model.rooms import Room
from client_gui.system import desktop
from client_gui.texts import _
from client_gui.ui.readonly import ReadOnlyText
from client_gui.ui.right_to_left import ordered
from client_gui.ui.theme import Theme
from client_gui.ui.tooltip import Tooltip, shortened

WIDTH = 200
AVATAR = 24
PADDING = 16  # at the left and the right of the list
BESIDE = 2  # at the left and the right of an avatar
GAP = "  "  # between an avatar and its nickname
MOST = 500  # drawn under each heading; the others are counted
_OPERATORS = frozenset("~&@")


@dataclass(frozen=True, slots=True)
class MembersCallbacks:
    """What can be asked for of somebody in the list."""

    talk: Callable[[str], None]
    menu: Callable[[int, int, str], None]  # at this place, what can be done with them


class Members(ReadOnlyText):
    """The list at the right."""

    def __init__(self, parent: tk.Misc, theme: Theme, callbacks: MembersCallbacks) -> None:
        palette = theme.palette
        super().__init__(
            parent,
            theme,
            background=palette.side,
            font=theme.body,
            wrap="none",
            padding=(PADDING, 16),
        )
        self.configure(width=theme.px(WIDTH))
        self.grid_propagate(False)
        self._theme = theme
        self._rows: dict[int, str] = {}  # nicknames by row
        self._shown: object = None  # what is drawn, to see whether anything has changed
        self._cut: set[str] = set()  # nicknames that have not enough room
        self.tip = Tooltip(self.text, theme)
        self.text.tag_configure(
            "heading", font=theme.small_bold, foreground=palette.dim, spacing3=theme.px(6)
        )
        self.text.tag_configure("away", foreground=palette.dim)
        self.text.bind("<Motion>", self._over)
        self.text.bind("<Double-Button-1>", lambda event: self._chosen(event, callbacks.talk))
        for opening in desktop.here().menu:
            self.text.bind(
                opening,
                lambda event: self._chosen(
                    event, lambda nick: callbacks.menu(event.x_root, event.y_root, nick)
                ),
            )

    def show(self, room: Room, away: Collection[str]) -> None:
        """Draws the members anew, at the place that was in view; `away` has folded nicknames."""
        members = [(prefix, nick, key in away) for key, prefix, nick in room.ranked()]
        if members == self._shown:
            return
        self._shown = members
        top = self.text.yview()[0]
        self._rows.clear()
        self._cut.clear()
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        self._section(_("OPERATORS"), [one for one in members if _OPERATORS & set(one[0])])
        self._section(_("MEMBERS"), [one for one in members if not _OPERATORS & set(one[0])])
        self.text.configure(state="disabled")
        self.text.yview_moveto(top)

    def _section(self, heading: str, members: list[tuple[str, str, bool]]) -> None:
        if not members:
            return
        if self.text.index("end-1c") != "1.0":
            self.text.insert("end", "\n")
        self.text.insert("end", f"{heading} — {len(members)}\n", "heading")
        for _prefix, nick, away in members[:MOST]:
            palette = self._theme.palette
            dot = palette.away if away else palette.good
            avatar = self._theme.avatar(nick, AVATAR, palette.side, dot)
            self._rows[int(self.text.index("end-1c").partition(".")[0])] = nick
            self.text.image_create("end", image=avatar, padx=self._theme.px(BESIDE))
            self.text.insert("end", f"{GAP}{self._short(nick)}\n", ("away",) if away else ())
        if len(members) > MOST:
            self.text.insert(
                "end", _("and {count} others").format(count=len(members) - MOST) + "\n", "away"
            )

    def _short(self, nick: str) -> str:
        """What of a nickname has room."""
        px, font = self._theme.px, self._theme.body
        room = px(WIDTH) - 2 * px(PADDING) - px(AVATAR) - 2 * px(BESIDE) - font.measure(GAP)
        whole = ordered(nick)
        short = shortened(whole, font, room)
        if short != whole:
            self._cut.add(nick)
        return short

    def _nick_at(self, event: tk.Event[tk.Misc]) -> str:
        row = int(self.text.index(f"@{event.x},{event.y}").partition(".")[0])
        return self._rows.get(row, "")

    def _over(self, event: tk.Event[tk.Misc]) -> None:
        nick = self._nick_at(event)
        self.tip.say(nick if nick in self._cut else "")

    def _chosen(self, event: tk.Event[tk.Misc], act: Callable[[str], None]) -> str:
        nick = self._nick_at(event)
        if nick:
            act(nick)
        return "break"
