"""Did every message arrive exactly once, in order and unchanged at every member? Pure.

The cost of a delivery is what counts here, so nothing is called for each line: what one read
brought is compared as a list with the room's order, which the first member to see a message makes.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(slots=True)
class Faults:
    """What went wrong, in messages at members."""

    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    altered: int = 0  # or never sent by anybody

    def __bool__(self) -> bool:
        return bool(self.lost or self.duplicated or self.reordered or self.altered)

    def add(self, other: Faults) -> None:
        """Adds another count to this one."""
        self.lost += other.lost
        self.duplicated += other.duplicated
        self.reordered += other.reordered
        self.altered += other.altered


@dataclass(slots=True)
class RoomOrder:
    """The order in which the room's messages were first seen, and when each was to be sent."""

    sent: dict[bytes, float] = field(default_factory=dict)  # payload → when it was due, seconds
    unseen: set[bytes] = field(default_factory=set)  # sent, and not in `order` yet
    order: list[bytes] = field(default_factory=list)

    def send(self, payload: bytes, due: float) -> None:
        """Notes a message that goes out. Payloads are unique."""
        self.sent[payload] = due
        self.unseen.add(payload)

    def extend(self, payloads: list[bytes]) -> bool:
        """Nobody has seen these before: the order goes on with them. False where that is not so,
        or they were never sent.
        """
        new = set(payloads)
        if len(new) < len(payloads) or not self.unseen >= new:
            return False
        self.unseen -= new
        self.order += payloads
        return True


@dataclass(slots=True)
class Member:
    """What one member of the room has received."""

    room: RoomOrder
    # What it sends and is not shown. Such a member does not see the whole order, so it makes none:
    # what it receives waits until others have.
    own: set[bytes] = field(default_factory=set)
    seen: int = 0  # how much of the room's order it has received
    waiting: list[bytes] = field(default_factory=list)
    strays: list[bytes] = field(default_factory=list)  # from the first deviation on, everything
    received: int = 0
    latencies: array[float] = field(default_factory=lambda: array("d"))  # seconds

    def receive(self, payloads: list[bytes], now: float) -> None:
        """Takes in what one read brought."""
        self.received += len(payloads)
        sent = self.room.sent
        self.latencies.extend([now - sent[payload] for payload in payloads if payload in sent])
        if self.strays:
            self.strays += payloads
        elif self.own:
            self.waiting += payloads
            self._catch_up()
        else:
            self._follow(payloads)

    def _follow(self, payloads: list[bytes]) -> None:
        order = self.room.order
        known = order[self.seen : self.seen + len(payloads)]
        if known != payloads and (
            known != payloads[: len(known)] or not self.room.extend(payloads[len(known) :])
        ):
            self.strays += payloads
            return
        self.seen += len(payloads)

    def _catch_up(self) -> None:
        """Compares what waits with the order as far as it goes, our own messages left out."""
        order, done = self.room.order, 0
        while done < len(self.waiting) and self.seen < len(order):
            if order[self.seen] in self.own:
                self.seen += 1
            elif order[self.seen] == self.waiting[done]:
                self.seen += 1
                done += 1
            else:
                self.strays = self.waiting[done:]
                self.waiting = []
                return
        del self.waiting[:done]

    def faults(self) -> Faults:
        """Everything that is wrong with what this member received, once all is over."""
        self._catch_up()
        if self.waiting:
            self.strays += self.waiting
            self.waiting = []
        faults = Faults()
        expected = [p for p in self.room.order[self.seen :] if p not in self.own]
        counts = Counter(self.strays)
        before = set(self.room.order[: self.seen])
        for payload, count in counts.items():
            if payload not in self.room.sent:
                faults.altered += count
            elif payload in before or payload in self.own:
                faults.duplicated += count
            else:
                faults.duplicated += count - 1
        faults.lost += sum(payload not in counts for payload in expected)
        places = {payload: place for place, payload in enumerate(expected)}
        arrived = [places[p] for p in dict.fromkeys(self.strays) if p in places]
        faults.reordered += sum(b < a for a, b in pairwise(arrived))
        return faults


def verify(room: RoomOrder, members: list[Member]) -> Faults:
    """All faults of a room. A message that no member saw in its place is lost at each of them that
    did not see it elsewhere either.
    """
    total = Faults()
    for member in members:
        total.add(member.faults())
    for payload in room.unseen:
        total.lost += sum(
            payload not in member.own and payload not in member.strays for member in members
        )
    return total


def order_of_each_sender(room: RoomOrder) -> int:
    """How many messages stand behind a later one of their sender in the room's order. Payloads
    begin with `SENDER NUMBER `.
    """
    last: dict[bytes, int] = {}
    wrong = 0
    for payload in room.order:
        sender, number, _ = payload.split(b" ", 2)
        wrong += int(number) < last.get(sender, -1)
        last[sender] = max(int(number), last.get(sender, -1))
    return wrong
