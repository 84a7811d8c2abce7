"""The receive loop: drives the core over a real connection, and reconnects when it is lost.

trio, on a daemon thread of its own. The tests drive the same `Connector` over memory streams.
"""

from __future__ import annotations

import logging
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import trio
from msgspec import structs

from client_gui.core.events import (
    Closed,
    CommandFailed,
    Connecting,
    Emit,
    Event,
    Joined,
    Left,
    NickChanged,
    NickRefused,
    Registered,
    RoomRenamed,
    Unsent,
    Untrusted,
    Waiting,
)
from client_gui.core.exceptions import NotConnected, ProtocolError
from client_gui.core.folding import UNTIL_TOLD
from client_gui.core.protocol import ClientProtocol, Command, Timeouts
from client_gui.core.state import State
from client_gui.net.address import Address
from client_gui.net.stream import NotTrusted, TlsFailed, connect_to
from client_gui.net.vigil import SECONDS as VIGIL_SECONDS
from client_gui.net.vigil import Vigil
from client_gui.texts import _
from gchat.wire.message import MessageError, format_message

log = logging.getLogger(__name__)

RECEIVE_BYTES = 65536
BACKOFF_FIRST = 1.0  # seconds; doubled by each failure in a row
BACKOFF_MAX = 60.0
CONNECT_SECONDS = 15.0  # for the TCP connection
BUSY_SECONDS = 0.01  # between two looks whether the window has caught up
QUIT_SECONDS = 1.0  # for the server to close after our QUIT
_ADVICE = re.compile(r"\s*Connect again\.?$")  # at the end of gchat's reason for an end


Connect = Callable[[Address], Awaitable[trio.abc.Stream]]


