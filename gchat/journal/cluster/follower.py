"""Applies what the log says to a hub: the same on every node. Never waits."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from gchat.core.apply import apply
from gchat.core.effects import Outcome, Refused
from gchat.core.events import Event, NodeGone
from gchat.core.history import Batch
from gchat.core.hub import Hub
from gchat.core.nodes import LogLost
from gchat.core.records import kept
from gchat.core.snapshot import NoSnapshot, load, pieces
from gchat.core.stamp import Stamper
from gchat.journal.cluster.codec import decode
from gchat.journal.cluster.log import START, LogEntry, Position, order
from gchat.wire.numerics import ERR_UNKNOWNERROR

DIGEST_ENTRIES = 1000  # from one comparison to the next
DIGEST_BYTES = 8
INCOMPLETE = "Its server was cut off: the log has lost something"

log = logging.getLogger(__name__)

_encode = msgspec.msgpack.Encoder().encode


class Applied(NamedTuple):
    """An event of an entry, what it brought, and what of that is to be kept."""

    event: Event
    outcome: Outcome
    kept: Batch


class _Head(msgspec.Struct):
    """The first piece of a checkpoint."""

    cluster: str
    position: Position
    digest: bytes


class Follower:
    """`cluster`: the cluster's own id, by which uids are meant in the history."""

    def __init__(self, hub: Hub, cluster: str) -> None:
        self.hub = hub
        self.cluster = cluster
        self.position: Position = START  # of the last entry that was applied
        self._ms = 0
        self.stamper = Stamper(self._now, tick=self._now)
        self._digest = b"\0" * DIGEST_BYTES  # of all that entries have brought so far
        self.compared = (0, "")  # the last `seq` that is compared, and the digest then

    def _now(self) -> int:
        return self._ms

    @property
    def seq(self) -> int:
        """The number of the last event that was applied."""
        return self.stamper.state[0]

    def take(self, entry: LogEntry, own: Sequence[Event] | None = None) -> Iterator[Applied]:
        """Applies an entry, one event after the other. `own`: its events, where this node has them
        (whoever waits for one knows it by identity). A node of which a batch is missing is gone:
        the log has lost that for ever, and says so to everybody who reads it. Raises LogLost and
        UnknownEvent.
        """
        if order(entry.position) <= order(self.position):
            raise LogLost(f"{entry.position} came behind {self.position}")
        self._ms = entry.ms
        nodes = self.hub.nodes
        events: Sequence[Event] = ()
        if not entry.node or entry.node in nodes.members:
            # all of them first: half an entry is none
            events = own if own is not None else [decode(one) for one in entry.events]
        try:
            if not nodes.admits(entry.node, entry.counter):
                events = ()
        except LogLost as error:
            log.warning("%s: that node is gone", error)
            events = (NodeGone(entry.node, INCOMPLETE),)
        for event in events:
            yield self._apply(event)
        self.position = entry.position

    def _apply(self, event: Event) -> Applied:
        entry = self.stamper.stamp(event)
        try:
            outcome = apply(self.hub, entry)
        except Exception:  # a mistake of ours, and on every node the same
            log.exception("an event could not be applied: %s", type(event).__name__)
            self.hub.saved.clear()
            outcome = Outcome(refusals=(Refused(ERR_UNKNOWNERROR, "*", text="Internal error"),))
        brought = _encode((outcome.effects, [one.numeric.name for one in outcome.refusals]))
        self._digest = blake2b(self._digest + brought, digest_size=DIGEST_BYTES).digest()
        if not entry.seq % DIGEST_ENTRIES:
            self.compared = entry.seq, self._digest.hex()
        return Applied(event, outcome, kept(outcome, self.cluster, self.hub.place))

    def checkpoint(self) -> Iterator[bytes]:
        """All of it as it is now, in pieces; it must not go on before the last one."""
        yield _encode(_Head(self.cluster, self.position, self._digest))
        yield from pieces(self.hub, self.stamper)

    def resume(self, found: Sequence[bytes]) -> None:
        """Goes on from a checkpoint. Raises NoSnapshot; then nothing is changed."""
        head = _head(found)
        load(found[1:], self.hub, self.stamper)
        self.position, self._digest, self.compared = head.position, head.digest, (0, "")
        self._ms = order(head.position)[0]


def place_of(found: Sequence[bytes]) -> tuple[str, Position]:
    """Of which cluster a checkpoint is, and at which position. Raises NoSnapshot."""
    head = _head(found)
    return head.cluster, head.position


def _head(found: Sequence[bytes]) -> _Head:
    try:
        return msgspec.msgpack.decode(found[0], type=_Head)
    except (IndexError, ValueError, msgspec.MsgspecError) as error:
        raise NoSnapshot(f"the checkpoint cannot be read: {error}") from None
