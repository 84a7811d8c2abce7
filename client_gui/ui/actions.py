"""What can be done in the window, by keys, menus and commands: told to the model and the core."""

from __future__ import annotations

import time
import webbrowser
from collections.abc import Callable

from client_gui.core.events import Kind, Unsent
from client_gui.core.protocol import Command
from client_gui.model.aliases import NoAlias
from client_gui.model.commands import (
    COMMANDS,
    Account,
    Action,
    Alias,
    Find,
    Help,
    Ignore,
    Join,
    Leave,
    Mute,
    Nick,
    Part,
    Rooms,
    Send,
    Serve,
    Talk,
    Tell,
    interpret,
)
from client_gui.model.lines import SPOKEN, Line, Look
from client_gui.texts import _
from client_gui.ui.account import Accounts
from client_gui.ui.connection import Connection
from client_gui.ui.context import Context
from client_gui.ui.finding import Finding
from client_gui.ui.habits import Habits
from client_gui.ui.navigation import Navigation
from client_gui.ui.panels import Question
from client_gui.ui.servers import Servers, Session

TYPING_SECONDS = 3.0  # between two signs that we write
_KINDS = {Look.ACTION: Kind.ACTION, Look.NOTICE: Kind.NOTICE}


class Actions:
    """The actions of one window. One that fails says so in the transcript."""

    def __init__(
        self,
        context: Context,
        servers: Servers,
        finding: Finding,
        navigation: Navigation,
        show_rooms: Callable[[], None],
    ) -> None:
        self._context = context
        self._servers = servers
        self._finding = finding
        self._navigation = navigation
        self._answering: Line | None = None
        self._said_writing = 0.0  # when others were last told that we write
        self._writing = False
        self._paste: Question | None = None
        self._show_rooms = show_rooms
        self.accounts = Accounts(context, servers)
        self.habits = Habits(context, servers)

    @property
    def _connection(self) -> Connection:
        """To the server that is shown."""
        return self._servers.shown.connection

    @property
    def answering(self) -> Line | None:
        """The message that the next one answers."""
        return self._answering

    def _room(self) -> str:
        return self._context.model.rooms[self._context.model.current].name

    # -- typing

    def send(self, typed: str) -> bool:
        """Carries out what was typed; False if the text must stay in the field."""
        context = self._context
        answered = self._answering.msgid if self._answering else ""
        try:
            meant = self.habits.aliases.meant(typed.rstrip())
        except NoAlias as error:
            context.show(context.model.say_locally(str(error), error=True))
            return False
        action = interpret(meant, self._room(), answered)
        done = self._settled(action)
        if done is not None:
            return done
        if not self._here(action):
            if not self._connection.ready:
                text = _("Not connected: what you typed is still there, send it again later.")
                context.show(context.model.say_locally(text, error=True))
                return False
            self._there(action)
        self._writing = False
        return True

    def _settled(self, action: Action) -> bool | None:
        """Carries out what only says something, or changes the settings; whether that could be.
        `None` for anything else.
        """
        context = self._context
        match action:
            case Alias():
                return self.habits.alias(action)
            case Ignore():
                return self.habits.ignore(action)
            case Help():
                return self.habits.explain(action.name)
            case Tell():
                context.show(context.model.say_locally(action.text, error=action.error))
                return not action.error
        return None

    def _there(self, action: Action) -> None:
        """Carries out what is for the server."""
        match action:
            case Join():
                self.join(action.room, action.key)
            case Part():
                room = action.room or self._room()
                self.command("PART", room, *([action.reason] if action.reason else []))
            case Rooms():
                self._show_rooms()
            case Talk(said=Send() as said):
                self._navigation.talk(action.nick)
                self._connection.do(said.command, said.unsent)
            case Send():
                self._connection.do(action.command, action.unsent)
                self.answer(None)

    def open_form(self, form: str) -> None:
        """Opens a form for our account: see Account."""
        accounts = self.accounts
        forms = {"register": accounts.register, "login": accounts.log_in}
        forms.get(form, accounts.change_password)()

    def _here(self, action: Action) -> bool:
        """Carries out what needs no connection; False for anything else."""
        context = self._context
        match action:
            case Account():
                self.open_form(action.form)
            case Leave():
                context.close(action.reason)
            case Find():
                self._finding.open(action.words)
            case Talk(said=None):
                self._navigation.talk(action.nick)
            case Mute():
                self._navigation.mute(context.model.current)
            case Serve():
                self._serve(action.what)
            case Part() if self._is_only_here(action.room):
                self.leave(context.model.fold(action.room) or context.model.current)
            case Nick() if self._connection.net is not None:
                self._connection.net.change_nick(action.nick)
            case _:
                return False
        return True

    def _is_only_here(self, room: str) -> bool:
        """Whether leaving it is only to close it: a conversation, or a room that we are not in."""
        model = self._context.model
        found = model.rooms.get(model.fold(room) if room else model.current)
        return found is not None and (found.direct or not found.here) and len(model.rooms) > 1

    def _serve(self, what: str) -> None:
        servers = self._servers
        session = servers.shown
        connection = session.connection
        if what == "close":
            self._close(session)
        elif what == "disconnect":
            connection.disconnect()
        elif what == "fold":
            servers.fold(session.name)
        elif not connection.ready:
            connection.connect()

    def _close(self, session: Session) -> None:
        """Closes a server, if somebody means that: elsewhere `/close` closes a room."""
        context, name = self._context, self._servers.title(session)
        label = _("Close {server}").format(server=name)
        text = _("You are disconnected from {server}, and it leaves the list.").format(server=name)

        def sure(yes: bool) -> None:
            if yes and session in self._servers.all:
                self._servers.remove(session)

        Question(context.root, context.theme, label, text, label, sure)

    def writes(self, active: bool) -> None:
        """Lets others know that we are typing, not too often, and that we have stopped."""
        self._context.typed()
        now = time.monotonic()
        if not active and not self._writing:
            return
        if active and self._writing and now - self._said_writing < TYPING_SECONDS:
            return
        self._writing, self._said_writing = active, now
        room = self._room()
        self._connection.do_if_ready(lambda core: core.typing(room, active=active))

    def secret(self, typed: str) -> int | None:
        """Where in what is typed begins what nobody may see, if anywhere."""
        return self.habits.aliases.secret_from(typed, self._room())

    def words(self) -> tuple[list[str], list[str], list[str]]:
        """What Tab completes: nicknames, rooms, commands."""
        model = self._context.model
        room = model.rooms[model.current]
        spoke = [line.nick for line in reversed(room.lines[-100:]) if line.look in SPOKEN]
        nicks = dict.fromkeys([*spoke, *(nick for _prefix, nick in room.members.values())])
        nicks.pop(model.nick, None)
        rooms = [one.name for one in model.rooms.values() if not one.direct]
        commands = [*COMMANDS, *self.habits.aliases]
        return list(nicks), [*rooms, *(one.name for one in model.listed)], commands

    def many_lines(self, count: int, text: str) -> None:
        """Asks whether to paste so many lines; a new question replaces an open one."""
        context, room = self._context, self._context.model.current
        model = context.model

        def answered(yes: bool) -> None:
            if yes and self._navigation.go(model, room):
                context.window.composer.paste(text)

        if self._paste is not None:
            self._paste.destroy()
        about = _("That is {count} lines. Put all of them into the message?").format(count=count)
        self._paste = Question(context.root, context.theme, _("Paste"), about, _("Paste"), answered)

    # -- messages

    def answer(self, line: Line | None) -> None:
        """The next message answers this one."""
        self._answering = line
        self._context.show_notice()
        if line is not None:
            self._context.window.composer.text.focus_set()

    def escape(self) -> None:
        """Stops answering, and goes to the last message."""
        self.answer(None)
        self._context.window.transcript.to_end()

    def send_again(self, number: int) -> None:
        """A message that has failed, once more."""
        context = self._context
        if not self._connection.ready:
            context.show(
                context.model.say_locally(_("Not connected: it cannot be sent yet."), error=True)
            )
            return
        room = self._room()
        line, changes = context.model.take_back(number)
        if line is not None:
            context.show(changes)
            kind = _KINDS.get(line.look, Kind.MESSAGE)
            text = line.raw or line.text
            unsent = Unsent(room, text, kind, line.reply_to)
            self._connection.do(lambda core: core.say(room, text, kind, line.reply_to), unsent)

    def react(self, line: Line, reaction: str) -> None:
        """Adds our reaction to a message, or takes it back."""
        context = self._context
        room = context.model.rooms[context.model.current]
        people = room.reactions.get(line.msgid, {}).get(reaction, {})
        adding = context.model.nick not in people
        self._do(lambda core: core.react(room.name, line.msgid, reaction, adding=adding))

    def delete(self, line: Line) -> None:
        """Deletes a message, after asking."""
        context, room = self._context, self._room()
        model = context.model

        def sure(yes: bool) -> None:
            if yes and self._navigation.go(model, model.fold(room)):
                self.command("REDACT", room, line.msgid)

        text = _("Delete “{text}” for everybody?").format(text=line.text[:80])
        Question(context.root, context.theme, _("Delete"), text, _("Delete"), sure)

    def follow(self, link: str) -> None:
        """Opens a link in the system's browser."""
        webbrowser.open(link if "://" in link else f"http://{link}")

    def older(self) -> None:
        """Asks the server for older messages of the current room."""
        context, room = self._context, self._room()
        if self._connection.ready:
            msgid = context.model.oldest(context.model.current)
            if msgid:
                self._connection.do(lambda core: core.load_older(room, msgid))

    def end_seen(self) -> None:
        """The last line is in view: our other clients may know."""
        if not self._context.welcomed or not self._context.has_keyboard():
            return  # nobody is there to read it
        self._context.show(self._context.model.seen())
        at = self._context.model.read_now()
        if at is not None:
            room = self._room()
            self._connection.do_if_ready(lambda core: core.mark_read(room, at))

    # -- rooms

    def join(self, room: str, key: str = "") -> None:
        """Enters a room of the server that is shown, and goes there."""
        name = room if room[:1] in "#&" else f"#{room}"
        self._navigation.wants(self._context.model.fold(name))
        self.command("JOIN", name, *([key] if key else []))

    def leave(self, key: str, session: Session | None = None) -> None:
        """Parts from a room, of the server that is shown or another one, and takes it out of the
        list.
        """
        session = session or self._servers.shown
        connection, room = session.connection, session.model.rooms.get(key)
        if room is None:
            return
        if not room.direct:
            if room.here:
                connection.do(lambda core: core.command("PART", room.name))
            connection.left(room.name)
        self._navigation.forget(key, session.model)

    def set_topic(self, room: str, text: str) -> None:
        """Sets a room's topic."""
        self.command("TOPIC", room, text)

    def command(self, *words: str) -> None:
        """Sends one, or says that it cannot be sent."""
        self._do(lambda core: core.command(*words))

    def _do(self, command: Command) -> None:
        if not self._connection.do(command):
            text = _("Not connected: that cannot be done now.")
            self._context.show(self._context.model.say_locally(text, error=True))