class Connector:
    """Keeps one server connected until it is told to quit."""

    def __init__(
        self,
        address: Address,
        emit: Emit,
        *,
        connect: Connect | None = None,
        jitter: Callable[[], float] = random.random,
        timeouts: Timeouts | None = None,
        vigil: Vigil | None = None,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        """`busy`: whether too many events wait to be shown; we read no more meanwhile."""
        self._address = address
        self._turn = 0  # how many connections have ended or failed: the addresses take turns
        self._vigil = vigil or Vigil()
        self._busy = busy
        # the name and key of each room that we want to be in
        self._rooms = [(name, "") for name in address.rooms]
        self._fold = UNTIL_TOLD  # the form in which the server compares names
        self._emit = emit
        self._connect = connect or connect_to
        self._untrusted = False  # the certificate, and the user has not decided yet
        self._jitter = jitter  # 0 to 1
        self._timeouts = timeouts
        self.login = address.login
        self._core: ClientProtocol | None = None
        self._newest: dict[str, str] = {}  # see Backlog: what is told, over all connections
        self._nick = address.nick  # what we ask to be called
        self._welcomed = False  # once: then a nickname in use is held by our own old connection
        self._failures = 0  # in a row, since the last welcome
        self._quitting = False
        self._nick_refused = False  # and no other one was given since
        self._attempt = trio.CancelScope()  # around the connection that is being made or used
        self._changed = trio.Event()  # there is something to send, or the deadline moved
        self._retry_now = trio.Event()

    @property
    def address(self) -> Address:
        """Where it connects to, and whom it trusts."""
        return self._address

    # -- commands, from within trio's thread

    def do(self, command: Command, unsent: Unsent | None = None) -> None:
        """Carries out `command` on the core and sends what it wants sent. If that fails, emits
        `unsent` (or CommandFailed) with the reason.
        """
        try:
            if self._core is None:
                raise NotConnected
            for event in command(self._core) or ():
                self._emit(event)
        except NotConnected:
            self._failed(_("Not sent: not connected"), unsent)
        except MessageError as error:
            self._failed(_("Not sent: {error}").format(error=error), unsent)
        except Exception as error:  # a mistake of ours costs this command, not the connection
            log.exception("a command failed")
            self._failed(_("Something went wrong: {error}").format(error=error), unsent)
        self._wake()

    def _failed(self, reason: str, unsent: Unsent | None) -> None:
        self._emit(
            CommandFailed(f"{reason}.")
            if unsent is None
            else structs.replace(unsent, reason=reason)
        )

    def forget_room(self, name: str) -> None:
        """Does not join this room again after reconnecting."""
        self._rooms = [one for one in self._rooms if self._fold(one[0]) != self._fold(name)]

    def do_if_ready(self, command: Command) -> None:
        """As `do`, for a command that is of no use later: does nothing without a connection."""
        if self._core is not None and self._core.state is State.READY:
            self.do(command)

    def change_nick(self, nick: str) -> None:
        """Asks for another nickname: now, or with the next connection if there is none."""
        try:
            format_message("NICK", nick, "")  # as it is not the last parameter, a space raises
        except MessageError as error:
            self._emit(
                CommandFailed(_("This nickname cannot be used: {error}.").format(error=error))
            )
            return
        self._nick_refused = False
        if self._core is None or self._core.state is not State.READY:
            self._nick = nick  # otherwise it is ours only once the server says so
        if self._core is None:
            self.retry()
            return
        self._core.change_nick(nick)
        self._wake()

    def retry(self) -> None:
        """Connects now instead of waiting longer."""
        self._retry_now.set()

    def trust(self, fingerprint: str) -> None:
        """Trusts the certificate with this fingerprint, and connects."""
        self._address = replace(self._address, pin=fingerprint)
        self.retry()

    def use_proxy_password(self, password: str) -> None:
        """For the proxy that the address names."""
        if self._address.proxy is not None:
            proxy = replace(self._address.proxy, password=password)
            self._address = replace(self._address, proxy=proxy)

    def quit(self, reason: str = "") -> None:
        """Says goodbye; `run` returns when the server has closed, or soon after."""
        self._quitting = True
        if self._core is not None:
            self._core.quit(reason)
            self._wake()
        else:
            self._attempt.cancel()
        self._retry_now.set()

    # -- the loop

    async def run(self) -> None:
        """Connects, and connects again, until `quit`."""
        while True:
            self._retry_now = trio.Event()
            with trio.CancelScope() as self._attempt:
                reason = await self._once()
            if self._quit_asked():
                return
            if self._untrusted:
                await self._retry_now.wait()  # the same certificate would be shown again
                self._untrusted = False
                continue
            if self._nick_refused:
                await self._retry_now.wait()  # the same nickname would be refused again
                continue
            places = self._address.places()
            self._turn += 1
            seconds = self._backoff(len(places))
            host, _port = places[self._turn % len(places)]
            untried = self._failures < len(places)
            reason = _ADVICE.sub("", reason)  # we follow it ourselves
            self._emit(Waiting(reason, seconds, host if untried else ""))
            await self._pause(seconds)
            if self._quit_asked():
                return

    async def _pause(self, seconds: float) -> None:
        """Waits for the next attempt; ends early if the machine has slept or changed networks."""
        end = trio.current_time() + seconds
        while trio.current_time() < end:
            with trio.move_on_at(min(end, trio.current_time() + VIGIL_SECONDS)):
                await self._retry_now.wait()
                return
            if self._vigil.changed():
                return

    def _quit_asked(self) -> bool:
        return self._quitting

    def _backoff(self, places: int) -> float:
        """1, 2, 4, … 60 seconds, each shortened by up to a half so that clients that lost the
        same server do not all return at once. With several places it grows once all were tried.
        """
        rounds = min(self._failures // places, 16)
        delay = min(BACKOFF_FIRST * 2.0**rounds, BACKOFF_MAX)
        self._failures += 1
        return delay * (1 - self._jitter() / 2)

    async def _once(self) -> str:
        """One connection, from connecting to its end; why it ended."""
        places = self._address.places()
        again, number = divmod(self._turn, len(places))
        host, port = places[number]
        address = replace(self._address, host=host, port=port, again=again)
        self._emit(Connecting(host, port))
        try:
            with trio.fail_after(CONNECT_SECONDS):
                stream = await self._connect(address)
        except trio.TooSlowError:
            return _("The server does not answer.")
        except NotTrusted as error:
            self._untrusted = True
            self._emit(Untrusted(error.fingerprint, changed=bool(self._address.pin)))
            return _("The server's certificate is not trusted.")
        except TlsFailed as error:
            return str(error)
        except OSError as error:
            return _why_not_connected(error)
        core = self._core = ClientProtocol(
            self._nick,
            trio.current_time(),
            rooms=tuple(self._rooms),
            retry_nick=self._welcomed,
            timeouts=self._timeouts,
            newest=self._newest,
            login=self.login,
            private=address.tls or _is_here(host),
        )
        self._vigil.watch(stream)
        try:
            async with stream:
                return await self._converse(core, stream)
        finally:
            self._core = None

    async def _converse(self, core: ClientProtocol, stream: trio.abc.Stream) -> str:
        """Reads, writes and keeps time until the connection is over; why it is."""
        reasons: list[str] = []

        def handle(events: list[Event]) -> None:
            for event in events:
                if isinstance(event, Registered):
                    self._welcomed = True
                    self._nick_refused = False
                    self._failures = 0
                elif isinstance(event, Closed):
                    reasons.append(event.reason)
                elif isinstance(event, NickRefused):
                    self._nick_refused = True
                elif isinstance(event, NickChanged) and event.own:
                    self._nick = event.new
                self._note_room(core, event)
                self._emit(event)
            self._wake()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._write, core, stream, nursery.cancel_scope)
            nursery.start_soon(self._keep_time, core, handle, nursery.cancel_scope)
            nursery.start_soon(self._keep_watch, core)
            try:
                await self._read(core, stream, handle)
            except ProtocolError as error:
                reasons.append(str(error))
            except Exception as error:  # a mistake of ours: ends this connection, not the loop
                log.exception("what the server says is not understood")
                reasons.append(
                    _("The server sent something unexpected: {error}.").format(error=error)
                )
            nursery.cancel_scope.cancel()
        return reasons[0] if reasons else ""

    async def _read(
        self,
        core: ClientProtocol,
        stream: trio.abc.Stream,
        handle: Callable[[list[Event]], None],
    ) -> None:
        """Gives the core what comes, until the connection ends; no faster than it is shown."""
        while True:
            while self._busy():
                await trio.sleep(BUSY_SECONDS)
            try:
                data = await stream.receive_some(RECEIVE_BYTES)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                data = b""
            if not data:
                handle(core.receive_eof())
                return
            handle(core.receive_data(bytes(data), trio.current_time()))

    async def _write(
        self, core: ClientProtocol, stream: trio.abc.Stream, scope: trio.CancelScope
    ) -> None:
        """Sends what the core wants sent; after QUIT waits a moment for the server to close."""
        while True:
            changed = self._changed
            data = core.data_to_send()
            if data:
                try:
                    await stream.send_all(data)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    return  # the reader learns the reason
                continue
            if core.closed:
                scope.deadline = trio.current_time() + QUIT_SECONDS
                return
            await changed.wait()

    def _note_room(self, core: ClientProtocol, event: Event) -> None:
        """Keeps the list of rooms to join after reconnecting: those that we are in. After a kick,
        we do not join again.
        """
        fold = self._fold = core.isupport.fold
        match event:
            case Joined(own=True):
                joined = event.room, core.keys.get(fold(event.room), "")
                names = [fold(name) for name, _key in self._rooms]
                if fold(event.room) in names:
                    self._rooms[names.index(fold(event.room))] = joined
                else:
                    self._rooms.append(joined)
            case Left(own=True):
                self.forget_room(event.room)
            case RoomRenamed():
                self._rooms = [
                    (event.new, key) if fold(name) == fold(event.old) else (name, key)
                    for name, key in self._rooms
                ]

    async def _keep_watch(self, core: ClientProtocol) -> None:
        """Asks for a sign of life at once when there is reason to doubt."""
        while not core.closed:
            await trio.sleep(VIGIL_SECONDS)
            if self._vigil.changed():
                core.probe(trio.current_time())
                self._wake()

    async def _keep_time(
        self,
        core: ClientProtocol,
        handle: Callable[[list[Event]], None],
        scope: trio.CancelScope,
    ) -> None:
        """Calls the core when its deadline has come."""
        while not core.closed:
            changed, deadline = self._changed, core.deadline
            with trio.move_on_at(deadline if deadline is not None else float("inf")):
                await changed.wait()
                continue
            events = core.on_time(trio.current_time())
            handle(events)
            if any(isinstance(event, Closed) for event in events):
                scope.cancel()
                return

    def _wake(self) -> None:
        self._changed.set()
        self._changed = trio.Event()


def _is_here(host: str) -> bool:
    """Whether nobody else can read what is sent there."""
    return host in ("localhost", "::1") or host.startswith("127.")


def _why_not_connected(error: OSError) -> str:
    """What to do about it. trio wraps the failures of several addresses into one OSError."""
    causes: list[BaseException] = [error]
    if isinstance(error.__cause__, BaseExceptionGroup):
        causes = list(error.__cause__.exceptions)
    elif error.__cause__ is not None:
        causes = [error.__cause__]
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return _("Nothing answers there. Is the server running, and are host and port right?")
    if any(type(cause).__name__ == "gaierror" for cause in causes):
        return _("This host is unknown. Check its name.")
    cause = causes[0]
    text = cause.strerror if isinstance(cause, OSError) else None
    return _("The server cannot be reached: {cause}.").format(cause=text or cause)
