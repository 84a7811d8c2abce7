"""Jobs in threads: so many at once, so many that wait, so long."""

from __future__ import annotations

import threading

import gevent
import pytest

from gchat.core.effects import Busy
from gchat.workers import WorkerPool


def test_who_waits_too_long_or_is_one_too_many_is_told() -> None:
    pool = WorkerPool(1, waiting=2, seconds=0.05)
    go_on, begun = threading.Event(), threading.Event()

    def job() -> int:
        begun.set()
        go_on.wait(10)
        return 7

    first = gevent.spawn(pool.ask, job)
    while not begun.is_set():
        gevent.sleep(0.001)
    second = gevent.spawn(pool.ask, job)
    gevent.idle()
    with pytest.raises(Busy):
        pool.ask(job)  # the third
    second.join()
    assert isinstance(second.exception, Busy)
    go_on.set()
    assert first.get() == 7
    assert pool.ask(lambda: 8) == 8, "there is room again"
    pool.close()


def test_what_a_job_raises_is_raised() -> None:
    pool = WorkerPool(1)
    with pytest.raises(ZeroDivisionError):
        pool.ask(lambda: 1 // 0)
    pool.close()
