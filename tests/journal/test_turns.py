"""Who goes on when, while what one write has stored is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import gevent
import pytest

from gchat.core.effects import Effect, Outcome, Refused, Spoke, Ticket
from gchat.core.events import Entry, Said
from gchat.core.history import Batch
from gchat.journal.sqlite import journal as journal_module
from gchat.journal.sqlite.journal import SqliteJournal
from gchat.journal.sqlite.store import Store
from gchat.pace import Pace
from gchat.wire.numerics import ERR_CANNOTSENDTOCHAN
from gchat.workers import WorkerPool
from tests.support.sending import FakeSending

REFUSAL = Refused(ERR_CANNOTSENDTOCHAN, "#a")


class Stage:
    """A journal that refuses what says "no" and shows it even so."""

    def __init__(self, folder: Path) -> None:
        self.store, self.writer = Store(folder), WorkerPool(1)
        self.shown: list[Effect] = []
        self.sending = FakeSending()
        self.journal = SqliteJournal(
            self.store,
            self.writer,
            self.apply,
            self.shown.extend,
            lambda: 1,
            "boot",
            sending=self.sending,
        )

    def apply(self, entry: Entry) -> Outcome:
        event = entry.event
        assert isinstance(event, Said)
        seen = Spoke(
            entry=entry,
            uid=1,
            nick="n",
            source="n!u@h",
            room="#a",
            verb="PRIVMSG",
            target="#a",
            text=event.text,
            tags=(),
        )
        return Outcome((seen,), (REFUSAL,) if event.text == "no" else ())

    def goes_on(self, wait: Callable[[Ticket], object], text: str = "yes") -> int:
        """How many of eleven were shown when who waits for the fourth went on."""
        self.journal.append(Said(1, "#a", "a batch of its own")).result()
        self.shown.clear()
        tickets = [
            self.journal.append(Said(1, "#a", text if number == 3 else "")) for number in range(11)
        ]

        def waiter() -> int:
            wait(tickets[3])
            return len(self.shown)

        waits = gevent.spawn(waiter)
        with gevent.Timeout(30):
            number: int = waits.get()
            tickets[-1].result()
        assert len(self.shown) == 11
        return number


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.journal.close()
    stage.writer.close()
    stage.store.close()


def test_who_answers_goes_on_before_others_are_shown_more(stage: Stage) -> None:
    assert stage.goes_on(lambda ticket: ticket.result()) == 4


def test_a_refusal_is_told_before_others_are_shown_more(stage: Stage) -> None:
    assert stage.goes_on(lambda ticket: ticket.refusals(), "no") == 4


def test_who_has_nothing_to_answer_keeps_nobody_waiting(stage: Stage) -> None:
    assert stage.goes_on(lambda ticket: ticket.refusals()) == 11


@pytest.fixture
def batches(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many lines each batch has."""
    found: list[int] = []
    write = stage.store.write

    def count(batch: Batch) -> None:
        found.append(len(batch.records))
        write(batch)

    monkeypatch.setattr(stage.store, "write", count)
    return found


def test_what_comes_in_the_pause_between_two_batches_is_one_batch(
    stage: Stage, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Pace, "wait", lambda _pace, _now: 0.01)
    _say_in_turns(stage)
    assert batches == [5]


def test_what_could_not_be_sent_yet_is_one_batch(stage: Stage, batches: list[int]) -> None:
    stage.sending.seconds = 0.05
    _say_in_turns(stage)
    assert batches == [5]


def test_a_batch_is_written_early_enough_to_be_sent_in_time(
    stage: Stage, batches: list[int]
) -> None:
    stage.sending.seconds = stage.journal.took = 3600.0  # as long as writing takes
    stage.journal.append(Said(1, "#a", "")).result()
    assert batches == [1]


def test_what_is_sent_waits_for_the_batch_that_is_being_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, list[bool]]] = []
    write = stage.store.write

    def look(batch: Batch) -> None:
        seen.append((len(stage.shown), list(stage.sending.held)))
        write(batch)

    monkeypatch.setattr(stage.store, "write", look)
    stage.sending.release = lambda: seen.append((len(stage.shown), [False]))  # type: ignore[method-assign]
    stage.journal.append(Said(1, "#a", "")).result()
    gevent.sleep(0)
    assert seen == [(0, [True]), (1, [False])]


def test_what_nobody_waits_for_is_written_behind_a_batch(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.journal.wait_for_lull()  # at once: nothing is to be written
    monkeypatch.setattr(journal_module, "LULL_SECONDS", 30.0)
    stage.sending.seconds = 0.05
    stage.journal.append(Said(1, "#a", ""))
    assert not stage.shown
    stage.journal.wait_for_lull()
    assert stage.shown


def test_what_nobody_waits_for_is_not_put_off_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "LULL_SECONDS", 0.001)
    stage.sending.seconds = 0.5
    stage.journal.append(Said(1, "#a", ""))
    stage.journal.wait_for_lull()
    assert not stage.shown


def _say_in_turns(stage: Stage) -> None:
    tickets = []
    for _ in range(5):
        tickets.append(stage.journal.append(Said(1, "#a", "")))
        gevent.sleep(0)  # the journal has its turn
    for ticket in tickets:
        ticket.result()


def test_others_have_their_turn_while_much_is_shown(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "TURN_SECONDS", -1.0)
    assert stage.goes_on(lambda ticket: ticket.refusals()) == 4
