"""The figures of one run of a scenario, as they are shown, saved and compared."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from loadtest.generator import Merged
from loadtest.latency import Latencies
from loadtest.settings import Settings

PER_NODE = "CPU for each message and node, µs"
NODE = "node "
LINE_OVERHEAD = 45  # bytes around the text of a message, about


@dataclass(frozen=True, slots=True)
class Used:
    """What the server used: CPU in seconds, memory in bytes at the end; whether that is known; and
    both of each of its processes, where it is several.
    """

    cpu: float
    memory: int
    known: bool
    parts: dict[str, tuple[float, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """Latencies in milliseconds, times in seconds, memory in bytes."""

    scenario: str
    settings: dict[str, Any]
    seconds: float
    sent: int = 0
    received: int = 0
    expected: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    dropped: int = 0
    latency: dict[str, float] = field(default_factory=dict)
    histogram: str = ""  # HdrHistogram V2, compressed, base64; in microseconds
    curve: list[tuple[float, float]] = field(default_factory=list)
    series: list[dict[str, float]] = field(default_factory=list)
    server: dict[str, float] = field(default_factory=dict)
    # of each process, where the server is several; those of nodes are called NODE and a name
    parts: dict[str, dict[str, float]] = field(default_factory=dict)
    generator: dict[str, float] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # what else the server did wrong
    extra: dict[str, Any] = field(default_factory=dict)
    interrupted: bool = False  # the figures are those until then

    @classmethod
    def empty(cls, scenario: str, settings: Settings, used: Used, seconds: float) -> Outcome:
        """An outcome without messages."""
        outcome = cls(scenario, asdict(settings), seconds)
        if used.known:
            outcome.server = {
                "cpu_seconds": round(used.cpu, 4),
                "cpu_cores": round(used.cpu / max(seconds, 1e-9), 4),
                "memory": used.memory,
            }
        for name, (cpu, memory) in used.parts.items():
            outcome.parts[name] = {"cpu_seconds": round(cpu, 4), "memory": memory}
        return outcome

    def note(self, latencies: Latencies) -> None:
        """Takes them in, in the place of what there was."""
        self.latency = latencies.figures()
        self.histogram = latencies.encode()
        self.curve = latencies.curve()

    @property
    def rate(self) -> float:
        """Deliveries a second."""
        return self.received / max(self.seconds, 1e-9)

    @property
    def good(self) -> bool:
        """Whether nothing went wrong."""
        faults = any(self.faults.values()) or self.received != self.expected
        return not (faults or self.dropped or self.problems)

    @property
    def under_way(self) -> bool:
        """Whether nothing went wrong until it was interrupted, but not all had arrived."""
        faults = any(self.faults.values()) or self.dropped or self.problems
        return self.interrupted and self.received != self.expected and not faults

    def figures(self) -> dict[str, float]:
        """What can be compared, by name; smaller is better but for the rates."""
        found: dict[str, float] = {}
        if self.received:
            found["deliveries/s"] = self.rate
        found |= {f"latency {name}, ms": value for name, value in self.latency.items()}
        if "cpu_us_per_delivery" in self.server:
            found["server CPU for each delivery, µs"] = self.server["cpu_us_per_delivery"]
        if self.server:
            found["server CPU, s"] = self.server["cpu_seconds"]
            found["server memory, MB"] = self.server["memory"] / 1e6
            if self.sent:
                found[PER_NODE] = self._per_node() / self.sent * 1e6
        for name, part in self.parts.items():
            found[f"CPU of {name}, s"] = part["cpu_seconds"]
            if self.sent:
                found[f"CPU of {name} for each message, µs"] = part["cpu_seconds"] / self.sent * 1e6
            found[f"memory of {name}, MB"] = part["memory"] / 1e6
        found |= {k: v for k, v in self.extra.items() if isinstance(v, int | float)}
        return found

    def _per_node(self) -> float:
        """CPU seconds of a node, on average."""
        nodes = [one["cpu_seconds"] for name, one in self.parts.items() if name.startswith(NODE)]
        return sum(nodes) / len(nodes) if nodes else self.server["cpu_seconds"]


def measured(scenario: str, settings: Settings, merged: Merged, used: Used) -> Outcome:
    """The outcome of a load."""
    outcome = Outcome.empty(scenario, settings, used, merged.seconds)
    outcome.interrupted = merged.interrupted
    outcome.sent = sum(share.sent for share in merged.shares)
    outcome.received, outcome.expected = merged.received, merged.expected
    outcome.faults = asdict(merged.faults)
    outcome.dropped = sum(share.dropped for share in merged.shares)
    outcome.note(merged.latencies)
    outcome.series = [asdict(point) for point in merged.points]
    outcome.invalid = merged.invalid(settings.size + LINE_OVERHEAD, settings.max_late_ms)
    if used.known and merged.received:
        outcome.server["cpu_us_per_delivery"] = round(used.cpu / merged.received * 1e6, 4)
    outcome.generator = {
        "cpu_cores": round(sum(share.cpu for share in merged.shares) / merged.seconds, 3),
        "late_p99_ms": round(max(share.lag_p99 for share in merged.shares) * 1000, 3),
        "late_max_ms": round(max(share.lag_max for share in merged.shares) * 1000, 3),
        "unread_bytes": sum(share.unread for share in merged.shares),
    }
    return outcome


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm of joins."""

    scenario: str
    settings: Settings
    seconds: float
    used: Used

    def outcome(self) -> Outcome:
        """As an outcome."""
        outcome = Outcome.empty(self.scenario, self.settings, self.used, self.seconds)
        outcome.extra["until all saw all, s"] = round(self.seconds, 3)
        return outcome
