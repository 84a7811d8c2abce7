"""Derives keys from passwords in threads, and says whose turn it is (`core/turns.py`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gevent.event import Event

from gchat.core.effects import Busy
from gchat.core.turns import WAITING_MOST, WAITING_OF_ADDRESS, Claim, Lane, Turns
from gchat.workers import WorkerPool

T = TypeVar("T")

ACCOUNT_THREADS = 2
OTHER_THREADS = 1  # of each other lane
KEYS_SECONDS = 30.0  # that a job may wait: after a restart many people log in at once


class _Place:
    """Of a job that waits."""

    __slots__ = ("event", "mine")

    def __init__(self) -> None:
        self.event = Event()
        self.mine = False  # a thread is kept for it


class _Queue:
    """Of one lane. A thread that has done a job is kept for the next one that waits."""

    def __init__(self, threads: int, turns: Turns[_Place], seconds: float) -> None:
        self._pool = WorkerPool(threads)
        self._free = threads
        self._turns = turns
        self._seconds = seconds

    def ask(self, job: Callable[[], T], claim: Claim) -> T:
        if self._free:
            self._free -= 1
            self._turns.served(claim.address)
        else:
            self._wait(claim)
        try:
            return self._pool.ask(job)
        finally:
            self._go_on()

    def _wait(self, claim: Claim) -> None:
        place = _Place()
        out = self._turns.add(place, claim.address, known=claim.known)
        if out is not None:
            out.event.set()
        try:
            place.event.wait(self._seconds)
        except BaseException:  # the connection is ended meanwhile
            self._turns.remove(place, claim.address, known=claim.known)
            if place.mine:
                self._go_on()
            raise
        if not place.mine:
            self._turns.remove(place, claim.address, known=claim.known)
            raise Busy

    def _go_on(self) -> None:
        place = self._turns.take()
        if place is None:
            self._free += 1
            return
        place.mine = True
        place.event.set()

    def close(self) -> None:
        self._pool.close()


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
            lane: _Queue(
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
