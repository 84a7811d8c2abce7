"""From room to room: which one is shown, and what is typed in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.wire.names import casefold

if TYPE_CHECKING:
    from client_gui.ui.app import App


class Navigation:
    """Of one window."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._wanted = ""  # the key of a room that is to be shown once we are in it

    def choose(self, key: str) -> None:
        """Goes to a room; what was typed in the one before waits there."""
        app = self._app
        if key not in app.model.rooms:
            return
        self.keep_draft()
        app.actions.writes(active=False)  # there, and not here
        app.actions.answer(None)
        app.model.show(key)
        app.window.show_room()
        app.window.composer.put(app.model.rooms[key].draft)
        app.window.composer.text.focus_set()
        app.show_notice()

    def keep_draft(self) -> None:
        """What is typed belongs to the room that is shown."""
        room = self._app.model.rooms.get(self._app.model.current)
        if room is not None:
            room.draft = self._app.window.composer.get()

    def wants(self, key: str) -> None:
        """Goes to this room as soon as we are in it."""
        self._wanted = key
        self.arrived()

    def arrived(self) -> None:
        """Shows the wanted room, where we are in it now."""
        room = self._app.model.rooms.get(self._wanted)
        if room is not None and room.here:
            key, self._wanted = self._wanted, ""
            self.choose(key)

    def talk(self, nick: str) -> None:
        """Goes to the conversation with somebody."""
        self._app.model.room(nick, direct=True)
        self.choose(casefold(nick))

    def forget(self, key: str) -> None:
        """Takes a room out of the list."""
        if key == self._app.model.current:
            self.choose(self._app.model.lobby)
        self._app.show(self._app.model.close(key))

    def mute(self, key: str) -> None:
        """No notifications of this room, or again some."""
        muted = self._app.settings.muted
        if key in muted:
            muted.remove(key)
        else:
            muted.append(key)
        self._app.save()
        self._app.window.show_rooms()
