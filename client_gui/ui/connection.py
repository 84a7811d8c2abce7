"""One of the servers that the window is at: asks for it, connects, remembers it, and hands on what
it tells. Each has its own model, receive loop (on a thread of its own) and way into Tk's thread, so
that whatever happens to one of them costs no other one anything.

Knows the dialogs and the receive loop, not how anything is drawn, and of its neighbours no more
than Neighbours says.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from client_gui.core import events
from client_gui.core.login import Login
from client_gui.core.places import written
from client_gui.core.protocol import Command
from client_gui.model.changes import StatusChanged, TrustNeeded
from client_gui.model.model import Model, Phase, Status
from client_gui.model.rooms import ROOM_PREFIXES
from client_gui.net.address import Address
from client_gui.net.thread import NetThread
from client_gui.system import secrets
from client_gui.system.settings import Server
from client_gui.texts import _
from client_gui.ui.bridge import Bridge
from client_gui.ui.context import Context
from client_gui.ui.dialogs import ConnectDialog
from client_gui.ui.panels import Question

CLOSE_SECONDS = 1.0  # for the goodbye, before the window goes without it
CONFIRM_SECONDS = 5.0  # for what is on its way, before the goodbye
CLOSE_POLL_MS = 20

Item = tuple[NetThread, events.NetEvent]


class Neighbours(Protocol):
    """What a connection may ask of the window's others."""

    def is_shown(self, connection: Connection) -> bool:
        """Whether it is the one that is shown."""

    def asks(self, connection: Connection) -> list[str]:
        """Its dialog is opened, so that no other one's is. How the servers are called that stay
        connected whatever is answered.
        """

    def elsewhere(
        self, connection: Connection, server: Server, password: str, proxy_password: str
    ) -> None:
        """In its dialog another server was asked for."""

    def given_up(self, connection: Connection) -> None:
        """Its dialog was closed."""

    def starts(self, connection: Connection) -> None:
        """It connects, perhaps with other rooms than before."""

    def keep(self) -> None:
        """What is remembered of them has changed."""


