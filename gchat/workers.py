"""Threads for what would keep the loop from turning: the disk, keys derived from passwords
(`keys.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar

from gevent.event import Event
from gevent.lock import Semaphore
from gevent.threadpool import ThreadPool

from gchat.core.effects import Busy
from gchat.core.turns import Claim, Turns

T = TypeVar("T")


class _Raised:
    """An exception of a job, to be raised by `ask`: gevent prints those raised in its threads."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _done(job: Callable[[], T]) -> T | _Raised:
    try:
        return job()
    except Exception as error:
        return _Raised(error)


class WorkerPool:
    """`threads` threads, started when they are first needed. Jobs wait as long as they must."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPool(threads)
        self._turns = Semaphore(threads)

    def ask(self, job: Callable[[], T]) -> T:
        """What the job answers. Switches greenlets. Raises what the job raises."""
        with self._turns:
            answer: T | _Raised = self._pool.apply(_done, (job,))
        if isinstance(answer, _Raised):
            raise answer.error
        return answer

    def close(self) -> None:
        """Ends the threads."""
        self._pool.kill()


class _Place:
    """Of a job that waits."""

    __slots__ = ("event", "mine")

    def __init__(self) -> None:
        self.event = Event()
        self.mine = False  # a thread is kept for it


class FairPool:
    """Threads for which many wait: `turns` says who is next. A thread that has done a job is kept
    for the next one that waits. A job that has not begun after `seconds` is given up.
    """

    def __init__(
        self, threads: int, turns: Turns[Any], seconds: float, *, by_time: bool = False
    ) -> None:
        """`by_time`: turns are charged for the seconds that the jobs took."""
        self._by_time = by_time
        self._pool = WorkerPool(threads)
        self._free = threads
        self._turns = turns
        self._seconds = seconds

    def ask(self, job: Callable[[], T], claim: Claim) -> T:
        """What the job answers. Switches greenlets. Raises what the job raises, and Busy where too
        many wait, or it had to wait too long.
        """
        if self._free:
            self._free -= 1
            self._turns.served(claim.address)
        else:
            self._wait(claim)
        started = perf_counter()
        try:
            return self._pool.ask(job)
        finally:
            if self._by_time:
                self._turns.charge(claim.address, perf_counter() - started)
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
        """Ends the threads."""
        self._pool.close()
