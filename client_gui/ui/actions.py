"""What people do in the window, but for connecting and closing: each by mouse, key or command."""

from __future__ import annotations

import time
import tkinter as tk
import webbrowser
from functools import partial
from typing import TYPE_CHECKING

from client_gui.commands import COMMANDS, Find, Join, Leave, Nick, Send, Tell, interpret
from client_gui.lines import SPOKEN, Fate, Line
from client_gui.model import Phase
from client_gui.texts import _, n_
from client_gui.ui.panels import Choice, Chooser, Question, Words
from gchat.wire.names import casefold

if TYPE_CHECKING:
    from client_gui.ui.app import App

TYPING_SECONDS = 3.0  # between two signs that we write
REACTIONS = ("👍", "❤", "😂", "🎉", "👀", "🙏")
KEYS = (
    ("Ctrl+K", n_("go to a room or person")),
    ("Alt+Up, Alt+Down", n_("the room above or below in which something is new")),
    ("Ctrl+F", n_("find in this room")),
    ("Ctrl+J", n_("join a room")),
    ("Tab", n_("complete a nickname, room, command or :emoji")),
    ("Up, Down", n_("what you sent before")),
    ("Shift+Enter", n_("a new line")),
    ("Esc", n_("stop answering; to the last message")),
    ("Page Up", n_("what was said before")),
    ("Ctrl+Plus, Ctrl+Minus, Ctrl+0", n_("larger, smaller, as it was")),
    ("Ctrl+comma", n_("settings")),
    ("F1", n_("this list")),
)


