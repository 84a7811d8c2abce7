"""What the right button, or the menu key, offers for a line, a room or a person."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterable
from functools import partial

from client_gui.model.commands import Ignore
from client_gui.model.lines import SPOKEN, Fate, Line
from client_gui.model.model import Phase
from client_gui.texts import _
from client_gui.ui.actions import Actions
from client_gui.ui.context import Context
from client_gui.ui.navigation import Navigation
from client_gui.ui.popup import PopupMenu
from client_gui.ui.servers import Servers

REACTIONS = ("👍", "❤", "😂", "🎉", "👀", "🙏")


class Menus:
    """The menus of one window. Each method takes the place on the screen where its menu opens."""

    def __init__(
        self,
        context: Context,
        actions: Actions,
        navigation: Navigation,
        servers: Servers,
    ) -> None:
        self._context = context
        self._actions = actions
        self._navigation = navigation
        self._servers = servers
        self._open: PopupMenu | None = None  # the last one; Tk keeps a menu until it is destroyed

    def line(self, x: int, y: int, line: Line) -> None:
        """What can be done with a line."""
        actions, here = self._actions, self._here
        menu = self._menu()
        menu.add_command(label=_("Copy"), command=lambda: self._copy(str(line)))
        if line.fate is Fate.FAILED:
            again = partial(actions.send_again, line.number)
            menu.add_command(label=_("Send again"), command=here(again))
        if line.look in SPOKEN and line.msgid and not line.redacted:
            menu.add_command(label=_("Reply"), command=here(lambda: actions.answer(line)))
            some = self._menu(menu)
            for reaction in REACTIONS:
                react = here(partial(actions.react, line, reaction))
                picture = self._context.theme.small_emoji.of(reaction)
                some.add_command(label=reaction, command=react)
                if picture is not None:
                    some.entryconfigure("end", image=picture, compound="none")
            menu.add_cascade(label=_("React"), menu=some)
            if line.own or self._rules():
                delete = here(lambda: actions.delete(line))
                menu.add_command(label=_("Delete …"), command=delete)
        if line.look in SPOKEN and not line.own:
            label = _("Write to {nick}").format(nick=line.nick)
            menu.add_command(label=label, command=lambda: self._navigation.talk(line.nick))
        menu.tk_popup(x, y)

    def room(self, x: int, y: int, server: str, key: str) -> None:
        """What can be done with a room, or a conversation, of a server ("": that is shown)."""
        session = self._servers.named(server)
        if session is None:
            return
        context, model = self._context, session.model
        room = model.rooms[key]
        menu = self._menu()
        muted = key in context.muted(model)
        mute = partial(context.mute, model, key)
        menu.add_command(label=_("Unmute") if muted else _("Mute"), command=mute)
        label = _("Close") if room.direct or not room.here else _("Leave")
        leave = partial(self._actions.leave, key, session)
        menu.add_command(label=label, command=leave)
        menu.tk_popup(x, y)

    def server(self, x: int, y: int, name: str) -> None:
        """What can be done with a server ("": that is shown)."""
        session, servers = self._servers.named(name), self._servers
        if session is None:
            return
        connection, menu = session.connection, self._menu()
        if connection.model.status.phase in (Phase.OFFLINE, Phase.WAITING):
            menu.add_command(label=_("Connect now"), command=connection.connect)
        if connection.model.status.phase is not Phase.OFFLINE:
            menu.add_command(label=_("Disconnect"), command=connection.disconnect)
        menu.add_command(label=_("Nickname and server …"), command=connection.ask)
        menu.add_command(label=_("Another server …"), command=connection.ask_another)
        if servers.several:
            menu.add_separator()
            close = partial(servers.remove, session)
            label = _("Close {server}").format(server=servers.title(session))
            menu.add_command(label=label, command=close)
        menu.tk_popup(x, y)

    def me(self, x: int, y: int) -> None:
        """What can be done with ourselves: nickname, server, account."""
        context, actions = self._context, self._actions
        menu = self._menu()
        menu.add_command(
            label=_("Nickname and server …"), command=self._servers.shown.connection.ask
        )
        menu.add_separator()
        if not context.model.account:
            menu.add_command(label=_("Log in …"), command=lambda: actions.open_form("login"))
            label = _("Register {nick} …").format(nick=context.model.nick)
            menu.add_command(label=label, command=lambda: actions.open_form("register"))
        else:
            label = _("Change the password …")
            menu.add_command(label=label, command=lambda: actions.open_form("password"))
        menu.add_separator()
        away = context.model.fold(context.model.nick) in context.model.away
        words = ("AWAY",) if away else ("AWAY", _("away"))
        label = _("I am back") if away else _("I am away")
        menu.add_command(label=label, command=lambda: actions.command(*words))
        menu.tk_popup(x, y)

    def person(self, x: int, y: int, nick: str) -> None:
        """What can be done with somebody."""
        context = self._context
        menu = self._menu()
        label = _("Write to {nick}").format(nick=nick)
        menu.add_command(label=label, command=lambda: self._navigation.talk(nick))
        mention = self._here(lambda: context.window.composer.add(f"@{nick} "))
        menu.add_command(label=_("Mention"), command=mention)
        ask = partial(self._actions.command, "WHOIS", nick)
        menu.add_command(label=_("Who is this"), command=self._here(ask))
        habits = self._actions.habits
        ignored = habits.ignores(nick)
        ignore = partial(habits.ignore, Ignore(nick, ignoring=not ignored))
        menu.add_command(label=_("Do not ignore") if ignored else _("Ignore"), command=ignore)
        room = context.model.rooms[context.model.current].name
        if self._rules():
            self._ruling(menu, room, nick)
        menu.tk_popup(x, y)

    def of(
        self, x: int, y: int, entries: Iterable[tuple[str, Callable[[], object] | None]]
    ) -> None:
        """These entries: what each says and does. "" is a line between them, and what does nothing
        now is pale.
        """
        menu = self._menu()
        for label, act in entries:
            if not label:
                menu.add_separator()
            elif act is None:
                menu.add_command(label=label, state="disabled")
            else:
                menu.add_command(label=label, command=act)
        menu.tk_popup(x, y)

    def _rules(self) -> bool:
        """Whether we have a rank in the room that is shown."""
        model = self._context.model
        return model.rooms[model.current].rules(model.fold(model.nick))

    def _ruling(self, menu: tk.Menu, room: str, nick: str) -> None:
        menu.add_separator()
        model = self._context.model
        signs, _nick = model.rooms[model.current].members.get(model.fold(nick), ("", nick))
        is_op, has_voice = "@" in signs, "+" in signs
        op, voice = "-o" if is_op else "+o", "-v" if has_voice else "+v"
        for label, line in (
            (_("No operator any more") if is_op else _("Make operator"), ("MODE", room, op, nick)),
            (_("Take voice away") if has_voice else _("Give voice"), ("MODE", room, voice, nick)),
            (_("Kick"), ("KICK", room, nick)),
            (_("Ban"), ("MODE", room, "+b", f"{nick}!*@*")),
        ):
            command = self._here(partial(self._actions.command, *line))
            menu.add_command(label=label, command=command)

    def _here(self, act: Callable[[], object]) -> Callable[[], None]:
        """Does something in the room that is shown now: another one may be, by the time that
        somebody has chosen it.
        """
        context = self._context
        model, key = context.model, context.model.current

        def do() -> None:
            if self._navigation.go(model, key):
                act()

        return do

    def _menu(self, parent: tk.Misc | None = None) -> PopupMenu:
        """An empty one, in the window's colours."""
        if parent is None and self._open is not None:
            self._open.destroy()
        made = PopupMenu(parent or self._context.window.frame, self._context.theme)
        if parent is None:
            self._open = made
        return made

    def _copy(self, text: str) -> None:
        self._context.root.clipboard_clear()
        self._context.root.clipboard_append(text)
