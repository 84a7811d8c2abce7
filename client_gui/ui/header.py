"""The room's name, topic and number of members, above the transcript."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from client_gui.model.markup import Mark, spans
from client_gui.model.rooms import Room
from client_gui.texts import _
from client_gui.ui.theme import Theme
from client_gui.ui.tooltip import ShortLabel

HEIGHT = 54
ENTRY_PADDING = 4  # round a topic that is written
ENTRY_EDGE, ENTRY_INSET = 1, 1  # pixels round that; between it and its text, by Tk itself
NAME_FIRST = 300  # pixels of the name, before the bar has its width


@dataclass(frozen=True, slots=True)
class HeaderCallbacks:
    """What can be asked for in the bar at the top."""

    topic: Callable[[str, str], None]  # of this room, which was clicked and changed
    find: Callable[[], None]
    rooms: Callable[[], None]  # shows or hides the rooms, where the window is small
    follow: Callable[[str], None]  # a link in the topic
    people: Callable[[], None]  # shows or hides who is here
    done: Callable[[], None]  # nothing is edited any more


class Header(tk.Frame):
    """The bar at the top."""

    def __init__(
        self, parent: tk.Misc, theme: Theme, callbacks: HeaderCallbacks, topics: dict[str, str]
    ) -> None:
        """`topics`: those that somebody has begun to write, by room; they are kept there."""
        palette = theme.palette
        super().__init__(parent, background=palette.background, height=theme.px(HEIGHT))
        self.pack_propagate(False)
        self._callbacks = callbacks
        self._px, self._small = theme.px, theme.small
        self._topics = topics
        self._room = Room("")
        self._editing = False
        tk.Frame(self, background=palette.border, height=1).pack(side="bottom", fill="x")
        looks: dict[str, Any] = {"background": palette.background, "cursor": "hand2"}
        dim = looks | {"foreground": palette.dim}
        self.menu = tk.Label(self, text="☰", font=theme.title, **dim)
        self.menu.bind("<Button-1>", lambda event: callbacks.rooms())
        self.search = tk.Label(self, text="⌕", font=theme.title, **dim)
        self.search.pack(side="right", padx=(0, theme.px(20)))
        self.search.bind("<Button-1>", lambda event: callbacks.find())
        self._count = tk.Label(self, font=theme.small, **dim)
        self._count.pack(side="right", padx=theme.px(12))
        self._count.bind("<Button-1>", lambda event: callbacks.people())
        # after what stands at the right, so that a long name leaves it its room
        bold = looks | {"foreground": palette.text, "cursor": "arrow"}
        self._name = ShortLabel(self, theme, theme.title, self._name_most, **bold)
        self.bind("<Configure>", lambda event: self._name.fit())
        self._name.pack(side="left", padx=(theme.px(20), theme.px(10)))
        self._topic = ShortLabel(self, theme, theme.small, **dim)
        self._topic.pack(side="left", fill="x", expand=True)
        self._topic.bind("<Button-1>", lambda event: self._clicked())
        self.entry = tk.Entry(
            self,
            font=theme.small,
            relief="flat",
            borderwidth=theme.px(ENTRY_PADDING),
            highlightthickness=ENTRY_EDGE,
            highlightbackground=palette.border,
            highlightcolor=palette.accent,
            background=palette.field,
            foreground=palette.text,
            insertbackground=palette.text,
            insertwidth=2,
            selectbackground=palette.accent,
            selectforeground=palette.accent_text,
        )
        self.entry.bind("<Return>", lambda event: self._done(keep=True))
        self.entry.bind("<Escape>", lambda event: self._done(keep=False))
        self.entry.bind("<FocusOut>", lambda event: self._left())

    def at(self, topics: dict[str, str]) -> None:
        """Another server is shown: what is begun here waits, and those of `topics` go on."""
        self._put_aside()
        self._room = Room("")
        self._topics = topics

    def show(self, room: Room) -> None:
        """Draws the room's name, topic and count. A topic that is begun waits in its room."""
        if room is not self._room:
            self._put_aside()
        self._room = room
        name = room.name if room.direct else f"# {room.name.lstrip('#')}"
        self._name.say(name)
        self._topic.say(room.topic)
        count = len(room.members)
        text = _("1 member") if count == 1 else _("{count} members").format(count=count)
        self._count.configure(text=text if count else "")
        if room.name in self._topics and not self._editing:
            self._open(self._topics[room.name])

    def edit(self) -> None:
        """Lets the user edit the topic in place; the server decides whether that is allowed."""
        if self._room.direct:
            return
        if not self._editing:
            self._open(self._room.topic)
        self.entry.focus_set()

    def _name_most(self) -> int:
        """The name has at most half of the bar."""
        width = self.winfo_width()
        return width // 2 - self._px(40) if width > 1 else self._px(NAME_FIRST)

    def small(self, *, small: bool) -> None:
        """The window is too small for the list of rooms: a sign here shows it."""
        if small:
            self.menu.pack(side="left", padx=(self._px(14), 0), before=self._name)
        else:
            self.menu.pack_forget()

    def _clicked(self) -> None:
        """A click on a link of the topic opens it; any other one lets the topic be edited."""
        at = self._topic.winfo_pointerx() - self._topic.winfo_rootx()
        link = self.link_at(at)
        if link:
            self._callbacks.follow(link)
        else:
            self.edit()

    def link_at(self, x: int) -> str:
        """The link that stands so many pixels from the topic's left, "" for none."""
        left = 0
        for span in spans(self._room.topic):
            right = left + self._small.measure(span.text)
            if left <= x < right and span.mark is Mark.LINK:
                return span.text
            left = right
        return ""

    def destroy(self) -> None:
        """With the window."""
        self._put_aside()
        super().destroy()

    def _open(self, text: str) -> None:
        self._editing = True
        self.entry.delete(0, "end")
        self.entry.insert(0, text)
        # its text where the topic's was
        left = self._px(ENTRY_PADDING) + ENTRY_EDGE + ENTRY_INSET
        self.entry.place(in_=self._topic, x=-left, rely=0.5, anchor="w", relwidth=1, width=left)

    def _put_aside(self) -> None:
        """Another room is shown: what was begun waits."""
        if not self._editing:
            return
        text = self.entry.get()
        if text != self._room.topic:
            self._topics[self._room.name] = text
        self._editing = False
        self.entry.place_forget()

    def _left(self) -> None:
        """The field has lost the focus: closes it, unless a changed topic would be lost."""
        if self._editing and self.entry.get() == self._room.topic:
            self._close()

    def _done(self, *, keep: bool) -> None:
        if not self._editing:
            return
        text, room = self.entry.get(), self._room
        self._close()
        if keep and text != room.topic:
            self._callbacks.topic(room.name, text)
        self._callbacks.done()

    def _close(self) -> None:
        self._editing = False
        self._topics.pop(self._room.name, None)
        self.entry.place_forget()
