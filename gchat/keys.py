"""Derives keys from passwords in threads, and says whose turn it is (`core/turns.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gchat.core.turns import WAITING_MOST, WAITING_OF_ADDRESS, Claim, Lane, Turns
from gchat.workers import FairPool

T = TypeVar("T")

ACCOUNT_THREADS = 2
OTHER_THREADS = 1  # of each other lane
KEYS_SECONDS = 30.0  # that a job may wait: after a restart many people log in at once


class KeyPool:
    """The `Workers` of a node."""

    def __init__(
        self,
        threads: int = ACCOUNT_THREADS,
        waiting: int = WAITING_MOST,
        of_address: int = WAITING_OF_ADDRESS,
        seconds: float = KEYS_SECONDS,
    ) -> None:
        """`threads`: of accounts. At most `waiting` jobs of those known wait in each lane, and as
        many others, `of_address` of one address; a job that has not begun after `seconds` is given
        up.
        """
        self._queues = {
            lane: FairPool(
                threads if lane is Lane.ACCOUNT else OTHER_THREADS,
                Turns(waiting, of_address),
                seconds,
            )
            for lane in Lane
        }

    def ask(self, job: Callable[[], T], claim: Claim) -> T:
        """What the job answers. Switches greenlets. Raises what the job raises, and Busy where too
        many wait, or it had to wait too long.
        """
        return self._queues[claim.lane].ask(job, claim)

    def close(self) -> None:
        """Ends the threads."""
        for queue in self._queues.values():
            queue.close()
