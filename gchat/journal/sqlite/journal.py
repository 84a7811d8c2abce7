"""The journal that stores events' effects in an SQLite file before it shows them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from time import perf_counter

import gevent
from gevent.event import Event as Signal
from msgspec.structs import replace

from gchat.core.effects import Failure, Outcome, Redaction, Refused, Saved, Spoke
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    CertificateSet,
    Event,
    HookSet,
    MetadataSet,
    ModesSet,
    PasswordSet,
    RoomRegistered,
    RoomRenamed,
    ServerBanSet,
    TopicSet,
)
from gchat.core.history import Batch, Record
from gchat.core.records import Places, kept
from gchat.core.stamp import Stamper
from gchat.journal.base import Apply, AtOnce, Sending, Show
from gchat.journal.sqlite.store import Store
from gchat.journal.ticket import Later
from gchat.pace import Pace
from gchat.wire.numerics import ERR_UNKNOWNERROR
from gchat.workers import WorkerPool
from gchat.yielding import Turn, let_others

CLOSE_SECONDS = 10.0  # for what was taken in to be stored, when the server stops

COMMIT_PAUSE = 0.006  # seconds; the longest between two batches whose messages could be sent
# What a batch is reckoned to cost, for each second that it takes: it is handed to a thread and
# back, and the loop waits for the interpreter's lock meanwhile. By trial, see docs/journal.md.
COMMIT_COST = 3.0
TURN_SECONDS = 0.002  # then others get their turn, however much there is to show
LULL_SECONDS = 0.05  # that what nobody waits for is put off while batches are written
OWED_SECONDS = 5.0  # between two attempts to save what could not be saved, while nobody speaks

log = logging.getLogger(__name__)

NOT_STORED = "Not sent: the server cannot store messages at the moment"
LOST_AFTERWARDS = (
    "This holds for now, but it could not be stored: it is lost if the server is restarted before "
    "it can be"
)
# Events whose answer promises that the change is permanent, and the commands that ask for them.
_RECEIPTS: dict[type, str] = {
    AccountMade: "REGISTER",
    AccountDropped: "DROP",
    PasswordSet: "PASSWD",
    CertificateSet: "CERT",
    RoomRegistered: "REGISTER",
    RoomRenamed: "RENAME",
    ServerBanSet: "KLINE",
    TopicSet: "TOPIC",
    ModesSet: "MODE",
    MetadataSet: "METADATA",
    HookSet: "HOOK",
}
_STORED = Batch()  # of a ticket that is kept a while longer


class Pending(Later):
    """The ticket of an event that waits to be stored and shown."""

    __slots__ = ("batch", "command")

    def __init__(self, outcome: Outcome, batch: Batch, command: str = "") -> None:
        """`command`: what was asked for, where its answer is a receipt."""
        super().__init__(outcome)
        self.batch = batch
        self.command = command


class SqliteJournal:
    """`now` gives milliseconds since 1970, `tick` those of a clock that never jumps; `boot` is
    different for each run; `writer` is the only thread that writes to the store; `sending` says
    when what is shown is sent (`None`: at once).

    An event changes the hub at once and is shown when it is stored. Everything that was appended
    while one batch was written is the next batch; when batches come quickly, or what is shown would
    not be sent yet, there is a pause between them, so that each is larger (see Pace). If a batch
    cannot be stored, its messages and redactions are refused and shown to nobody; its joins, parts
    and other changes are shown all the same, but are missing from the history. Saved state that
    could not be stored is stored with the next batch that can be. So when the disk works again, the
    journal does.
    """

    def __init__(
        self,
        store: Store,
        writer: WorkerPool,
        apply: Apply,
        show: Show,
        now: Callable[[], int],
        boot: str,
        places: Places = str,
        tick: Callable[[], int] | None = None,
        sending: Sending | None = None,
    ) -> None:
        self._places = places
        self._store = store
        self._boot = boot
        self._apply = apply
        self._show = show
        self._stamper = Stamper(now, store.last_at + 1, tick)
        self._queue: list[Pending] = []
        self._owed: dict[tuple[str, str], Saved] = {}  # what could not be saved yet
        self._applying = False
        self._writing = False  # a batch is on its way
        self._failing = False  # the last batch could not be stored
        self._closed = False
        self.took = 0.0  # seconds, to store the last batch
        self._pace = Pace(COMMIT_PAUSE, COMMIT_PAUSE, perf_counter())
        self._sending = sending or AtOnce()
        self._work = Signal()
        self._lull = Signal()  # a batch was written a moment ago
        self._writer = writer
        self._greenlet = gevent.spawn(self._run)

    @property
    def waiting(self) -> int:
        """How many events wait to be stored."""
        return len(self._queue)

    @property
    def failing(self) -> bool:
        """Whether the last batch could not be stored."""
        return self._failing

    def append(self, event: Event) -> Pending:
        if self._closed:
            raise RuntimeError("the journal is closed")
        if self._applying:
            raise RuntimeError("an event was appended while another one was being applied")
        self._applying = True
        try:
            outcome = self._apply(self._stamper.stamp(event))
        finally:
            self._applying = False
        receipt = _RECEIPTS.get(type(event), "") if outcome.saved else ""
        ticket = Pending(outcome, kept(outcome, self._boot, self._places), receipt)
        if not (ticket.batch or self._queue or self._writing):
            self._finish(ticket)
        else:
            self._queue.append(ticket)
            if not self._writing:  # else it is looked at behind that batch
                self._work.set()
        return ticket

    def wait_for_lull(self) -> None:
        """Waits until no batch is about to be written, LULL_SECONDS at most: what else is written
        then keeps no message waiting, as far as that can be. Switches greenlets.
        """
        if self._queue or self._writing:
            self._lull.clear()
            self._lull.wait(LULL_SECONDS)

    def close(self) -> None:
        self._closed = True
        self._work.set()
        self._greenlet.join(CLOSE_SECONDS)
        if self._owed and self._greenlet.dead:
            self._write([])

    def _run(self) -> None:
        while self._queue or not self._closed:
            self._work.wait(OWED_SECONDS if self._owed else None)
            self._work.clear()
            if self._owed and not self._queue:
                self._write([])
            while self._queue:
                self._writing = True
                if (wait := self._pause()) > 0:
                    gevent.sleep(wait)
                batch, self._queue = self._queue, []
                self._sending.hold()
                self._show_all(batch, stored=self._write([ticket.batch for ticket in batch]))
                self._sending.release()
                self._lull.set()
                # who has sent something meanwhile is in the next batch, not in the one after it
                let_others()
                cost = COMMIT_COST * self.took
                self._pace.round(perf_counter(), cost, len(batch), cost)
                self._writing = False

    def _pause(self) -> float:
        """Seconds until the next batch is written. What is stored before it can be sent is seen no
        earlier: until then more of it is one batch. One that takes longer than the last one did is
        waited for (`hold`), or it would be sent a whole pause later. Where sending does not pause,
        batches keep a pace of their own.
        """
        left = self._sending.sends_in() - self.took
        return left if left > 0 else self._pace.wait(perf_counter())

    def _show_all(self, batch: list[Pending], *, stored: bool) -> None:
        turn = Turn(TURN_SECONDS)
        for ticket in batch:
            ticket.batch = _STORED
            if not stored:
                _refuse(ticket)
            if self._finish(ticket):
                gevent.sleep(0)  # who waited answers before others are shown more
            else:
                turn.yield_if_due()

    def _write(self, batches: list[Batch]) -> bool:
        lines: list[Record] = []
        redacted: list[tuple[str, str]] = []
        for batch in batches:
            lines += batch.records
            redacted += batch.redacted
            for one in batch.saved:
                self._owed[one.kind, one.key] = one
        whole = Batch(tuple(lines), tuple(redacted), tuple(self._owed.values()))
        if not whole:
            return True
        started = perf_counter()
        try:
            self._writer.ask(lambda: self._store.write(whole))
        except (sqlite3.Error, OverflowError) as error:
            if not self._failing:
                log.error("messages cannot be stored and are refused: %s", error)
            self._failing = True
            return False
        except Exception:
            log.exception("a batch of %d cannot be stored and is refused", len(batches))
            self._failing = True
            return False
        self.took = perf_counter() - started
        self._owed.clear()
        if self._failing:
            log.warning("messages can be stored again")
        self._failing = False
        return True

    def _finish(self, ticket: Pending) -> bool:
        """Shows it; whether somebody has waited for that and answers."""
        try:
            self._show(ticket.outcome.effects)
        except Exception:
            log.exception("an event could not be delivered")
        return ticket.shown()


def _refuse(ticket: Pending) -> None:
    """Refuses the messages and redactions of a ticket: nothing has to be undone for them. Other
    changes of the hub are not undone, but an answer that is a receipt says that they may be lost.
    """
    if ticket.command:
        code, text = "TEMPORARILY_UNAVAILABLE", LOST_AFTERWARDS
        failure = Failure(ticket.command, code, "*", text=text)
        ticket.outcome = replace(ticket.outcome, refusals=(*ticket.outcome.refusals, failure))
    effects = ticket.outcome.effects
    others = tuple(effect for effect in effects if not isinstance(effect, Spoke | Redaction))
    if len(others) < len(effects):
        command = next((effect.verb for effect in effects if isinstance(effect, Spoke)), "REDACT")
        refusal = Refused(ERR_UNKNOWNERROR, command, text=NOT_STORED)
        ticket.outcome = Outcome(others, (*ticket.outcome.refusals, refusal))
