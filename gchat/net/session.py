"""One connection: reads lines, finds out what it speaks, hands them to that dialect, ends well."""

from __future__ import annotations

import logging
import socket
from collections import deque
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

import gevent
from gevent import socket as gsocket

from gchat import system
from gchat.config import Config, ServerConfig
from gchat.core.effects import Effect, Outcome, Refused, Ticket
from gchat.core.events import Event, Quit
from gchat.core.history import Archive
from gchat.core.limits import Buckets
from gchat.core.turns import Claim, Lane
from gchat.dialects import plain
from gchat.dialects.hooks import PATH as HOOKS
from gchat.dialects.irc.dialect import IrcDialect
from gchat.dialects.node import Node
from gchat.dialects.peer import Dialect, Variant
from gchat.net import cost
from gchat.net.browsers import is_browser
from gchat.net.ending import say_goodbye, stop_reading
from gchat.net.endpoint import Endpoint
from gchat.net.forwarding import Header, is_relayed, told
from gchat.net.layers import Layers
from gchat.net.outbox import Outbox
from gchat.net.refusals import TOO_MANY_REQUESTS
from gchat.net.services import Services
from gchat.net.timeouts import Action, Timeouts
from gchat.net.visitor import FileVisitor
from gchat.web.connection import Phase
from gchat.web.exchange import Incoming, Rejected, Request, Response, plainly
from gchat.wire.address import Address, Origin, readable_address
from gchat.wire.sniff import Spoken

log = logging.getLogger(__name__)

T = TypeVar("T")

READ_BYTES = 16384
CHARGED_BYTES = 1024  # of an answer; what is shorter costs no more than its line
PIECE_BYTES = 1024  # made into lines at once; as objects they are ten times as large
PATIENCE_SECONDS = 2.0  # of waiting for a slow answer; then PINGs are answered meanwhile
TURN_SECONDS = 0.001  # of one connection, after which the others get their turn
WAITING_FEW = 8  # that wait to go on; where there are more, turns are shorter
SLOW_SECONDS = 0.05  # between two looks whether somebody may go on
PACE_SECONDS = 30.0  # for a peer to take a piece of a long reply, before the next is queued
_WEBIRC = b"WEBIRC "  # https://ircv3.net/specs/extensions/webirc: the first line
_SECURE = ("https", "wss")  # what a proxy was asked by
_KINDS: dict[Spoken | None, str]
_KINDS = {Spoken.PLAIN: "plain", Spoken.IRC: "irc", Spoken.HTTP_GET: "ws"}


