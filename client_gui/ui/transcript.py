"""The lines of the current room, in one read-only Text."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from client_gui.model.lines import SPOKEN, Line, summary
from client_gui.model.rooms import Room
from client_gui.texts import _
from client_gui.ui import timers
from client_gui.ui.drawing import AVATAR, Pen, goes_on, is_passing
from client_gui.ui.gestures import Gestures, TranscriptCallbacks
from client_gui.ui.hoverbar import HoverBar, HoverCallbacks
from client_gui.ui.readonly import ReadOnlyText
from client_gui.ui.theme import Theme

FIT = -1  # `keep`: as many lines as fit
LEAST_FITTING = 10  # before the window has its size
MORE_LINES = 50  # shown by each click on "earlier messages"
UNSEEN_DRAWN = 300  # lines that are drawn below what somebody reads
BETWEEN = 200  # comings, goings, answers and the like that are shown beside the messages, at most
MORE_ABOVE = 5  # shown above a line that was looked for
MOST_AT_ONCE = (
    200  # drawn when a room is opened of which all lines are to be shown: the rest on scrolling
)
_TOPS = frozenset({"head", "day", "more", "new"})  # rows that say by themselves what they are
HEAD_CHARS = 2  # before the name: the avatar, and the way to the text
AT_END = 0.999  # of 1: what rounding leaves


class Transcript(ReadOnlyText):
    """Shows the last `keep` messages of a room (0: all; FIT) with what stands between them, older
    ones on request.
    """

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        callbacks: TranscriptCallbacks,
        *,
        keep: int,
        compact: bool,
    ) -> None:
        super().__init__(
            parent,
            theme,
            background=theme.palette.background,
            font=theme.body,
            wrap="word",
            padding=(20, 12),
        )
        self._theme = theme
        self._callbacks = callbacks
        self._keep = keep
        self._extra = 0  # messages shown beyond `keep`, since somebody asked for them
        self._room = Room("")
        self._units: list[list[Line]] = []  # what is drawn: a message, or a run
        self._behind = False  # what came last is not drawn
        self._unseen = 0  # messages that came while somebody looked further up
        self._hold = 0  # the number of the first line that stays in view until it is seen
        self._pen = Pen(self.text, theme, compact=compact)
        self.jump = tk.Label(
            self,
            font=theme.small_bold,
            background=theme.palette.background,
            foreground=theme.palette.accent_text,
            compound="center",
            borderwidth=0,
            padx=0,
            pady=0,
            cursor="hand2",
        )
        self.jump.bind("<Button-1>", lambda event: self.to_end())
        self._top = tk.Frame(self, background=theme.palette.border)
        self.author = tk.Label(
            self._top,
            font=theme.small_bold,
            background=theme.palette.background,
            anchor="w",
            borderwidth=0,
            padx=theme.px(20 + AVATAR + 12),
            pady=theme.px(2),
        )
        self.author.pack(fill="x", pady=(0, 1))
        acts = HoverCallbacks(callbacks.react, callbacks.reply, callbacks.menu)
        self.bar = HoverBar(self, theme, acts)
        self.gestures = Gestures(self, callbacks)
        self._height = self._width = 0  # of the text, as it was last drawn
        self._jumping: str | None = None
        self._follows = True  # the end is in view, and stays so when the height changes
        self.text.bind("<Configure>", self._sized)

    # -- what is shown

    @property
    def at_end(self) -> bool:
        """Whether the last line is in view. Not by `yview`, which counts heights that Tk works out
        later.
        """
        return self.text.winfo_height() <= 1 or self.text.dlineinfo("end-1c") is not None

    def show(self, room: Room, nick: str) -> None:
        """Draws the room anew; `nick` is ours."""
        if room is not self._room:
            self._extra = 0
        self._room = self._pen.room = room
        self._pen.nick = nick
        self._hold = room.new_from  # what is new begins in view
        self._redraw()
        if not self._begins_at_new():
            self.to_end()

    def to_end(self) -> None:
        """Scrolls to the last line."""
        if self._behind:
            self._redraw()
        self.text.see("end")
        self._seen()

    def page(self, pages: int) -> None:
        """Scrolls by pages, up if `pages` is negative."""
        if pages < 0 and self.text.yview()[0] <= 0:
            self.show_more()
        self.text.yview_scroll(pages, "pages")

    def call_us(self, nick: str) -> None:
        """Our nickname is now `nick`: in lines drawn from now on, that is what is marked."""
        self._pen.nick = nick

    def add(self, lines: Sequence[Line]) -> None:
        """Draws new lines of the room; scrolls only if the end was in view or a line is ours."""
        known = {one.number for unit in self._units for one in unit}
        lines = [line for line in lines if line.number not in known]  # drawn with the room already
        if not lines:
            return
        at_end = self.at_end or any(line.own for line in lines)  # who speaks wants to see it
        if self._room.unread:
            self._hold = self._room.new_from
        elif at_end:
            self._hold = 0  # it was seen
        limit = self._limit()
        selected = bool(self.text.tag_ranges("sel")) and len(lines) < UNSEEN_DRAWN
        if at_end and ((len(lines) >= limit and not selected) or self._behind):
            self._redraw()  # nothing of what is drawn stays
        elif not at_end and (self._behind or self._unseen + len(lines) > UNSEEN_DRAWN):
            self._behind = True  # nobody reads so much: it is drawn when somebody goes there
        else:
            self.text.configure(state="normal")
            with self._selection_kept():
                for line in lines:
                    self._append(line)
            if at_end:
                self._trim()
            self._mark_more()
            self.text.configure(state="disabled")
        came = sum(line.look in SPOKEN and not line.own for line in lines)
        if at_end and not self._stays_at_new():
            self.to_end()
        else:
            self._unseen = self._room.unread if at_end else self._unseen + came
            self._show_jump()

    def _stays_at_new(self) -> bool:
        """While nobody looks, the first new message stays in view: whether that is not the end."""
        return bool(self._room.unread) and self._new_at_the_top()

    def _new_at_the_top(self) -> bool:
        """Shows the end, or where that leaves what is new out of view its beginning; whether it is
        the beginning.
        """
        place = self.text.tag_ranges("new")
        if not place or self.text.winfo_height() <= 1:
            return False
        self.text.see("end")
        if self.text.dlineinfo(place[0]) is not None:
            return False
        self.text.yview(place[0])
        return True

    def _begins_at_new(self) -> bool:
        """Where more is new than fits, what is new begins at the top, and the rest is counted."""
        if not self._new_at_the_top():
            return False
        self._unseen = sum(
            line.number >= self._hold and line.look in SPOKEN for line in self._room.lines
        )
        self._show_jump()
        return True

    def change(self, number: int, line: Line | None) -> None:
        """Draws a line or its reactions anew; `line` is `None` if it was removed."""
        at = next(
            (
                index
                for index in range(len(self._units) - 1, -1, -1)
                if any(one.number == number for one in self._units[index])
            ),
            None,
        )
        if at is None:
            return
        at_end = self.at_end
        tail = self._units[at:]
        if len(tail) > MORE_LINES:
            self._redraw(stay=True)
            return
        top = self.text.index("@0,0")
        with self._selection_kept():
            self._draw_tail(at, number, line)
        if at_end:
            self.to_end()
        else:
            self.text.yview(top)

    def _draw_tail(self, at: int, number: int, line: Line | None) -> None:
        """Draws the units from this one on anew, with the new line of the number."""
        tail = self._units[at:]
        self.text.configure(state="normal")
        first = self._start_of(at)
        self.text.delete(f"{first}-1c" if self.text.compare(first, ">", "1.0") else first, "end-1c")
        del self._units[at:]
        self._pen.clear_end()
        for unit in tail:
            for one in unit:
                if one.number != number:
                    self._append(one)
                elif line is not None:
                    self._append(line)
        self._mark_more()
        self.text.configure(state="disabled")

    def add_older(self, count: int) -> None:
        """Draws `count` more lines, which came before all that the room had; what is in view stays
        where it is.
        """
        self._extra += count
        self._redraw(stay=True)

    def lines(self) -> list[str]:
        """The lines as they read, times and the like left out."""
        more = self.text.tag_ranges("more")
        first = [self.text.get(more[0], more[1]).strip()] if more else []
        return first + [summary(unit) for unit in self._units]

    def reveal(self, number: int, words: str = "") -> None:
        """Brings a line into view, drawn or not, and marks the words in it."""
        self.unmark()
        lines = self._room.lines
        at = next((at for at, line in enumerate(lines) if line.number == number), None)
        if at is None:
            return
        missing = len(lines) - at - self._drawn()
        if missing > 0:
            self._extra += missing + MORE_ABOVE
            self._redraw(stay=True)
        place = self._place_of(number)
        if not place:
            return
        first, last = place
        while words and (found := self.text.search(words, first, last, nocase=True)):
            first = f"{found}+{len(words)}c"
            self.text.tag_add("found", found, first)
        self.text.see(place[0])
        self.text.see(place[1])

    def draw_again(self) -> None:
        """Draws the room as it is now, at the place that is in view."""
        at_end = self.at_end
        self._redraw(stay=not at_end)
        if at_end:
            self.text.see("end")

    def unmark(self) -> None:
        """Takes the marks of `reveal` away."""
        self.text.tag_remove("found", "1.0", "end")

    def units(self) -> list[list[Line]]:
        """What is drawn, from the top: a message, or a run of comings and goings."""
        return self._units

    def pick(self, number: int) -> None:
        """Marks one line as the chosen one; 0: none."""
        self.text.tag_remove("picked", "1.0", "end")
        place = self._place_of(number)
        if place:
            self._tint("picked", *place)
            self.text.see(place[0])
            self.text.see(place[1])

    def _tint(self, tag: str, first: str, last: str) -> None:
        """Tints a message, from beside its avatar to the right edge."""
        start = f"{first} linestart"
        if "head" in self.text.tag_names(start) and not self._pen.compact:
            start += f" +{HEAD_CHARS}c"
        self.text.tag_add(tag, start, f"{last} -1c lineend +1c")

    def line_at(self, index: str) -> Line | None:
        """The line that is drawn there."""
        numbers = {tag[1:] for tag in self.text.tag_names(index) if tag[:1] == "u"}
        found = (unit[0] for unit in self._units if str(unit[0].number) in numbers)
        return next(found, None)

    def hover(self, line: Line | None) -> None:
        """Shows what can be done with the line under the mouse, if it is a message."""
        if line is None or line.look not in SPOKEN or not line.msgid or line.redacted:
            self.bar.hide()
            self.text.tag_remove("hovered", "1.0", "end")
            return
        place = self._place_of(line.number)
        box = self.text.dlineinfo(place[0]) if place else None
        if place and line is not self.bar.line:
            self.text.tag_remove("hovered", "1.0", "end")
            self._tint("hovered", *place)
        self.bar.over(line, box[1] if box else 0)

    def show_quoted(self, line: Line) -> None:
        """Brings the message that a line answers into view, and marks it until the next click."""
        answered = self._room.find(line.reply_to)
        if answered is not None:
            self.reveal(answered.number)
            self.pick(answered.number)

    def reaction_at(self, index: str) -> tuple[Line, str] | None:
        """The reaction that is drawn there, and to what."""
        line, names = self.line_at(index), self.text.tag_names(index)
        found = self._room.reactions.get(line.msgid, {}) if line is not None else {}
        for number, reaction in enumerate(found):
            if line is not None and f"r{number}" in names:
                return line, reaction
        return None

    def show_more(self) -> None:
        """Shows more lines that the room has; if all are shown, asks the server for older ones."""
        hidden = len(self._room.lines) - self._drawn()
        if hidden > 0:
            self._extra += min(hidden, MORE_LINES)
            self._redraw(stay=True)
        elif self._room.more:
            self._callbacks.older()

    # -- drawing

    def _limit(self) -> int:
        limit = (self._keep or MOST_AT_ONCE) + self._extra
        if self._keep == FIT:
            row = self._theme.body.metrics("linespace") + self._theme.px(6)
            limit = max(self.text.winfo_height() // row, LEAST_FITTING) + self._extra
        return max(limit, self._held())

    def _held(self) -> int:
        """How many lines at the end are to be in view because nobody has seen them, with one before
        them.
        """
        if not self._hold:
            return 0
        last = self._room.lines[-MOST_AT_ONCE:]
        return min(sum(line.number >= self._hold for line in last) + 1, MOST_AT_ONCE)

    def _begin(self) -> int:
        """Which line of the room is the first in view. Whoever comes and goes takes no place of a
        message.
        """
        lines, limit = self._room.lines, self._limit()
        first, spoken = len(lines), 0
        least = max(len(lines) - limit - BETWEEN, 0)
        while first > least and spoken < limit:
            first -= 1
            spoken += lines[first].look in SPOKEN
        return first

    def _drawn(self) -> int:
        return sum(map(len, self._units))

    def _spoken(self) -> int:
        """How many messages are drawn."""
        return sum(unit[0].look in SPOKEN for unit in self._units)

    def _place_of(self, number: int) -> tuple[str, str] | None:
        """Where a line is drawn, alone or in its run."""
        for unit in reversed(self._units):
            if any(line.number == number for line in unit):
                ranges = self.text.tag_ranges(f"u{unit[0].number}")
                return (str(ranges[0]), str(ranges[-1])) if ranges else None
        return None

    def _append(self, line: Line) -> None:
        before = self._units[-1][-1] if self._units else None
        if self._units and goes_on(self._units[-1], line) and line.number != self._room.new_from:
            at = len(self._units) - 1
            first = self._start_of(at)
            run = [*self._units.pop(), line]
            start = f"{first}-1c" if self.text.compare(first, ">", "1.0") else first
            self.text.delete(start, "end-1c")
            before = self._units[-1][-1] if self._units else None
            self._pen.marks(before, run[0])
            self._units.append(run)
            self._pen.draw(before, run)
            return
        self._pen.marks(before, line)
        self._units.append([line])
        self._pen.draw(before, [line])

    def _start_of(self, at: int) -> str:
        """Where what is drawn of a unit begins, with what stands above it."""
        if at == 0:
            return str(self.text.tag_ranges("more")[1]) if self.text.tag_ranges("more") else "1.0"
        before = self._units[at - 1][0].number
        end = self.text.tag_ranges(f"u{before}")[-1]
        return self.text.index(f"{end}-1c lineend+1c")

    @contextmanager
    def _selection_kept(self) -> Iterator[None]:
        """What is selected stays so, while it is drawn anew."""
        places = [self._anchor(one) for one in self.text.tag_ranges("sel")[:2]]
        yield
        found = [self._index(one) for one in places if one is not None]
        if len(found) == 2 and all(found):
            self.text.tag_remove("sel", "1.0", "end")
            self.text.tag_add("sel", *found)

    def _anchor(self, place: object) -> tuple[int, int] | None:
        """A place in the text, as the number of a unit and how far behind its beginning."""
        for unit in reversed(self._units):
            ranges = self.text.tag_ranges(f"u{unit[0].number}")
            if ranges and self.text.compare(ranges[0], "<=", str(place)):
                counted = self.text.count(ranges[0], str(place), "indices")
                far = counted[0] if isinstance(counted, tuple) else counted
                return unit[0].number, far or 0
        return None

    def _index(self, anchor: tuple[int, int]) -> str:
        ranges = self.text.tag_ranges(f"u{anchor[0]}")
        return f"{ranges[0]}+{anchor[1]}indices" if ranges else ""

    def _redraw(self, *, stay: bool = False) -> None:
        """`stay`: the line at the top stays where it is; lines come before it only."""
        with self._selection_kept():
            self._draw_all(stay=stay)

    def _draw_all(self, *, stay: bool) -> None:
        self.bar.hide()
        top, above = self._first_in_view() if stay else (0, False)
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        self._pen.clear_end()
        self._forget_tags()
        self._units = []
        self._behind = False
        for line in self._room.lines[self._begin() :]:
            self._append(line)
        self._mark_more()
        self.text.configure(state="disabled")
        places = self.text.tag_ranges(f"u{top}") if stay else ()
        if places:
            self.text.yview(f"{places[0]} linestart")
            if above:
                self.text.yview_scroll(-1, "units")

    def _first_in_view(self) -> tuple[int, bool]:
        """The number of the first unit that is in view, and whether something is above it."""
        place = "@0,0"
        for row in range(len(self._units) + 1):
            numbers = [tag[1:] for tag in self.text.tag_names(place) if tag[:1] == "u"]
            found = next((int(one) for one in numbers if one.isdigit()), None)
            if found is not None:
                return found, row > 0
            place = self.text.index(f"{place} +1 line linestart")
        return 0, False

    def _forget_tags(self) -> None:
        old = list(filter(is_passing, self.text.tag_names()))
        if old:
            self.text.tag_delete(*old)

    def _trim(self) -> None:
        """Keeps as many lines as are to be shown; older ones are one click away."""
        # draws all anew, as the first line needs a name above it; with many lines, not each time
        slack = 0 if self._limit() <= MORE_LINES else MORE_LINES
        if self.text.tag_ranges("sel"):
            slack += UNSEEN_DRAWN  # what is selected stays until it is not
        most = self._limit() + slack
        if self._spoken() > most or self._drawn() > most + BETWEEN:
            self._redraw()

    def _mark_more(self) -> None:
        """The first row tells how many older lines there are, and shows them when clicked."""
        if self.text.tag_ranges("more"):
            self.text.delete("1.0", "2.0")
        hidden = len(self._room.lines) - self._drawn()
        if hidden > 0:
            one, many = _("↑ 1 earlier message"), _("↑ {count} earlier messages")
            text = one if hidden == 1 else many.format(count=hidden)
            self.text.insert("1.0", f"{text}\n", "more")
        elif self._room.more:
            self.text.insert("1.0", _("↑ earlier messages") + "\n", "more")

    def _jump_soon(self) -> None:
        """The way to the end is shown wherever the end is not in view."""
        if self._jumping is None:
            self._jumping = timers.soon(self, self._jump_now)

    def _jump_now(self) -> None:
        self._jumping = None
        self._show_jump()
        self._show_author()

    def _show_author(self) -> None:
        """Whose messages are at the top, where their name has been scrolled out of view."""
        names = set(self.text.tag_names("@0,0"))
        line = self.line_at("@0,0")
        if line is None or line.look not in SPOKEN or self._pen.compact or names & _TOPS:
            self._top.place_forget()
            return
        self.author.configure(text=line.nick, foreground=self._theme.nick_colour(line.nick))
        self._top.place(in_=self.text, relwidth=1)
        self._top.lift()

    def _show_jump(self) -> None:
        if not self.at_end:
            theme, palette = self._theme, self._theme.palette
            text = _("↓ {count} new").format(count=self._unseen) if self._unseen else "↓"
            size = (theme.small_bold.measure(text) + theme.px(28), theme.px(28))
            shape = theme.shapes.rounded(size, size[1] // 2, palette.accent, palette.background)
            self.jump.configure(text=text, image=shape)
            self.jump.place(relx=0.5, rely=1.0, y=-self._theme.px(12), anchor="s")
        else:
            self.jump.place_forget()

    def _seen(self) -> None:
        self._unseen = 0
        self.jump.configure(text="")
        self.jump.place_forget()
        self._callbacks.end_seen()

    def _sized(self, event: tk.Event[tk.Misc]) -> None:
        """Another height: whoever was at the end still is. Another width: see `Pen.by_width`."""
        fits = self._keep == FIT and event.height != self._height
        if fits or (self._pen.by_width and event.width != self._width):
            timers.soon(self, self.draw_again)
        self._width = event.width
        follows, self._height = self._follows, event.height
        if follows and not self._unseen:
            self.text.see("end")

    def _scrolled(self, first: float, last: float) -> None:
        super()._scrolled(first, last)
        if self.bar.line is not None:
            self.hover(None)  # another message is under the mouse
        if self.text.winfo_height() == self._height:
            self._follows = self.at_end
            self._jump_soon()
        if self._unseen and float(last) >= AT_END:
            if self._behind:
                timers.soon(self, self.to_end)
            else:
                self._seen()
