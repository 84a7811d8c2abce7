"""Whose turn it is, where many wait for a few: fair by address, and who is known goes first. It
knows no threads and no clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from gchat.core.effects import Busy

T = TypeVar("T")

WAITING_MOST = 1000  # of those that are known, and as many of the others
WAITING_OF_ADDRESS = 100  # of the first, and as many of the others
KNOWN_IN_A_ROW = 3  # then one of the others has its turn, if one waits
SERVED_MOST = 10_000  # addresses of which it is remembered when they had their turn


Used = tuple[float, int]  # by an address: how much, and which turn was its last
NOTHING: Used = (0.0, 0)


class Lane(Enum):
    """What a key is derived for. Each has a queue and threads of its own."""

    ACCOUNT = "account"
    OPERATOR = "operator"  # OPER
    GATEWAY = "gateway"  # WEBIRC
    SERVER = "server"  # PASS


@dataclass(frozen=True, slots=True)
class Claim:
    """Who wants a turn. `address` is what turns are fair by; `known`: it has shown before that it
    knows the secret.
    """

    lane: Lane = Lane.ACCOUNT
    address: str = ""
    known: bool = False


class _Round(Generic[T]):
    """Those who wait, by address."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._size = 0
        self._waiting: dict[str, deque[T]] = {}  # none of them is empty

    def add(self, address: str, item: T) -> T | None:
        """See `Turns.add`."""
        here = len(self._waiting.get(address, ()))
        if here >= self._most_of_one:
            raise Busy
        out = None
        if self._size >= self._most:
            greedy = max(self._waiting, key=lambda one: len(self._waiting[one]))
            if len(self._waiting[greedy]) <= here + 1:
                raise Busy
            out = self._waiting[greedy].pop()
            self._size -= 1
        self._waiting.setdefault(address, deque()).append(item)
        self._size += 1
        return out

    def remove(self, address: str, item: T) -> None:
        if item in self._waiting.get(address, ()):
            self._waiting[address].remove(item)
            self._taken(address)

    def take(self, used: Mapping[str, Used]) -> tuple[str, T]:
        address = min(self._waiting, key=lambda one: used.get(one, NOTHING))
        item = self._waiting[address].popleft()
        self._taken(address)
        return address, item

    def _taken(self, address: str) -> None:
        self._size -= 1
        if not self._waiting[address]:
            del self._waiting[address]

    def __len__(self) -> int:
        return self._size


class Turns(Generic[T]):
    """Items that wait. The next one is of the address that has used the least; of several, the one
    whose turn is the longest ago. So an address with
    many waits as long as an address with one, and who comes for the first time is served next. What
    was not used while nothing was wanted is saved up to `credit`: who wants little does not wait.

    A turn uses `cost`, the same for all, and what `charge` adds when it is known.
    """

    def __init__(
        self,
        most: int = WAITING_MOST,
        most_of_one: int = WAITING_OF_ADDRESS,
        served_most: int = SERVED_MOST,
        cost: float = 1.0,
        credit: float = 0.0,
    ) -> None:
        self._known: _Round[T] = _Round(most, most_of_one)
        self._others: _Round[T] = _Round(most, most_of_one)
        self._row = 0  # turns of those known, since the last one of the others
        self._cost = cost
        self._credit = credit
        self._now = 0.0  # what the address that had the last turn had used before it
        self._count = 0
        self._used: dict[str, Used] = {}  # by address; the latest is the last
        self._served_most = served_most

    def add(self, item: T, address: str, *, known: bool) -> T | None:
        """Lets an item wait. If there are too many, the last one of the address that has the most
        is put out for it, and returned. Raises Busy if the address has too many, or as many as any.
        """
        return (self._known if known else self._others).add(address, item)

    def remove(self, item: T, address: str, *, known: bool) -> None:
        """It waits no more, if it did."""
        (self._known if known else self._others).remove(address, item)

    def take(self) -> T | None:
        """Takes out the next item; `None` where nothing waits."""
        first = self._known if self._row < KNOWN_IN_A_ROW or not self._others else self._others
        chosen = first or self._others
        if not chosen:
            return None
        self._row = self._row + 1 if chosen is self._known and self._others else 0
        address, item = chosen.take(self._used)
        self.served(address)
        return item

    def served(self, address: str) -> None:
        """The address has its turn now."""
        self._count += 1
        used, _ = self._used.pop(address, NOTHING)
        self._now = max(used, self._now)
        if len(self._used) >= self._served_most:
            del self._used[next(iter(self._used))]
        self._used[address] = max(used, self._now - self._credit) + self._cost, self._count

    def charge(self, address: str, cost: float) -> None:
        """The address has used more than each turn does."""
        if address in self._used:
            used, count = self._used[address]
            self._used[address] = used + cost, count

    def __len__(self) -> int:
        return len(self._known) + len(self._others)
