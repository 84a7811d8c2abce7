"""From room to room, of all servers: which one is shown, and what is typed in each."""

from __future__ import annotations

from collections.abc import Sequence

from client_gui.model.model import Model
from client_gui.model.several import next_unread
from client_gui.ui.context import Context


class Navigation:
    """Which room one window shows."""

    def __init__(self, context: Context) -> None:
        self._context = context
        # a room that is to be shown once we are in it, and of which server
        self._wanted: tuple[Model, str] | None = None

    def choose(self, key: str, model: Model | None = None) -> None:
        """Goes to a room, of the server of this model where one is given; what was typed in the
        room before waits there.
        """
        context = self._context
        if model is not None and model is not context.model:
            context.show_server(model, key)
            return
        if key not in context.model.rooms:
            return
        self.keep_draft()
        context.writes(active=False)  # in the room that we leave
        context.reply_to(None)
        context.model.show(key)
        context.window.show_room()
        context.window.composer.put(context.model.rooms[key].draft)
        context.window.composer.text.focus_set()
        context.show_notice()

    def go(self, model: Model, key: str) -> bool:
        """Goes to a room, if it is not shown; false where it is not there any more."""
        context = self._context
        if key not in model.rooms or not (model is context.model or context.show_server(model)):
            return False
        if model.current != key:
            self.choose(key)
        return True

    def keep_draft(self) -> None:
        """What is typed belongs to the room that is shown."""
        room = self._context.model.rooms.get(self._context.model.current)
        if room is not None:
            room.draft = self._context.window.composer.get()

    def wants(self, key: str) -> None:
        """Goes to this room as soon as we are in it."""
        self._wanted = self._context.model, key
        self.arrived()

    def arrived(self) -> None:
        """Shows the wanted room, where we are in it now. Nobody is taken to another server."""
        model, key = self._wanted or (None, "")
        room = model.rooms.get(key) if model is not None else None
        if room is not None and room.here:
            self._wanted = None
            if model is self._context.model:
                self.choose(key)

    def talk(self, nick: str) -> None:
        """Goes to the conversation with somebody."""
        self._context.model.room(nick, direct=True)
        self.choose(self._context.model.fold(nick))
        self._context.opened()

    def step(self, step: int, models: Sequence[Model]) -> None:
        """To the next (1) or previous (-1) room with new messages, of all servers."""
        model, key = next_unread(models, self._context.model, step)
        self.choose(key, model)

    def forget(self, key: str, model: Model) -> None:
        """Takes a room of the server of this model out of the list."""
        if model is not self._context.model:
            model.close(key)
            self._context.servers_changed()
            return
        if key == model.current:
            self.choose(model.lobby)
        self._context.show(model.close(key))

    def mute(self, key: str) -> None:
        """Mutes a room, or unmutes it."""
        self._context.mute(self._context.model, key)
