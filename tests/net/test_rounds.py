"""Who goes on in each round of the loop."""

from __future__ import annotations

import gevent

from gchat.net.rounds import ROUND_SECONDS, Rounds


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_round_is_so_long_however_many_wait() -> None:
    """Nine hundred connections with a turn of 2 ms each were a round of two seconds."""
    clock, done = Clock(), list[int]()
    rounds = Rounds(clock)

    def work(number: int) -> None:
        for _ in range(2):
            rounds.wait()
            done.append(number)
            clock.now += ROUND_SECONDS / 3.5

    workers = [gevent.spawn(work, number) for number in range(10)]
    seen: list[int] = []
    while not all(worker.dead for worker in workers):
        gevent.sleep(1e-6)
        seen.append(len(done))
    assert done == [*range(10), *range(10)], "the one that has waited longest goes first"
    steps = [after - before for before, after in zip([0, *seen], seen, strict=False)]
    assert max(steps) <= 4


def test_who_is_ended_meanwhile_waits_no_more() -> None:
    rounds, done = Rounds(), list[str]()

    def work(name: str) -> None:
        rounds.wait()
        done.append(name)

    first, second = gevent.spawn(work, "a"), gevent.spawn(work, "b")
    gevent.sleep(0)
    first.kill()
    second.join(10)
    assert done == ["b"]
    assert len(rounds._waiting) == 0


def test_one_that_waits_again_is_of_the_next_round() -> None:
    rounds, order = Rounds(Clock()), list[str]()

    def work(name: str, times: int) -> None:
        for _ in range(times):
            rounds.wait()
            order.append(name)

    gevent.joinall([gevent.spawn(work, "a", 3), gevent.spawn(work, "b", 1)], timeout=10)
    assert order == ["a", "b", "a", "a"]
