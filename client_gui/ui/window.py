"""The main window: sidebar, header, transcript, composer, members."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterable

from client_gui.model import (
    Change,
    HistoryAdded,
    LineAdded,
    Model,
    RoomChanged,
    RoomsChanged,
    StatusChanged,
)
from client_gui.ui.composer import Composer
from client_gui.ui.header import Header
from client_gui.ui.members import Members
from client_gui.ui.sidebar import Sidebar
from client_gui.ui.theme import Theme
from client_gui.ui.transcript import Transcript

SIZE = (1080, 700)
MINIMUM = (640, 400)


class Window:
    """Fills `root`. Draws what has changed in the model."""

    def __init__(
        self,
        root: tk.Tk,
        theme: Theme,
        model: Model,
        *,
        keep: int,
        send: Callable[[str], bool],
        retry: Callable[[], None],
        older: Callable[[], None],
    ) -> None:
        self._root = root
        self._model = model
        palette = theme.palette
        root.configure(background=palette.background)
        root.geometry(f"{theme.px(SIZE[0])}x{theme.px(SIZE[1])}")
        root.minsize(theme.px(MINIMUM[0]), theme.px(MINIMUM[1]))
        self.sidebar = Sidebar(root, theme, self._choose, retry)
        self.sidebar.pack(side="left", fill="y")
        self.members = Members(root, theme)
        self.members.pack(side="right", fill="y")
        self.header = Header(root, theme)
        self.header.pack(side="top", fill="x")
        self.composer = Composer(root, theme, send)
        self.composer.pack(side="bottom", fill="x")
        self.transcript = Transcript(root, theme, keep, older)
        self.transcript.pack(fill="both", expand=True)
        self.composer.text.focus_set()

    def show_all(self, now: float) -> None:
        """Draws everything anew."""
        self.sidebar.show_status(self._model, now)
        self._show_room()

    def _show_room(self) -> None:
        room = self._model.rooms[self._model.current]
        self.sidebar.show_rooms(self._model)
        self.header.show(room)
        self.members.show(room)
        self.transcript.show(room)
        self.composer.set_hint(f"Message {room.name}")
        self._root.title(f"gchat — {room.name}")

    def show(self, changes: Iterable[Change], now: float) -> None:
        """Draws what has changed, each part once."""
        current = self._model.current
        kinds: dict[type, list[Change]] = {}
        for change in changes:
            if getattr(change, "room", current) == current:
                kinds.setdefault(type(change), []).append(change)
        self._show_lines(kinds)
        if RoomChanged in kinds:
            self.header.show(self._model.rooms[current])
            self.members.show(self._model.rooms[current])
        if RoomsChanged in kinds:
            self.sidebar.show_rooms(self._model)
        if StatusChanged in kinds:
            self.sidebar.show_status(self._model, now)

    def _show_lines(self, kinds: dict[type, list[Change]]) -> None:
        older = [one.older for one in kinds.get(HistoryAdded, []) if isinstance(one, HistoryAdded)]
        lines = [one.line for one in kinds.get(LineAdded, []) if isinstance(one, LineAdded)]
        if any(older):
            self.transcript.add_older(sum(older))
        elif older:
            self.transcript.show(self._model.rooms[self._model.current])
        elif lines:
            self.transcript.add(lines)

    def _choose(self, key: str) -> None:
        self._model.show(key)
        self._show_room()
        self.composer.text.focus_set()