class Actions:
    """Of one window. Whatever cannot be done says so in the transcript."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._answering: Line | None = None
        self._said_writing = 0.0  # when others were last told that we write
        self._writing = False
        self._chooser: Chooser | None = None

    @property
    def answering(self) -> Line | None:
        """The message that the next one answers."""
        return self._answering

    # -- typing

    def send(self, typed: str) -> bool:
        """Carries out what was typed; False where it must not be lost."""
        app = self._app
        answered = self._answering.msgid if self._answering else ""
        room = app.model.rooms[app.model.current].name
        action = interpret(typed.rstrip(), room, answered)
        match action:
            case Tell():
                app.show(app.model.say_locally(action.text, error=action.error))
            case Leave():
                app.close(action.reason)
            case Find():
                self.find(action.words)
            case Nick() if app.net is not None:
                app.net.change_nick(action.nick)
            case _ if app.net is None or app.model.status.phase is not Phase.CONNECTED:
                text = _("Not connected: what you typed is still there, send it again later.")
                app.show(app.model.say_locally(text, error=True))
                return False
            case Join():
                self.join(action.room, action.key)
            case Send():
                app.net.do(action.command)
                self.answer(None)
        self._writing = False
        return True

    def writes(self, active: bool) -> None:
        """Lets others know that we write, seldom enough, and that we do not any more."""
        app, now = self._app, time.monotonic()
        if not active and not self._writing:
            return
        if active and self._writing and now - self._said_writing < TYPING_SECONDS:
            return
        self._writing, self._said_writing = active, now
        room = app.model.rooms[app.model.current].name
        if app.net is not None and app.model.status.phase is Phase.CONNECTED:
            app.net.do(lambda core: core.typing(room, active=active))

    def words(self) -> tuple[list[str], list[str], list[str]]:
        """What Tab completes: nicknames, rooms, commands."""
        model = self._app.model
        room = model.rooms[model.current]
        spoke = [line.nick for line in reversed(room.lines[-100:]) if line.look in SPOKEN]
        nicks = dict.fromkeys([*spoke, *(nick for _prefix, nick in room.members.values())])
        nicks.pop(model.nick, None)
        rooms = [one.name for one in model.rooms.values() if not one.direct]
        return list(nicks), [*rooms, *(one.name for one in model.listed)], list(COMMANDS)

    def many_lines(self, count: int) -> bool:
        """Whether so many lines are to be pasted; one window asks at a time."""
        answers: list[bool] = []
        text = _("That is {count} lines. Put all of them into the message?").format(count=count)
        question = Question(
            self._app.root, self._app.theme, _("paste"), text, _("Paste"), answers.append
        )
        self._app.root.wait_window(question)
        return answers == [True]

    # -- messages

    def answer(self, line: Line | None) -> None:
        """The next message answers this one."""
        self._answering = line
        self._app.show_notice()

    def escape(self) -> None:
        """Stops answering, and goes to the last message."""
        self.answer(None)
        self._app.window.transcript.to_end()

    def send_again(self, number: int) -> None:
        """A message that has failed, once more."""
        app = self._app
        if app.net is None or app.model.status.phase is not Phase.CONNECTED:
            app.show(app.model.say_locally(_("Not connected: it cannot be sent yet."), error=True))
            return
        room = app.model.rooms[app.model.current].name
        line, changes = app.model.take_back(number)
        if line is not None:
            app.show(changes)
            kind = app.kind_of(line)
            app.net.do(lambda core: core.say(room, line.text, kind, line.reply_to))

    def react(self, line: Line, reaction: str) -> None:
        """With this, or not any more."""
        app = self._app
        room = app.model.rooms[app.model.current]
        people = room.reactions.get(line.msgid, {}).get(reaction, {})
        adding = app.model.nick not in people
        if app.net is not None:
            app.net.do(lambda core: core.react(room.name, line.msgid, reaction, adding=adding))

    def delete(self, line: Line) -> None:
        """Takes a message back, once that is sure."""
        app = self._app
        room = app.model.rooms[app.model.current].name

        def sure(yes: bool) -> None:
            if yes and app.net is not None:
                app.net.do(lambda core: core.command("REDACT", room, line.msgid))

        text = _("Delete “{text}” for everybody?").format(text=line.text[:80])
        Question(app.root, app.theme, _("delete"), text, _("Delete"), sure)

    def line_menu(self, event: tk.Event[tk.Misc], line: Line) -> None:
        """What can be done with a line."""
        app = self._app
        menu = app.menu()
        menu.add_command(label=_("Copy"), command=lambda: app.copy(str(line)))
        if line.fate is Fate.FAILED:
            menu.add_command(label=_("Send again"), command=lambda: self.send_again(line.number))
        if line.look in SPOKEN and line.msgid and not line.redacted:
            menu.add_command(label=_("Answer"), command=lambda: self.answer(line))
            some = app.menu(menu)
            for reaction in REACTIONS:
                some.add_command(label=reaction, command=partial(self.react, line, reaction))
            menu.add_cascade(label=_("React"), menu=some)
            menu.add_command(label=_("Delete …"), command=lambda: self.delete(line))
        if line.look in SPOKEN and not line.own:
            menu.add_command(
                label=_("Write to {nick}").format(nick=line.nick),
                command=lambda: app.talk(line.nick),
            )
        menu.tk_popup(event.x_root, event.y_root)

    def follow(self, link: str) -> None:
        """Opens a link in the system's browser."""
        webbrowser.open(link)

    # -- rooms

    def join(self, room: str, key: str = "") -> None:
        """Enters a room and goes there."""
        app = self._app
        name = room if room[:1] in "#&" else f"#{room}"
        app.wants(casefold(name))
        if app.net is not None:
            app.net.do(lambda core: core.command("JOIN", name, *([key] if key else [])))

    def ask_room(self) -> None:
        """Which room to join, of those that there are or of any name."""
        app = self._app
        self._chooser = Chooser(app.root, app.theme, _("Join a room"), self.join, free=True)
        if app.net is not None and app.model.status.phase is Phase.CONNECTED:
            app.net.do(lambda core: core.command("LIST"))
        self.list_changed()

    def list_changed(self) -> None:
        """Rooms that can be joined have come."""
        if self._chooser is not None and self._chooser.winfo_exists():
            self._chooser.offer(
                [
                    Choice(one.name, one.name, f"{one.members} · {one.topic}".rstrip(" ·"))
                    for one in self._app.model.listed
                ]
            )

    def switch(self) -> None:
        """Which room or person to go to."""
        app = self._app
        chooser = Chooser(app.root, app.theme, _("Go to"), app.choose)
        rooms = sorted(app.model.rooms.items(), key=lambda item: -item[1].unread)
        chooser.offer(
            [
                Choice(
                    key,
                    room.name,
                    _("{count} new").format(count=room.unread) if room.unread else "",
                )
                for key, room in rooms
            ]
        )

    def room_menu(self, event: tk.Event[tk.Misc], key: str) -> None:
        """What can be done with a room."""
        app = self._app
        room = app.model.rooms[key]
        menu = app.menu()
        muted = key in app.settings.muted
        menu.add_command(label=_("Unmute") if muted else _("Mute"), command=lambda: app.mute(key))
        if room.direct or not room.here:
            menu.add_command(label=_("Close"), command=lambda: app.forget(key))
        else:
            menu.add_command(label=_("Leave"), command=lambda: self.leave(key))
        menu.tk_popup(event.x_root, event.y_root)

    def leave(self, key: str) -> None:
        """Parts from a room and takes it out of the list."""
        app = self._app
        name = app.model.rooms[key].name
        if app.net is not None and app.model.status.phase is Phase.CONNECTED:
            app.net.do(lambda core: core.command("PART", name))
        app.forget(key)

    def person_menu(self, event: tk.Event[tk.Misc], nick: str) -> None:
        """What can be done with somebody."""
        app = self._app
        menu = app.menu()
        menu.add_command(
            label=_("Write to {nick}").format(nick=nick), command=lambda: app.talk(nick)
        )
        menu.add_command(
            label=_("Mention"),
            command=lambda: app.window.composer.text.insert("insert", f"@{nick} "),
        )
        room = app.model.rooms[app.model.current]
        menu.add_separator()
        for label, line in (
            (_("Put out of the room"), ("KICK", room.name, nick)),
            (_("Ban"), ("MODE", room.name, "+b", f"{nick}!*@*")),
        ):
            menu.add_command(label=label, command=partial(self._command, *line))
        menu.tk_popup(event.x_root, event.y_root)

    def talk(self, nick: str) -> None:
        """Goes to the conversation with somebody."""
        self._app.talk(nick)

    def set_topic(self, text: str) -> None:
        """Of the current room."""
        self._command("TOPIC", self._app.model.rooms[self._app.model.current].name, text)

    def _command(self, *words: str) -> None:
        if self._app.net is not None:
            self._app.net.do(lambda core: core.command(*words))

    # -- finding

    def ask_find(self) -> None:
        """What to look for: in what is here, and on the server."""
        chooser = Chooser(self._app.root, self._app.theme, _("Find"), self.find, free=True)
        chooser.list.pack_forget()

    def find(self, words: str) -> None:
        """Marks the words in the transcript, and asks the server for where else they are."""
        app = self._app
        room = app.model.rooms[app.model.current].name
        app.model.found = None
        places = app.window.transcript.find(words)
        app.window.notice(_("{count} in view").format(count=places) if places else _("not in view"))
        if app.net is not None and app.model.status.phase is Phase.CONNECTED:
            app.net.do(lambda core: core.look_for(room, words))

    def found(self) -> None:
        """What the server has found, in a window of its own."""
        app = self._app
        if app.model.found is None:
            return
        rows = [
            (time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at)), f"{one.nick}: {one.text}")
            for one in app.model.found[-20:]
        ]
        app.model.found = None
        Words(app.root, app.theme, _("found"), rows or [("", _("Nothing was found."))])

    def keys(self) -> None:
        """What the keys do."""
        rows = [(key, _(text)) for key, text in KEYS]
        Words(self._app.root, self._app.theme, _("keys"), rows)
