"""The main window: sidebar, header, transcript, composer, members."""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Literal

from client_gui.model.changes import (
    Change,
    HistoryAdded,
    LineAdded,
    LineChanged,
    RoomChanged,
    RoomsChanged,
    StatusChanged,
)
from client_gui.model.model import Phase
from client_gui.model.rooms import Room
from client_gui.texts import _
from client_gui.ui.composer import Composer, ComposerCallbacks
from client_gui.ui.findbar import FindBar, Search
from client_gui.ui.gestures import TranscriptCallbacks
from client_gui.ui.header import Header, HeaderCallbacks
from client_gui.ui.keys import window_first
from client_gui.ui.members import Members, MembersCallbacks
from client_gui.ui.placing import place
from client_gui.ui.sections import Section, state
from client_gui.ui.sidebar import Sidebar, SidebarCallbacks
from client_gui.ui.theme import Theme
from client_gui.ui.transcript import Transcript

SIZE = (1080, 700)
MINIMUM = (480, 360)
SIDEBAR_FROM = 680  # in a narrower window the rooms lie over the messages, when asked for
MEMBERS_FROM = 860  # in a narrower window the members do


class Window:
    """Fills `root`. Draws what has changed in the model of the server that is shown, and what there
    is at all servers.
    """

    def __init__(
        self,
        root: tk.Tk,
        theme: Theme,
        sections: Callable[[], Sequence[Section]],
        *,
        keep: int,
        compact: bool,
        members: bool,
        typing: ComposerCallbacks,
        choices: SidebarCallbacks,
        callbacks: TranscriptCallbacks,
        people: MembersCallbacks,
        heading: HeaderCallbacks,
        search: Search,
        sent: list[str],
        geometry: str,
    ) -> None:
        self._root = root
        self._sections = sections
        self._theme = theme
        shown = self._shown()
        self._model, self._server = shown.model, shown.title
        self._arranged: tuple[bool, bool] | None = None  # what is shown at the sides
        palette = theme.palette
        root.configure(background=palette.background)
        if not root.winfo_ismapped():
            place(root, geometry, (theme.px(SIZE[0]), theme.px(SIZE[1])))
        screen = root.winfo_screenwidth(), root.winfo_screenheight()
        root.minsize(*(min(theme.px(one), most) for one, most in zip(MINIMUM, screen, strict=True)))
        self.frame = tk.Frame(root, background=palette.background)
        self.frame.pack(fill="both", expand=True)
        self.sidebar = Sidebar(self.frame, theme, choices)
        self.sidebar.pack(side="left", fill="y")
        self.sidebar.show_server(shown.title, safe=shown.safe)
        self.members = Members(self.frame, theme, people)
        self._centre = tk.Frame(self.frame, background=palette.background)
        self._centre.pack(side="left", fill="both", expand=True)
        self.header = Header(self._centre, theme, heading, shown.topics)
        self.header.pack(side="top", fill="x")
        self.findbar = FindBar(self._centre, theme, search)
        self.composer = Composer(self._centre, theme, typing, sent)
        self.composer.pack(side="bottom", fill="x")
        self.transcript = Transcript(self._centre, theme, callbacks, keep=keep, compact=compact)
        self.transcript.pack(fill="both", expand=True)
        self._members_wanted = members
        self._over: tk.Widget | None = None  # a pane that lies over the messages
        self._narrow = False
        self.frame.bind("<Configure>", self._sized)
        self._arrange(root.winfo_width() if root.winfo_ismapped() else theme.px(SIZE[0]))
        window_first(
            self.composer.text, self.transcript.text, self.header.entry, self.findbar.entry
        )
        for key, pages in (("<Prior>", -1), ("<Next>", 1)):
            self.composer.text.bind(key, partial(self._page, pages))
        for widget in (self.header.entry, self.findbar, self.members, self.sidebar.retry):
            widget.bind("<Unmap>", self._hidden, add=True)
        self.composer.text.focus_set()

    def _hidden(self, event: tk.Event[tk.Misc]) -> None:
        """What had the keyboard is not there any more."""
        if str(self._root.tk.call("focus")).startswith(str(event.widget)):
            self.composer.text.focus_set()

    def _page(self, pages: int, event: object) -> str:
        self.transcript.page(pages)
        return "break"

    def destroy(self) -> None:
        """Takes everything out of `root`."""
        self.frame.destroy()

    def show_members(self, *, shown: bool) -> None:
        """Shows or hides the list at the right."""
        self._members_wanted = shown
        self._arrange(self.frame.winfo_width())

    def toggle_members(self) -> bool:
        """Shows or hides the list at the right, over the messages in a small window; whether it is
        to be there in a large one.
        """
        if self.frame.winfo_width() < self._theme.px(MEMBERS_FROM):
            self._lay_over(self.members, "ne")
        else:
            self.show_members(shown=not self._members_wanted)
        return self._members_wanted

    def toggle_rooms(self) -> None:
        """Shows or hides the rooms over the messages, in a small window."""
        if self._narrow:
            self._lay_over(self.sidebar, "nw")

    def _lay_over(self, pane: tk.Widget, anchor: Literal["ne", "nw"]) -> None:
        before = self._over
        self.uncover()
        if before is not pane:
            self._over = pane
            pane.place(relx=1 if anchor == "ne" else 0, rely=0, relheight=1, anchor=anchor)
            pane.lift()

    def uncover(self) -> None:
        """Nothing lies over the messages any more."""
        if self._over is not None:
            self._over.place_forget()
            self._over = None

    def _sized(self, event: tk.Event[tk.Misc]) -> None:
        self._arrange(event.width)

    def _arrange(self, width: int) -> None:
        """The panes at the sides give way before there is no room to read and write."""
        narrow = width < self._theme.px(SIDEBAR_FROM)
        people = bool(self._model.rooms[self._model.current].members)
        members = self._members_wanted and people and width >= self._theme.px(MEMBERS_FROM)
        state = narrow, members
        if state == self._arranged:
            return
        self._arranged, self._narrow = state, narrow
        self.uncover()
        self.header.small(small=narrow)
        if narrow:
            self.sidebar.pack_forget()
        else:
            self.sidebar.pack(side="left", fill="y", before=self._centre)
        if members:
            self.members.pack(side="right", fill="y", before=self._centre)
        else:
            self.members.pack_forget()

    def _shown(self) -> Section:
        return next(one for one in self._sections() if one.shown)

    def show_server(self) -> None:
        """Draws the server that is shown now."""
        shown = self._shown()
        self._model = shown.model
        self.header.at(shown.topics)
        self._theme.shared.forget()
        self.show_all(time.time())

    def notice(self, text: str, way_out: str = "") -> None:
        """Says something above the composer, and how to get rid of it."""
        self.composer.say(text, way_out)

    def show_all(self, now: float) -> None:
        """Draws everything anew."""
        self._show_status(now)
        self.show_room()

    def show_rooms(self) -> None:
        """Draws the list of rooms of all servers, and in the title what is unread."""
        sections = self._sections()
        shown = next(one for one in sections if one.shown)
        self._server = shown.title
        self.sidebar.show_server(shown.title, safe=shown.safe)
        self.sidebar.show_rooms(sections, time.time())
        room, unread = self._model.rooms[self._model.current], sum(one.unread for one in sections)
        count = f"({unread}) " if unread else ""
        self._root.title(f"{count}{room.name} — {self._server} — gchat")

    def show_room(self) -> None:
        """Draws the current room."""
        room = self._model.rooms[self._model.current]
        self.show_rooms()
        self._name(room)
        self.members.show(room, self._model.away)
        self.uncover()
        self._arrange(self.frame.winfo_width())
        self.transcript.show(room, self._model.nick)

    def _name(self, room: Room) -> None:
        self.header.show(room)
        hint = _("Message {name}")
        connected = self._model.status.phase is Phase.CONNECTED
        if connected and not (room.here or room.direct):
            hint = _("You are not in {name}: /join {name}")
        elif len(self._sections()) > 1:
            hint = _("Message {name} at {server}")
        self.composer.set_hint(hint.format(name=room.name, server=self._server))

    def show(self, changes: Iterable[Change], now: float) -> None:
        """Draws what has changed, each part once."""
        current = self._model.current
        kinds: dict[type, list[Change]] = {}
        for change in changes:
            if getattr(change, "room", current) == current:
                kinds.setdefault(type(change), []).append(change)
        self._show_lines(kinds)
        if RoomChanged in kinds:
            self._name(self._model.rooms[current])
            self.members.show(self._model.rooms[current], self._model.away)
            self._arrange(self.frame.winfo_width())
        if RoomsChanged in kinds:
            self.show_rooms()
        if StatusChanged in kinds:
            self.transcript.call_us(self._model.nick)
            self._show_status(now)

    def _show_status(self, now: float) -> None:
        self.show_states(now)
        self.composer.can_send(can=self._model.status.phase is Phase.CONNECTED)

    def show_states(self, now: float) -> None:
        """Draws how the connections are doing, which may count seconds."""
        self.sidebar.show_status(self._model, now)
        self.sidebar.show_rooms(self._sections(), now)
        colour, words = state(self._model, self._theme.palette, now)
        connected = self._model.status.phase is Phase.CONNECTED
        self.composer.show_state("" if connected else words, colour)

    def _show_lines(self, kinds: dict[type, list[Change]]) -> None:
        older = [one.older for one in kinds.get(HistoryAdded, []) if isinstance(one, HistoryAdded)]
        lines = [one.line for one in kinds.get(LineAdded, []) if isinstance(one, LineAdded)]
        past = [one for one in kinds.get(HistoryAdded, []) if isinstance(one, HistoryAdded)]
        if past and all(one.before for one in past):
            self.transcript.add_older(sum(older))
        elif past:
            self.transcript.show(self._model.rooms[self._model.current], self._model.nick)
        elif lines:
            self.transcript.add(lines)
        for change in kinds.get(LineChanged, []):
            if isinstance(change, LineChanged):
                self.transcript.change(change.number, change.line)
