"""The list of rooms and conversations, drawn on one canvas, which is fast even for many."""

from __future__ import annotations

import tkinter as tk
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from tkinter import ttk

from client_gui.system import desktop
from client_gui.ui.right_to_left import ordered
from client_gui.ui.styles import SIDE_SCROLLBAR
from client_gui.ui.theme import Theme
from client_gui.ui.tooltip import Tooltip, shortened

ROW = 32
HEADING = 30
SERVER = 38  # a server's heading
NOTE = 18  # what is said below it
FOLD = 24  # from the left: what folds a server's rooms when it is clicked
RADIUS = 6
BADGE_MAX = 99  # more unread messages than this read "99+"


@dataclass(frozen=True, slots=True)
class Row:
    """`key` is "" for a heading; `count` is the number of unread messages, and `loud` says whether
    some of them are for us personally; `dot` is a colour, for people and servers. A `heading` with
    a key is a server's; `note` stands below it, and all of `about` is told by its tooltip.
    """

    name: str
    key: str = ""
    current: bool = False
    count: int = 0
    loud: bool = False
    muted: bool = False
    dot: str = ""
    mark: str = ""  # before the name
    heading: bool = False
    folded: bool = False
    safe: bool = False
    strong: bool = False
    about: str = ""
    note: str = ""


