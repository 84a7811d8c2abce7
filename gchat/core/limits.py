"""Rate limits: a sliding window and token buckets. The caller passes the time."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Recent:
    """A sliding window: at most `most` in any `seconds`. `wait` asks, `add` counts one more."""

    # milliseconds, the oldest first; few, and a deque would take 760 bytes for each person
    times: list[int] = field(default_factory=list)

    def wait(self, most: int, seconds: int, now: int) -> int:
        """How many milliseconds to wait before one more is allowed; 0 if it is allowed now."""
        if not most or len(self.times) < most:
            return 0
        return max(0, self.times[len(self.times) - most] + seconds * 1000 - now)

    def add(self, most: int, now: int) -> None:
        """There was one more."""
        self.times.append(now)
        del self.times[: max(len(self.times) - most, 0)]


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float  # seconds


class Buckets:
    """A token bucket for each key. When there are `most_keys`, a new key replaces the one unused
    longest; others whose buckets are full again are then forgotten too.
    """

    def __init__(self, burst: int, per_second: float, most_keys: int = 10_000) -> None:
        """With `burst` 0 there is no limit."""
        self._burst = burst
        self._rate = per_second
        self._most = most_keys
        self._buckets: dict[Hashable, _Bucket] = {}

    def take(self, key: Hashable, now: float) -> bool:
        """Whether there is one more for the key at `now` seconds; takes it."""
        return self._use(key, now, 1)

    def has(self, key: Hashable, now: float) -> bool:
        """Whether there is one more for the key; takes nothing."""
        return self._use(key, now, 0)

    def charge(self, key: Hashable, now: float, amount: float) -> None:
        """Takes more than there may be: then there is nothing until that is made up for."""
        if self._burst and amount:
            self._use(key, now, 0)
            self._buckets[key].left -= amount

    def _use(self, key: Hashable, now: float, taken: int) -> bool:
        if not self._burst:
            return True
        bucket = self._buckets.pop(key, None)
        if bucket is None:
            bucket = _Bucket(self._burst, now)
            if len(self._buckets) >= self._most:
                self._forget(now)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[key] = bucket  # the last one used is the last one in the dict
        if bucket.left < 1:
            return False
        bucket.left -= taken
        return True

    def _forget(self, now: float) -> None:
        full = self._burst / self._rate if self._rate else float("inf")
        for key in list(self._buckets):
            if len(self._buckets) < self._most and self._buckets[key].at + full > now:
                break
            del self._buckets[key]

    def __len__(self) -> int:
        return len(self._buckets)
