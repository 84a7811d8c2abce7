"""The lines of the current room, in one read-only Text."""

from __future__ import annotations

import ctypes
import ctypes.util
import re
import time
import tkinter as tk
from collections.abc import Callable, Sequence
from functools import cache

from client_gui.model import Line, Look, Room
from client_gui.ui.readonly import ReadOnlyText
from client_gui.ui.theme import Theme

MORE_LINES = 50  # shown by each click on "earlier messages"
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")


class Transcript(ReadOnlyText):
    """Shows the last `keep` lines of a room (0: all), older ones on request."""

    def __init__(self, parent: tk.Misc, theme: Theme, keep: int, older: Callable[[], None]) -> None:
        """`older` asks the server for what was said before."""
        super().__init__(
            parent,
            theme,
            background=theme.palette.background,
            font=theme.body,
            wrap="word",
            padding=(20, 12),
        )
        self._theme = theme
        self._older = older
        self._keep = keep
        self._extra = 0  # lines shown beyond `keep`, since somebody asked for them
        self._room: Room | None = None
        self._shown = 0  # lines in the widget
        self._configure_tags()
        for upwards in ("<MouseWheel>", "<Button-4>", "<Prior>", "<Up>", "<Home>"):
            self.text.bind(upwards, self._scrolled_up)
        # a disabled Text takes no focus by itself, and without focus nothing can be copied
        self.text.bind("<Button-1>", lambda event: self.text.focus_set())

    def show(self, room: Room) -> None:
        """Draws the room anew."""
        if room is not self._room:
            self._extra = 0
        self._room = room
        self._redraw()
        self.text.see("end")

    def add(self, lines: Sequence[Line]) -> None:
        """Draws lines that the room has got since; scrolls only where the end was in view."""
        at_end = self.text.yview()[1] >= 0.999  # of 1: what rounding leaves
        self.text.configure(state="normal")
        for line in lines:
            self._insert(line)
        self._trim()
        self.text.configure(state="disabled")
        if at_end:
            self.text.see("end")

    def add_older(self, count: int) -> None:
        """The room has got `count` lines before all that it had: shown where somebody looks for
        them, and what is in view stays where it is.
        """
        self._extra += count
        self._redraw(stay=True)

    def lines(self) -> list[str]:
        """The lines as they read, times left out."""
        times = self.text.tag_ranges("time")
        content = self.text.get("1.0", "end-1c")
        if not times:
            return content.splitlines()
        prefix = len(self.text.get(times[0], times[1]))
        return [
            line[prefix:] if "time" in self.text.tag_names(f"{row}.0") else line
            for row, line in enumerate(content.splitlines(), 1)
        ]

    def _configure_tags(self) -> None:
        theme, text = self._theme, self.text
        indent = theme.small.measure("00:00") + theme.px(12)
        text.configure(tabs=(indent,))
        text.tag_configure("line", lmargin2=indent)
        text.tag_configure("time", font=theme.small, foreground=theme.palette.dim)
        text.tag_configure("info", foreground=theme.palette.dim, font=theme.small)
        text.tag_configure("error", foreground=theme.palette.bad)
        text.tag_configure("more", foreground=theme.palette.accent, font=theme.small)
        text.tag_configure(
            "mention",
            background=theme.palette.mention,
            lmargincolor=theme.palette.mention,
        )
        text.tag_bind("more", "<Button-1>", self._show_more)
        text.tag_bind("more", "<Enter>", lambda event: text.configure(cursor="hand2"))
        text.tag_bind("more", "<Leave>", lambda event: text.configure(cursor="arrow"))
        text.tag_raise("sel")

    def _limit(self) -> int:
        return self._keep + self._extra if self._keep else 0

    def _redraw(self, *, stay: bool = False) -> None:
        """`stay`: the line at the top stays where it is; lines come before it only."""
        room = self._room
        assert room is not None
        rows_before = int(self.text.index("end-1c").partition(".")[0])
        top = int(self.text.index("@0,0").partition(".")[0])
        limit = self._limit()
        lines = room.lines[-limit:] if limit else room.lines
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        self._shown = 0
        for line in lines:
            self._insert(line)
        self._mark_more()
        self.text.configure(state="disabled")
        if stay:
            rows = int(self.text.index("end-1c").partition(".")[0])
            self.text.yview(f"{top + rows - rows_before}.0")

    def _trim(self) -> None:
        """Keeps as many lines as are to be shown; older ones are one click away."""
        limit = self._limit()
        surplus = self._shown - limit
        if limit and surplus > 0:
            first = 2 if self.text.tag_ranges("more") else 1
            self.text.delete(f"{first}.0", f"{first + surplus}.0")
            self._shown = limit
        self._mark_more()

    def _mark_more(self) -> None:
        """The first row tells how many older lines there are, and shows them when clicked."""
        room = self._room
        if self.text.tag_ranges("more"):
            self.text.delete("1.0", "2.0")
        hidden = len(room.lines) - self._shown if room is not None else 0
        if hidden > 0:
            word = "message" if hidden == 1 else "messages"
            self.text.insert("1.0", f"↑ {hidden} earlier {word}\n", "more")
        elif room is not None and room.more:
            self.text.insert("1.0", "↑ earlier messages\n", "more")

    def _show_more(self, event: object) -> None:
        """What the room has is shown at once; when it has no more, the server is asked."""
        room = self._room
        if room is None:
            return
        hidden = len(room.lines) - self._shown
        if hidden > 0:
            self._extra += min(hidden, MORE_LINES)
            self._redraw(stay=True)
        elif room.more:
            self._older()

    def _scrolled_up(self, event: tk.Event[tk.Misc]) -> None:
        """At the top, scrolling on brings what was before."""
        if event.delta >= 0 and self.text.yview()[0] <= 0:
            self._show_more(event)

    def _insert(self, line: Line) -> None:
        if self.text.compare("end-1c", "!=", "1.0"):
            # the line's end carries its tags, so that a tint reaches to the right edge
            self.text.insert("end", "\n", self.text.tag_names("end-2c"))
        tags = ["line"]
        if line.mention:
            tags.append("mention")
        clock = time.strftime("%H:%M", time.localtime(line.at))
        self.text.insert("end", f"{clock}\t", ("time", *tags))
        if line.look in (Look.INFO, Look.ERROR):
            self.text.insert("end", displayable(line.text), (line.look.name.lower(), *tags))
        else:
            self._insert_spoken(line, tags)
        self._shown += 1

    def _insert_spoken(self, line: Line, tags: list[str]) -> None:
        before, _, after = str(line).partition(line.nick)
        tag = f"nick {line.nick}"
        self.text.tag_configure(
            tag, font=self._theme.bold, foreground=self._theme.nick_colour(line.nick)
        )
        self.text.insert("end", before, tags)
        self.text.insert("end", line.nick, (*tags, tag))
        self.text.insert("end", displayable(after), tags)


def displayable(text: str) -> str:
    """Text that this machine's Tk can draw."""
    return text if _draws_emoji() else _ASTRAL.sub("\ufffd", text)


@cache
def _draws_emoji() -> bool:
    """LibXft before 2.3.5 ends the process when it meets a coloured emoji."""
    name = ctypes.util.find_library("Xft")
    if name is None:
        return True  # not X11
    try:
        return int(ctypes.CDLL(name).XftGetVersion()) >= 20305
    except (OSError, AttributeError):
        return False
