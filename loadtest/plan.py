"""Who is in which room and who writes what to whom, as every process of a run works it out for
itself: from the plan and a number, without asking anybody. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

Receives = tuple[int, ...]  # streams


class Plan(Protocol):
    """A stream is a sequence of messages that its receivers see in one order; each client receives
    one stream, or several. Clients, streams and messages are numbered from 0.
    """

    @property
    def clients(self) -> int:
        """How many."""

    @property
    def streams(self) -> int:
        """How many."""

    @property
    def audience(self) -> int:
        """How many clients receive a message, on average."""

    def rooms(self, client: int) -> tuple[str, ...]:
        """The rooms that the client joins, beside its streams where it is in several."""

    def receives(self, client: int) -> Receives:
        """The client's streams."""

    def stream(self, message: int) -> int:
        """The stream that a message belongs to."""

    def sender(self, message: int) -> int:
        """Who writes it."""

    def target(self, message: int) -> str:
        """The room or nickname that it is written to."""

    def process(self, client: int, processes: int) -> int:
        """Which of the generator's processes plays the client."""


def nick(client: int) -> str:
    """The nickname of a simulated client."""
    return f"lt{client}"


def node_of(client: int, processes: int, nodes: int) -> int:
    """Which of the server's nodes a client is at: of clients that follow each other as many at
    each, and those of each of the generator's processes are at all of them.
    """
    return (client + client // math.lcm(processes, nodes)) % nodes


@dataclass(frozen=True, slots=True)
class Rooms:
    """Rooms of equal size, in which the members write in turn. The first `readers` only read: some
    servers do not show senders their own messages, and one member in each process must see all.
    """

    clients: int
    streams: int
    prefix: str
    readers: int = 1

    @property
    def size(self) -> int:
        """Members of each room."""
        return self.clients // self.streams

    @property
    def audience(self) -> int:
        return self.size

    def rooms(self, client: int) -> tuple[str, ...]:
        return (f"{self.prefix}{self._number(client)}",)

    def receives(self, client: int) -> Receives:
        return (self._number(client),)

    def stream(self, message: int) -> int:
        return message % self.streams

    def sender(self, message: int) -> int:
        first = self.stream(message) * self.size + self.readers
        return first + (message // self.streams) % (self.size - self.readers)

    def target(self, message: int) -> str:
        return f"{self.prefix}{self.stream(message)}"

    def process(self, client: int, processes: int) -> int:
        """Every room has members, and readers, in every process."""
        return (client - self._number(client) * self.size) % processes

    def _number(self, client: int) -> int:
        """Clients that are left over go to the last room."""
        return min(client // self.size, self.streams - 1)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of clients that write to each other in turn; a stream is what one of them reads."""

    clients: int  # even

    @property
    def streams(self) -> int:
        return self.clients

    @property
    def audience(self) -> int:
        return 1

    def rooms(self, client: int) -> tuple[str, ...]:
        return ()

    def receives(self, client: int) -> Receives:
        return (client,)

    def stream(self, message: int) -> int:
        return message % self.clients

    def sender(self, message: int) -> int:
        return self.stream(message) ^ 1

    def target(self, message: int) -> str:
        return nick(self.stream(message))

    def process(self, client: int, processes: int) -> int:
        return client % processes
