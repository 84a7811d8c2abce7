"""Threads for what would keep the loop from turning: the disk, keys derived from passwords."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gevent.lock import Semaphore
from gevent.threadpool import ThreadPool

from gchat.core.effects import Busy

T = TypeVar("T")

KEY_THREADS = 2  # that derive keys
KEYS_WAITING = 1000  # jobs, those that are being done included
KEYS_SECONDS = 30.0  # that a job may wait: after a restart many people log in at once


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
    """`threads` threads, started when they are first needed. It takes at most `waiting` jobs at
    once (0: any number, and they wait as long as they must); a job that has not begun after
    `seconds` is given up.
    """

    def __init__(self, threads: int, waiting: int = 0, seconds: float = KEYS_SECONDS) -> None:
        self._pool = ThreadPool(threads)
        self._most = waiting
        self._seconds = seconds
        self._turns = Semaphore(threads)
        self._jobs = 0

    def ask(self, job: Callable[[], T]) -> T:
        """What the job answers. Switches greenlets. Raises what the job raises, and Busy where too
        many wait, or it had to wait too long.
        """
        if self._most and self._jobs >= self._most:
            raise Busy
        self._jobs += 1
        try:
            if not self._turns.acquire(timeout=self._seconds if self._most else None):
                raise Busy
            try:
                answer: T | _Raised = self._pool.apply(_done, (job,))
            finally:
                self._turns.release()
        finally:
            self._jobs -= 1
        if isinstance(answer, _Raised):
            raise answer.error
        return answer

    def close(self) -> None:
        """Ends the threads."""
        self._pool.kill()
