"""The engine of a node of a cluster: the order is the shared log's, the history its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes, token_hex

import msgspec

from gchat.config import Config
from gchat.core.hub import Hub
from gchat.core.nodes import LogLost
from gchat.core.rules import RuleSet, rules_of
from gchat.core.saved import all_saved
from gchat.core.snapshot import NoSnapshot
from gchat.journal.base import Gauges, JournalError, Notices, Sending, Show
from gchat.journal.cluster.archive import BehindArchive
from gchat.journal.cluster.checks import check
from gchat.journal.cluster.codec import UnknownEvent
from gchat.journal.cluster.connection import LogGone, LogRefused
from gchat.journal.cluster.follower import Follower, place_of
from gchat.journal.cluster.journal import ClusterJournal, Identity
from gchat.journal.cluster.keeper import Keeper, packed, unpacked
from gchat.journal.cluster.log import StreamLog, order
from gchat.journal.cluster.upkeep import SNAPSHOT, Upkeep
from gchat.journal.sqlite.engine import data_folder
from gchat.journal.sqlite.storage import Storage
from gchat.journal.sqlite.store import CLUSTER
from gchat.wire.log_address import log_address
from gchat.wire.tables import name_tables

log = logging.getLogger(__name__)

FACTS = "facts"  # a value that all nodes share
ID_BYTES, SECRET_BYTES = 6, 32


class _Facts(msgspec.Struct):
    """What never changes of a cluster."""

    cluster: str  # its id
    secret: bytes


class ClusterEngine:
    """The log must be there when it is made; afterwards it may go and come back."""

    def __init__(
        self,
        config: Config,
        hub: Hub,
        show: Show,
        wall_ms: Callable[[], int],
        boot: str,
        tick_ms: Callable[[], int] | None = None,
        sending: Sending | None = None,
    ) -> None:
        settings = config.cluster
        self._hub = hub
        self._stream = StreamLog(log_address(settings.log), settings.key, settings.copies)
        check(self._stream)
        folder = _folder(config)
        self._storage = Storage(folder, "process", config, hub, wall_ms, tick_ms)
        self.keeps = f"{self._storage.keeps}, and in the log at {self._stream.address}"
        try:
            facts = self._facts()
            self.boot, self.secret = facts.cluster, facts.secret
            self._keeper = Keeper(self._storage.store, self._storage.writer)
            self._follower = Follower(hub, self.boot)
            self._begin()
            self._catch_up()
        except BaseException as error:
            self._storage.close()
            self._stream.close()
            if isinstance(error, LogGone | LogRefused | LogLost | UnknownEvent):
                raise JournalError(f"The shared log cannot be used: {error}.") from None
            raise
        identity = Identity(
            settings.node, name_tables(), rules_of(config), settings.lease, settings.patience
        )
        self._cluster_journal = ClusterJournal(
            self._stream,
            self._follower,
            self._keeper,
            show,
            identity,
            self._begin_again,
            sending,
        )
        self.journal = self._cluster_journal
        self.archive = BehindArchive(self._storage.archive, self._keeper)
        self._upkeep = Upkeep(
            self._stream, self._follower, self._keeper, self._cluster_journal, settings.log_entries
        )
        self.cluster = self

    def _facts(self) -> _Facts:
        """Of the cluster; whoever comes first makes them."""
        mine = _Facts(token_hex(ID_BYTES), token_bytes(SECRET_BYTES))
        try:
            stored = self._stream.set_first(FACTS, msgspec.json.encode(mine))
            return msgspec.json.decode(stored, type=_Facts)
        except msgspec.MsgspecError:
            raise JournalError(
                "The shared log's key is used by something else. Choose another [cluster] key."
            ) from None

    # -- where to go on from

    def _begin(self) -> None:
        """Makes the hub what a checkpoint says: our own, if one can go on from there; or that of
        the others. Raises JournalError.
        """
        store = self._storage.store
        known = store.task(CLUSTER)
        if known and known != self.boot:
            raise JournalError(
                f"{store.path} belongs to another cluster than the log at {self._stream.address}. "
                "Choose another --data folder, or another [cluster] key."
            )
        if known and self._go_on():
            return
        shared = self._stream.value(SNAPSHOT)
        if shared is None:
            shared = self._found_cluster()
        try:
            found = unpacked(shared)
            self._follower.resume(found)
        except (ValueError, NoSnapshot) as error:
            raise JournalError(f"The shared log's snapshot cannot be used: {error}.") from None
        position = self._follower.position
        if known and order(self._keeper.position) < order(position):
            log.warning(
                "the history here has a gap, from %s to %s: this node was away for longer than "
                "the log reaches. A backup of another node has all of it",
                *(self._keeper.position, position),
            )
        if order(self._keeper.position) < order(position):
            self._keeper.start_at(position)
        store.replace_state(all_saved(self._hub))
        store.save_task(CLUSTER, self.boot)
        self._keeper.save(found, position)

    def _go_on(self) -> bool:
        """Whether one could go on from the checkpoint that is here."""
        found = self._storage.store.checkpoint()
        try:
            cluster, position = place_of(found)
            if cluster != self.boot or not self._stream.has(position):
                return False
            self._follower.resume(found)
        except NoSnapshot as error:
            log.warning("%s", error)
            return False
        return True

    def _found_cluster(self) -> bytes:
        """The first node begins with what is kept here, if anything is."""
        self._storage.restore()
        return self._stream.set_first(SNAPSHOT, packed(list(self._follower.checkpoint())))

    def _catch_up(self) -> None:
        """Applies what happened since, and shows it to nobody: nobody is here."""
        _, end = self._stream.ends()
        while order(self._follower.position) < order(end):
            for entry in self._stream.read(self._follower.position, 1.0):
                for applied in self._follower.take(entry):
                    self._keeper.add(applied.kept, entry.position)
                self._keeper.reached(entry.position)
            self._keeper.store()

    def _begin_again(self) -> None:
        """After the log has lost something: what was read of it may be what is lost."""
        self._begin()
        self._catch_up()

    # -- Engine

    def start(self) -> None:
        self._storage.start()
        self._cluster_journal.start()
        self._upkeep.start()

    def gauges(self) -> Gauges:
        return {**self._storage.gauges(), **self._upkeep.gauges()}

    def close(self) -> None:
        self._storage.stop()
        self._upkeep.stop()
        self._cluster_journal.close()
        if self._keeper.store():
            self._upkeep.save()
        self._stream.close()
        self._storage.close()

    # -- ClusterPart

    def watch(self, notices: Notices) -> None:
        self._cluster_journal.notices = notices

    def trouble(self) -> str:
        return self._upkeep.trouble()

    def propose(self, rules: RuleSet) -> None:
        self._cluster_journal.propose(rules)

    def leave(self) -> None:
        self._cluster_journal.leave()


def _folder(config: Config) -> Path:
    """Of this node: several on one machine, each with the default folder, are kept apart."""
    if config.journal.data:
        return data_folder(config.journal.data)
    return data_folder("") / "nodes" / config.cluster.node
