"""Which nodes take part in a cluster, as the log of events says: no clock is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.core.rules import RuleSet
from gchat.errors import GchatError

NUMBER_BITS = 32  # a connection's number is its node's, shifted by so much, and its own
LEASE_BEATS = 5  # of another node since one's own last one; then one counts as gone
DIGESTS = 16  # that are kept for comparison
PAST = 64  # nodes that are gone and still known: what they have asked for may come late


class LogLost(GchatError):
    """The log has no longer what was read from it, or what a node wrote before."""


@dataclass(slots=True)
class Member:
    """A node that takes part."""

    name: str
    nonce: str  # different for each time that it joins
    level: int  # of events that it knows, see `Nodes.level`
    counter: int = 0  # of its last batch
    beats: int = 0
    # by their numbers, how many beats of the other nodes there had been at its last one
    seen: dict[int, int] = field(default_factory=dict)
    position: str = ""  # in the log: what is before it, it needs no more


@dataclass(slots=True)
class Nodes:
    """Changed by transitions and `admits` only; the same on all nodes."""

    members: dict[int, Member] = field(default_factory=dict)  # by number, in the order of joining
    leaving: dict[int, str] = field(default_factory=dict)  # gone, but people are left; why
    ever: int = 0  # the highest number so far: none is given twice
    rules: RuleSet = field(default_factory=dict)
    tables: str = ""  # by which names are compared
    digests: dict[int, str] = field(default_factory=dict)  # by the entry's `seq`; who was first
    past: list[str] = field(default_factory=list)  # nonces of those that are gone, the last ones

    @property
    def level(self) -> int:
        """Events and fields up to this level may be used: all nodes know them."""
        return min((one.level for one in self.members.values()), default=0)

    def admits(self, node: int, counter: int) -> bool:
        """Whether a node's batch counts: it takes part, and the batch was not read before. A node
        of number 0 is one that wants to join. Raises LogLost if a batch before it is missing.
        """
        if node == 0:
            return True
        member = self.members.get(node)
        if member is None or counter <= member.counter:
            return False
        if counter != member.counter + 1:
            raise LogLost(f"batch {member.counter + 1} of node {member.name} is missing in the log")
        member.counter = counter
        return True

    def number_of(self, nonce: str) -> int:
        """The number of the node that has joined with this nonce, 0 for none."""
        return next((one for one, it in self.members.items() if it.nonce == nonce), 0)

    def end(self, number: int) -> None:
        """A node takes part no more, and does not join again by what it has asked before."""
        self.past.append(self.members.pop(number).nonce)
        del self.past[:-PAST]

    def beat(self, node: int) -> list[int]:
        """A node has shown a sign of life. Returns those that have shown none for too long."""
        member = self.members[node]
        member.beats += 1
        others = {one: it for one, it in self.members.items() if one != node}
        member.seen = {one: it.beats for one, it in others.items()}
        return [
            one for one, it in others.items() if member.beats - it.seen.get(node, 0) >= LEASE_BEATS
        ]

    def agrees(self, seq: int, digest: str) -> bool:
        """Whether a node's digest of the hub after entry `seq` is that of the others."""
        first = self.digests.setdefault(seq, digest)
        while len(self.digests) > DIGESTS:
            del self.digests[next(iter(self.digests))]
        return first == digest

    @property
    def needed(self) -> list[str]:
        """The positions from which on the nodes need the log."""
        return [one.position for one in self.members.values()]


def node_of(number: int) -> int:
    """The node of a connection, by the connection's number."""
    return number >> NUMBER_BITS
