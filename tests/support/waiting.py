"""Waiting for what other processes are bound to do."""

from __future__ import annotations

import time
from collections.abc import Callable

WAIT_SECONDS = 30.0  # a test that reaches it has failed
LOOK_SECONDS = 0.02


def wait_until(
    done: Callable[[], object],
    seconds: float = WAIT_SECONDS,
    why: Callable[[], object] = lambda: "it did not happen",
) -> None:
    """Looks again and again. `why`: what a failure shows."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, why()
        time.sleep(LOOK_SECONDS)
