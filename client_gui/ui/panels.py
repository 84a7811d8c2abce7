"""Small windows over the main one: lists to choose from, questions, what the keys do."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tkinter import ttk

from client_gui.texts import _
from client_gui.ui import timers
from client_gui.ui.placing import over
from client_gui.ui.scrolling import GUTTER, ScrollArea
from client_gui.ui.theme import Theme
from client_gui.ui.tooltip import shortened

WIDTH = 460
LEAST = 120  # the width of a column of words, on any screen
ROWS = 12
NAME_PART = 0.4  # of a list's width, for names
GAP = 12  # pixels beside them
NO_CHOICE = "no choice"  # the tag of rows that cannot be chosen


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: what it is, and what is said of it. One without a key can be read, not chosen. One
    that is `elsewhere` does not stand for what is typed, for it may be meant here.
    """

    key: str
    name: str
    about: str = ""
    elsewhere: bool = False


class Panel(tk.Toplevel):
    """A small window over its parent; Escape closes it."""

    def __init__(self, parent: tk.Misc, theme: Theme, title: str) -> None:
        super().__init__(parent, background=theme.palette.background)
        self.title(f"gchat — {title}")
        self.transient(parent.winfo_toplevel())
        self.theme = theme
        self.area = ScrollArea(self, theme)
        sides = theme.px(20), theme.px(20 - GUTTER)
        self.area.pack(fill="both", expand=True, padx=sides, pady=theme.px(16))
        self.body = self.area.inside
        self.bind("<Escape>", lambda event: self.destroy())
        self.label(title, font="title").pack(anchor="w", pady=(0, theme.px(8)))
        timers.soon(self, lambda: over(self, parent) if parent.winfo_exists() else None)

    def label(
        self, text: str, *, font: str = "body", dim: bool = False, within: tk.Misc | None = None
    ) -> tk.Label:
        """Some words, left to be packed, by default in the body."""
        palette = self.theme.palette
        return tk.Label(
            within or self.body,
            text=text,
            font=getattr(self.theme, font),
            background=palette.background,
            foreground=palette.dim if dim else palette.text,
            anchor="w",
            justify="left",
            wraplength=self.theme.px(WIDTH),
        )

    def entry(self, value: str = "", *, secret: bool = False) -> ttk.Entry:
        """A field, packed."""
        made = ttk.Entry(
            self.body,
            style="Field.TEntry",
            font=self.theme.body,
            show="•" if secret else "",
            width=44,
        )
        made.insert(0, value)
        made.pack(fill="x", pady=(0, self.theme.px(8)))
        return made

    def buttons(
        self, *named: tuple[str, Callable[[], None]], careful: bool = False
    ) -> list[ttk.Button]:
        """A row of buttons at the bottom, always in view; the last is the main one, or (`careful`)
        the first.
        """
        px = self.theme.px
        row = tk.Frame(self, background=self.theme.palette.background)
        row.pack(side="bottom", anchor="e", padx=px(20), pady=(0, px(16)), before=self.area)
        made = []
        for number, (text, act) in enumerate(named, 1):
            main = number == (1 if careful else len(named))
            style = "Send.TButton" if main else "Quiet.TButton"
            made.append(ttk.Button(row, text=text, style=style, command=act))
            made[-1].pack(side="left", padx=(self.theme.px(8), 0))
        return made


