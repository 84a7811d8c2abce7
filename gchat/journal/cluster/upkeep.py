"""What a node does beside: saves checkpoints, trims the log, says how it is, sees a fail-over."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter

import gevent
import msgspec

from gchat.journal.base import Gauges
from gchat.journal.cluster.connection import LogGone, LogRefused
from gchat.journal.cluster.follower import Follower
from gchat.journal.cluster.journal import ClusterJournal
from gchat.journal.cluster.keeper import Keeper
from gchat.journal.cluster.log import START, Position, StreamLog, order
from gchat.yielding import Turn

SAVE_SECONDS = 60.0  # between two checkpoints, where anything has happened
SAVE_EVENTS = 20_000  # or so many events
LOOK_SECONDS = 2.0  # between two looks at the Sentinels
STATUS_SECONDS = 1.0
TRIM_SECONDS = 30.0
TURN_SECONDS = 0.004  # of making a checkpoint; then others get their turn
LATE_SECONDS = 3.0  # without our own beat, after which nobody should come to this node
SNAPSHOT, STATUS = "snapshot", "nodes"  # a value and a table that all nodes share

log = logging.getLogger(__name__)


class Upkeep:
    """`log_entries`: that the log keeps at most, whoever still needs them."""

    def __init__(
        self,
        stream: StreamLog,
        follower: Follower,
        keeper: Keeper,
        journal: ClusterJournal,
        log_entries: int,
    ) -> None:
        self._stream = stream
        self._follower = follower
        self._keeper = keeper
        self._journal = journal
        self._log_entries = log_entries
        self._saved_at, self._saved_seq = perf_counter(), follower.seq
        self._due: list[bytes] | None = None  # a checkpoint that the others may start from
        self._due_at: Position = START
        self._shared: Position = START  # of the snapshot that is in the log's store
        self._trimmed_at = self._looked_at = perf_counter()
        self.log_bytes = 0
        self._behind = 0.0  # seconds of the log's time, a moment ago
        self._greenlets: list[gevent.Greenlet[..., None]] = []
        journal.before_next = self._save_if_due

    def start(self) -> None:
        """Begins."""
        self._greenlets = [gevent.spawn(self._run)]

    def stop(self) -> None:
        """Ends, and says nothing of the node any more."""
        gevent.killall(self._greenlets)
        with suppress(LogGone, LogRefused):
            self._stream.note(STATUS, self._journal.identity.name, b"", keep=False)

    # -- checkpoints: by the greenlet that reads, so nothing changes meanwhile

    def _save_if_due(self) -> None:
        events = self._follower.seq - self._saved_seq
        old = perf_counter() - self._saved_at > SAVE_SECONDS
        if events >= SAVE_EVENTS or (events and old):
            self.save()

    def save(self) -> None:
        """Saves a checkpoint. May switch greenlets."""
        self._saved_at, self._saved_seq = perf_counter(), self._follower.seq
        position = self._follower.position
        found = self._made()
        # who began from a checkpoint would never read what is missing
        if not self._keeper.wait_until_stored(while_failing=False):
            return
        try:
            self._keeper.save(found, position)
        except sqlite3.Error as error:
            log.error("the checkpoint cannot be stored here: %s", error)
            return
        if self._is_first():
            self._due, self._due_at = found, position

    def _made(self) -> list[bytes]:
        found: list[bytes] = []
        turn = Turn(TURN_SECONDS)
        for piece in self._follower.checkpoint():
            found.append(piece)
            turn.yield_if_due()
        return found

    def _is_first(self) -> bool:
        """Whether what one node does for all is for this one to do."""
        members = self._follower.hub.nodes.members
        return bool(self._journal.node) and self._journal.node == min(members, default=0)

    # -- the rest

    def _run(self) -> None:
        while True:
            gevent.sleep(STATUS_SECONDS)
            try:
                self._look()
                self._stream.note(STATUS, self._journal.identity.name, self._status())
                if self._due is not None:
                    self._share(self._due, self._due_at)
                if perf_counter() - self._trimmed_at > TRIM_SECONDS:
                    self._trim()
            except (LogGone, LogRefused):
                continue  # who writes and who reads say so
            except Exception:
                log.exception("upkeep of the cluster failed")

    def _look(self) -> None:
        if perf_counter() - self._looked_at > LOOK_SECONDS:
            self._looked_at = perf_counter()
            if self._stream.moved():
                log.warning("another server is the log's primary now")
                self._journal.sender.send_again()

    def _share(self, found: Sequence[bytes], position: Position) -> None:
        self._due = None
        self._stream.set(SNAPSHOT, self._keeper.packed(found))
        self._shared = position

    def _trim(self) -> None:
        """What no living node needs, and who joins neither, leaves the log."""
        self._trimmed_at = perf_counter()
        self.log_bytes = self._stream.size()
        if not self._is_first() or self._shared == START:
            return
        needed = [one for one in self._follower.hub.nodes.needed if one]
        before = min([self._shared, *needed], key=order)
        self._stream.trim(before)
        self._stream.trim_to(self._log_entries)

    # -- what others ask

    def trouble(self) -> str:
        """Why nobody should connect to this node now, "" for nothing."""
        if not self._journal.node:
            return "this node takes no part in the cluster at the moment"
        if self._journal.silence() > LATE_SECONDS:
            return "the shared log is out of reach"
        return ""

    def gauges(self) -> Gauges:
        """What is measured of it."""
        journal, keeper = self._journal, self._keeper
        compared, digest = self._follower.compared
        return {
            "cluster_node": ("Number of this node; 0 while it takes no part", journal.node),
            "cluster_members": ("Nodes that take part", len(self._follower.hub.nodes.members)),
            "cluster_events_total": ("Events read from the log, ever", self._follower.seq),
            "cluster_position_seconds": (
                "When the entry last read was written, since 1970, by the log's clock",
                order(self._follower.position)[0] / 1000,
            ),
            "cluster_behind_seconds": ("Age of the entry last read", self._behind),
            "cluster_digest": (
                "Digest that was last compared with the other nodes', its first 48 bits as a "
                "number",
                int(digest[:12] or "0", 16),
            ),
            "cluster_digest_events": ("Events that were read by then, ever", compared),
            "cluster_lease_seconds": (
                "Silence after which the others give this node up",
                journal.identity.lease,
            ),
            "cluster_silence_seconds": ("Since a beat of this node came back", journal.silence()),
            "cluster_waiting": ("Events sent, or to be sent, and not read", journal.sender.waiting),
            "cluster_resent_total": ("Batches that were sent again", journal.sender.resent),
            "cluster_log_bytes": ("Memory that the log takes at its server", self.log_bytes),
            "journal_queue": ("Lines waiting to be stored", keeper.waiting),
            "journal_seconds": ("Seconds taken to store the last batch", keeper.took),
            "journal_failing": ("1 if the last batch could not be stored, else 0", keeper.failing),
        }

    def _status(self) -> bytes:
        nodes, now = self._follower.hub.nodes, self._stream.now_ms()
        self._behind = max(0, now - order(self._follower.position)[0]) / 1000
        return msgspec.json.encode(
            {
                "at": now,
                "number": self._journal.node,
                "position": self._follower.position,
                "events": self._follower.seq,
                "stored": self._keeper.position,
                "digest": self._follower.compared,
                "users": len(self._follower.hub.users),
                "members": [one.name for one in nodes.members.values()],
                "level": nodes.level,
                "trouble": self.trouble(),
            }
        )
