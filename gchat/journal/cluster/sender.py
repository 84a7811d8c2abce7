"""Sends a node's events to the log, in order, until they were read from it.

Nothing is known until it is read. What was sent may be there although no answer came, so it is sent
again, in order, after every failure; who reads it twice takes it once (`Nodes.admits`). Only what
was never sent can be refused.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

import gevent
from gevent.event import Event as Signal

from gchat.core.effects import Outcome, Refused
from gchat.core.events import (
    Event,
    NodeBeat,
    NodeGone,
    NodeJoined,
    NodeSwept,
    Quit,
    Redacted,
    RulesSet,
    Said,
)
from gchat.journal.base import AtOnce, Sending
from gchat.journal.cluster.codec import encode
from gchat.journal.cluster.connection import LogAway, LogGone, LogRefused
from gchat.journal.cluster.log import StreamLog
from gchat.journal.ticket import Later
from gchat.wire.numerics import ERR_UNKNOWNERROR

BATCH_EVENTS = 200  # in one entry of the log, at most
BATCH_BYTES = 256 << 10
FLYING = 64  # batches that were sent and not yet read
WAITING_EVENTS = 100_000  # that were not sent yet; more are refused
WAITING_BYTES = 64 << 20
WAIT_SECONDS = 5.0  # that an event waits to be sent; then it is refused
AGAIN_SECONDS = 5.0  # without being read, after which a batch is sent again
RETRY_SECONDS = 0.2

NOT_SENT = "Not done: the servers' shared log is out of reach at the moment"
# What happens whether the log is there or not.
_UNREFUSED = Quit, NodeBeat, NodeGone, NodeSwept, RulesSet

log = logging.getLogger(__name__)


class Sent(Later):
    """The ticket of an event that is on its way to the log, or through it."""

    __slots__ = ("_error", "data", "event", "since")

    def __init__(self, event: Event, now: float) -> None:
        super().__init__(Outcome())
        self.event = event
        self.data = encode(event)
        self.since = now
        self._error: Exception | None = None

    def result(self) -> Outcome:
        found = super().result()
        if self._error is not None:
            raise self._error
        return found

    def refusals(self) -> tuple[Refused, ...]:
        found = super().refusals()
        if self._error is not None:
            raise self._error
        return found

    def cut(self, error: Exception) -> None:
        """Nobody knows whether it is done: whoever waits is given this exception, but not who
        leaves anyway.
        """
        if not isinstance(self.event, Quit):
            self._error = error
        self.shown()

    def refuse(self, text: str) -> None:
        """It is not done, and never will be."""
        event = self.event
        command = event.verb if isinstance(event, Said) else "*"
        if isinstance(event, Redacted):
            command = "REDACT"
        self.outcome = Outcome(refusals=(Refused(ERR_UNKNOWNERROR, command, text=text),))
        self.shown()


class Flight:
    """A batch that was sent, and not yet read."""

    __slots__ = ("counter", "sent", "tickets")

    def __init__(self, counter: int, tickets: list[Sent]) -> None:
        self.counter = counter
        self.tickets = tickets
        self.sent = 0.0  # when last, in seconds; 0 for not yet


class Sender:
    """`node` is 0 while the node takes no part: then nothing is sent but `joining`. `sending` says
    when what is shown is sent to people (`None`: at once).
    """

    def __init__(self, stream: StreamLog, sending: Sending | None = None) -> None:
        self._stream = stream
        self._sending = sending or AtOnce()
        self._took = 0.0  # seconds, until the last batch was read
        self.node = 0
        self.joining: NodeJoined | None = None
        self.problem = ""  # why nothing can be written now, "" for none
        self.resent = 0  # batches, ever
        self._counter = 0
        self._queue: deque[Sent] = deque()
        self._bytes = 0  # of the queue
        self._flying: deque[Flight] = deque()
        self._again = False  # what is flying has to be sent again first
        self._work = Signal()

    @property
    def waiting(self) -> int:
        """How many events were not read yet."""
        return len(self._queue) + sum(len(one.tickets) for one in self._flying)

    def append(self, event: Event) -> Sent:
        """Takes an event in. Never waits."""
        ticket = Sent(event, perf_counter())
        full = len(self._queue) >= WAITING_EVENTS or self._bytes >= WAITING_BYTES
        if not self.node or (full and not isinstance(event, _UNREFUSED)):
            ticket.refuse(NOT_SENT)
        else:
            self._queue.append(ticket)
            self._bytes += len(ticket.data)
            self._work.set()
        return ticket

    def begin(self, node: int) -> None:
        """The node takes part, by this number."""
        self.node, self._counter, self._again, self.joining = node, 0, False, None
        self._work.set()

    def end(self, settle: Callable[[Sent], None]) -> None:
        """The node takes part no more; `settle` is called for all that was not read."""
        self.node = 0
        flying, queue = self._flying, self._queue
        self._flying, self._queue, self._bytes = deque(), deque(), 0
        for flight in flying:
            for ticket in flight.tickets:
                settle(ticket)
        for ticket in queue:
            settle(ticket)

    def wake(self) -> None:
        """There may be something to do."""
        self._work.set()

    def send_again(self) -> None:
        """The log may have lost what was sent: another server is the primary now."""
        self._again = True
        self._work.set()

    def all_shown(self) -> None:
        """What was read by now was shown."""
        self._sending.release()

    def read(self, node: int, counter: int) -> list[Sent] | None:
        """The tickets of a batch that was read from the log; `None` if it is not the next of our
        own.
        """
        if node != self.node or not self._flying or self._flying[0].counter != counter:
            return None
        if len(self._flying) >= FLYING:
            self._work.set()
        flight = self._flying.popleft()
        self._took = perf_counter() - flight.sent
        return flight.tickets

    def run(self) -> None:
        """Sends, for ever."""
        while True:
            self._work.wait(RETRY_SECONDS if self.joining or self._flying else None)
            self._work.clear()
            try:
                self._send_all()
                if self.problem:
                    log.warning("the log can be written again")
                    self.problem = ""
            except (LogGone, LogRefused) as error:
                if not self.problem:
                    log.warning("the log cannot be written: %s", error)
                self.problem = str(error)
                self._again |= bool(self._flying)
                self._refuse_old()
                gevent.sleep(RETRY_SECONDS)
                self._work.set()

    def _send_all(self) -> None:
        if self.joining is not None and not self.node:
            self._stream.append(0, 0, [encode(self.joining)])
        oldest = self._flying[0].sent if self._flying else 0.0
        if self._again or (oldest and perf_counter() - oldest > AGAIN_SECONDS):
            for flight in list(self._flying):
                if flight not in self._flying:
                    continue  # read meanwhile, or the node is out
                self.resent += 1
                self._send(flight)
            self._again = False
        while self._may_send():
            # what comes back before it can be sent to people is seen no earlier: until then more
            # of it is one batch
            if (wait := self._sending.sends_in() - self._took) > 0:
                gevent.sleep(wait)
                if not self._may_send():
                    break
            self._counter += 1
            flight = Flight(self._counter, self._take())
            self._flying.append(flight)
            self._sending.hold()
            self._send(flight)

    def _may_send(self) -> bool:
        """Whether something new is to be sent; not before what the log may have lost."""
        return bool(self._queue and self.node and len(self._flying) < FLYING and not self._again)

    def _take(self) -> list[Sent]:
        batch: list[Sent] = []
        size = 0
        while self._queue and len(batch) < BATCH_EVENTS:
            size += len(self._queue[0].data)
            if batch and size > BATCH_BYTES:
                break
            ticket = self._queue.popleft()
            self._bytes -= len(ticket.data)
            batch.append(ticket)
        return batch

    def _send(self, flight: Flight) -> None:
        first = not flight.sent
        flight.sent = perf_counter()
        try:
            self._stream.append(self.node, flight.counter, [one.data for one in flight.tickets])
        except (LogRefused, LogAway):
            if first and self._flying and self._flying[-1] is flight:
                # it is certainly not there: as if it had never been sent
                self._flying.pop()
                self._counter -= 1
                self._queue.extendleft(reversed(flight.tickets))
                self._bytes += sum(len(one.data) for one in flight.tickets)
            raise

    def _refuse_old(self) -> None:
        """Whoever waits is told in time; what has to happen in any case goes on waiting."""
        before = perf_counter() - WAIT_SECONDS
        left: deque[Sent] = deque()
        old: list[Sent] = []
        for ticket in self._queue:
            is_old = ticket.since < before and not isinstance(ticket.event, _UNREFUSED)
            (old if is_old else left).append(ticket)
        if old:
            self._queue, self._bytes = left, sum(len(one.data) for one in left)
            for ticket in old:
                ticket.refuse(NOT_SENT)
