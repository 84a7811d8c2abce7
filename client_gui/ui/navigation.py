"""From room to room: which one is shown, and what is typed in each."""

from __future__ import annotations

from client_gui.ui.context import Context


class Navigation:
    """Which room one window shows."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wanted = ""  # the key of a room that is to be shown once we are in it

    def choose(self, key: str) -> None:
        """Goes to a room; what was typed in the one before waits there."""
        context = self._context
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

    def keep_draft(self) -> None:
        """What is typed belongs to the room that is shown."""
        room = self._context.model.rooms.get(self._context.model.current)
        if room is not None:
            room.draft = self._context.window.composer.get()

    def wants(self, key: str) -> None:
        """Goes to this room as soon as we are in it."""
        self._wanted = key
        self.arrived()

    def arrived(self) -> None:
        """Shows the wanted room, where we are in it now."""
        room = self._context.model.rooms.get(self._wanted)
        if room is not None and room.here:
            key, self._wanted = self._wanted, ""
            self.choose(key)

    def talk(self, nick: str) -> None:
        """Goes to the conversation with somebody."""
        self._context.model.room(nick, direct=True)
        self.choose(self._context.model.fold(nick))
        self._context.opened()

    def forget(self, key: str) -> None:
        """Takes a room out of the list."""
        if key == self._context.model.current:
            self.choose(self._context.model.lobby)
        self._context.show(self._context.model.close(key))

    def mute(self, key: str) -> None:
        """Mutes a room, or unmutes it."""
        muted, fold = self._context.settings.muted, self._context.model.fold
        same = [one for one in muted if fold(one) == key]
        for one in same:
            muted.remove(one)
        if not same:
            muted.append(key)
        self._context.save()
        self._context.window.show_rooms()
