"""What every engine of the journal does. A new engine is one more row of ENGINES."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gchat.core.effects import Effect, Outcome, Refused, Spoke
from gchat.core.events import Entry, Event, Quit, Said
from gchat.journal.base import Apply, Journal, Show
from gchat.journal.memory.journal import MemoryJournal
from gchat.journal.sqlite.journal import SqliteJournal
from gchat.journal.sqlite.store import Store
from gchat.wire.numerics import ERR_NOSUCHNICK
from gchat.workers import WorkerPool
from tests.core.likely import uid_of

Open = Callable[[Apply, Show], Journal]


def now() -> int:
    return 1_700_000_000_000


def nothing(effects: tuple[Effect, ...]) -> None:
    """Shows nobody anything."""


@pytest.fixture(params=["memory", "sqlite"])
def open_journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    if request.param == "memory":
        yield lambda apply, show: MemoryJournal(apply, show, now)
        return
    store, writer = Store(tmp_path), WorkerPool(1)
    yield lambda apply, show: SqliteJournal(store, writer, apply, show, now, "boot")
    writer.close()
    store.close()


def spoken(entry: Entry) -> Outcome:
    """What applying a message brings, without a hub."""
    event = entry.event
    assert isinstance(event, Said)
    seen = Spoke(
        entry=entry,
        uid=event.uid,
        nick="n",
        source="n!u@h",
        room=event.target,
        verb=event.verb,
        target=event.target,
        text=event.text,
        tags=event.tags,
    )
    return Outcome((seen,))


def test_every_event_is_applied_and_shown_once_and_in_order(open_journal: Open) -> None:
    applied: list[Event] = []
    shown: list[Effect] = []

    def apply(entry: Entry) -> Outcome:
        applied.append(entry.event)
        return spoken(entry)

    journal = open_journal(apply, shown.extend)
    events = [Said(number, "#lobby", str(number)) for number in range(100)]
    tickets = [journal.append(event) for event in events]
    outcomes = [ticket.result() for ticket in tickets]
    assert applied == events
    assert [effect for outcome in outcomes for effect in outcome.effects] == shown
    assert [effect.entry.event for effect in shown] == events
    assert [effect.entry.seq for effect in shown] == list(range(1, 101))
    assert len({effect.entry.msgid for effect in shown}) == 100
    journal.close()


def test_a_ticket_gives_the_outcome_of_its_own_event(open_journal: Open) -> None:
    refusal = Refused(ERR_NOSUCHNICK, "x")
    journal = open_journal(
        lambda entry: Outcome(refusals=(refusal,)) if uid_of(entry.event) == 2 else Outcome(),
        nothing,
    )
    first, second = journal.append(Quit(1, "")), journal.append(Quit(2, ""))
    assert second.result().refusals == (refusal,)
    assert first.result().refusals == ()
    journal.close()


def test_all_that_was_taken_in_is_shown_before_the_end(open_journal: Open) -> None:
    shown: list[Effect] = []
    journal = open_journal(spoken, shown.extend)
    for number in range(10):
        journal.append(Said(1, "#lobby", str(number)))
    journal.close()
    assert len(shown) == 10


def test_nothing_is_taken_in_after_the_end(open_journal: Open) -> None:
    journal = open_journal(lambda entry: Outcome(), nothing)
    journal.close()
    with pytest.raises(RuntimeError, match="closed"):
        journal.append(Quit(1, ""))


def test_applying_an_event_may_not_append_another(open_journal: Open) -> None:
    caught: list[str] = []

    def apply(entry: Entry) -> Outcome:
        try:
            journal.append(Quit(2, ""))
        except RuntimeError as error:
            caught.append(str(error))
        return Outcome()

    journal = open_journal(apply, nothing)
    journal.append(Quit(1, "")).result()
    assert caught == ["an event was appended while another one was being applied"]
    journal.close()
