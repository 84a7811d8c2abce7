"""Jobs in threads."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial

import gevent
import pytest

from gchat.workers import WorkerPool
from tests.support.waiting import WAIT_SECONDS, wait_until


def eventually(condition: Callable[[], object]) -> None:
    """Lets the loop turn until it is so."""
    with gevent.Timeout(WAIT_SECONDS):
        while not condition():
            gevent.sleep(0.001)


def test_what_a_job_raises_is_raised() -> None:
    pool = WorkerPool(1)
    with pytest.raises(ZeroDivisionError):
        pool.ask(lambda: 1 // 0)
    assert pool.ask(lambda: 8) == 8
    pool.close()


def test_what_ends_a_thread_does_not() -> None:
    """A job that exits costs who asked, and no other."""
    pool = WorkerPool(1)
    with pytest.raises(SystemExit):
        pool.ask(sys.exit)
    assert pool.ask(lambda: 8) == 8
    pool.close()


def test_the_loop_turns_meanwhile_and_jobs_wait_for_a_thread() -> None:
    pool = WorkerPool(2)
    free, begun, answers = threading.Event(), list[int](), list[int]()

    def job(number: int) -> int:
        begun.append(number)
        assert free.wait(WAIT_SECONDS)
        return number

    def ask(number: int) -> None:
        answers.append(pool.ask(partial(job, number)))

    asked = [gevent.spawn(ask, number) for number in range(5)]
    eventually(lambda: len(begun) == 2)
    gevent.sleep(0.01)
    assert (sorted(begun), answers) == ([0, 1], [])
    free.set()
    gevent.joinall(asked, timeout=WAIT_SECONDS)
    assert sorted(answers) == [0, 1, 2, 3, 4]
    pool.close()


def test_no_more_threads_than_are_needed() -> None:
    pool = WorkerPool(4)
    seen = {pool.ask(threading.get_ident) for _ in range(20)}
    assert len(seen) == 1
    pool.close()


def test_who_gives_up_leaves_the_thread_to_others() -> None:
    pool = WorkerPool(1)
    free, done = threading.Event(), list[str]()

    def first() -> None:
        assert free.wait(WAIT_SECONDS)
        done.append("first")

    asker = gevent.spawn(pool.ask, first)
    waiting = gevent.spawn(pool.ask, lambda: done.append("never"))
    gevent.sleep(0.01)
    waiting.kill()  # it has not begun
    asker.kill()  # it has
    last = gevent.spawn(pool.ask, lambda: done.append("last"))
    free.set()
    last.join(WAIT_SECONDS)
    assert done == ["first", "last"]
    pool.close()


def test_threads_end_with_the_pool() -> None:
    before = threading.active_count()
    pool = WorkerPool(3)
    gevent.joinall([gevent.spawn(pool.ask, threading.get_ident) for _ in range(3)])
    assert threading.active_count() > before
    pool.close()
    wait_until(lambda: threading.active_count() == before)


def test_the_loop_waits_for_an_answer_when_nothing_else_is_to_come() -> None:
    """As in a command that has no server, where gevent would say that this blocks forever."""
    program = "from gchat.workers import WorkerPool; import time; pool = WorkerPool(1)"
    asks = "print(pool.ask(lambda: time.sleep(0.1) or 7), pool.ask(lambda: 8))"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}; {asks}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=WAIT_SECONDS,
    )
    assert (done.stdout, done.stderr) == ("7 8\n", "")
