"""How much to gather before a work that is cheaper for many at once than for each by itself."""

from __future__ import annotations

EASY = 0.7  # load (see Pace) up to which there is no pause
GROWTH = 1.4  # pause after a round, in durations of the round, for each 1.0 of load above EASY
SPACING = 4.0  # the longest pause, in durations of the round
MEMORY = 0.050  # seconds over which the load is averaged


class Pace:
    """When the next round of a work may begin: at once while there is time, later when there is
    little, so that more gathers.

    The load is how busy the worker would be if each item had a round of its own; 1 is all of its
    time. Above EASY there is a pause after each round, longer with more load: at most SPACING times
    the duration of the round, and not longer than `most` seconds, or `short` seconds where the
    round itself was shorter. Times are in seconds, by any clock.
    """

    def __init__(self, short: float, most: float, now: float) -> None:
        self._short = short
        self._most = most
        self._ended = now  # of the last round
        self._load = 0.0
        self.next = 0.0  # no round before

    @property
    def pause(self) -> float:
        """Seconds that the last round left for more to gather: 0 while there is time."""
        return max(0.0, self.next - self._ended)

    def wait(self, now: float) -> float:
        """Seconds from now until the next round; 0 or less for none."""
        return self.next - now

    def round(self, ended: float, took: float, merged: float, busy: float) -> None:
        """A round has ended, which took so long and did the work of `merged` ones. `busy`: how long
        the worker has worked since the round before, at this and at anything else.
        """
        period = max(ended - self._ended, 1e-9)
        weight = min(period / MEMORY, 1.0)
        self._load += ((busy + took * (merged - 1)) / period - self._load) * weight
        self._ended = ended
        pause = took * min(max(self._load - EASY, 0.0) * GROWTH, SPACING)
        self.next = ended + min(pause, max(took, self._short), self._most)
