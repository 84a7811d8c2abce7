"""Bursts after quiet: when their messages are due, and how late the first of them arrive. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from statistics import median

from loadtest.latency import Latencies

OPENINGS_MS = (200, 300)  # the first moments of a burst, each with figures of its own


@dataclass(frozen=True, slots=True)
class Bursts:
    """A load is cut into so many parts, with `quiet` seconds before each."""

    count: int = 1
    quiet: float = 0.0

    def delayed(self, due: list[float]) -> list[float]:
        """When messages are due, given when they would be without any quiet. Their number is a
        multiple of the bursts'.
        """
        part = len(due) // self.count
        return [at + (1 + message // part) * self.quiet for message, at in enumerate(due)]

    def begins(self, due: list[float]) -> list[float]:
        """When the first message of each burst is due."""
        return due[:: len(due) // self.count]

    def passed(self, seconds: float, loaded: float) -> float:
        """How much of the first `seconds` of a load was quiet, `loaded` seconds being one burst."""
        whole, rest = divmod(seconds, self.quiet + loaded)
        return min(whole, self.count) * self.quiet + (
            min(rest, self.quiet) if whole < self.count else 0.0
        )


@dataclass(slots=True)
class Openings:
    """Latencies of the messages that were due in the first moments of each burst, in seconds."""

    begins: list[float]
    seen: list[list[tuple[float, float]]] = field(default_factory=list)  # (since, latency)

    def __post_init__(self) -> None:
        self.seen = [[] for _ in self.begins]

    def add(self, due: list[float], now: float) -> None:
        """Takes in messages that have arrived."""
        longest = OPENINGS_MS[-1] / 1000
        for at in due:
            burst = bisect_right(self.begins, at) - 1
            since = at - self.begins[burst]
            if since < longest:
                self.seen[burst].append((since, now - at))

    def encoded(self) -> dict[int, list[str]]:
        """By how many milliseconds, for each burst: encoded histograms."""
        found: dict[int, list[str]] = {}
        for moments in OPENINGS_MS:
            for seen in self.seen:
                latencies = Latencies()
                latencies.add([late for since, late in seen if since < moments / 1000])
                found.setdefault(moments, []).append(latencies.encode())
        return found


def figures(shares: list[dict[int, list[str]]]) -> dict[str, float | str]:
    """What all processes saw of the bursts' first moments: p99 in milliseconds, the median of the
    bursts, the worst one, and each.
    """
    found: dict[str, float | str] = {}
    for moments in OPENINGS_MS:
        values = []
        for parts in zip(*(share[moments] for share in shares), strict=True):
            latencies = Latencies()
            for part in parts:
                latencies.merge(part)
            values += [value for name, value in latencies.figures().items() if name == "p99"]
        if values:
            name = f"p99 of the first {moments} ms"
            found[f"{name}, ms"] = round(median(values), 3)
            found[f"{name} of the worst burst, ms"] = round(max(values), 3)
            found[f"{name} of each burst, ms"] = ", ".join(f"{value:.3g}" for value in values)
    return found
