"""Entries of a log as several nodes write them, the same each time: `python -m` this prints what
they bring.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from gchat.config import Config
from gchat.core.events import Connected, Event, Joined, Said
from gchat.core.hub import Hub
from gchat.journal.cluster.codec import encode
from gchat.journal.cluster.follower import Follower
from gchat.journal.cluster.log import LogEntry
from tests.core.likely import KINDS, NODE_KINDS, START, START_OF_NODES, Likely

NOW = 1_700_000_000_000  # milliseconds
CLUSTER = "c0ffee"
OFTEN = (*([Connected] * 3), *([Joined] * 8), *([Said] * 8))  # or soon nobody would be there


def entry(number: int, node: int, counter: int, *events: Event) -> LogEntry:
    """The so many-th, each a millisecond after the one before."""
    return LogEntry(f"{NOW + number}-0", node, counter, [encode(one) for one in events])


def follower() -> Follower:
    """At the beginning of everything."""
    return Follower(Hub(Config()), CLUSTER)


class _Seeded(Likely):
    """Draws from a generator of random numbers, and not of hypothesis'."""

    def __init__(self, hub: Hub, chance: random.Random) -> None:
        super().__init__(hub, lambda strategy: strategy)
        self._chance = chance

    def one(self, *choices: Any) -> Any:
        return self._chance.choice(choices)


def talk(seed: int, count: int) -> Iterator[LogEntry]:
    """So many entries, most of which do something: a hub that follows says what could."""
    chance = random.Random(seed)
    mine = follower()
    likely = _Seeded(mine.hub, chance)
    first: Sequence[Event] = (*START, *START_OF_NODES)
    for number in range(count):
        if number < len(first):
            events: list[Event] = [first[number]]
        else:
            kinds = chance.choices((*KINDS, *OFTEN), k=chance.randint(1, 4))
            if not chance.randrange(20):
                kinds = [chance.choice(NODE_KINDS)]
            events = [likely.event(kind) for kind in kinds]
        one = entry(number, 0, 0, *events)
        list(mine.take(one))
        yield one


def main() -> int:
    """Prints the digest and the hub's bytes, of all of it."""
    found = follower()
    effects = 0
    for one in talk(int(sys.argv[1]), int(sys.argv[2])):
        effects += sum(len(applied.outcome.effects) for applied in found.take(one))
    pieces = b"".join(found.checkpoint())
    print(effects, found.compared, sha256(pieces).hexdigest())
    return 0


if __name__ == "__main__":
    sys.exit(main())
