"""Did everything go right for people whose connections end and who come back? Pure.

A stay is what one connection of a client was shown, from entering the room to its end. What is
claimed, and checked against the room's order as the nodes have stored it, is this:

* what a stay shows is a part of that order without gaps: nothing lost, twice or moved;
* it begins with the load, or for somebody who came back before anything that was written after
  they had come in; and it goes on to the end, unless the connection ended;
* nothing that was shown in one stay is shown again in the next, and what comes between the two is
  in the history of all nodes;
* a message that was written and is not in the order was refused, or its writer's connection ended
  before they saw it; and no message that was refused is there.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from loadtest.verify import Faults


def numbers() -> array[int]:
    """None yet; four bytes for each."""
    return array("L")


@dataclass(slots=True)
class Stay:
    """One connection of a client in the room. Messages are numbered from 0."""

    node: int
    since: float = 0.0  # when it had come in, of time.monotonic; 0: before the load
    last: float = 0.0  # when it was shown the last message, or came in
    seen: array[int] = field(default_factory=numbers)
    written: array[int] = field(default_factory=numbers)
    refused: int = 0
    altered: int = 0
    ended: bool = False  # by the server, or by the fault


@dataclass(slots=True)
class Judged:
    """What is said of stays. `faults` are in messages at clients."""

    faults: Faults = field(default_factory=Faults)
    shown: int = 0  # messages to clients
    missed: int = 0  # that were shown to others while a client was away, and are in the history
    unanswered: int = 0  # written before the connection ended, and shown to nobody
    unknown: int = 0  # shown, and in no history: part of `faults.lost`
    shown_refused: int = 0  # said to be refused, and shown all the same

    def add(self, other: Judged) -> None:
        """Adds another one to this."""
        self.faults.add(other.faults)
        self.shown += other.shown
        self.missed += other.missed
        self.unanswered += other.unanswered
        self.unknown += other.unknown
        self.shown_refused += other.shown_refused


@dataclass(slots=True)
class Told:
    """A room's order, as its history tells it; `due` is when each message was to be written."""

    order: array[int]
    places: dict[int, int]  # of each number in the order
    latest: list[float]  # `due` of the latest message up to each place

    @classmethod
    def of(cls, order: Sequence[int], due: Sequence[float]) -> Told:
        """The order, and when messages are due, by their numbers."""
        latest = list(accumulate((due[number] for number in order), max))
        places = {number: place for place, number in enumerate(order)}
        return cls(array("L", order), places, latest)


def judge(stays: Sequence[Stay], told: Told) -> Judged:
    """All stays of one client, in their order."""
    found = Judged()
    end_before = -1  # of the last stay that showed anything
    for stay in stays:
        found.faults.altered += stay.altered
        found.shown += len(stay.seen)
        begin, end = _compare(stay, told, found)
        if end_before >= 0 and begin < end:
            found.missed += max(0, begin - end_before)
            found.faults.duplicated += max(0, end_before - begin)
        if begin < end:
            end_before = end
        _look_at_written(stay, told, found)
    return found


def _compare(stay: Stay, told: Told, found: Judged) -> tuple[int, int]:
    """Which part of the order a stay has shown; notes what is wrong with it."""
    due_from = bisect_right(told.latest, stay.since) if stay.since else 0
    whole = len(told.order)
    begin = told.places.get(stay.seen[0], whole) if stay.seen else whole
    if stay.seen and stay.seen == told.order[begin : begin + len(stay.seen)]:
        return _between(stay, begin, begin + len(stay.seen), due_from, told, found)
    known = [told.places[number] for number in stay.seen if number in told.places]
    found.unknown += len(stay.seen) - len(known)
    found.faults.lost += len(stay.seen) - len(known)
    if not known:
        if not stay.ended:
            found.faults.lost += whole - due_from
        return whole, whole
    begin, end = min(known), max(known) + 1
    distinct = len(set(known))
    found.faults.duplicated += len(known) - distinct
    found.faults.lost += end - begin - distinct
    found.faults.reordered += sum(b < a for a, b in pairwise(dict.fromkeys(known)))
    return _between(stay, begin, end, due_from, told, found)


def _between(
    stay: Stay, begin: int, end: int, due_from: int, told: Told, found: Judged
) -> tuple[int, int]:
    found.faults.lost += max(0, begin - due_from)
    if not stay.ended:
        found.faults.lost += len(told.order) - end
    return begin, end


def _look_at_written(stay: Stay, told: Told, found: Judged) -> None:
    hidden = sum(number not in told.places for number in stay.written)
    found.shown_refused += max(0, stay.refused - hidden)
    left = max(0, hidden - stay.refused)
    if stay.ended:
        found.unanswered += left
    else:
        found.faults.lost += left
