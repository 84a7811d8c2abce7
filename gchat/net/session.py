"""One connection: reads lines, finds out what it speaks, hands them to that dialect, ends well."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, TypeVar

import gevent
from gevent import socket as gsocket

from gchat.core.effects import Effect, Outcome, Refused, Spoke, Ticket
from gchat.core.events import Event, Quit
from gchat.core.history import Record
from gchat.core.limits import Buckets
from gchat.core.records import records
from gchat.dialects import plain
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.link import Dialect, ServerInfo, Variant
from gchat.net.address import group, is_local, readable_host
from gchat.net.door import Door
from gchat.net.layers import Layers
from gchat.net.outbox import Outbox
from gchat.net.surroundings import Surroundings
from gchat.wire.names import casefold
from gchat.wire.sniff import Spoken

log = logging.getLogger(__name__)
T = TypeVar("T")

READ_BYTES = 16384
TURN_SECONDS = 0.002  # then others get their turn, however much one peer has sent
PAUSE_SECONDS = 1e-6  # by the loop's timer: sleep(0) would come back before the loop polls
SLOW_SECONDS = 0.05  # between two looks whether somebody may go on
PACE_SECONDS = 30.0  # for a peer to take a piece of a long reply, before the next is queued
_READ = 1  # gevent's loop.io: watch for something to read
LINGER_SECONDS = 1.0  # how long a peer's last bytes are read, so that it can read ours
LINGER_BYTES = 1 << 20
_KINDS: dict[Spoken | None, str]
_KINDS = {Spoken.PLAIN: "plain", Spoken.IRC: "irc", Spoken.HTTP_GET: "ws"}


class Session:
    """One connection. Is the `Link` of its dialect."""

    __slots__ = (
        "__weakref__",
        "_allowance",
        "_around",
        "_dialect",
        "_ended",
        "_greenlet",
        "_heard",
        "_layers",
        "_opened",
        "_outbox",
        "_pinged",
        "_posted",
        "_prompted",
        "_readable",
        "_reason",
        "_sock",
        "_turn_ends",
        "archive",
        "boot",
        "host",
        "hub",
        "number",
        "registered",
        "uid",
    )

    def __init__(
        self, around: Surroundings, sock: gsocket.socket, uid: int, host: str, door: Door
    ) -> None:
        self.number = uid  # the connection's own
        self.uid = uid  # its user's: another one where the user has had a connection before
        self.host = host
        self.hub = around.hub
        self.archive = around.archive
        self.boot = around.boot
        self.registered = False  # its user is known to the hub
        self._around = around
        self._allowance = None if self.trusted else around.allowance()
        self._greenlet = gevent.getcurrent()  # the one that makes it is the one that runs it
        self._sock = sock
        raw: Any = sock
        self._outbox = Outbox(raw._sock, around.outbox_bytes, around.flusher, self._overflowed)
        self._layers = Layers(door, raw._sock, self._outbox)
        self._readable = gevent.get_hub().loop.io(raw._sock.fileno(), _READ)
        self._dialect: Dialect | None = None
        self._posted: list[tuple[Ticket, Callable[[Refused], None]]] = []
        self._reason = ""  # why the connection ends; not empty once it does
        self._ended = False  # its greenlet has said the last words
        self._opened = self._heard = around.monotonic()
        self._prompted = False
        self._turn_ends = 0.0  # when others are to have their turn
        self._pinged = 0.0  # when a sign of life was asked for; 0 while none is owed

    # -- Link

    @property
    def secure(self) -> bool:
        """See Link."""
        return self._layers.secure

    @property
    def server(self) -> ServerInfo:
        """See Link."""
        return self._around.server

    def send(self, data: bytes) -> None:
        """See Link."""
        self._outbox.write(data)

    def commit(self, event: Event) -> Outcome:
        """See Link."""
        outcome = self._around.journal.append(event).result()
        user = self.hub.users.get(self.uid)
        self.registered = user is not None and self.number in user.connections
        return outcome

    def post(self, event: Event, refused: Callable[[Refused], None]) -> None:
        """See Link."""
        self._posted.append((self._around.journal.append(event), refused))

    def settle(self) -> None:
        """See Link."""
        if self._posted:
            posted, self._posted = self._posted, []
            for ticket, refused in posted:
                for refusal in ticket.result().refusals:
                    refused(refusal)

    def breathe(self) -> None:
        """See Link."""
        clock = self._around.monotonic
        if clock() > self._turn_ends:
            gevent.sleep(PAUSE_SECONDS)
            self._turn_ends = clock() + TURN_SECONDS

    def pace(self) -> None:
        """See Link."""
        if self._outbox.size and not self._reason:
            self._outbox.drain(PACE_SECONDS)

    def register(self, variant: Variant, *, echo: bool, private: Callable[[Effect], bytes]) -> None:
        """See Link."""
        self._around.fanout.register(
            self.uid, self._outbox, variant, echo=echo, private=private, number=self.number
        )

    def attach(self, uid: int) -> None:
        """See Link."""
        self._around.fanout.forget(self.uid)  # what it would have been, had it come first
        self.uid = uid
        self.registered = True

    @property
    def fingerprint(self) -> str:
        """See Link."""
        return self._layers.fingerprint

    def become_host(self, host: str) -> None:
        """See Link."""
        host = readable_host(host)
        refusal = self._around.admission.move(self.host, host, self._around.monotonic())
        if refusal:
            self.send(refusal)
            self.close("Too many connections")
            return
        self.host = host
        self._allowance = None if self.trusted else self._around.allowance()

    def capture(self, event: Event) -> None:
        """See Link."""
        self._around.fanout.capture(self.uid, self._outbox, event)

    def captured(self) -> bytes:
        """See Link."""
        return self._around.fanout.captured(self.uid, self._outbox)

    def compute(self, job: Callable[[], T]) -> T:
        """See Link."""
        return self._around.computer.ask(job)

    def reload(self) -> list[str]:
        """See Link."""
        return self._around.reload()

    def may_log_in(self) -> bool:
        """See Link."""
        around = self._around
        return self.trusted or around.logins.take(group(self.host), around.monotonic())

    @property
    def trusted(self) -> bool:
        """See Link."""
        return self._around.local_exempt and is_local(self.host)

    def close(self, reason: str) -> None:
        """See Link. May be called from any greenlet, more than once; the first reason counts."""
        if self._reason:
            return
        self._reason = reason or "Closed"
        if gevent.getcurrent() is not self._greenlet:
            self._wake()

    def tail(self, room: str) -> list[Spoke]:
        """See Link. A room that was left by all and made anew is not the same one any more; the
        lobby always is.
        """
        around = self._around
        lives = self.hub.rooms.get(room)
        since = lives.created if lives is not None else 0
        return around.tails.of(room, 0 if room == casefold(self.hub.rules.lobby) else since)

    def find(self, msgid: str) -> Record | None:
        """See Link. Where nothing is kept, the last messages of their rooms are all there is."""
        if self.archive is not None:
            return self.archive.find(msgid)
        for key in self.hub.user(self.uid).rooms:
            for one in records(self._around.tails.of(key), self.boot, self.hub.place):
                if one.msgid == msgid:
                    return one
        return None

    def unregistered(self) -> int:
        """See Link."""
        return self._around.unregistered()

    def wall_ms(self) -> int:
        """See Link."""
        return self._around.wall_ms()

    @property
    def speaks(self) -> str:
        """`plain`, `irc`, `ircs`, `ws`, `wss` and the like; `unknown` so far."""
        kind = _KINDS.get(self._layers.spoken)
        if kind is None:
            return "unknown"
        return f"{kind}s" if self.secure else kind

    def reloaded(self, before: ServerInfo) -> None:
        """The server's settings are others than `before`."""
        if self._dialect is not None and not self._reason:
            self._dialect.reloaded(before)

    @property
    def queued(self) -> int:
        """Bytes that wait to be sent to this connection alone."""
        return self._outbox.size

    @property
    def unregistered_yet(self) -> bool:
        """Whether it is on its way to a nickname."""
        return not (self.registered or self._reason)

    # -- time

    def due(self, now: float) -> float | None:
        """See Timed: the prompt, the time-outs, the keepalive."""
        if self._ended or self._reason:
            return None
        return self._keepalive(now) if self.registered else self._registering(now)

    def _registering(self, now: float) -> float | None:
        timing = self._around.timing
        ends, why = self._opened + timing.registration, "Registration timed out"
        if self._layers.shaking_hands:
            ends, why = min(ends, self._opened + timing.handshake), "Handshake timed out"
        if now >= ends:
            self.close(why)
            return None
        if self._prompted or not self._layers.silent:
            return ends
        asks = self._opened + timing.prompt
        if now >= asks:
            self._prompted = True
            self.send(plain.PROMPT)
            return ends
        return min(asks, ends)

    def _keepalive(self, now: float) -> float | None:
        timing = self._around.timing
        if self._pinged and self._heard < self._pinged:
            if now >= self._pinged + timing.ping_timeout:
                self.close(f"Ping timeout: {timing.ping_timeout:.0f} seconds")
                return None
            return self._pinged + timing.ping_timeout
        if now < self._heard + timing.ping_interval:
            return self._heard + timing.ping_interval
        if self._dialect is None or not self._dialect.ping():
            return None
        self._pinged = now
        return now + timing.ping_timeout

    # -- the connection's greenlet

    def run(self, first: bytes = b"") -> None:
        """Serves the connection to its end; `first` is what was read of it already. Raises
        nothing.
        """
        try:
            self._serve(first)
        except OSError as error:
            self._reason = self._reason or f"Connection lost ({error.strerror or error})"
        except Exception:
            log.exception("connection %d failed and is closed", self.number)
            self._reason = "Internal error"
        try:
            self._end()
        except Exception:
            log.exception("connection %d could not be ended cleanly", self.number)

    def _serve(self, data: bytes) -> None:
        if data:
            self._take(data)
        while not self._reason:
            # first, since to ask a socket in vain costs more than to read from it
            gevent.get_hub().wait(self._readable)
            data = self._sock.recv(READ_BYTES)
            if not data:
                self._reason = self._reason or "Connection closed"
                return
            self._heard = self._around.monotonic()
            self._take(data)

    def _take(self, data: bytes) -> None:
        layers = self._layers
        lines = layers.receive(data, self._around.tls, self.server.origins)
        if self._dialect is None and layers.spoken is not None:
            is_plain = layers.spoken is Spoken.PLAIN
            self._dialect = plain.PlainConnection(self) if is_plain else IrcConnection(self)
        if self._dialect is not None:
            self._receive(lines)
        if layers.ended:
            self._reason = self._reason or layers.ended

    def _receive(self, lines: Iterable[bytes | None]) -> None:
        dialect = self._dialect
        assert dialect is not None
        clock = self._around.monotonic
        self._turn_ends = clock() + TURN_SECONDS
        for line in lines:
            if self._reason:
                return
            if self._allowance is not None and not self._allowance.take(None, clock()):
                self._slow_down(self._allowance)
            dialect.receive(line)
            self._around.lines += 1
            self.breathe()
        self.settle()

    def _slow_down(self, allowance: Buckets) -> None:
        """Lets whoever sends too much wait, and nobody else."""
        self.settle()
        clock = self._around.monotonic
        while not self._reason and not allowance.take(None, clock()):
            gevent.sleep(SLOW_SECONDS)

    # -- the end

    def _overflowed(self) -> None:
        self.close("SendQ exceeded")

    def _wake(self) -> None:
        """Makes the greenlet's recv return."""
        try:
            self._sock.shutdown(socket.SHUT_RD)
        except OSError:
            pass  # the peer is gone, so recv returns by itself

    def _end(self) -> None:
        """Says goodbye to the hub first, so that others know at once, then to the peer."""
        self._ended = True
        self._around.fanout.forget(self.uid, self._outbox)
        user = self.hub.users.get(self.uid)
        if user is not None and self.number in user.connections:
            event = Quit(self.uid, self._reason, self.number)
            self._around.journal.append(event).result()
        if self.uid not in self.hub.users:
            self._around.fanout.forget(self.uid)
        self.registered = False
        words = self._dialect.last_words(self._reason) if self._dialect else b""
        # the deadlines hold this object for a while yet; what it holds is not needed any more
        self._dialect = None
        self._posted.clear()
        self._outbox.finish(words, self._layers.last_words(self._reason))
        try:
            if self._outbox.drain(self._around.timing.drain):
                self._layers.end(self._around.timing.drain)
                self._linger()
        finally:
            self._outbox.close()
            self._layers.close()
            self._readable.close()
            self._sock.close()

    def _linger(self) -> None:
        """Lets the peer read to the end: closing a socket that holds unread bytes resets the
        connection, and a reset may overtake what was sent.
        """
        try:
            self._sock.shutdown(socket.SHUT_WR)
            left = LINGER_BYTES
            with suppress(gevent.Timeout), gevent.Timeout(LINGER_SECONDS):
                while left > 0:
                    data = self._sock.recv(READ_BYTES)
                    if not data:
                        return
                    left -= len(data)
        except OSError:
            pass  # reset or silent: either way there is nothing left to do
