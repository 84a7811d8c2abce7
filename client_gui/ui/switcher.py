"""Lists to choose from: a room to join, a room or person to go to, what the keys do."""

from __future__ import annotations

from client_gui.system import desktop
from client_gui.texts import _, n_
from client_gui.ui.actions import Actions
from client_gui.ui.connection import Connection
from client_gui.ui.context import Context
from client_gui.ui.navigation import Navigation
from client_gui.ui.panels import Choice, Chooser, Panel, Words

PERSON = "@"  # before the key of somebody with whom there is no conversation yet
KEYS = (
    ("Ctrl+K", n_("go to a room or person")),
    ("Alt+Up, Alt+Down", n_("previous or next room with new messages")),
    ("Ctrl+J", n_("join a room")),
    ("Ctrl+F", n_("find in this room")),
    ("F3, Shift+F3", n_("previous match, next match")),
    ("F6", n_("move to the messages and back; Up and Down select one")),
    ("Enter, Menu", n_("menu of the selected message")),
    ("Tab", n_("complete a nickname, room, command or :emoji")),
    ("Up, Down", n_("your earlier messages")),
    ("Shift+Enter", n_("a new line")),
    ("Esc", n_("cancel the reply; go to the last message")),
    ("Page Up", n_("older messages")),
    ("Ctrl+U", n_("send files")),
    ("Ctrl+M", n_("show or hide the members")),
    ("Ctrl+R", n_("connect now instead of waiting")),
    ("Ctrl+O", n_("another server, or nickname")),
    ("Ctrl+Plus, Ctrl+Minus, Ctrl+0", n_("zoom in, zoom out, reset")),
    ("Ctrl+comma", n_("settings")),
    ("F1", n_("this list")),
)


class Switcher:
    """The lists of one window, of which at most one is open."""

    def __init__(
        self, context: Context, actions: Actions, connection: Connection, navigation: Navigation
    ) -> None:
        self._context = context
        self._actions = actions
        self._connection = connection
        self._navigation = navigation
        self._open: Panel | None = None
        self._rooms: Chooser | None = None  # the list of rooms to join, while it is open

    def join(self) -> None:
        """Which room to join, of those that there are or of any name."""
        context = self._context
        self._close()
        title = _("Join a room")
        self._open = self._rooms = Chooser(
            context.root, context.theme, title, self._actions.join, free=True
        )
        self._connection.do_if_ready(lambda core: core.command("LIST"))
        self.list_changed()

    def list_changed(self) -> None:
        """More rooms are known."""
        if self._rooms is not None and self._rooms.winfo_exists():
            self._rooms.offer(
                [
                    Choice(one.name, one.name, f"{_people(one.members)} · {one.topic}".rstrip(" ·"))
                    for one in self._context.model.listed
                ]
            )

    def go(self) -> None:
        """Which room or person to go to."""
        context, model = self._context, self._context.model
        self._close()
        chooser = Chooser(context.root, context.theme, _("Go to"), self._go)
        self._open = chooser
        choices = []
        for key, room in sorted(model.rooms.items(), key=lambda item: -item[1].unread):
            new = _("{count} new").format(count=room.unread) if room.unread else ""
            choices.append(Choice(key, room.name, new))
        for key, (_prefix, nick) in model.rooms[model.current].members.items():
            if key not in model.rooms and nick != model.nick:
                choices.append(Choice(PERSON + nick, nick, _("write to them")))
        chooser.offer(choices)

    def _go(self, key: str) -> None:
        navigation = self._navigation
        if key.startswith(PERSON):
            navigation.talk(key.removeprefix(PERSON))
        else:
            navigation.choose(key)

    def keys(self) -> None:
        """What the keys do."""
        self._close()
        rows = [(desktop.key_words(key), _(text)) for key, text in KEYS]
        self._open = Words(self._context.root, self._context.theme, _("Keys"), rows)

    def _close(self) -> None:
        """Closes the open list, so that there is never more than one."""
        if self._open is not None and self._open.winfo_exists():
            self._open.destroy()
        self._open = self._rooms = None


def _people(count: int) -> str:
    return _("1 person") if count == 1 else _("{count} people").format(count=count)
