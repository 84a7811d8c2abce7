"""Tells when the clock of the machine is set to another time."""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
JUMP_MS = 2000  # less is an ordinary correction


def watch_clock(wall: Callable[[], int], tick: Callable[[], int]) -> None:
    """Goes on until it is killed. `wall`: milliseconds since 1970; `tick`: those of a clock that
    never jumps.
    """
    ahead = wall() - tick()
    while True:
        gevent.sleep(LOOK_SECONDS)
        ahead = told(ahead, wall() - tick())


def told(before: int, ahead: int) -> int:
    """How far the clock of the machine is ahead of the other now, in milliseconds; logs a jump."""
    jump = ahead - before
    if abs(jump) >= JUMP_MS:
        way = "forward" if jump > 0 else "back"
        seconds = abs(jump) / 1000
        log.warning("the clock of this machine was set %s by %.1f s", way, seconds)
        if jump < 0:
            log.warning("messages are stored with times that go on slowly until it has caught up")
    return ahead
