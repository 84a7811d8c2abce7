"""What the generator and its processes say to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from loadtest.bursts import Bursts
from loadtest.plan import Plan, node_of
from loadtest.verify import Faults

Arrivals = Literal["even", "poisson"]


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process has to know from the start."""

    addresses: tuple[tuple[str, int], ...]  # of the server's nodes
    plain: bool
    beneath: tuple[str, ...]  # the language: "tls", "websocket"
    echo: bool  # ask for echo-message
    size: int  # bytes of each message's text
    plan: Plan
    index: int  # of this process
    processes: int

    def node(self, client: int) -> int:
        """To which of the addresses a client goes."""
        return node_of(client, self.processes, len(self.addresses))


@dataclass(frozen=True, slots=True)
class Order:
    """One load: `count` messages, `rate` a second on average, from `start` on (time.monotonic,
    which all processes share).
    """

    name: str  # of one run, so that payloads are unique
    count: int
    rate: float
    start: float
    arrivals: Arrivals = "even"
    churn: tuple[int, ...] = ()  # clients that come and go meanwhile; nothing is sent by them
    churn_rate: float = 0.0  # of them, a second
    bursts: Bursts | None = None
    trial: bool = False  # connections may end: clients come back, see `trial.py`


@dataclass(frozen=True, slots=True)
class Tick:
    """Progress, now and then."""

    at: float  # seconds since the load's start
    received: int  # about


@dataclass(slots=True)
class Share:
    """What one process saw of a load. Times in seconds."""

    received: int = 0
    expected: int = 0
    sent: int = 0
    faults: Faults = field(default_factory=Faults)
    digests: dict[int, str] = field(default_factory=dict)  # by stream
    disorder: int = 0
    latencies: str = ""  # an encoded HdrHistogram
    laps: list[tuple[float, float]] = field(default_factory=list)  # p50, p99 in ms, for each tick
    ended: float = 0.0  # when the last message came, of time.monotonic
    cpu: float = 0.0
    lag_p99: float = 0.0  # how far behind their schedule messages left
    lag_max: float = 0.0
    unread: int = 0  # most bytes that waited in this process's sockets, at a tick
    dropped: int = 0  # clients that the server disconnected
    departed: dict[int, str] = field(default_factory=dict)  # clients that others saw go, and why
    openings: dict[int, list[str]] = field(default_factory=dict)  # see Openings.encoded
    churned: int = 0  # how often a client went and came back
    stopped: float = 0.0  # when it was told to send no more, of time.monotonic; 0 if it was not
    trial: Moved | None = None


@dataclass(slots=True)
class Moved:
    """What one process saw of connections that ended. Times in seconds."""

    closed: int = 0  # connections
    away: int = 0  # clients that have not come back yet
    back: list[float] = field(default_factory=list)  # from a connection's end to being in again
    renamed: int = 0  # that had to take another name
    reasons: dict[str, int] = field(default_factory=dict)  # what the server said at the end
    refused: int = 0  # messages
    unsent: int = 0  # whose writer was away
    gaps: dict[int, float] = field(
        default_factory=dict
    )  # the longest between two messages, by node
    moved_gap: float = 0.0  # and the longest for somebody who came back
    quiet: float = 0.0  # since anything came
    latencies: str = ""  # as Share has them, of what came after the load too


def schedule(order: Order) -> list[float]:
    """When each message is due, the same in every process: at equal distances, or (poisson) as
    people who know nothing of each other write; in bursts, with quiet before each.
    """
    found = _without_pause(order)
    return order.bursts.delayed(found) if order.bursts else found


def _without_pause(order: Order) -> list[float]:
    if order.arrivals == "even":
        return [order.start + message / order.rate for message in range(order.count)]
    random = Random(order.name)  # noqa: S311 - nobody is to be surprised
    due, found = order.start, []
    for _ in range(order.count):
        found.append(due)
        due += random.expovariate(order.rate)
    return found


def payload(name: str, message: int, size: int) -> bytes:
    """The text of a message: unique, and of `size` bytes."""
    return f"lt-{name}-{message} ".encode().ljust(size, b"x")
