"""Threads for what would keep the loop from turning: the disk, keys derived from passwords
(`keys.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from time import perf_counter
from typing import Any, TypeVar

import gevent
from gevent.event import Event
from gevent.hub import Waiter
from gevent.lock import Semaphore

from gchat.core.effects import Busy
from gchat.core.turns import Claim, Turns

T = TypeVar("T")


class _Raised:
    """An exception of a job, to be raised by `ask`."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _done(job: Callable[[], T]) -> T | _Raised:
    try:
        return job()
    except BaseException as error:  # the thread goes on
        return _Raised(error)


class WorkerPool:
    """`threads` threads, started when they are first needed. Jobs wait as long as they must.

    gevent has such a pool too, which takes 0.1 ms more for each job: what one message by itself
    waits for until it is stored. What is its own here is only how a job gets to a thread and back.
    """

    def __init__(self, threads: int) -> None:
        self._most = threads
        self._threads = 0
        self._turns = Semaphore(threads)
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Any, Any] | None] = SimpleQueue()
        self._asked = 0  # jobs that are in a thread, or about to be
        self._keeper: Any = None  # keeps the loop running while it waits for nothing but threads

    def ask(self, job: Callable[[], T]) -> T:
        """What the job answers. Switches greenlets. Raises what the job raises."""
        with self._turns:
            answer: T | _Raised = self._hand_over(job)
        if isinstance(answer, _Raised):
            raise answer.error
        return answer

    def _hand_over(self, job: Callable[[], T]) -> T | _Raised:
        hub: Any = gevent.get_hub()
        if not self._asked:
            self._keeper = hub.loop.async_()
            self._keeper.start(_nothing)
        self._asked += 1
        if self._threads < min(self._asked, self._most):
            self._threads += 1
            Thread(target=self._run, daemon=True).start()
        waiter: Any = Waiter()
        self._jobs.put((job, hub.loop.run_callback_threadsafe, waiter.switch))
        answer: T | _Raised = waiter.get()
        return answer

    def _run(self) -> None:
        """In a thread, until the pool is closed."""
        while (one := self._jobs.get()) is not None:
            job, call, switch = one
            call(self._take_back, switch, _done(job))
            del one, job, switch  # what it is about is not kept until the next job

    def _take_back(self, switch: Callable[[object], None], answer: object) -> None:
        """In the loop's thread. Who asked may have been ended meanwhile; then this does nothing."""
        self._asked -= 1
        if not self._asked:
            self._keeper.close()
            self._keeper = None
        switch(answer)

    def close(self) -> None:
        """Ends the threads when they have done what they were asked; nothing is done after that."""
        for _ in range(self._threads):
            self._jobs.put(None)
        self._threads = self._most  # no others are started


def _nothing() -> None:
    """Called by nobody."""


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