class Chooser(Panel):
    """A list that gets shorter while the user types. `choose` is called with a key; with `free`,
    also with what is typed, if nothing has that name.
    """

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        title: str,
        choose: Callable[[str], None],
        *,
        free: bool = False,
    ) -> None:
        super().__init__(parent, theme, title)
        self._choose = choose
        self._free = free
        self._all: list[Choice] = []
        self._fitting: list[Choice] = []
        self._drawn: list[Choice] = []
        self.typed = self.entry()
        self.list = ttk.Treeview(
            self,  # not in the area: it scrolls by itself, to what is marked
            style="List.Treeview",
            columns=("about",),
            show="tree",
            height=ROWS,
            selectmode="browse",
        )
        self.list.tag_configure(NO_CHOICE, foreground=theme.palette.dim)
        width = theme.px(WIDTH)
        self.list.column("#0", width=round(width * NAME_PART), minwidth=0)
        self.list.column("about", width=width - round(width * NAME_PART), minwidth=0)
        self.area.pack(fill="x", expand=False, pady=(theme.px(16), 0))
        self.list.pack(fill="both", expand=True, padx=theme.px(20), pady=(0, theme.px(16)))
        self.typed.bind("<KeyRelease>", lambda event: self._narrow())
        self.typed.bind("<Up>", lambda event: self._move(-1))
        self.typed.bind("<Down>", lambda event: self._move(1))
        self.typed.bind("<Return>", lambda event: self.done())
        self.list.bind("<<TreeviewSelect>>", lambda event: self._unmark())
        self.list.bind("<Double-Button-1>", lambda event: self.done())
        self.list.bind("<Return>", lambda event: self.done())
        self.typed.focus_set()

    def offer(self, choices: Sequence[Choice]) -> None:
        """What there is to choose from."""
        self._all = list(choices)
        self._narrow()

    def rows(self) -> list[tuple[str, str]]:
        """What can be chosen as it reads: names, and what is said of them."""
        return [(one.name, one.about) for one in self._fitting]

    def done(self) -> None:
        """Takes what is marked."""
        marked = self.list.selection()
        key = self._fitting[int(marked[0])].key if marked else ""
        if key:
            self.destroy()
            self._choose(key)

    def _narrow(self) -> None:
        typed = self.typed.get().strip()
        words = typed.casefold().split()
        self._fitting = [
            one
            for one in self._all
            if all(word in f"{one.name} {one.about}".casefold() for word in words)
        ]
        at = 0
        if self._free and typed:
            names = [
                "" if one.elsewhere else one.name.lstrip("#").casefold() for one in self._fitting
            ]
            wanted = typed.lstrip("#").casefold()
            if wanted in names:
                at = names.index(wanted)
            else:
                self._fitting.append(Choice(typed, typed, _("is new")))
                at = len(names) if typed.startswith("#") else 0  # a name, or a word to look for
        if self._fitting != self._drawn:
            self._drawn = list(self._fitting)
            self.list.delete(*self.list.get_children())
            for number, one in enumerate(self._fitting):
                name, about = self._in_columns(one)
                tags = () if one.key else (NO_CHOICE,)
                self.list.insert("", "end", str(number), text=name, values=(about,), tags=tags)
            if self._fitting and (words or not self._free):
                self._mark(at)

    def _in_columns(self, one: Choice) -> tuple[str, str]:
        """The name and what is said of it, as far as each has room."""
        font, gap, whole = self.theme.body, self.theme.px(GAP), self.theme.px(WIDTH)
        first, about = round(whole * NAME_PART), " ".join(one.about.split())
        return (
            shortened(one.name, font, first - 2 * gap),
            shortened(about, font, whole - first - 2 * gap),
        )

    def _move(self, step: int) -> str:
        marked = self.list.selection()
        if self._fitting:
            self._mark((int(marked[0]) + step) % len(self._fitting) if marked else 0)
        return "break"

    def _mark(self, at: int) -> None:
        if self._fitting[at].key:
            self.list.selection_set(str(at))
        self.list.see(str(at))

    def _unmark(self) -> None:
        """A click has marked what cannot be chosen."""
        for marked in self.list.selection():
            if self.list.tag_has(NO_CHOICE, marked):
                self.list.selection_remove(marked)


class Question(Panel):
    """Something to say yes or no to; `answer` is called once, with False where it is closed."""

    def __init__(
        self,
        parent: tk.Misc,
        theme: Theme,
        title: str,
        text: str,
        yes: str,
        answer: Callable[[bool], None],
        *,
        careful: bool = False,
        code: str = "",
    ) -> None:
        """`careful`: Enter alone is not a yes. `code` is shown in letters of one width."""
        super().__init__(parent, theme, title)
        self._answer: Callable[[bool], None] | None = answer
        self.label(text).pack(anchor="w")
        if code:
            self.code = self.label(code, font="mono")
            self.code.pack(anchor="w", pady=theme.px(8))
        no, _yes = self.buttons((_("Cancel"), self.no), (yes, self.yes), careful=careful)
        if careful:
            no.focus_set()
        else:
            self.bind("<Return>", lambda event: self.yes())
        self.bind("<Escape>", lambda event: self.no())
        self.protocol("WM_DELETE_WINDOW", self.no)
        if not careful:
            self.focus_set()

    def yes(self) -> None:
        """Yes."""
        self._end(True)

    def no(self) -> None:
        """No."""
        self._end(False)

    def _end(self, given: bool) -> None:
        answer, self._answer = self._answer, None
        self.destroy()
        if answer is not None:
            answer(given)


class Words(Panel):
    """Something to read: rows of two columns."""

    def __init__(
        self, parent: tk.Misc, theme: Theme, title: str, rows: Sequence[tuple[str, str]]
    ) -> None:
        super().__init__(parent, theme, title)
        grid = tk.Frame(self.body, background=theme.palette.background)
        grid.pack(fill="both")
        first = [self.label(name, font="bold", within=grid) for name, _text in rows]
        second = [self.label(text, within=grid) for _name, text in rows]
        gap, edges = theme.px(18), theme.px(20) * 2
        room = self.maxsize()[0] - edges - 2 * gap - max(one.winfo_reqwidth() for one in first)
        for row, (name, text) in enumerate(zip(first, second, strict=True)):
            text.configure(wraplength=max(min(theme.px(WIDTH), room), theme.px(LEAST)))
            for column, label in enumerate((name, text)):
                label.grid(row=row, column=column, sticky="nw", padx=(0, gap))
        self.buttons((_("Close"), self.destroy))
        self.focus_set()
