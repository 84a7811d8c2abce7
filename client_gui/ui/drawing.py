"""How one line is put into a Text, in either layout."""

from __future__ import annotations

import re
import time
import tkinter as tk
from collections.abc import Sequence
from datetime import date, timedelta

from PIL import Image, ImageTk

from client_gui.model.lines import PASSING, SPOKEN, Fate, Line, Look, summary
from client_gui.model.markup import Mark, spans
from client_gui.model.rooms import Room
from client_gui.system import desktop
from client_gui.texts import _
from client_gui.ui.emoji_pictures import Colours, Pictures, can_draw, name_of, named
from client_gui.ui.right_to_left import has_rtl, in_lines, ordered
from client_gui.ui.theme import Theme

GROUP_SECONDS = 300.0  # between two messages of one person that stand together
AVATAR = 34
LEAST_WIDTH = 120  # pixels in which text is broken into lines, however small the window is
QUOTE_LENGTH = 80  # characters of a message that is answered
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]")
SHARED_MOST = 4  # pictures shown of one message
_TAGS = {Mark.PLAIN: "body", Mark.LINK: "link", Mark.CODE: "code", Mark.NAME: "name"}


class Pen:
    """Draws lines at the end of `text`. `compact`: one line for each message."""

    def __init__(self, text: tk.Text, theme: Theme, *, compact: bool) -> None:
        self.text = text
        self._theme = theme
        self.compact = compact
        self.room = Room("")
        self.nick = ""  # ours
        self.by_width = False  # what is drawn depends on the text's width
        self._line: ImageTk.PhotoImage | None = None  # beside NEW
        self._indent = 0
        self._configure()

    def _configure(self) -> None:
        theme, text, palette = self._theme, self.text, self._theme.palette
        clock = theme.small.measure("00:00") + theme.px(12)
        indent = clock if self.compact else theme.px(AVATAR + 12)
        text.configure(tabs=(clock if self.compact else indent,))
        self._indent = indent
        text.tag_configure("unit", lmargin2=indent)
        text.tag_configure("head", spacing1=theme.px(8), spacing3=0)
        text.tag_configure("body", lmargin1=0 if self.compact else indent, lmargin2=indent)
        text.tag_configure("info", font=theme.small, foreground=palette.dim)
        for tag in ("quote", "under") if self.compact else ("info", "error", "quote", "under"):
            text.tag_configure(tag, lmargin1=indent, lmargin2=indent)
        text.tag_configure("time", font=theme.small, foreground=palette.dim)
        text.tag_configure("error", foreground=palette.bad, font=theme.small)
        text.tag_configure("quote", foreground=palette.dim, font=theme.small)
        text.tag_configure("more", foreground=palette.accent, font=theme.small, justify="center")
        text.tag_configure(
            "day",
            foreground=palette.dim,
            font=theme.small_bold,
            justify="center",
            spacing1=theme.px(10),
            spacing3=theme.px(4),
        )
        text.tag_configure("new", foreground=palette.bad, font=theme.small_bold, justify="center")
        text.tag_configure("link", foreground=palette.accent, underline=True)
        text.tag_configure(
            "code", font=theme.mono, background=palette.field, lmargincolor=palette.background
        )
        text.tag_configure("name", font=theme.bold, foreground=palette.accent)
        text.tag_configure("pending", foreground=palette.dim)
        text.tag_configure("redacted", foreground=palette.dim, font=theme.small)
        text.tag_configure("again", foreground=palette.bad, font=theme.small, underline=True)
        text.tag_configure("reaction", font=theme.small)
        text.tag_configure("mine", background=palette.selected)
        # a tint begins where the text does: beside the avatar, or at the clock
        for tag, tint in (
            ("hovered", palette.field),
            ("mention", palette.mention),
            ("picked", palette.selected),
        ):
            margin = tint if self.compact else palette.background
            text.tag_configure(tag, background=tint, lmargincolor=margin)
        text.tag_lower("hovered")
        text.tag_configure("worded", background=palette.field)
        text.tag_configure("found", background=palette.warn, foreground=palette.background)
        text.tag_configure("under", lmargin1=indent, lmargin2=indent)
        for tag in ("link", "more", "again", "reaction", "quote", "picture"):
            text.tag_bind(tag, "<Enter>", lambda event: text.configure(cursor="hand2"))
            text.tag_bind(tag, "<Leave>", lambda event: text.configure(cursor="arrow"))
        for tag in ("code", "reaction", "worded", "picked", "mine", "found", "sel"):
            text.tag_raise(tag)

    # -- rows

    def _row(self) -> None:
        """Begins a new row. The end of the one before carries its tags, so that a tint reaches to
        the right edge.
        """
        self.clear_end()
        if self.text.compare("end-1c", "!=", "1.0"):
            before = self.text.tag_names("end-2c")
            kept = tuple(name for name in before if name in ("unit", "mention") or is_line(name))
            self.text.insert("end", "\n", kept)

    def clear_end(self) -> None:
        """The text ends without a tint. Its last end of a line is Tk's own, which nothing that is
        inserted or deleted changes.
        """
        self.text.tag_remove("mention", "end-1c", "end")

    def marks(self, before: Line | None, line: Line) -> None:
        """What stands between two lines: another day, what is new."""
        day = _day(line.at)
        if before is None or _day(before.at) != day:
            self._row()
            self.text.insert("end", day_name(day, _day(time.time())), ("day",))
        if line.number == self.room.new_from:
            self._row()
            self._new()

    def _new(self) -> None:
        """A line across, with words in its middle."""
        theme, words = self._theme, " " + _("NEW MESSAGES") + " "
        room = self.text.winfo_width() - 2 * int(str(self.text.cget("padx")))
        side = max((room - theme.small_bold.measure(words)) // 2 - theme.px(4), theme.px(10))
        self.by_width = True
        image = Image.new("RGB", (side, max(1, theme.px(1))), theme.palette.bad)
        self._line = ImageTk.PhotoImage(image, master=self.text)
        self.text.image_create("end", image=self._line, align="center")
        self.text.tag_add("new", "end-2c")
        self.text.insert("end", words, ("new",))
        self.text.image_create("end", image=self._line, align="center")
        self.text.tag_add("new", "end-2c")

    def draw(self, before: Line | None, unit: Sequence[Line]) -> None:
        """One message, or a run of comings and goings."""
        line = unit[0]
        tags = ["unit", f"u{line.number}"]
        if line.mention:
            tags.append("mention")
        if line.look not in SPOKEN:
            self._info(unit, tags)
        elif self.compact:
            self._compact(line, tags)
        else:
            self._comfortable(before, line, tags)
        if line.look in SPOKEN:
            self._reactions(line, tags)
        if line.mention:
            self.text.tag_add("mention", "end-1c", "end")

    def _info(self, unit: Sequence[Line], tags: list[str]) -> None:
        self._row()
        line = unit[0]
        if self.compact:
            self._clock(line, tags)
        tag = "error" if line.look is Look.ERROR else "info"
        start = self.text.index("end-1c")
        self._write(summary(unit), (*tags, tag), small=True)
        if self.compact:
            self.text.tag_add("under", f"{start} lineend +1c", "end-1c")

    def _clock(self, line: Line, tags: list[str]) -> None:
        clock = time.strftime("%H:%M", time.localtime(line.at))
        self.text.insert("end", f"{clock}\t", ("time", *tags))

    def _compact(self, line: Line, tags: list[str]) -> None:
        self._quote(line, tags)
        self._row()
        self._clock(line, tags)
        before, _nick, after = str(line).partition(line.nick)
        self.text.insert("end", before, (*tags, "body"))
        self._nick(line.nick, tags)
        self.text.insert("end", after[: len(after) - len(line.text)], (*tags, "body"))
        start = self.text.index("end-1c")
        self._text(line, tags)
        if "\n" in line.text:  # later lines stand where the first one's text does, not at the clock
            self.text.tag_add("under", f"{start} lineend +1c", "end-1c")

    def _comfortable(self, before: Line | None, line: Line, tags: list[str]) -> None:
        if not (before is not None and together(before, line, self.room)):
            self._row()
            theme = self._theme
            avatar = theme.avatar(line.nick, AVATAR, theme.palette.background)
            self.text.image_create("end", image=avatar, padx=0)
            untinted = (*(tag for tag in tags if tag != "mention"), "head")
            for tag in untinted:
                self.text.tag_add(tag, "end-2c")
            self.text.insert("end", "\t", untinted)
            self._nick(line.nick, [*tags, "head"])
            clock = time.strftime("%H:%M", time.localtime(line.at))
            kind = "  " + _("notice") if line.look is Look.NOTICE else ""
            self.text.insert("end", f"  {clock}{kind}", (*tags, "head", "time"))
        self._quote(line, tags)
        self._row()
        if line.look is Look.ACTION:
            self.text.insert("end", f"* {line.nick} ", (*tags, "body"))
        self._text(line, tags)

    def _nick(self, nick: str, tags: list[str]) -> None:
        tag = f"nick {nick}"
        self.text.tag_configure(
            tag, font=self._theme.bold, foreground=self._theme.nick_colour(nick)
        )
        self.text.tag_raise("sel")  # names that are selected are in the selection's colour
        shown = ordered(nick)
        self.text.insert("end", shown, (*tags, "body" if self.compact else "head", tag))

    def _text(self, line: Line, tags: list[str]) -> None:
        if line.redacted or line.fate is not Fate.SENT:
            style = "redacted" if line.redacted else "pending"
            self._write(line.text, (*tags, "body", style))
            if line.fate is Fate.FAILED:
                self.text.insert("end", "  ", (*tags, "body"))
                words = _("{why} · send again").format(why=line.why)
                self.text.insert("end", words, (*tags, "again"))
            return
        for span in spans(self._in_order(line.text), self.nick):
            mark = _TAGS[span.mark]
            self._pictured(displayable(span.text), (*tags, "body", mark), self._theme.emoji)
        self._shared(line, tags)

    def _shared(self, line: Line, tags: list[str]) -> None:
        """The pictures that a message has links to, as far as our server keeps them."""
        links = dict.fromkeys(one.text for one in spans(line.text) if one.mark is Mark.LINK)
        shown = 0
        for link in links:
            picture = self._theme.shared.of(link) if shown < SHARED_MOST else None
            if picture is None:
                continue
            shown += 1
            self._row()
            self.text.image_create("end", image=picture, padx=0, pady=self._theme.px(3))
            for tag in (*tags, "under", "picture", f"picture {link}"):
                self.text.tag_add(tag, "end-2c")

    def _write(self, words: str, tags: tuple[str, ...], *, small: bool = False) -> None:
        """Words with their emoji, in the order in which they are read."""
        theme = self._theme
        pictures = theme.small_emoji if small else theme.emoji
        self._pictured(displayable(self._in_order(words)), tags, pictures)

    def _pictured(self, words: str, tags: tuple[str, ...], pictures: Pictures) -> None:
        if can_draw():
            pictures.insert(self.text, words, tags, _plain)
        else:
            self.text.insert("end", words, tags)

    def _in_order(self, words: str) -> str:
        """Text that is read from the right, as it is drawn from the left."""
        if not has_rtl(words):
            return words
        self.by_width = True
        theme = self._theme
        width = self.text.winfo_width() - self._indent - theme.px(60)
        return in_lines(words, theme.body.measure, max(width, theme.px(LEAST_WIDTH)))

    def _quote(self, line: Line, tags: list[str]) -> None:
        answered = self.room.find(line.reply_to) if line.reply_to else None
        if answered is None:
            return
        self._row()
        short = answered.text.partition("\n")[0][:QUOTE_LENGTH]
        if short != answered.text:
            short = f"{short.rstrip()}…"
        self._write(f"↪ {answered.nick}: {short}", (*tags, "quote"), small=True)

    def _reactions(self, line: Line, tags: list[str]) -> None:
        found = self.room.reactions.get(line.msgid)
        if not found:
            return
        self._row()
        for number, (reaction, people) in enumerate(found.items()):
            mine = ("mine",) if self.nick in people else ()
            marks = (*tags, "under", "reaction", f"r{number}", *mine)
            if self._pill(reaction, len(people), marks, ours=bool(mine)):
                self.text.insert("end", " ", (*tags, "under"))
                continue
            self._write(f" {reaction} {len(people)} ", (*marks, "worded"), small=True)
            self.text.insert("end", "  ", (*tags, "under"))

    def _pill(self, reaction: str, count: int, tags: tuple[str, ...], *, ours: bool) -> bool:
        """One reaction as a pill; False where it cannot be drawn so."""
        palette = self._theme.palette
        colours = Colours(
            palette.selected if ours else palette.field,
            palette.accent if ours else palette.border,
            palette.text,
        )
        picture = self._theme.small_emoji.pill(reaction, str(count), colours)
        if picture is None:
            return False
        name = name_of(f" {reaction} {count} ")
        self.text.image_create("end", image=picture, name=name, padx=1, pady=self._theme.px(1))
        for tag in tags:
            if tag not in ("mine",):
                self.text.tag_add(tag, "end-2c")
        return True


def is_line(tag: str) -> bool:
    """Whether a tag is one line's own: `u` and its number."""
    return tag[:1] == "u" and tag[1:].isdigit()


def is_passing(tag: str) -> bool:
    """Whether a tag is made while drawing, and of no use without what was drawn."""
    return is_line(tag) or tag.startswith(("nick ", "picture "))


def together(before: Line, line: Line, room: Room) -> bool:
    """Whether a message stands under the name of the one before."""
    return (
        before.look in SPOKEN
        and line.look in SPOKEN
        and before.nick == line.nick
        and (before.look is Look.NOTICE) == (line.look is Look.NOTICE)
        and 0 <= line.at - before.at < GROUP_SECONDS
        and _day(before.at) == _day(line.at)
        and line.number != room.new_from
        and not line.reply_to
    )


def goes_on(run: Sequence[Line], line: Line) -> bool:
    """Whether a line is one more of a run of comings and goings."""
    last = run[-1]
    same_day = _day(last.at) == _day(line.at)
    return last.look in PASSING and line.look in PASSING and same_day


def _day(at: float) -> date:
    """The day in local time."""
    return date(*time.localtime(at)[:3])


def day_name(day: date, today: date) -> str:
    """How people call it."""
    if day == today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    return _("{day:%A, %d %B %Y}").format(day=day)


def displayable(text: str) -> str:
    """Text that this machine's Tk can draw."""
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate raises
    if can_draw() or desktop.draws_emoji():
        return text
    return _ASTRAL.sub("\ufffd", named(text))


def _plain(text: str) -> str:
    """What no picture is drawn of, as far as this Tk can draw it."""
    return text if desktop.draws_emoji() else _ASTRAL.sub("\ufffd", text)