class Connection:
    """To one server, with its model."""

    def __init__(
        self, context: Context, neighbours: Neighbours, server: Server, model: Model, lobby: str
    ) -> None:
        self._context = context
        self._neighbours = neighbours
        self.server = server
        self.model = model
        self._lobby = lobby
        self.kept = False  # it is there until somebody closes it
        self.disconnected = False  # somebody has disconnected it
        self._later: Callable[[], None] | None = None  # a question, until this one is shown
        # as somebody has typed them, until they are in the keyring
        self._password = self._proxy_password = ""
        self.net: NetThread | None = None
        self.dialog: ConnectDialog | None = None
        self._trust: Question | None = None
        self._remembered = False  # where we are connected, for the next time
        self._place = ""  # which of the server's addresses was tried last
        self._watched: set[str] = set()  # keys of people who were asked about
        self._last = server.shown  # it is shown again as soon as it is there
        self._typed = model.rooms[model.lobby].draft  # when that was known
        self._bridge: Bridge[Item] = Bridge(context.root, self._deliver)

    @property
    def ready(self) -> bool:
        """Whether the server would get a command."""
        return self.net is not None and self.model.status.phase is Phase.CONNECTED

    def do(self, command: Command, unsent: events.Unsent | None = None) -> bool:
        """Hands a command to the core; False if there is no connection. If it is lost just then,
        the event `unsent` comes.
        """
        if self.net is None or not self.ready:
            return False
        self.net.do(command, unsent)
        return True

    def put(self, event: events.NetEvent) -> None:
        """Tells the window something, from any thread, as if this connection did."""
        net = self.net
        if net is not None:
            self._bridge.put((net, event))

    def do_if_ready(self, command: Command) -> None:
        """What is of no use later: nothing is said where there is no connection."""
        if self.net is not None:
            self.net.do_if_ready(command)

    def retry(self) -> None:
        """Connects now instead of waiting longer; asks where, when there is nothing to wait for."""
        phase = self.model.status.phase
        if phase is Phase.WAITING and self.net is not None:
            self.net.retry()
        elif phase is Phase.OFFLINE:
            self.ask()

    def connect(self) -> None:
        """Connects as it was connected before, now."""
        if self.model.status.phase is Phase.OFFLINE:
            self.start()
        else:
            self.retry()

    # -- asking

    def when_shown(self, ask: Callable[[], None], why: str) -> None:
        """Asks something, once this server is shown: nothing opens over another conversation. Until
        then its section says why it is not connected.
        """
        if self.dialog is not None or self._neighbours.is_shown(self):
            ask()
            return
        self._later = ask
        self.model.status = Status(Phase.OFFLINE, why)
        self._context.servers_changed()

    def shown(self) -> None:
        """Somebody is here: asks what was to be asked."""
        ask, self._later = self._later, None
        if ask is not None:
            ask()

    def ask(self, why: str = "") -> None:
        """Opens the dialog; `why` says what was wrong with the last answer."""
        context = self._context
        others = self._neighbours.asks(self)
        if self.dialog is None:
            dialog = ConnectDialog(
                context.root,
                context.theme,
                self.answered,
                self._cancelled,
                context.settings.servers,
                self._lobby,
                others,
            )
            self.take_dialog(dialog)
            dialog.fill(self.server)
        if self.dialog is None:
            return
        if why:
            self.dialog.complain(why, self.dialog.nick)
        elif self.net is not None:
            self.dialog.lift()

    def ask_another(self) -> None:
        """Opens the dialog with nothing of this server in it."""
        self.ask()
        if self.dialog is not None:
            self.dialog.another()

    def take_dialog(self, dialog: ConnectDialog) -> None:
        """The dialog is about this server from now on."""
        self.dialog = dialog
        dialog.connect, dialog.cancel = self.answered, self._cancelled
        dialog.on_forget = self._forget

    def close_dialog(self) -> None:
        """Takes it away, where there is one."""
        if self.dialog is not None:
            self.dialog.destroy()
            self.dialog = None

    def answered(self, server: Server, password: str, proxy_password: str) -> None:
        """What somebody has put into the dialog."""
        if server.name != self.server.name:
            self._neighbours.elsewhere(self, server, password, proxy_password)
            return
        same = replace(server, nick=self.server.nick) == self.server
        only_nick = same and not (password or proxy_password)
        self._password, self._proxy_password = password, proxy_password
        alive = self.net is not None and not self.net.done.is_set()
        waiting = self.model.status.phase is Phase.WAITING
        if self.net is not None and alive and only_nick and not waiting:
            if server.nick == self.model.nick and self.ready:
                self.close_dialog()
            self.server = server
            self.net.change_nick(server.nick)
            return
        self.server = server
        self.start()

    def _cancelled(self) -> None:
        if self._context.welcomed:
            self.close_dialog()
            self._neighbours.given_up(self)
        else:
            self._context.close()

    def _forget(self, server: Server) -> None:
        """Takes a server out of those that are known, and its password out of the keyring."""
        known, opened = self._context.settings.servers, self._context.settings.open
        known[:] = [one for one in known if one.name != server.name]
        opened[:] = [name for name in opened if name != server.name]
        self._context.save()
        _aside(lambda: secrets.forget(server.host, server.port, server.account))

    def ask_trust(self, needed: TrustNeeded) -> None:
        """Whether somebody has compared the certificate's fingerprint."""
        server = self._place
        if needed.changed:
            text = _("{server} shows NOT the certificate that you trusted before.")
        else:
            text = _(
                "The certificate of {server} is signed by no authority that this computer trusts."
            )
        text = text.format(server=server) + "\n\n"
        text += _("Compare its SHA-256 with what the server prints:")
        net = self.net

        def answer(yes: bool) -> None:
            self._trust = None
            if net is None or net is not self.net:
                return  # the question is not open any more
            if yes:
                self.server.pin = needed.fingerprint
                net.trust(needed.fingerprint)
            else:
                self.stop()
                self.model.status = Status(Phase.OFFLINE)
                self._context.servers_changed()
                self.ask(_("The server's certificate is not trusted."))

        if self._trust is not None:
            self._trust.destroy()
        context = self._context
        title = _("Certificate")
        self._trust = Question(
            self.dialog or context.root,
            context.theme,
            title,
            text,
            _("Trust it"),
            answer,
            careful=True,
            code=in_groups(needed.fingerprint),
        )

    # -- the connection

    def start(self) -> None:
        """Connects to the server that was chosen."""
        if self.net is not None:
            self.stop()
            self._tell(Status(Phase.OFFLINE))
        self._remembered = self.disconnected = False
        self._later = None
        self._neighbours.starts(self)
        server, typed = self.server, self._password
        self.model.status = Status(Phase.CONNECTING)  # the last attempt's is over
        self._context.servers_changed()

        def login() -> Login | None:
            if not server.account:
                return None
            password = typed or secrets.recall(server.host, server.port, server.account)
            return Login(server.account, password) if password else None

        by, given = server.by, self._proxy_password

        def proxy_password() -> str:
            return given or ("" if by is None else secrets.recall(*by.place, by.user))

        rooms = tuple(server.rooms) or (self._lobby,)
        address = Address(
            server.host,
            server.port,
            server.nick,
            rooms,
            server.tls,
            server.pin,
            others=tuple(server.other_places),
            proxy=by,
        )
        # each event says which connection it is of, so that one that was given up stays silent
        bridge = self._bridge
        net = NetThread(
            address, lambda event: bridge.put((net, event)), login, bridge.busy, proxy_password
        )
        self.net = net
        net.start()

    def stop(self) -> None:
        """Gives the connection up."""
        if self.net is not None:
            self.net.quit()
            self.net = None

    def disconnect(self) -> None:
        """Somebody wants it so: what was said stays to be read."""
        self.close_dialog()
        self.stop()
        self.disconnected = True
        self._later = None
        self._tell(Status(Phase.OFFLINE))
        self._neighbours.keep()

    def _tell(self, status: Status) -> None:
        """There is no connection any more, by our own will."""
        self.model.status = status
        changes = [*self.model.gone(), StatusChanged()]
        if self._context.model is self.model:
            self._context.show(changes)
        self._context.servers_changed()

    def _deliver(self, items: Sequence[Item]) -> None:
        ours = [event for net, event in items if net is self.net]
        if not ours:
            return  # of a connection that was given up
        self._context.take(ours, self.model)
        for event in ours:
            self._heard(event)
        self.watch_people()
        self._follow()

    def _heard(self, event: events.NetEvent) -> None:
        """Saves password and rooms for the next time; shows errors in the open dialog."""
        match event:
            case events.Connecting():
                self._place = written((event.host, event.port))
            case events.Registered():
                self._registered()
            case events.NickChanged():
                self._watched.discard(self.model.fold(event.new))
            case events.LoggedIn():
                self._keep_password()
            case events.Joined(own=True):
                self._stay(event.room, "")
                self._show_again(event.room)
            case events.Left(own=True):
                self._stay("", event.room)
            case events.RoomRenamed():
                self._stay(event.new, event.old)
            case events.LoginFailed() if self.dialog is not None and self.dialog.wanted:
                self.stop()
                self.model.status = Status(Phase.OFFLINE, event.reason)
                self._context.servers_changed()
                self.dialog.complain(event.reason, self.dialog.password)
            case events.ServerText(error=True) if self.dialog is not None and self.dialog.wanted:
                self.dialog.complain(event.text, self.dialog.nick)

    def _registered(self) -> None:
        self._watched.clear()
        if self._last and self._last[:1] not in ROOM_PREFIXES:
            self.model.room(self._last, direct=True)
            self._show_again(self._last)

    def _show_again(self, name: str) -> None:
        """Goes to the room that was shown last, unless somebody is doing something by now."""
        model, context = self.model, self._context
        key = model.fold(name)
        if key != model.fold(self._last):
            return
        self._last = ""
        if model.current != model.lobby:
            return
        if not self._neighbours.is_shown(self):
            model.show(key)
        elif context.window.composer.get() == self._typed:
            context.show_server(model, key)

    def remember_shown(self) -> None:
        """Which room is to be shown the next time."""
        self.server.shown = self.model.rooms[self.model.current].name

    def watch_people(self) -> None:
        """Asks whether the people of our conversations are here, each once for a connection."""
        model = self.model
        if not self.ready:
            return
        for key, room in model.rooms.items():
            if room.direct and key not in self._watched:
                self._watched.add(key)
                self.do_if_ready(lambda core, nick=room.name: core.watch(nick))  # type: ignore[misc]

    def left(self, name: str) -> None:
        """Somebody does not want to be in a room any more, connected or not."""
        self._stay("", name)
        if self.net is not None:
            self.net.forget_room(name)

    def _stay(self, entered: str, left: str) -> None:
        """Saves which rooms we are in, to join them again the next time."""
        fold = self.model.fold
        rooms = [name for name in self.server.rooms if fold(name) != fold(left)]
        if entered and fold(entered) not in map(fold, rooms):
            rooms.append(entered)
        if rooms != self.server.rooms:
            self.server.rooms = rooms
            self._context.save()

    def account_is(self, server: Server) -> None:
        """We are logged in to an account: it is known the next time."""
        self.server = server
        self._remember()

    def _remember(self) -> None:
        self._context.settings.used(self.server, first=self._neighbours.is_shown(self))
        self._neighbours.keep()

    def password_is(self, password: str) -> None:
        """The account's password, which the server has accepted."""
        self._password = password
        if self.net is not None:
            self.net.log_in_as(Login(self.server.account, password))
        self._keep_password()

    def _keep_password(self) -> None:
        """The typed password was right: puts it into the keyring."""
        server, password, self._password = self.server, self._password, ""
        if password:
            _aside(lambda: secrets.keep(server.host, server.port, server.account, password))

    def _keep_proxy_password(self) -> None:
        by, given, self._proxy_password = self.server.by, self._proxy_password, ""
        if by is not None and given:
            _aside(lambda: secrets.keep(*by.place, by.user, given))

    def _follow(self) -> None:
        """While the dialog is there, the connection's state is told in it."""
        context, status = self._context, self.model.status
        if status.phase is Phase.CONNECTED:
            if not self._remembered:
                self._remembered = True
                self._keep_proxy_password()
                self.kept = True
                self._remember()
                self.close_dialog()
                context.welcome()
            elif self.dialog is not None and self.model.nick == self.dialog.wanted:
                self.close_dialog()
        elif status.phase is Phase.CONNECTING or self._goes_on(status):
            return
        elif self.dialog and self.dialog.wanted:
            self.dialog.complain(status.reason)
            if not context.welcomed:
                self.stop()

    def _goes_on(self, status: Status) -> bool:
        """Whether another address of the server is tried next, or that is said in a moment."""
        several = bool(self.server.other_places)
        return several and (status.phase is Phase.OFFLINE or bool(status.elsewhere))

    # -- the end

    def close(self, reason: str, done: Callable[[], None]) -> None:
        """Says goodbye, once the server has confirmed what was sent or some seconds have passed;
        calls `done` when the server has closed, or soon after.
        """
        self.close_dialog()
        if self._trust is not None:
            self._trust.destroy()
        until = time.monotonic() + CONFIRM_SECONDS
        passed_on = threading.Event()  # all that was typed is sent, and told to the model
        if self.net is not None:
            self.net.call(passed_on.set)

        def confirmed() -> None:
            waits = not passed_on.is_set()
            self._bridge.deliver_all()
            waits = waits or self.model.waits()
            if self.ready and waits and time.monotonic() < until:
                self._context.root.after(CLOSE_POLL_MS, confirmed)
            else:
                self._say_goodbye(reason, done)

        confirmed()

    def _say_goodbye(self, reason: str, done: Callable[[], None]) -> None:
        net = self.net
        if net is not None:
            net.quit(reason)
        started = time.monotonic()

        def wait() -> None:
            over = time.monotonic() - started > CLOSE_SECONDS
            if net is None or net.done.is_set() or over:
                self._bridge.close()
                done()
            else:
                self._context.root.after(CLOSE_POLL_MS, wait)

        wait()


def in_groups(fingerprint: str) -> str:
    """A fingerprint as people compare it, in pairs as a server prints it: two groups in a row."""
    pairs = [fingerprint[at : at + 2].upper() for at in range(0, len(fingerprint), 2)]
    groups = [":".join(pairs[at : at + 4]) for at in range(0, len(pairs), 4)]
    return "\n".join("  ".join(groups[at : at + 2]) for at in range(0, len(groups), 2))


def _aside(work: Callable[[], object]) -> None:
    """On another thread: a keyring may ask for its own password, and the window must not wait."""
    threading.Thread(target=work, name="gchat-keyring", daemon=True).start()
