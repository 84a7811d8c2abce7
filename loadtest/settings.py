"""What the command line asks for."""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.orders import Arrivals


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line asks for. The rate is in messages a second."""

    clients: int
    rate: float
    seconds: float
    size: int
    processes: int
    plain: bool
    beneath: tuple[str, ...]  # "tls", "websocket"
    arrivals: Arrivals
    room_size: int  # rooms
    rooms: int  # mixed-rooms: how many
    rooms_each: int  # of them, that everybody is in
    seed: int  # of who is in which, and of what is written where
    bursts: int  # burst: how many
    quiet: float  # seconds before each
    slow: int  # slow-readers: how many stop reading
    churn: int  # churn: how many come and go
    churn_rate: float  # of them, a second
    max_p99_ms: float  # find-max: what counts as too slow
    max_late_ms: float  # how late one message in a hundred may leave
    prefix: str  # of room names
    nodes: int = 0  # of our own server; 0 for one that is by itself
    copies: int = 1  # of the log, that have a message before it is shown
    fault: str = ""  # what happens in the middle of the load
    outage: float = 0.0  # seconds that it lasts

    @property
    def count(self) -> int:
        """How many messages that makes; in a burst, each time."""
        return max(1, round(self.rate * self.seconds))
