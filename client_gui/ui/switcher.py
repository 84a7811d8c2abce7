"""Lists to choose from: a room to join, a room or person to go to, what the keys do."""

from __future__ import annotations

from client_gui.system import desktop
from client_gui.texts import _, n_
from client_gui.ui.actions import Actions
from client_gui.ui.context import Context
from client_gui.ui.navigation import Navigation
from client_gui.ui.panels import Choice, Chooser, Panel, Words
from client_gui.ui.servers import Servers, Session

SIGN = " "  # before the number of a row; nothing that is typed begins with it
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
    ("Ctrl+O", n_("one more server, or another nickname")),
    ("Ctrl+Plus, Ctrl+Minus, Ctrl+0", n_("zoom in, zoom out, reset")),
    ("Ctrl+comma", n_("settings")),
    ("F1", n_("this list")),
)


class Switcher:
    """The lists of one window, of which at most one is open."""

    def __init__(
        self, context: Context, actions: Actions, servers: Servers, navigation: Navigation
    ) -> None:
        self._context = context
        self._actions = actions
        self._servers = servers
        self._navigation = navigation
        self._open: Panel | None = None
        self._rooms: Chooser | None = None  # the list of rooms to join, while it is open
        self._choices: dict[str, tuple[Session, str]] = {}  # by the keys of the open list
        self._at: Session | None = None  # where a room is joined that is in no list

    def join(self, server: str = "") -> None:
        """Which room to join, of those that there are at all servers, or of any name at this one
        (by its name, "" for the one that is shown).
        """
        context, servers = self._context, self._servers
        self._close()
        self._at = servers.named(server) or servers.shown
        title = _("Join a room")
        if servers.several:
            title = f"{title} · {servers.title(self._at)}"
        self._open = self._rooms = Chooser(
            context.root, context.theme, title, self._join, free=True
        )
        for one in servers.all:
            one.connection.do_if_ready(lambda core: core.command("LIST"))
        self.list_changed()

    def list_changed(self) -> None:
        """More rooms are known."""
        servers, at = self._servers, self._at
        if self._rooms is None or at is None or not self._rooms.winfo_exists():
            return
        self._choices = {}
        choices = []
        for session in [at, *(one for one in servers.all if one is not at)]:
            for one in session.model.listed:
                about = f"{_people(one.members)} · {one.topic}".rstrip(" ·")
                key = self._key(session, one.name)
                if servers.several:
                    about = f"{servers.title(session)} · {about}"
                choices.append(Choice(key, one.name, about, elsewhere=session is not at))
        self._rooms.offer(choices)

    def _join(self, key: str) -> None:
        session, name = self._choices.get(key, (self._at or self._servers.shown, key))
        if self._context.show_server(session.model):
            self._actions.join(name)

    def go(self) -> None:
        """Which room or person to go to, at any of the servers."""
        context, servers = self._context, self._servers
        self._close()
        chooser = Chooser(context.root, context.theme, _("Go to"), self._go)
        self._open = chooser
        self._choices = {}
        rooms = [(one, key) for one in servers.all for key in one.model.rooms]
        rooms.sort(key=lambda item: -item[0].model.rooms[item[1]].unread)
        choices = []
        for session, key in rooms:
            room = session.model.rooms[key]
            new = _("{count} new").format(count=room.unread) if room.unread else ""
            at = servers.title(session) if servers.several else ""
            about = " · ".join(filter(None, (at, new)))
            choices.append(Choice(self._key(session, key), room.name, about))
        shown, model = servers.shown, context.model
        for key, (_prefix, nick) in model.rooms[model.current].members.items():
            if key not in model.rooms and nick != model.nick:
                choices.append(Choice(self._key(shown, PERSON + nick), nick, _("write to them")))
        chooser.offer(choices)

    def _key(self, session: Session, key: str) -> str:
        """The key of a row of the open list: a number, which no room is called by."""
        row = f"{SIGN}{len(self._choices)}"
        self._choices[row] = session, key
        return row

    def _go(self, row: str) -> None:
        navigation = self._navigation
        session, key = self._choices[row]
        if not key.startswith(PERSON):
            navigation.choose(key, session.model)
        elif self._context.show_server(session.model):
            navigation.talk(key.removeprefix(PERSON))

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
