"""What is compared with other servers: scenarios, their settings, and the figures that count."""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.outcome import PER_NODE

_CPU, _P50, _P99 = "server CPU for each delivery, µs", "latency p50, ms", "latency p99, ms"


@dataclass(frozen=True, slots=True)
class Work:
    """A scenario; `rate` in messages a second, `seconds` of a load or of each burst."""

    name: str
    scenario: str
    clients: int
    rate: float
    seconds: float
    figures: tuple[str, ...]  # shown, and as ratios
    differences: tuple[str, ...] = ()  # those of them that are shown as differences too
    for_nodes: bool = False  # says something of several nodes only


WORKS = {
    work.name: work
    for work in (
        Work("room-2000", "room", 300, 2000, 5, (_CPU, _P99)),
        Work("nodes-2000", "room", 300, 2000, 5, (PER_NODE, _CPU, _P99), for_nodes=True),
        Work("room-200", "room", 300, 200, 5, (_CPU, _P99)),
        Work(
            "burst",
            "burst",
            300,
            2000,
            1,
            ("p99 of the first 200 ms, ms", "p99 of the first 300 ms, ms", _CPU),
        ),
        Work("direct", "direct", 400, 6000, 5, (_CPU, _P99)),
        Work("direct-20", "direct", 400, 20, 20, (_P50, _P99), (_P50,)),
        Work(
            "mixed-rooms",
            "mixed-rooms",
            1000,
            100,
            5,
            ("server CPU for each message, ms", _CPU, _P99),
        ),
        Work("join-storm", "join-storm", 1500, 1, 1, ("until all saw all, s",)),
        Work("idle", "idle", 5000, 1, 2, ("memory for each connection, KiB",)),
        Work("room-5000", "room", 5000, 100, 5, (_CPU, _P99)),
    )
}
