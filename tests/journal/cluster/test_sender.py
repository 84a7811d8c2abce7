"""A node's events are sent until they were read, in order; refused is only what was never sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import gevent
import pytest

from gchat.core.events import Event, NodeBeat, NodeJoined, Quit, Said
from gchat.journal.cluster import sender as module
from gchat.journal.cluster.codec import decode
from gchat.journal.cluster.connection import LogAway, LogGone, LogRefused
from gchat.journal.cluster.sender import (
    AGAIN_SECONDS,
    BATCH_BYTES,
    BATCH_EVENTS,
    FLYING,
    NOT_SENT,
    WAIT_SECONDS,
    Sender,
    Sent,
)
from tests.support.sending import FakeSending


class Stream:
    """A log that has what it was given, or does not answer."""

    def __init__(self) -> None:
        self.got: list[tuple[int, int, list[Event]]] = []
        self.error: Exception | None = None
        self.calls = 0

    def append(self, node: int, counter: int, events: Sequence[bytes]) -> str:
        self.calls += 1
        gevent.sleep(0)
        if self.error is not None:
            raise self.error
        self.got.append((node, counter, [decode(one) for one in events]))
        return "1-0"

    @property
    def counters(self) -> list[int]:
        return [counter for _, counter, _ in self.got]


class Clock:
    """Moved by tests."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Running:
    """A sender at work."""

    def __init__(self, clock: Clock) -> None:
        self.stream, self.clock = Stream(), clock
        self.sending = FakeSending()
        self.sender = Sender(self.stream, self.sending)  # type: ignore[arg-type]
        self.greenlet = gevent.spawn(self.sender.run)

    def say(self, *texts: str) -> list[Sent]:
        return [self.sender.append(Said(1, "#a", text)) for text in texts]

    def until(self, done: Callable[[], object]) -> None:
        with gevent.Timeout(10):
            while not done():
                gevent.sleep(0.001)

    def has(self, count: int) -> None:
        """The log has so many batches."""
        self.until(lambda: len(self.stream.got) >= count)

    def tries_again(self) -> None:
        """It has tried twice more, so all that it does at a failure was done."""
        target = self.stream.calls + 2
        self.until(lambda: self.stream.calls >= target)

    def idle(self) -> None:
        """Nothing is left that it could send now."""
        for _ in range(20):
            gevent.sleep(0)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    clock = Clock()
    monkeypatch.setattr(module, "perf_counter", clock)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.001)
    running = Running(clock)
    running.sender.begin(7)
    yield running
    running.greenlet.kill()


def texts(events: Sequence[Event]) -> list[str]:
    return [one.text for one in events if isinstance(one, Said)]


def test_in_order_and_in_batches(run: Running) -> None:
    said = [str(number) for number in range(2 * BATCH_EVENTS + 1)]
    run.say(*said)
    run.until(lambda: len(run.stream.got) == 3)
    assert [(node, counter, len(events)) for node, counter, events in run.stream.got] == [
        (7, 1, BATCH_EVENTS),
        (7, 2, BATCH_EVENTS),
        (7, 3, 1),
    ]
    assert [text for _, _, events in run.stream.got for text in texts(events)] == said