class Session:
    """One connection. Is the `Peer` of its dialect."""

    __slots__ = (
        "__weakref__",
        "_allowance",
        "_came_from",
        "_dialect",
        "_ended",
        "_greenlet",
        "_held",
        "_layers",
        "_lent",
        "_more",
        "_outbox",
        "_posted",
        "_proto",
        "_raw",
        "_reason",
        "_services",
        "_sock",
        "_timeouts",
        "_turn_ends",
        "node",
        "number",
        "origin",
        "registered",
        "uid",
        "untold",
    )

    def __init__(
        self,
        node: Node,
        services: Services,
        sock: gsocket.socket,
        uid: int,
        origin: Origin,
        endpoint: Endpoint,
    ) -> None:
        self.number = uid  # the connection's own
        self.uid = uid  # its user's; not the number if the user had a connection before
        self.origin = origin
        self._came_from = origin  # a proxy's own address, where it is one
        self._lent = False  # a proxy's: it is somebody's only while they are answered
        self._proto = ""  # by which the proxy was asked
        self.node = node
        self.registered = False  # its user is known to the hub
        self.untold = False  # a gateway's, which has not said yet for whom it is
        self._services = services
        self._allowance = self._new_allowance()
        self._greenlet = gevent.getcurrent()  # the one that makes it is the one that runs it
        self._sock = sock
        within: Any = sock
        self._raw: socket.socket = within._sock  # the non-blocking one beneath gevent's
        limit = node.config.limits.outbox_bytes
        self._outbox = Outbox(self._raw, limit, services.flusher, self._overflowed)
        self._layers = Layers(endpoint, self._raw, self._outbox, self)
        self._dialect: Dialect | None = None
        # lines that were read and not carried out yet; only while there are some
        self._held: deque[bytes | None] | None = None
        self._more = False  # something that was read is not made into lines yet
        # messages that may not be shown yet, and what to call for each refusal
        self._posted: list[tuple[Ticket, Callable[[Refused], None]]] = []
        self._reason = ""  # why the connection ends; not empty once it does
        self._ended = False  # its greenlet has said the last words
        self._timeouts = Timeouts(services.monotonic())
        self._turn_ends = 0.0  # when others are to have their turn

    # -- Peer

    @property
    def host(self) -> str:
        return self.origin.host

    @property
    def secure(self) -> bool:
        return self._layers.secure or self._proto in _SECURE

    def send(self, data: bytes) -> None:
        if len(data) >= CHARGED_BYTES and gevent.getcurrent() is self._greenlet:
            self._charge(cost.of_answer(data))  # what nobody asked for is not charged
        self._outbox.write(data)

    def later(self, job: Callable[[], None]) -> None:
        gevent.spawn(self._carry_out, job)

    def _carry_out(self, job: Callable[[], None]) -> None:
        try:
            if not self._reason:
                job()
        except Exception:
            log.exception("connection %d was not sent all", self.number)

    def commit(self, event: Event) -> Outcome:
        lines = cost.of_event(event, self.node.hub, self.uid)
        outcome = self._services.journal.append(event).result()
        self._charge(lines if outcome.effects else cost.EVENT)  # refused, it has changed nothing
        self._charge(cost.of_saving(outcome))
        user = self.node.hub.users.get(self.uid)
        self.registered = user is not None and self.number in user.connections
        return outcome

    def post(self, event: Event, refused: Callable[[Refused], None]) -> None:
        ticket = self._services.journal.append(event)
        if not ticket.done:
            ticket.tell(self._answer_refused)
        elif not (self._posted or ticket.refusals()):
            return
        self._posted.append((ticket, refused))

    def settle(self) -> None:
        if not self._posted:
            return
        refused = False
        for ticket, _ in reversed(self._posted):
            refused |= bool(ticket.refusals())  # waits
        if refused:
            self._answer()
        else:
            self._posted.clear()

    def _answer(self) -> None:
        """Answers what was refused of that which is shown. Does not wait."""
        done = [one for one in self._posted if one[0].done]
        self._posted = [one for one in self._posted if not one[0].done]
        for ticket, refused in done:
            for refusal in ticket.refusals():
                refused(refusal)

    def _answer_refused(self) -> None:
        """Called by the journal, while this connection reads or does something else."""
        try:
            if not self._reason:
                self._answer()
        except Exception:
            log.exception("connection %d was not told of a refusal", self.number)

    def yield_if_due(self) -> None:
        clock = self._services.monotonic
        if clock() > self._turn_ends:
            self._services.rounds.wait()
            self._begin_turn()

    def _begin_turn(self) -> None:
        turn, waiting = TURN_SECONDS, len(self._services.rounds)
        if waiting > WAITING_FEW:
            turn *= WAITING_FEW / waiting
        self._turn_ends = self._services.monotonic() + turn

    def wait_for_room(self) -> None:
        if self._outbox.size and not self._reason:
            self._outbox.drain(PACE_SECONDS)

    def register(self, variant: Variant, *, echo: bool, private: Callable[[Effect], bytes]) -> None:
        user = self.node.hub.users.get(self.uid)
        self._services.fanout.register(
            self.uid,
            self._outbox,
            variant,
            echo=echo,
            private=private,
            number=self.number,
            rooms=user.rooms if user is not None else (),
        )

    def attach(self, uid: int) -> None:
        self._services.fanout.forget(self.uid)  # its own uid, which will never be a user
        self.uid = uid
        self.registered = True

    @property
    def fingerprint(self) -> str:
        return self._layers.fingerprint

    @property
    def base(self) -> str:
        if self._layers.page:
            return self._layers.page
        if not self._layers.visitable or self.origin.relayed or system.is_unix(self._sock.family):
            return ""  # whatever is between us has another address
        try:
            host, port = self._raw.getsockname()[:2]
        except OSError:
            return ""
        host = host.partition("%")[0].removeprefix("::ffff:")
        name = self.node.config.server.name
        if self.secure and name != ServerConfig().name:
            host = name  # what the certificate is for
        scheme = "https" if self.secure else "http"
        return f"{scheme}://{readable_address(host, port)}"

    def relay(self, address: Address | None) -> None:
        origin = Origin(address or self.origin.address, relayed=True)
        if self.untold and address is None:  # WEBIRC is still to come
            self.origin = origin
        else:
            self._count_at(origin)
        self._allowance = self._new_allowance()

    def _count_at(self, origin: Origin) -> None:
        """Counts it at the address that it is from; ends it where that is one too many."""
        services = self._services
        refusal = services.admission.move(
            self.origin, origin, services.monotonic(), untold=self.untold
        )
        if refusal:
            self.send(refusal)
            self.close("Too many connections")
            return
        self.origin, self.untold = origin, False

    # -- Site

    def opened(self, request: Request) -> Incoming | None:
        services = self._services
        if is_browser(request):
            services.browsers.note(self._came_from.group, services.monotonic())
        why = self._forwarded(lambda name: request.headers.get(name, ""), stays=False)
        if why:
            refusal = plainly(HTTPStatus.TOO_MANY_REQUESTS, why, ("Retry-After", "1"))
            raise Rejected(refusal)
        if not self.origin.relayed and is_relayed(request.headers):
            self.relay(None)  # somebody else's words: it is not a program of this machine
        if request.path.startswith(HOOKS) and self.node.config.hooks.enabled:
            return services.hooks.opened(request, self, self.node)
        files, origins = services.files, self.node.config.server.origins
        return files.opened(FileVisitor(self), request, origins) if files is not None else None

    def answer(self, request: Request) -> Response:
        services = self._services
        if request.path.startswith(HOOKS) and self.node.config.hooks.enabled:
            return services.hooks.answer(request, self, self.node)
        return services.answer(request)

    def admit(self, header: Header) -> str:
        return self._forwarded(header, stays=True)

    def foreign(self, host: str) -> None:
        self._services.foreign.note(host, self.origin.host)

    def _forwarded(self, header: Header, *, stays: bool) -> str:
        """Finds out for whom a proxy asks, and counts the connection there: for as long as it
        lasts, or (`stays` is off) until it is answered. Returns why it is too much, "" otherwise.
        """
        services, now = self._services, self._services.monotonic()
        hop = told(self._came_from, header, self.node.config.server)
        if hop is None:
            return ""
        origin = Origin(hop.address or self._came_from.address, relayed=True)
        if not (stays or services.requests.take(origin.group, now)):
            return TOO_MANY_REQUESTS
        if self.untold or origin.group != self.origin.group or stays:
            refusal = services.admission.move(
                self.origin, origin, now, untold=self.untold, new=stays
            )
            if refusal:
                return refusal.decode().removeprefix("ERROR :").rstrip()
            self._allowance = None
        self.origin, self.untold, self._proto = origin, False, hop.proto
        self._allowance = self._allowance or self._new_allowance()
        self._lent = not stays
        return ""

    def _give_back(self) -> None:
        """Between two requests, a proxy's connection is nobody's."""
        admission = self._services.admission
        if not admission.enter_untold(self._came_from):
            admission.leave(self.origin)
            self.origin, self.untold, self._lent = self._came_from, True, False
            self._proto = ""

    def capture(self, event: Event) -> None:
        self._services.fanout.capture(self.uid, self._outbox, event)

    def captured(self) -> bytes:
        return self._services.fanout.captured(self.uid, self._outbox)

    def ask(self, job: Callable[[], T], lane: Lane = Lane.ACCOUNT, who: str = "") -> T:
        claim = Claim(lane, self._address, self._is_familiar(who))
        ahead = gevent.spawn_later(PATIENCE_SECONDS, self._read_ahead)
        try:
            return self.node.workers.ask(job, claim)
        finally:
            ahead.kill()

    @property
    def archive(self) -> Archive:
        return self.node.archive.of(self._address)

    @property
    def _address(self) -> str:
        """What turns are fair by: who is exempt from limits for each address has turns for each
        connection.
        """
        return f"{self.origin.group} {self.number}" if self.trusted else self.origin.group

    def may_log_in(self, who: str = "") -> bool:
        services = self._services
        return self.trusted or services.logins.has(self._guesser(who), services.monotonic())

    def count_attempt(self, who: str = "") -> None:
        services = self._services
        if not self.trusted:
            services.logins.charge(self._guesser(who), services.monotonic(), 1)

    def note_login(self, who: str) -> None:
        if who:
            self.node.familiar.note(who, self.origin.group)

    def _is_familiar(self, who: str) -> bool:
        return bool(who) and self.node.familiar.has(who, self.origin.group)

    def _guesser(self, who: str) -> tuple[str, ...]:
        """Whose attempts to log in are counted together."""
        group = self.origin.group
        return (group, who) if self._is_familiar(who) else (group,)

    @property
    def trusted(self) -> bool:
        return self.node.config.limits.local_exempt and self.origin.is_local

    def close(self, reason: str) -> None:
        """May be called from any greenlet, more than once; the first reason counts."""
        if self._reason:
            return
        self._reason = reason or "Closed"
        if gevent.getcurrent() is not self._greenlet:
            stop_reading(self._sock)

    @property
    def speaks(self) -> str:
        """`plain`, `irc`, `http` or `ws`, with an `s` for TLS; `unknown` until it is known."""
        visits = self._layers.visit is not None
        kind = "http" if visits else _KINDS.get(self._layers.spoken)
        if kind is None:
            return "unknown"
        return f"{kind}s" if self._layers.secure else kind

    def _new_allowance(self) -> Buckets | None:
        """How many lines the peer may send; `None` for any number."""
        limits = self.node.config.limits
        if self.trusted or not limits.lines_burst:
            return None
        return Buckets(limits.lines_burst, limits.lines_per_second)

    def reloaded(self, before: Config) -> None:
        """The settings have changed; `before` are the old ones."""
        after = self.node.config.limits
        old = before.limits.lines_burst, before.limits.lines_per_second
        if old != (after.lines_burst, after.lines_per_second):
            self._allowance = self._new_allowance()
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
        """For `Deadlines`: pings, prompts or ends the connection when it is time for that."""
        if self._ended or self._reason:
            return None
        times, layers = self.node.config.times, self._layers
        if self.registered:
            web = layers.spoken is Spoken.HTTP_GET
            due = self._timeouts.registered(now, times, web=web)
        elif layers.visit is not None:
            if layers.visit[0] is Phase.ANSWERING:  # it waits for us
                return now + times.handshake
            due = self._timeouts.visiting(now, times)
        else:
            due = self._timeouts.registering(
                now,
                times,
                shaking_hands=layers.shaking_hands,
                silent=layers.silent,
                browsing=self._services.browsers.near(self._came_from.group, self._timeouts.opened),
            )
        match due.action:
            case Action.CLOSE:
                self.close(due.reason)
            case Action.PROMPT:
                self.send(plain.PROMPT)
            case Action.PING if self._dialect is None or not self._dialect.ping():
                return None
        return due.again

    # -- the connection's greenlet

    def run(self, first: bytes = b"") -> None:
        """Serves the connection to its end; `first` is what was read of it already. Raises
        nothing.
        """
        arrivals = self._services.arrivals
        try:
            arrivals.add(self._raw)
            self._serve(first)
        except OSError as error:
            self._reason = self._reason or f"Connection lost ({error.strerror or error})"
        except Exception:
            log.exception("connection %d failed and is closed", self.number)
            self._reason = "Internal error"
        finally:
            arrivals.remove(self._raw)
        try:
            self._end()
        except Exception:
            log.exception("connection %d could not be ended cleanly", self.number)

    def _serve(self, data: bytes) -> None:
        if data:
            self._take(data)
        read, clock = self._services.arrivals.read, self._services.monotonic
        while not self._reason:
            data = read(self._raw, READ_BYTES)
            if not data:
                self._reason = self._reason or "Connection closed"
                return
            self._timeouts.heard = clock()
            self._take(data)

    def _take(self, data: bytes) -> None:
        self._begin_turn()
        if len(data) <= PIECE_BYTES and self._layers.bare:
            self._take_piece(data)
            return
        # a little may hold much work, such as frames that bring no line
        size = len(data) if self._layers.uploading else PIECE_BYTES
        for start in range(0, len(data), size):
            end = start + size
            self._more = end < len(data)
            self._take_piece(data[start:end])
            if self._reason:
                return
            self._charge_idle()
            self.yield_if_due()

    def _charge_idle(self) -> None:
        """Makes a peer wait that sends what costs work and brings no line, as for so many lines."""
        idle, self._layers.idle = self._layers.idle, 0.0
        self._charge(idle)
        allowance = self._allowance
        if idle and allowance and not allowance.has(None, self._services.monotonic()):
            self._slow_down(allowance)

    def _charge(self, lines: float) -> None:
        """Takes so many lines from the allowance; what is missing is waited for at the next one."""
        if self._allowance is not None and lines:
            self._allowance.charge(None, self._services.monotonic(), lines)

    def _take_piece(self, data: bytes) -> None:
        layers = self._layers
        lines = layers.receive(data, self._services.certificate, self.node.config.server)
        if layers.visit is not None:
            self._timeouts.visited(self._services.monotonic(), layers.visit, layers.received)
            if self._lent and layers.visit[0] is Phase.IDLE:
                self._give_back()
        if self._dialect is None and layers.spoken is not None:
            if layers.relayed and not self.origin.relayed:
                self.relay(None)
            is_plain = layers.spoken is Spoken.PLAIN
            self._dialect = plain.PlainConnection(self) if is_plain else IrcDialect(self)
        if self._dialect is not None and lines:
            if self.untold and not (lines[0] or b"").upper().startswith(_WEBIRC):
                self._count_at(self.origin)  # it speaks for itself
            self._receive(lines)
            if self.untold and not self._reason:
                self._count_at(self.origin)
        if layers.ended:
            self._reason = self._reason or layers.ended

    def _receive(self, lines: Iterable[bytes | None]) -> None:
        dialect = self._dialect
        assert dialect is not None
        clock = self._services.monotonic
        self.settle()  # so one read of each connection, at most, is on its way
        held = self._held = deque(lines)
        while held and not self._reason:
            line = held.popleft()
            if self._allowance is not None and not self._allowance.take(None, clock()):
                self._slow_down(self._allowance)
            dialect.receive(line)
            self._services.lines += 1
            self.yield_if_due()
        self._held = None

    def _read_ahead(self) -> None:
        """While this connection waits for a slow answer: answers its PINGs, as many as lines are
        allowed. Any other line is held until then, and what comes behind it, so the order stays.
        """
        dialect, held = self._dialect, self._held
        if dialect is None or held is None or self._more:
            return
        while not (held or self._reason or self._layers.ended):
            try:
                data = self._services.arrivals.read(self._raw, PIECE_BYTES)
            except OSError:
                return  # the connection's own greenlet finds out
            if not data:
                return
            self._timeouts.heard = self._services.monotonic()
            server = self.node.config.server
            lines = self._layers.receive(data, self._services.certificate, server)
            for line in lines:
                pong = b"" if line is None or held else dialect.pong(line)
                allowance, now = self._allowance, self._services.monotonic()
                if pong and (allowance is None or allowance.take(None, now)):
                    self.send(pong)
                else:
                    held.append(line)
            self._wait_for_idle()

    def _wait_for_idle(self) -> None:
        """The same as `_charge_idle`, while another greenlet waits for the slow answer, and may end
        this at any moment: nothing that was read is in its hands.
        """
        idle, self._layers.idle = self._layers.idle, 0.0
        self._charge(idle)
        allowance, clock = self._allowance, self._services.monotonic
        while idle and allowance and not (self._reason or allowance.has(None, clock())):
            gevent.sleep(SLOW_SECONDS)

    def _slow_down(self, allowance: Buckets) -> None:
        """Makes a peer that sends too much wait, and nobody else."""
        self.settle()
        clock = self._services.monotonic
        while not self._reason and not allowance.take(None, clock()):
            if self._outbox.broken:
                self._reason = "Connection lost"  # which is seen only when all was read
            gevent.sleep(SLOW_SECONDS)

    # -- the end

    def _overflowed(self) -> None:
        self.close("SendQ exceeded")

    def _end(self) -> None:
        """Says goodbye to the hub first, so that others know at once, then to the peer."""
        self._ended = True
        self._services.fanout.forget(self.uid, self._outbox)
        user = self.node.hub.users.get(self.uid)
        if user is not None and self.number in user.connections:
            event = Quit(self.uid, self._reason, self.number)
            self._services.journal.append(event).result()
        if self.uid not in self.node.hub.users:
            self._services.fanout.forget(self.uid)
        self.registered = False
        words = self._dialect.last_words(self._reason) if self._dialect else b""
        # they refer back to the session: a cycle would have to wait for the garbage collector
        self._dialect = None
        self._posted.clear()
        try:
            say_goodbye(self._sock, self._outbox, self._layers, words, self._reason)
        finally:
            self._outbox.close()
            try:
                self._layers.close()
            finally:
                self._sock.close()
