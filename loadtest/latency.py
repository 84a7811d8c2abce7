"""Latencies as HdrHistograms: microseconds, three significant digits, up to a minute."""

from __future__ import annotations

from collections import Counter

from hdrh.histogram import HdrHistogram

LOWEST, HIGHEST, DIGITS = 1, 60_000_000, 3
PERCENTILES = (50.0, 90.0, 99.0, 99.9)


class Latencies:
    """Counts latencies cheaply, and makes a histogram of them when it is asked for one: building
    one takes milliseconds, which a generator under load does not have.
    """

    def __init__(self) -> None:
        self._merged = HdrHistogram(LOWEST, HIGHEST, DIGITS)
        self._counts: list[Counter[int]] = [Counter()]  # microseconds → how often, for each lap

    def add(self, seconds: list[float]) -> None:
        """Takes latencies in."""
        self._counts[-1].update([int(value * 1e6) for value in seconds])

    def lap(self) -> None:
        """Ends a stretch of time, of which `laps` tells."""
        self._counts.append(Counter())

    def laps(self) -> list[tuple[float, float]]:
        """p50 and p99 in milliseconds of each stretch that was ended; zeros for an empty one."""
        return [_quantiles(counts) for counts in self._counts[:-1]]

    def merge(self, encoded: str) -> None:
        """Takes in what another process has counted."""
        if encoded:
            self._merged.decode_and_add(encoded)

    def encode(self) -> str:
        """The histogram in HdrHistogram's own compressed form (V2, base64)."""
        return str(self._histogram().encode().decode("ascii"))

    def figures(self) -> dict[str, float]:
        """p50, p90, p99, p99.9 and the maximum in milliseconds; nothing where there are none."""
        histogram = self._histogram()
        if not histogram.get_total_count():
            return {}
        found = {
            f"p{percent:g}": histogram.get_value_at_percentile(percent) / 1000
            for percent in PERCENTILES
        }
        return found | {"max": histogram.get_max_value() / 1000}

    def curve(self) -> list[tuple[float, float]]:
        """(percentile, milliseconds), closer together towards 100."""
        histogram = self._histogram()
        if not histogram.get_total_count():
            return []
        percents = [float(p) for p in range(100)]
        percents += [99 + step / 10 for step in range(1, 10)]
        percents += [99.9, 99.95, 99.99, 99.995, 99.999]
        return [(p, histogram.get_value_at_percentile(p) / 1000) for p in percents]

    def _histogram(self) -> HdrHistogram:
        for counts in self._counts:
            for value, count in counts.items():
                self._merged.record_value(min(max(value, LOWEST), HIGHEST), count)
        self._counts = [Counter()]
        return self._merged


def _quantiles(counts: Counter[int]) -> tuple[float, float]:
    total, seen, p50, p99 = counts.total(), 0, 0.0, 0.0
    for value in sorted(counts):
        if seen <= total * 0.5:
            p50 = value / 1000
        if seen <= total * 0.99:
            p99 = value / 1000
        seen += counts[value]
    return p50, p99
