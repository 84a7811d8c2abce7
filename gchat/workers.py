"""Threads for what would keep the loop from turning: the disk, keys derived from passwords
(`keys.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gevent.lock import Semaphore
from gevent.threadpool import ThreadPool

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
