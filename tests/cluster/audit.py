"""Reads the log beside the nodes, with their code but in this process, and says what it brings: who
was shown something else, or keeps something else, is wrong.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from gchat.config import Config
from gchat.core.effects import Effect, Spoke
from gchat.core.hub import Hub
from gchat.journal.cluster.engine import FACTS
from gchat.journal.cluster.follower import Follower, place_of
from gchat.journal.cluster.keeper import unpacked
from gchat.journal.cluster.log import LogEntry, order
from gchat.journal.cluster.upkeep import SNAPSHOT
from tests.support.valkey import Valkey

KEY = "gchat"


@dataclass(frozen=True, slots=True)
class Message:
    """One that the log has."""

    msgid: str
    target: str
    text: str


class Auditor:
    """Begins with the snapshot that is in the log's store, which is the founder's."""

    def __init__(self, valkey: Valkey) -> None:
        self._snapshot = unpacked(valkey.ask("GET", f"{KEY}:{SNAPSHOT}"))
        assert valkey.ask("GET", f"{KEY}:{FACTS}")
        self._follower = self._begun()
        self.messages: list[Message] = []
        self.entries: list[LogEntry] = []
        self.effects: list[Effect] = []

    def _begun(self) -> Follower:
        cluster, _ = place_of(self._snapshot)
        follower = Follower(Hub(Config()), cluster)
        follower.resume(self._snapshot)
        return follower

    @property
    def hub(self) -> Hub:
        """As it is after all that was read."""
        return self._follower.hub

    def follow(self, valkey: Valkey) -> None:
        """Reads on to the log's end."""
        with closing(valkey.client()) as client:
            while found := client.execute_command(
                "XRANGE", KEY, f"({self._follower.position}", "+", "COUNT", "1000"
            ):
                for where, fields in found:
                    self._take(entry_of(where, fields))

    def _take(self, entry: LogEntry) -> None:
        self.entries.append(entry)
        for applied in self._follower.take(entry):
            for effect in applied.outcome.effects:
                self.effects.append(effect)
                if isinstance(effect, Spoke):
                    one = Message(effect.entry.msgid, effect.target, effect.text)
                    self.messages.append(one)

    def of(self, room: str) -> list[Message]:
        """The messages to a room, in the log's order."""
        return [one for one in self.messages if one.target == room]

    def check_checkpoint(self, found: list[bytes]) -> None:
        """What a node has saved of its hub is, byte for byte, what the log brings."""
        _, position = place_of(found)
        follower = self._begun()
        for entry in self.entries:
            if order(entry.position) <= order(position):
                list(follower.take(entry))
        assert follower.position == position, "the node was at another position than its last entry"
        assert list(follower.checkpoint()) == found, "the node's hub is another than the log's"


def entry_of(where: bytes, fields: list[bytes]) -> LogEntry:
    """As the nodes read it."""
    node, _, counter = fields[1].partition(b" ")
    return LogEntry(where.decode(), int(node), int(counter), fields[3::2])
