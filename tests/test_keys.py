"""Keys are derived in turns: who guesses does not keep others out."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import gevent
import pytest

from gchat.core.effects import Busy
from gchat.core.turns import Claim, Lane
from gchat.keys import KeyPool

GUESSERS = 90


class Jobs:
    """Jobs that end one by one, when the test says so; `done` are their names, in order."""

    def __init__(self, pool: KeyPool) -> None:
        self.pool = pool
        self.done: list[str] = []
        self._go_on = threading.Semaphore(0)
        self._greenlets: list[gevent.Greenlet[..., str]] = []

    def ask(self, name: str, claim: Claim) -> gevent.Greenlet[..., str]:
        def job() -> str:
            assert self._go_on.acquire(timeout=30)
            self.done.append(name)
            return name

        greenlet = gevent.spawn(self.pool.ask, job, claim)
        self._greenlets.append(greenlet)
        gevent.sleep(0)
        return greenlet

    def finish(self, count: int) -> None:
        """Lets so many jobs end."""
        wanted = len(self.done) + count
        for _ in range(count):
            self._go_on.release()
        while len(self.done) < wanted:
            gevent.sleep(0.001)

    def end(self) -> None:
        self._go_on.release(1000)
        gevent.joinall(self._greenlets)


@pytest.fixture
def pool() -> Iterator[KeyPool]:
    pool = KeyPool(threads=1)
    yield pool
    pool.close()


@pytest.fixture
def jobs(pool: KeyPool) -> Iterator[Jobs]:
    jobs = Jobs(pool)
    yield jobs
    jobs.end()


def guess(jobs: Jobs, *, each: int) -> None:
    """Ninety addresses guess; each of them has had its turn before."""
    for _ in range(each):
        for number in range(GUESSERS):
            jobs.ask(f"guess {number}", Claim(address=f"192.0.2.{number}"))
    jobs.finish(GUESSERS)
    jobs.done.clear()


def test_a_right_login_is_served_next_whoever_guesses(jobs: Jobs) -> None:
    """28 of 29 were kept out, for more than a minute."""
    guess(jobs, each=4)
    unknown = jobs.ask("unknown", Claim(address="198.51.100.1"))
    known = jobs.ask("known", Claim(address="198.51.100.2", known=True))
    jobs.finish(3)
    assert jobs.done[1:] == ["known", "unknown"], "behind the job that had begun"
    assert (known.get(), unknown.get()) == ("known", "unknown")


def test_an_address_that_has_had_a_turn_waits_one_turn_of_the_addresses_at_most(
    jobs: Jobs,
) -> None:
    jobs.ask("before", Claim(address="198.51.100.1"))
    guess(jobs, each=4)
    jobs.finish(GUESSERS)  # they have had one more turn
    jobs.done.clear()
    mine = jobs.ask("mine", Claim(address="198.51.100.1"))
    jobs.finish(2)
    assert jobs.done[1] == "mine"
    again = jobs.ask("again", Claim(address="198.51.100.1"))
    jobs.finish(GUESSERS + 1)
    assert "again" in jobs.done
    assert (mine.get(), again.get()) == ("mine", "again")


@pytest.mark.parametrize("lane", [Lane.OPERATOR, Lane.GATEWAY, Lane.SERVER])
def test_operators_and_gateways_are_not_behind_accounts(pool: KeyPool, lane: Lane) -> None:
    jobs = Jobs(pool)
    for number in range(GUESSERS):
        jobs.ask(f"guess {number}", Claim(address=f"192.0.2.{number}"))
    assert pool.ask(lambda: 7, Claim(lane, "198.51.100.1")) == 7, "while no guess is done"
    assert jobs.done == []
    jobs.end()


def test_an_operator_is_not_behind_who_guesses_operators(jobs: Jobs) -> None:
    for number in range(GUESSERS):
        jobs.ask(f"guess {number}", Claim(Lane.OPERATOR, f"192.0.2.{number}"))
    jobs.ask("operator", Claim(Lane.OPERATOR, "198.51.100.1", known=True))
    jobs.finish(2)
    assert jobs.done[1] == "operator"


def test_who_waits_too_long_or_is_one_too_many_is_told() -> None:
    pool = KeyPool(1, waiting=2, of_address=2, seconds=0.05)
    jobs = Jobs(pool)
    first = jobs.ask("a1", Claim(address="a"))
    second, third = (jobs.ask(name, Claim(address="a")) for name in ("a2", "a3"))
    with pytest.raises(Busy):
        pool.ask(lambda: 7, Claim(address="a"))  # one more than may wait of one address
    fourth = jobs.ask("b1", Claim(address="b"))  # in place of the last of a
    with pytest.raises(Busy):
        pool.ask(lambda: 7, Claim(address="c"))  # one more than may wait
    third.join()
    assert isinstance(third.exception, Busy)
    assert not fourth.ready()
    gevent.joinall([second, fourth])
    assert isinstance(second.exception, Busy)
    assert isinstance(fourth.exception, Busy)
    jobs.finish(1)
    assert first.get() == "a1"
    assert pool.ask(lambda: 8, Claim(address="b")) == 8, "there is room again"
    jobs.end()
    pool.close()


def test_whose_connection_ends_gives_the_place_to_others(jobs: Jobs) -> None:
    jobs.ask("first", Claim(address="a"))
    gone = jobs.ask("gone", Claim(address="b"))
    called = jobs.ask("called", Claim(address="c"))
    last = jobs.ask("last", Claim(address="d"))
    gone.kill()
    jobs.finish(1)
    called.kill()  # whether it has begun or not
    jobs.finish(1)
    last.join(0.01)
    if not last.ready():
        jobs.finish(1)
    assert last.get() == "last"
    assert "gone" not in jobs.done


def test_what_a_job_raises_is_raised(pool: KeyPool) -> None:
    with pytest.raises(ZeroDivisionError):
        pool.ask(lambda: 1 // 0, Claim())
    assert pool.ask(lambda: 8, Claim()) == 8