class RoomList(tk.Canvas):
    """Calls `choose` with the key of a row that is clicked, `menu` when it is the other button.
    What is at its top is a whole row. Right of it, in its parent, is a scrollbar where not all
    rows have room.
    """

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        width: int,
        choose: Callable[[str], None],
        menu: Callable[[int, int, str], None],
    ) -> None:
        super().__init__(
            parent,
            background=theme.palette.side,
            highlightthickness=0,
            borderwidth=0,
            width=theme.px(width),
            height=1,  # what is left of the column
            yscrollcommand=self._scrolled,
        )
        self.bar = ttk.Scrollbar(parent, style=SIDE_SCROLLBAR, command=self._dragged)
        self._theme = theme
        self._width = theme.px(width)
        self._rows: list[Row] = []
        self._places: list[tuple[int, int, str]] = []  # from, to, key
        self._tops = [0]  # of all rows, headings too
        self._foot = 0  # of the last row
        self._hovered = ""
        self._cut: dict[str, str] = {}  # by key: names that have not enough room
        self.tip = Tooltip(self, theme)
        self.fold: Callable[[str], None] = choose  # called with a heading whose sign is clicked
        self.bind("<Button-1>", lambda event: self._clicked(event, choose))
        for opening in desktop.here().menu:
            self.bind(
                opening,
                lambda event: self._clicked(event, lambda k: menu(event.x_root, event.y_root, k)),
            )
        self.bind("<Motion>", lambda event: self._hover(self._key_at(event.y)))
        self.bind("<Leave>", lambda event: self._hover(""))
        self.bind("<MouseWheel>", lambda event: self._wheel(-1 if event.delta > 0 else 1))
        self.bind("<Button-4>", lambda event: self._wheel(-1))
        self.bind("<Button-5>", lambda event: self._wheel(1))
        self.bind("<Configure>", lambda event: self._sized())

    def show(self, rows: list[Row]) -> None:
        """Draws the rows if they have changed; brings the current one into view if it is new."""
        if rows == self._rows:
            return
        before = next((row.key for row in self._rows if row.current), "")
        self._rows = rows
        self._draw()
        if before != next((row.key for row in rows if row.current), ""):
            self._show_current()

    def place_of(self, key: str) -> tuple[int, int]:
        """The middle of a row, as it is in view."""
        top, bottom = next((a, b) for a, b, one in self._places if one == key)
        return self._width // 2, round((top + bottom) / 2 - self.canvasy(0))

    # -- drawing

    def _draw(self) -> None:
        px = self._theme.px
        self.delete("all")
        self._places = []
        self._tops = []
        self._cut = {}
        at = 0
        for row in self._rows:
            self._tops.append(at)
            height = px(SERVER if row.heading else ROW if row.key else HEADING)
            if row.heading:
                height += px(NOTE) if row.note else 0
                self._draw_server(row, at, px(SERVER))
                self._places.append((at, at + height, row.key))
            elif row.key:
                self._draw_row(row, at, height)
                self._places.append((at, at + height, row.key))
            else:
                self._heading(row.name, at + height)
            at += height
        self._foot = at
        self._set_region()

    def _heading(self, text: str, foot: int) -> None:
        theme = self._theme
        self.create_text(
            theme.px(14),
            foot - theme.px(5),
            text=text,
            font=theme.small_bold,
            fill=theme.palette.dim,
            anchor="sw",
        )

    def _draw_server(self, row: Row, top: int, height: int) -> None:
        """Its sign to fold it, its state's dot, a padlock, its name, and what is unread there."""
        theme, palette = self._theme, self._theme.palette
        px = theme.px
        middle = top + height // 2 + px(2)
        ground = palette.side
        if row.key == self._hovered:
            ground = palette.hover
            shape = theme.shapes.rounded((self._width, px(ROW)), px(RADIUS), ground, palette.side)
            self.create_image(0, middle, image=shape, anchor="w")
        if top:
            self.create_line(
                px(8), top + px(2), self._width - px(8), top + px(2), fill=palette.border
            )
        sign = "▸" if row.folded else "▾"
        self.create_text(px(6), middle, text=sign, font=theme.small, fill=palette.dim, anchor="w")
        left = px(FOLD)
        self.create_image(left, middle, image=theme.dot(row.dot, 9, ground), anchor="w")
        left += px(15)
        lock = theme.small_emoji.of("🔒") if row.safe else None
        if lock is not None:
            self.create_image(left, middle, image=lock, anchor="w")
            left += lock.width() + px(3)
        right = self._width - px(10)
        if row.count:
            right = self._badge(row, right, middle, ground)
        name = f"TLS · {row.name}" if row.safe and lock is None else row.name
        lively = row.strong or row.count > 0
        short = shortened(name, theme.small_bold, right - left - px(6))
        self._cut[row.key] = f"{row.name}: {row.note or row.about}"
        ink = palette.text if lively else palette.dim
        self.create_text(left, middle, text=short, font=theme.small_bold, fill=ink, anchor="w")
        if row.note:
            text = shortened(row.note, theme.small, self._width - px(FOLD) - px(10))
            self.create_text(
                px(FOLD),
                top + height + px(NOTE) // 2 - px(3),
                text=text,
                font=theme.small,
                fill=row.dot,
                anchor="w",
            )

    def _draw_row(self, row: Row, top: int, height: int) -> None:
        theme, palette = self._theme, self._theme.palette
        px, middle = theme.px, top + height // 2
        ground = palette.side
        if row.current or row.key == self._hovered:
            ground = palette.selected if row.current else palette.hover
            shape = theme.shapes.rounded((self._width, height), px(RADIUS), ground, palette.side)
            self.create_image(0, top, image=shape, anchor="nw")
        lively = row.current or row.count > 0
        ink = palette.text if lively and not row.muted else palette.dim
        left = px(14)
        if row.dot:
            image = theme.dot(row.dot, 9, ground)
            self.create_image(left, middle, image=image, anchor="w")
        elif row.mark:
            self.create_text(
                left, middle, text=row.mark, font=theme.body, fill=palette.dim, anchor="w"
            )
        left += px(18)
        right = self._width - px(10)
        if row.count:
            right = self._badge(row, right, middle, ground)
        font = theme.bold if lively else theme.body
        name = shortened(ordered(row.name), font, right - left - px(6))
        if name != ordered(row.name):
            self._cut[row.key] = row.name
        self.create_text(left, middle, text=name, font=font, fill=ink, anchor="w")

    def _badge(self, row: Row, right: int, middle: int, ground: str) -> int:
        """How many are unread; where it begins."""
        theme, palette = self._theme, self._theme.palette
        text = str(row.count) if row.count <= BADGE_MAX else f"{BADGE_MAX}+"
        height = theme.px(19)
        width = max(height + theme.px(3), theme.small_bold.measure(text) + theme.px(13))
        fill = palette.alert if row.loud else palette.badge
        shape = theme.shapes.rounded((width, height), theme.px(RADIUS), fill, ground)
        self.create_image(right, middle, image=shape, anchor="e")
        self.create_text(
            right - width // 2, middle, text=text, font=theme.small_bold, fill=palette.badge_ink
        )
        return right - width

    # -- what somebody does with it

    def _key_at(self, y: int) -> str:
        at = self.canvasy(y)
        return next((key for top, bottom, key in self._places if top <= at < bottom), "")

    def _clicked(self, event: tk.Event[tk.Misc], act: Callable[[str], None]) -> None:
        key = self._key_at(event.y)
        if key and event.num == 1 and event.x < self._theme.px(FOLD):
            act = self.fold if any(one.key == key and one.heading for one in self._rows) else act
        if key:
            act(key)

    def _hover(self, key: str) -> None:
        if key != self._hovered:
            self._hovered = key
            self.configure(cursor="hand2" if key else "arrow")
            self._draw()
            self.tip.say(self._cut.get(key, ""))

    # -- scrolling

    def _end(self) -> int:
        """Where what can be scrolled ends: below the last row as much as it takes for a whole row
        at the top.
        """
        height = self.winfo_height()
        if self._foot <= height:
            return self._foot
        return next(top for top in (*self._tops, self._foot) if top + height >= self._foot) + height

    def _set_region(self) -> None:
        self.configure(scrollregion=(0, 0, self._width, self._end()))

    def _sized(self) -> None:
        self._set_region()
        self._show_current()

    def _scroll_to(self, y: float) -> None:
        """To the first row that begins there or below."""
        top = next((one for one in self._tops if one >= y), self._foot)
        self.yview_moveto(top / max(self._end(), 1))

    def _wheel(self, rows: int) -> None:
        if self.yview() != (0.0, 1.0):  # otherwise a canvas scrolls into the void
            at = bisect_right(self._tops, self.canvasy(0)) - 1 + rows
            self._scroll_to(self._tops[min(max(at, 0), len(self._tops) - 1)])

    def _dragged(self, what: str, amount: str, unit: str = "") -> None:
        """What the scrollbar asks for."""
        if what == "moveto":
            self._scroll_to(float(amount) * self._end() - self._theme.px(ROW) / 2)
        else:
            page = max(self.winfo_height() // self._theme.px(ROW) - 1, 1)
            self._wheel(int(amount) * (page if unit == "pages" else 1))

    def _scrolled(self, first: float, last: float) -> None:
        self.bar.set(first, last)
        if self.winfo_height() <= 1 or (float(first) <= 0 and float(last) >= 1):
            self.bar.place_forget()
        else:
            self.bar.place(in_=self, relx=1, rely=0, relheight=1, anchor="nw")

    def _show_current(self) -> None:
        """Scrolls as little as it takes."""
        current = next((row.key for row in self._rows if row.current), "")
        for top, bottom, key in self._places:
            if key != current:
                continue
            height, first = self.winfo_height(), self.canvasy(0)
            if height > 1 and not first <= top <= bottom <= first + height:
                self._scroll_to(bottom - height if bottom > first + height else top)
