"""`python -m gchat`, watched from inside: says at the end for how long its loop stood still."""

from __future__ import annotations

import sys
from time import perf_counter

import gevent

from gchat.__main__ import main

TICK_SECONDS = 0.001


def watch(longest: list[float]) -> None:
    """Looks every millisecond, and notes how late that was at most."""
    while True:
        before = perf_counter()
        gevent.sleep(TICK_SECONDS)
        longest[0] = max(longest[0], perf_counter() - before - TICK_SECONDS)


if __name__ == "__main__":
    longest = [0.0]
    gevent.spawn_later(1.0, watch, longest)  # when it has started
    status = main()
    print(f"the loop stood still for at most {longest[0] * 1000:.1f} ms", flush=True)
    sys.exit(status)
