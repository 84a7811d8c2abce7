"""Latencies as HdrHistograms: microseconds, three significant digits, up to a minute."""

from __future__ import annotations

from collections import Counter

from hdrh.histogram import HdrHistogram

LOWEST, HIGHEST, DIGITS = 1, 60_000_000, 3
PERCENTILES = (50.0, 90.0, 99.0, 99.9)


class Latencies:
    """Counts latencies cheaply and turns them into a histogram when asked."""

    def __init__(self, encoded: str = "") -> None:
        self._histogram = HdrHistogram(LOWEST, HIGHEST, DIGITS)
        self._recent: Counter[int] = Counter()
        if encoded:
            self.merge(encoded)

    def add(self, seconds: list[float]) -> None:
        """Takes latencies in."""
        self._recent.update([int(value * 1e6) for value in seconds])

    def merge(self, encoded: str) -> None:
        """Takes in what another process has counted."""
        if encoded:
            self._histogram.decode_and_add(encoded)

    def flush(self) -> dict[str, float]:
        """Puts the recent ones into the histogram; their own percentiles, in milliseconds."""
        recent = HdrHistogram(LOWEST, HIGHEST, DIGITS)
        for value, count in self._recent.items():
            recent.record_value(min(max(value, LOWEST), HIGHEST), count)
        self._recent.clear()
        self._histogram.add(recent)
        return _figures(recent)

    def encode(self) -> str:
        """The histogram in HdrHistogram's own compressed form (V2, base64)."""
        self.flush()
        return str(self._histogram.encode().decode("ascii"))

    def figures(self) -> dict[str, float]:
        """p50, p90, p99, p99.9 and the maximum in milliseconds; nothing where there are none."""
        self.flush()
        return _figures(self._histogram)

    def curve(self) -> list[tuple[float, float]]:
        """(percentile, milliseconds), closer together towards 100."""
        if not self._histogram.get_total_count():
            return []
        percents = [float(p) for p in range(100)]
        percents += [99 + step / 10 for step in range(1, 10)]
        percents += [99.9, 99.95, 99.99, 99.995, 99.999]
        return [(p, self._histogram.get_value_at_percentile(p) / 1000) for p in percents]


def _figures(histogram: HdrHistogram) -> dict[str, float]:
    if not histogram.get_total_count():
        return {}
    found = {
        f"p{percent:g}": histogram.get_value_at_percentile(percent) / 1000
        for percent in PERCENTILES
    }
    return found | {"max": histogram.get_max_value() / 1000}
