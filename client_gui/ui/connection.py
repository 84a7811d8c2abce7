"""Which server the window is at: asks for it, connects, remembers it, and hands on what it tells.

Knows the dialogs and the receive loop, not how anything is drawn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from client_gui.core import events
from client_gui.core.login import Login
from client_gui.core.places import written
from client_gui.core.protocol import Command
from client_gui.model.changes import TrustNeeded
from client_gui.model.model import Phase, Status
from client_gui.net.stream import Address
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


class Connection:
    """The window's connection: at most one at a time."""

    def __init__(self, context: Context, server: Server, lobby: str) -> None:
        self._context = context
        self.server = server
        self._lobby = lobby
        # as somebody has typed them, until they are in the keyring
        self._password = self._proxy_password = ""
        self.net: NetThread | None = None
        self.dialog: ConnectDialog | None = None
        self._trust: Question | None = None
        self._remembered = False  # where we are connected, for the next time
        self._place = ""  # which of the server's addresses was tried last
        self._watched: set[str] = set()  # keys of people who were asked about
        self._bridge: Bridge[Item] = Bridge(context.root, self._deliver)

    @property
    def ready(self) -> bool:
        """Whether the server would get a command."""
        return self.net is not None and self._context.model.status.phase is Phase.CONNECTED

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
        phase = self._context.model.status.phase
        if phase is Phase.WAITING and self.net is not None:
            self.net.retry()
        elif phase is Phase.OFFLINE:
            self.ask()

    # -- asking

    def ask(self, why: str = "") -> None:
        """Opens the dialog; `why` says what was wrong with the last answer."""
        context = self._context
        if self.dialog is None:
            self.dialog = ConnectDialog(
                context.root,
                context.theme,
                self._answered,
                self._cancelled,
                context.settings.servers,
                self._lobby,
            )
            self.dialog.on_forget = self._forget
            self.dialog.fill(self.server)
        if why:
            self.dialog.complain(why, self.dialog.nick)
        elif self.net is not None:
            self.dialog.lift()

    def close_dialog(self) -> None:
        """Takes it away, where there is one."""
        if self.dialog is not None:
            self.dialog.destroy()
            self.dialog = None

    def _answered(self, server: Server, password: str, proxy_password: str) -> None:
        same = replace(server, nick=self.server.nick) == self.server
        only_nick = same and not (password or proxy_password)
        self._password, self._proxy_password = password, proxy_password
        alive = self.net is not None and not self.net.done.is_set()
        waiting = self._context.model.status.phase is Phase.WAITING
        if self.net is not None and alive and only_nick and not waiting:
            if server.nick == self._context.model.nick and self.ready:
                self.close_dialog()
            self.server = server
            self.net.change_nick(server.nick)
            return
        self.server = server
        self.start()

    def _cancelled(self) -> None:
        if self._context.welcomed:
            self.close_dialog()
        else:
            self._context.close()

    def _forget(self, server: Server) -> None:
        """Takes a server out of those that are known, and its password out of the keyring."""
        self._context.settings.servers.remove(server)
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
                self._context.model.status = Status(Phase.OFFLINE)
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
        self.stop()
        self._remembered = False
        server, typed = self.server, self._password
        self._context.arrive(server)
        self._context.model.status = Status(Phase.CONNECTING)  # the last attempt's is over

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

    def _deliver(self, items: Sequence[Item]) -> None:
        ours = [event for net, event in items if net is self.net]
        if not ours:
            return  # of a connection that was given up
        self._context.take(ours)
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
                self._watched.clear()
            case events.NickChanged():
                self._watched.discard(self._context.model.fold(event.new))
            case events.LoggedIn():
                self._keep_password()
            case events.Joined(own=True):
                self._stay(event.room, "")
            case events.Left(own=True):
                self._stay("", event.room)
            case events.RoomRenamed():
                self._stay(event.new, event.old)
            case events.LoginFailed() if self.dialog is not None and self.dialog.wanted:
                self.stop()
                self._context.model.status = Status(Phase.OFFLINE, event.reason)
                self.dialog.complain(event.reason, self.dialog.password)
            case events.ServerText(error=True) if self.dialog is not None and self.dialog.wanted:
                self.dialog.complain(event.text, self.dialog.nick)

    def watch_people(self) -> None:
        """Asks whether the people of our conversations are here, each once for a connection."""
        model = self._context.model
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
        fold = self._context.model.fold
        rooms = [name for name in self.server.rooms if fold(name) != fold(left)]
        if entered and fold(entered) not in map(fold, rooms):
            rooms.append(entered)
        if rooms != self.server.rooms:
            self.server.rooms = rooms
            self._context.save()

    def account_is(self, server: Server) -> None:
        """We are logged in to an account: it is known the next time."""
        self.server = server
        self._context.settings.used(server)
        self._context.save()

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
        context, status = self._context, self._context.model.status
        if status.phase is Phase.CONNECTED:
            if not self._remembered:
                self._remembered = True
                self._keep_proxy_password()
                context.settings.used(self.server)
                context.save()
                self.close_dialog()
                context.welcome()
            elif self.dialog is not None and context.model.nick == self.dialog.wanted:
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

    def close(
        self, reason: str, done: Callable[[], None], settled: Callable[[], bool] = lambda: True
    ) -> None:
        """Says goodbye, once the server has confirmed what was sent (`settled`) or some seconds
        have passed; calls `done` when the server has closed, or soon after.
        """
        self.close_dialog()
        until = time.monotonic() + CONFIRM_SECONDS

        def confirmed() -> None:
            if self.ready and not settled() and time.monotonic() < until:
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
