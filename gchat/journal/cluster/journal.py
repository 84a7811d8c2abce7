"""The journal of a node of a cluster: what is appended goes to the log, what comes back is shown.

Every node applies the log's entries in their order. What anybody is shown was read back from the
log.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from time import perf_counter

import gevent
from gevent.event import Event as Signal
from gevent.lock import BoundedSemaphore

from gchat.core.events import Event, NodeBeat, NodeGone, NodeJoined, NodeSwept, RulesSet
from gchat.core.nodes import LEASE_BEATS, NUMBER_BITS, LogLost
from gchat.core.rules import RuleSet
from gchat.journal.base import JournalError, Notices, Sending, Show
from gchat.journal.cluster.codec import LEVEL, UnknownEvent
from gchat.journal.cluster.connection import LogGone, LogRefused
from gchat.journal.cluster.follower import Applied, Follower
from gchat.journal.cluster.keeper import Keeper
from gchat.journal.cluster.log import LogEntry, StreamLog
from gchat.journal.cluster.sender import Sender, Sent
from gchat.yielding import Turn

READ_SECONDS = 1.0  # that a reading waits for something
RETRY_SECONDS = 0.2
SAID = 10  # reasons why the log cannot be read that are logged, until it can be
TURN_SECONDS = 0.005  # of applying and showing; then others get their turn
CLOSE_SECONDS = 5.0  # for the last that was taken in to be read back, when the server stops

CUT_OFF = "This server was cut off from the others. Connect again"
STOPPED_OTHERS = "Its server was stopped"
log = logging.getLogger(__name__)


class Cut(ConnectionError):
    """Nobody knows what becomes of what was asked: the log is out of reach, and people leave."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a node says of itself when it joins. Seconds: how long a silent one counts as living,
    and after how long without the log it sends its people elsewhere.
    """

    name: str
    tables: str
    rules: RuleSet
    lease: float = 5.0
    patience: float = 60.0
    level: int = LEVEL


class ClusterJournal:
    """`again` is called where the log has lost what was read from it: it makes the follower's hub
    what a checkpoint says, and raises JournalError where there is none.
    """

    def __init__(
        self,
        stream: StreamLog,
        follower: Follower,
        keeper: Keeper,
        show: Show,
        identity: Identity,
        again: Callable[[], None],
        sending: Sending | None = None,
    ) -> None:
        self._stream = stream
        self._follower = follower
        self._keeper = keeper
        self._show = show
        self._again = again
        self.identity = identity
        self.notices: Notices | None = None
        self.sender = Sender(stream, sending)
        self.reading = ""  # why nothing can be read now, "" for none
        self._said: set[str] = set()  # of that, in the operator's log
        self.heard = perf_counter()  # when our last beat came back, or we joined
        self._beat: Sent | None = None
        self._compared = 0
        self._sweep: Sent | None = None
        self._closed = False
        self._leaving = False  # the server is being stopped
        self._refusal = ""  # why the others do not want it
        self.before_next: Callable[[], None] | None = None  # between two readings; may switch
        self._whole = BoundedSemaphore(1)  # an entry is being taken: half of one is no place to end
        self._joined = Signal()
        self._greenlets: list[gevent.Greenlet[..., None]] = []

    @property
    def node(self) -> int:
        """Our number, 0 while we take no part."""
        return self.sender.node

    # -- Journal

    def append(self, event: Event) -> Sent:
        if self._closed:
            raise RuntimeError("the journal is closed")
        return self.sender.append(event)

    def close(self) -> None:
        self.leave()
        self._closed = True
        with self._whole, self._keeper.whole:
            gevent.killall(self._greenlets)

    def leave(self) -> None:
        """Takes part no more, and says so: the others let our people go. May switch greenlets."""
        self._leaving = True
        if self.node:
            ticket = self.sender.append(NodeGone(self.node, STOPPED_OTHERS))
            with suppress(gevent.Timeout), gevent.Timeout(CLOSE_SECONDS):
                ticket.result()
            if not ticket.done:
                log.warning("the others could not be told that this node stops")
                self._step_out()

    # -- taking part

    def start(self) -> None:
        """Begins to read and to write, and waits until the node takes part. May switch greenlets.
        Raises JournalError where the others do not want it.
        """
        self._ask_to_join()
        for work in (self._read, self.sender.run, self._keep_beating, self._keeper.run):
            self._greenlets.append(gevent.spawn(work))
        self._joined.wait()
        if self._refusal:
            raise JournalError(self._refusal)

    def _ask_to_join(self) -> None:
        if self._leaving:
            return
        me = self.identity
        self.sender.joining = NodeJoined(
            me.name, token_hex(8), me.level, me.tables, me.rules, self._keeper.checkpointed
        )
        self.sender.wake()

    def _look(self, applied: Applied) -> None:
        """Notices what an event means for this node."""
        event, hub = applied.event, self._follower.hub
        if type(event) is NodeJoined:
            self._someone_joined(event, applied)
        elif type(event) is RulesSet and self.notices is not None:
            self.notices.rules(hub.nodes.rules)
        if self.node and self.node not in hub.nodes.members:
            self._out(event)
        elif hub.nodes.leaving and self.node and self.node == min(hub.nodes.members):
            self._let_people_go(min(hub.nodes.leaving))

    def _let_people_go(self, node: int) -> None:
        """Some of those of a node that is gone; the next ones when these have left."""
        if self._sweep is None or self._sweep.done:
            self._sweep = self.sender.append(NodeSwept(node))

    def silence(self) -> float:
        """Seconds since a beat of ours came back."""
        return perf_counter() - self.heard

    def propose(self, rules: RuleSet) -> None:
        """Asks for other rules, for all nodes."""
        if self.node:
            self.sender.append(RulesSet(self.node, rules))

    def _someone_joined(self, event: NodeJoined, applied: Applied) -> None:
        joining = self.sender.joining
        if joining is None or event.nonce != joining.nonce:
            if not applied.outcome.refusals:
                log.info("node %s takes part", event.name)
            return
        if applied.outcome.refusals:
            self._refusal = f"The node cannot join: {applied.outcome.refusals[0].text}."
            self.sender.joining = None
            if self._joined.is_set():
                self._fail(self._refusal)
            self._joined.set()
            return
        nodes = self._follower.hub.nodes
        self.heard = perf_counter()
        self._beat = self._sweep = None
        self.sender.begin(nodes.number_of(event.nonce))
        others = [one.name for number, one in nodes.members.items() if number != self.node]
        log.info(
            "this node takes part as %s, number %d, with %s",
            event.name,
            self.node,
            ", ".join(others) or "no other",
        )
        if self.notices is not None:
            self.notices.joined(self.node << NUMBER_BITS)
        self._joined.set()

    def _out(self, event: Event) -> None:
        """The log says that this node takes part no more."""
        number = self.node
        self.sender.end(lambda ticket: ticket.refuse(CUT_OFF))
        if self._leaving:
            return
        if type(event) is NodeBeat and event.node == number:
            text = "this node came to another result than the others, and must not go on"
            log.critical("%s (entry %d)", text, self._follower.seq)
            self._fail(text)
            return
        if type(event) is NodeJoined:  # two that go on with one name would end each other for ever
            text = f"Another node of the name {event.name} has taken its place"
            log.critical("%s", text)
            self._fail(f"{text}. Give each node a --node of its own.")
            return
        log.error("the others have given this node up: its connections are closed")
        self._tell_left()
        self._ask_to_join()

    def _tell_left(self) -> None:
        if self.notices is not None:
            self.notices.left(CUT_OFF)

    def _fail(self, text: str) -> None:
        if self.notices is not None:
            self.notices.failed(text)

    def _step_out(self) -> None:
        """Without having read that we are out: nobody knows what becomes of what was sent."""
        self.sender.end(lambda ticket: ticket.cut(Cut("the servers' shared log is out of reach")))

    def _keep_beating(self) -> None:
        pause = self.identity.lease / LEASE_BEATS
        while True:
            gevent.sleep(pause)
            if not self.node or self._leaving:
                continue
            if self._beat is None or self._beat.done:
                self._beat_once()
            elif perf_counter() - self.heard > self.identity.patience:
                log.error(
                    "the log is out of reach for %.0f s: connections are closed",
                    self.identity.patience,
                )
                self._step_out()
                self._tell_left()
                self._ask_to_join()

    def _beat_once(self) -> None:
        if self._beat is not None:
            self.heard = perf_counter()
        seq, digest = self._follower.compared
        if seq == self._compared:
            seq, digest = 0, ""
        self._compared = seq or self._compared
        beat = NodeBeat(self.node, self._keeper.checkpointed, seq, digest)
        self._beat = self.sender.append(beat)

    # -- from the log

    def _read(self) -> None:
        while True:
            try:
                self._read_some()
            except LogLost as error:
                log.critical("the log has lost something: %s", error)
                self._begin_again()
            except UnknownEvent as error:
                log.critical("%s", error)
                self._step_out()
                self._fail(f"{error}. Install the newer gchat.")
                return
            except Exception:
                log.exception("the log could not be read")
                gevent.sleep(RETRY_SECONDS)

    def _read_some(self) -> None:
        try:
            entries = self._stream.read(self._follower.position, READ_SECONDS)
        except (LogGone, LogRefused) as error:
            self.reading = str(error)
            if self.reading not in self._said and len(self._said) < SAID:
                log.warning("the log cannot be read: %s", error)
                self._said.add(self.reading)
            gevent.sleep(RETRY_SECONDS)
            return
        if self.reading:
            log.warning("the log can be read again")
            self.reading = ""
            self._said.clear()
        turn = Turn(TURN_SECONDS)
        for entry in entries:
            with self._whole:
                self._take(entry)
            turn.yield_if_due()
        self.sender.all_shown()
        self._keeper.wait_for_room()
        if self.before_next is not None:
            self.before_next()

    def _take(self, entry: LogEntry) -> None:
        tickets = self.sender.read(entry.node, entry.counter)
        own = [one.event for one in tickets] if tickets is not None else None
        waiting = deque(tickets or ())
        turn = Turn(TURN_SECONDS)
        for applied in self._follower.take(entry, own):
            self._keeper.add(applied.kept, entry.position)
            self._show_it(applied)
            if waiting and waiting[0].event is applied.event:
                ticket = waiting.popleft()
                ticket.outcome = applied.outcome
                if ticket.shown():
                    gevent.sleep(0)  # who waited answers before others are shown more
            self._look(applied)
            turn.yield_if_due()
        self._keeper.reached(entry.position)
        for ticket in waiting:  # the batch did not count
            ticket.refuse(CUT_OFF)

    def _show_it(self, applied: Applied) -> None:
        if applied.outcome.effects:
            try:
                self._show(applied.outcome.effects)
            except Exception:
                log.exception("an event could not be delivered")

    def _begin_again(self) -> None:
        was_in = bool(self.node)
        self._step_out()
        if was_in:
            self._tell_left()
        self._stream.read_elsewhere()
        try:
            self._again()
        except Exception as error:
            log.critical("there is nothing to begin again from: %s", error)
            gevent.sleep(RETRY_SECONDS)
            return
        self._ask_to_join()
