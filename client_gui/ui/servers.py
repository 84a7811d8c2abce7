"""The servers that the window is at, at the same time. Each has a connection with its model and its
thread: a thread, not only a task in one loop, so that a mistake in what one of them says, or in
what we make of it, can hold up or end that one only. Sixteen that wait take 2 MiB and hardly any
time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from client_gui.model.attention import Attention
from client_gui.model.ignoring import Ignored
from client_gui.model.lines import Fate
from client_gui.model.model import Model
from client_gui.system import drafts
from client_gui.system.settings import OPEN_MOST, Server
from client_gui.texts import _
from client_gui.ui.connection import Connection
from client_gui.ui.context import Context
from client_gui.ui.files import Files
from client_gui.ui.sections import Section


@dataclass(eq=False, slots=True)
class Session:
    """One server of the window, and what belongs to it."""

    connection: Connection
    files: Files
    topics: dict[str, str] = field(default_factory=dict)  # begun and not sent, by room

    @property
    def model(self) -> Model:
        """What it shows."""
        return self.connection.model

    @property
    def name(self) -> str:
        """As the settings call it."""
        return self.connection.server.name


class Servers:
    """From the top of the window to its foot; there is always one. Lives in Tk's thread."""

    shown: Session  # set by `App`, which draws it

    def __init__(self, context: Context, lobby: str, kept: drafts.Kept) -> None:
        self._context = context
        self._lobby = lobby
        self._kept = kept
        self.all: list[Session] = []
        # by server, for each one used since the start: what was typed there is kept
        self.models: dict[str, Model] = {}
        self._before: Session | None = None  # that was shown before the one that is
        self._leaving: list[Connection] = []  # closed, and still saying goodbye
        self._done: Callable[[], None] | None = None  # called once all have, at the end

    # -- which ones there are

    def of(self, model: Model) -> Session | None:
        """The one that has this model, if it is still there."""
        return next((one for one in self.all if one.model is model), None)

    def named(self, name: str) -> Session | None:
        """The one that the settings call so; the one that is shown for ""."""
        if not name:
            return self.shown
        return next((one for one in self.all if one.name == name), None)

    def _with(self, connection: Connection) -> Session:
        return next(one for one in self.all if one.connection is connection)

    @property
    def several(self) -> bool:
        """Whether there is more than one, so that people must be told which is meant."""
        return len(self.all) > 1

    @property
    def unread(self) -> int:
        """How many messages are unread at all of them."""
        return sum(one.model.unread(self._context.muted(one.model)) for one in self.all)

    def order(self) -> list[Model]:
        """Their models, from the top."""
        return [one.model for one in self.all]

    def title(self, session: Session) -> str:
        """What people call it: its host, with the port where two have the same host."""
        server = session.connection.server
        same = [one for one in self.all if one.connection.server.host == server.host]
        return server.name if len(same) > 1 else server.host

    def sections(self) -> list[Section]:
        """As they are drawn."""
        folded = self._context.settings.folded
        return [
            Section(
                one.name,
                self.title(one),
                one.connection.server.tls,
                one.model,
                self._context.muted(one.model),
                self.several and one.name in folded,
                one.topics,
                one is self.shown,
            )
            for one in self.all
        ]

    def fold(self, name: str) -> None:
        """Hides a server's rooms in the list, or shows them again."""
        folded = self._context.settings.folded
        if name in folded:
            folded.remove(name)
        else:
            folded.append(name)
        self._context.save()
        self._context.servers_changed()

    # -- one more, one less

    def add(self, server: Server) -> Session:
        """One more, at the foot; it does not connect yet."""
        for one in self._leaving:
            if one.server.name == server.name:
                one.stop()  # what it still tells is not for the new one
        model = self.models.get(server.name) or self._new_model(server)
        self.models[server.name] = model
        connection = Connection(self._context, self, server, model, self._lobby)
        session = Session(connection, Files(self._context, connection))
        self.all.append(session)
        return session

    def open(self, server: Server, password: str = "") -> Session | None:
        """Goes to a server, and connects where we are not there yet. `None` where there are too
        many.
        """
        found = self.named(server.name)
        if found is None:
            if len(self.all) >= OPEN_MOST:
                return None
            found = self.add(server)
        self._context.show_server(found.model)
        if found.connection.net is None:
            found.connection.answered(server, password, "")
        return found

    def remove(self, session: Session) -> None:
        """Closes one, but not the last: that one is disconnected."""
        if not self.several:
            session.connection.disconnect()
            return
        at = self.all.index(session)
        if session is self.shown:
            before = self._before if self._before in self.all else None
            other = before or self.all[at - 1 if at else 1]
            self._context.show_server(other.model)
        self.all.remove(session)
        session.files.forget()
        self._say_goodbye(session.connection, "")
        self.keep()
        self._context.servers_changed()

    def shows(self, session: Session) -> None:
        """Which one is shown from now on."""
        if session is not self.shown:
            self._before = self.shown
        self.shown = session
        if session.connection.kept:
            self._context.settings.used(session.connection.server)

    def _new_model(self, server: Server) -> Model:
        made = Model(server.nick, (server.rooms or [self._lobby])[0], time.time)
        made.attention = Attention(self._context.settings.highlights)
        made.ignored = Ignored(server.ignored)
        made.type_again(self._kept.typed.pop(server.name, {}))
        made.send_again(self._kept.unconfirmed.pop(server.name, {}))
        return made

    # -- what one of them asks

    def is_shown(self, connection: Connection) -> bool:
        """Whether it is the one that is shown."""
        return self.shown.connection is connection

    def asks(self, connection: Connection) -> list[str]:
        """Its dialog is opened, so that no other one's is. Who stays connected meanwhile."""
        for one in self.all:
            if one.connection is not connection and one.connection.dialog is not None:
                one.connection.close_dialog()
        return [self.title(one) for one in self.all if one.connection.ready]

    def elsewhere(
        self, connection: Connection, server: Server, password: str, proxy_password: str
    ) -> None:
        """In its dialog another server was asked for: goes there. One that nobody has been at yet
        makes room for it.
        """
        found, dialog = self.named(server.name), connection.dialog
        leaving = [] if connection.kept else [self._with(connection)]
        if found is None:
            if len(self.all) - len(leaving) >= OPEN_MOST:
                if dialog is not None:
                    text = _(
                        "The window is at {most} servers, and no more can be: close one first."
                    )
                    dialog.complain(text.format(most=OPEN_MOST), dialog.host)
                return
            found = self.add(server)
        connection.dialog = None
        if dialog is not None:
            found.connection.close_dialog()
            found.connection.take_dialog(dialog)
        self._context.show_server(found.model)
        for one in leaving:
            self.remove(one)
        found.connection.answered(server, password, proxy_password)

    def given_up(self, connection: Connection) -> None:
        """Its dialog was closed: a server that was never reached is not kept."""
        if self.several and not connection.kept:
            self.remove(self._with(connection))

    def starts(self, connection: Connection) -> None:
        """It connects. With other rooms than before, nothing is left of a lobby where nothing was
        said yet.
        """
        session = self._with(connection)
        session.files.forget()
        old, server = session.model, connection.server
        fresh = all(line.fate is Fate.FAILED for room in old.rooms.values() for line in room.lines)
        if not fresh or old.lobby == old.fold((server.rooms or [self._lobby])[0]):
            return
        shown = session is self.shown
        if shown:
            old.rooms[old.current].draft = self._context.window.composer.get()
        new = self._new_model(server)
        new.type_again(drafts.of(old))
        new.send_again(drafts.unconfirmed(old))
        connection.model = self.models[server.name] = new
        if shown:
            self._context.show_server(new)

    def keep(self) -> None:
        """Remembers which ones are open; of others, such as those of another window, it says
        nothing.
        """
        settings = self._context.settings
        ours = [one for one in self.all if one.connection.kept and not one.connection.disconnected]
        others = [name for name in settings.open if name not in self.models]
        settings.open[:] = [*(one.name for one in ours), *others]
        self._context.save()

    # -- the end

    def close(self, reason: str, done: Callable[[], None]) -> None:
        """Says goodbye to all of them at once; calls `done` when the last one has closed."""
        self._done = done
        for one in self.all:
            self._leaving.append(one.connection)
        for one in self.all:
            self._say_goodbye(one.connection, reason)

    def _say_goodbye(self, connection: Connection, reason: str) -> None:
        model = connection.model

        def gone() -> None:
            self._leaving.remove(connection)
            if self.of(model) is None:
                model.gone()
            if self._done is not None and not self._leaving:
                self._done()

        if connection not in self._leaving:
            self._leaving.append(connection)
        connection.close(reason, gone)
