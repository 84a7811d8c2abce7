"""The room's name, topic and number of members, above the transcript."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass

from client_gui.model.rooms import Room
from client_gui.texts import _
from client_gui.ui.theme import Theme

HEIGHT = 54


@dataclass(frozen=True, slots=True)
class HeaderCallbacks:
    """What can be asked for in the bar at the top."""

    topic: Callable[[str, str], None]  # of this room, which was clicked and changed
    find: Callable[[], None]
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
        self._topics = topics
        self._room = Room("")
        self._editing = False
        tk.Frame(self, background=palette.border, height=1).pack(side="bottom", fill="x")
        self._name = tk.Label(
            self, font=theme.title, background=palette.background, foreground=palette.text
        )
        looks = {"background": palette.background, "foreground": palette.dim, "cursor": "hand2"}
        self.search = tk.Label(self, text="⌕", font=theme.title, **looks)  # type: ignore[arg-type]
        self.search.pack(side="right", padx=(0, theme.px(20)))
        self.search.bind("<Button-1>", lambda event: callbacks.find())
        self._count = tk.Label(self, font=theme.small, **looks)  # type: ignore[arg-type]
        self._count.pack(side="right", padx=theme.px(12))
        self._count.bind("<Button-1>", lambda event: callbacks.people())
        # after what stands at the right, so that a long name leaves it its room
        self._name.pack(side="left", padx=(theme.px(20), theme.px(10)))
        self._topic = tk.Label(self, font=theme.small, anchor="w", **looks)  # type: ignore[arg-type]
        self._topic.pack(side="left", fill="x", expand=True)
        self._topic.bind("<Button-1>", lambda event: self.edit())
        self.entry = tk.Entry(
            self,
            font=theme.small,
            relief="flat",
            background=palette.field,
            foreground=palette.text,
            insertbackground=palette.text,
        )
        self.entry.bind("<Return>", lambda event: self._done(keep=True))
        self.entry.bind("<Escape>", lambda event: self._done(keep=False))
        self.entry.bind("<FocusOut>", lambda event: self._left())

    def show(self, room: Room) -> None:
        """Draws the room's name, topic and count. A topic that is begun waits in its room."""
        if room is not self._room:
            self._put_aside()
        self._room = room
        name = room.name if room.direct else f"# {room.name.lstrip('#')}"
        self._name.configure(text=name)
        self._topic.configure(text=room.topic)
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

    def destroy(self) -> None:
        """With the window."""
        self._put_aside()
        super().destroy()

    def _open(self, text: str) -> None:
        self._editing = True
        self.entry.delete(0, "end")
        self.entry.insert(0, text)
        self.entry.place(in_=self._topic, relwidth=1, relheight=1)

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
