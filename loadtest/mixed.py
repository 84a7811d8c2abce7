"""The plan in which everybody is in many rooms, and hardly two people in the same ones. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random

from loadtest.plan import Receives

DRAWS = 100  # attempts to give a client rooms that nobody else has together
_MASK = (1 << 64) - 1


@dataclass(frozen=True)
class Mixed:
    """Each client is in `each` of the rooms (streams), and every message goes to a room drawn at
    random, written by a member drawn at random. The draws follow from the seed alone. In each room
    one member for each process (`readers`) does not write there: some servers do not show senders
    their own messages, and one member in each process must see all.
    """

    clients: int
    streams: int
    each: int
    prefix: str
    seed: int = 1
    readers: int = 1  # processes of the generator

    @property
    def audience(self) -> int:
        return self.clients * self.each // self.streams

    def rooms(self, client: int) -> tuple[str, ...]:
        return tuple(f"{self.prefix}{stream}" for stream in self.receives(client))

    def receives(self, client: int) -> Receives:
        return self._sets[client]

    def stream(self, message: int) -> int:
        written = self._written
        return written[self._draw(message, 0) % len(written)]

    def sender(self, message: int) -> int:
        writers = self._writers[self.stream(message)]
        return writers[self._draw(message, 1) % len(writers)]

    def target(self, message: int) -> str:
        return f"{self.prefix}{self.stream(message)}"

    def process(self, client: int, processes: int) -> int:
        return client % processes

    @property
    def possible(self) -> bool:
        """Whether there is a room in which somebody can write."""
        return bool(self._written)

    @cached_property
    def _sets(self) -> list[Receives]:
        """The rooms of each client; no two have the same ones, while there are enough."""
        random = Random(self.seed)  # noqa: S311 - nobody is to be surprised
        taken: set[Receives] = set()
        found = []
        for _ in range(self.clients):
            for _ in range(DRAWS):
                rooms = tuple(sorted(random.sample(range(self.streams), self.each)))
                if rooms not in taken:
                    break
            taken.add(rooms)
            found.append(rooms)
        return found

    @cached_property
    def _writers(self) -> list[list[int]]:
        """Those of each room's members who write there."""
        members: list[list[int]] = [[] for _ in range(self.streams)]
        for client, rooms in enumerate(self._sets):
            for room in rooms:
                members[room].append(client)
        return [self._without_readers(room) for room in members]

    def _without_readers(self, members: list[int]) -> list[int]:
        """Without the first member in each process; nobody where a process has no member."""
        first = {self.process(client, self.readers): client for client in reversed(members)}
        readers = set(first.values()) if len(first) == self.readers else set(members)
        return [client for client in members if client not in readers]

    @cached_property
    def _written(self) -> list[int]:
        """The rooms in which somebody can write."""
        return [room for room, writers in enumerate(self._writers) if writers]

    def _draw(self, message: int, kind: int) -> int:
        """A number as if at random (SplitMix64): it costs less than an object for each draw."""
        value = (self.seed * 0x9E3779B97F4A7C15 + message * 2 + kind + 1) & _MASK
        value = (value * 0x9E3779B97F4A7C15) & _MASK
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
        return value ^ (value >> 31)