def test_a_batch_is_bounded_in_bytes_and_a_large_event_is_one_by_itself(run: Running) -> None:
    half = "x" * (BATCH_BYTES // 2 - 1000)
    run.say(half, half, "small", "y" * (2 * BATCH_BYTES), half)
    run.until(lambda: run.sender.waiting == 5 and len(run.stream.got) == 3)
    assert [len(events) for _, _, events in run.stream.got] == [3, 1, 1]


def test_what_could_not_be_shown_yet_is_one_batch(run: Running) -> None:
    run.sending.seconds = 0.05
    for number in range(5):
        run.say(str(number))
        gevent.sleep(0)  # the sender has its turn
    run.has(1)
    assert [len(events) for _, _, events in run.stream.got] == [5]


def test_what_is_shown_is_sent_with_what_is_about_to_come_back(run: Running) -> None:
    run.say("one")
    run.has(1)
    assert run.sending.held == [True]
    run.sender.all_shown()
    assert run.sending.held == [True, False]


def test_a_batch_is_sent_as_early_as_it_takes_to_come_back(run: Running) -> None:
    run.say("one")
    run.has(1)
    run.clock.now += 3600.0
    assert run.sender.read(7, 1)
    run.sending.seconds = 3600.0
    run.say("two")
    run.has(2)


def test_nothing_new_is_sent_before_what_the_log_may_have_lost(run: Running) -> None:
    run.say("one")
    run.has(1)
    run.sending.seconds = 0.05
    run.say("two")
    gevent.sleep(0)  # it waits with it
    run.sender.send_again()
    run.has(3)
    assert run.stream.counters == [1, 1, 2]


def test_so_many_batches_are_under_way_and_no_more(run: Running) -> None:
    for number in range(FLYING + 2):
        run.say(str(number))
        run.has(min(number + 1, FLYING))
    run.idle()
    assert len(run.stream.got) == FLYING
    assert run.sender.read(7, 1) is not None
    run.until(lambda: len(run.stream.got) == FLYING + 1)
    assert texts(run.stream.got[-1][2]) == [str(FLYING), str(FLYING + 1)], "what has waited is one"


def test_what_was_read_is_the_senders_once(run: Running) -> None:
    (one,) = run.say("one")
    run.until(lambda: run.stream.got)
    (two,) = run.say("two")
    run.until(lambda: len(run.stream.got) == 2)
    assert run.sender.read(8, 1) is None, "another node's"
    assert run.sender.read(7, 2) is None, "not the next"
    assert run.sender.read(7, 1) == [one]
    assert run.sender.read(7, 1) is None, "a duplicate"
    assert run.sender.read(7, 2) == [two]
    assert run.sender.waiting == 0


def test_after_a_failure_all_that_was_not_read_is_sent_again_in_order(run: Running) -> None:
    for number in range(3):
        run.say(str(number))
        run.has(number + 1)
    assert run.sender.read(7, 1)
    run.stream.error = LogGone("reset")
    run.say("3")
    run.tries_again()
    run.stream.error = None
    run.until(lambda: len(run.stream.got) >= 6)
    assert run.stream.counters == [1, 2, 3, 2, 3, 4]
    assert run.sender.resent >= 3
    run.idle()
    assert len(run.stream.got) == 6


def test_what_may_be_there_is_never_refused(run: Running) -> None:
    run.stream.error = LogGone("the answer was lost")
    (sent,) = run.say("sent")
    run.until(lambda: run.stream.calls)
    (waits,) = run.say("waits")
    run.clock.now += WAIT_SECONDS + 1
    run.until(lambda: waits.done)
    assert [one.text for one in waits.refusals()] == [NOT_SENT]
    run.clock.now += 1000
    run.tries_again()
    assert not sent.done
    run.stream.error = None
    run.until(lambda: run.stream.got)
    assert run.sender.read(7, 1) == [sent]


@pytest.mark.parametrize("error", [LogRefused("OOM command not allowed"), LogAway("refused")])
def test_what_is_certainly_not_there_is_refused_in_time(run: Running, error: Exception) -> None:
    run.stream.error = error
    (said,) = run.say("one")
    run.clock.now += WAIT_SECONDS
    run.tries_again()
    assert not said.done
    run.clock.now += 0.1
    run.until(lambda: said.done)
    (refused,) = said.refusals()
    assert (refused.text, refused.params) == (NOT_SENT, ("PRIVMSG",))
    run.stream.error = None
    run.say("two")
    run.until(lambda: run.stream.got)
    ((node, counter, events),) = run.stream.got
    assert (node, counter, texts(events)) == (7, 1, ["two"]), "its number is used by the next"


def test_who_goes_and_beats_are_not_refused(run: Running) -> None:
    run.stream.error = LogRefused("OOM")
    gone = [run.sender.append(Quit(1, "bye")), run.sender.append(NodeBeat(7, "1-0"))]
    (said,) = run.say("hi")
    run.clock.now += 10 * WAIT_SECONDS
    run.until(lambda: said.done)
    assert not any(one.done for one in gone)
    run.stream.error = None
    run.until(lambda: run.stream.got)
    assert run.stream.got[0][2] == [Quit(1, "bye"), NodeBeat(7, "1-0")]


def test_how_many_wait_is_bounded(run: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_EVENTS", 3)
    tickets = run.say("1", "2", "3", "4")
    assert [one.done for one in tickets] == [False, False, False, True]
    assert [one.text for one in tickets[3].refusals()] == [NOT_SENT]
    assert not run.sender.append(Quit(1, "bye")).done, "who goes has to"
    run.until(lambda: run.stream.got)
    assert not run.say("5")[0].done


def test_how_many_bytes_wait_is_bounded(run: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING_BYTES", 1000)
    tickets = run.say("x" * 850, "y" * 100, "z")
    assert [one.done for one in tickets] == [False, False, True]
    run.until(lambda: run.stream.got)
    assert not run.say("5")[0].done


def test_a_batch_that_is_not_read_is_sent_again_after_a_while(run: Running) -> None:
    run.say("one")
    run.until(lambda: run.stream.got)
    run.clock.now += AGAIN_SECONDS
    run.idle()
    assert run.stream.counters == [1]
    run.clock.now += 0.1
    run.until(lambda: len(run.stream.got) == 2)
    assert run.stream.counters == [1, 1]


def test_another_primary_is_sent_all_again(run: Running) -> None:
    run.say("one")
    run.until(lambda: run.stream.got)
    run.sender.send_again()
    run.until(lambda: len(run.stream.got) == 2)
    assert run.stream.counters == [1, 1]


def test_who_takes_no_part_sends_nothing_but_its_wish_to_join(run: Running) -> None:
    run.stream.error = LogGone("x")
    flying = run.say("flying")
    run.until(lambda: run.stream.calls)
    queued = run.say("queued")
    settled: list[Sent] = []
    run.sender.end(settled.append)
    assert settled == [*flying, *queued]
    (late,) = run.say("late")
    assert [one.text for one in late.refusals()] == [NOT_SENT]
    run.stream.error = None
    wish = NodeJoined("a", "nonce", 1, "t", {})
    run.sender.joining = wish
    run.sender.wake()
    run.until(lambda: len(run.stream.got) >= 2)
    assert run.stream.got[0] == (0, 0, [wish]), "again and again, until it is read"
    run.sender.begin(8)
    run.stream.got.clear()
    run.say("first")
    run.until(lambda: any(node for node, _, _ in run.stream.got))
    assert [(n, c, texts(e)) for n, c, e in run.stream.got if n] == [(8, 1, ["first"])]
