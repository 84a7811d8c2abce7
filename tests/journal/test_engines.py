"""What every engine of the journal does. A new engine is one more row of ENGINES."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gchat.core.effects import Outcome, Refused
from gchat.core.events import Entry, Quit, Said
from gchat.journal.base import Apply, Journal
from gchat.journal.memory import MemoryJournal
from gchat.wire.numerics import ERR_NOSUCHNICK

ENGINES: dict[str, Callable[[Apply], Journal]] = {
    "memory": lambda apply: MemoryJournal(apply, lambda: 1_700_000_000_000),
}


@pytest.fixture(params=ENGINES)
def open_journal(request: pytest.FixtureRequest) -> Callable[[Apply], Journal]:
    return ENGINES[request.param]


def test_every_event_is_applied_once_and_in_order(
    open_journal: Callable[[Apply], Journal],
) -> None:
    applied: list[Entry] = []

    def apply(entry: Entry) -> Outcome:
        applied.append(entry)
        return Outcome()

    journal = open_journal(apply)
    events = [Said(number, "#lobby", str(number)) for number in range(100)]
    tickets = [journal.append(event) for event in events]
    assert [ticket.result() for ticket in tickets] == [Outcome()] * 100
    assert [entry.event for entry in applied] == events
    assert [entry.seq for entry in applied] == list(range(1, 101))
    journal.close()


def test_a_ticket_gives_the_outcome_of_its_own_event(
    open_journal: Callable[[Apply], Journal],
) -> None:
    refusal = Refused(ERR_NOSUCHNICK, "x")
    journal = open_journal(
        lambda entry: Outcome(refusals=(refusal,)) if entry.event.uid == 2 else Outcome()
    )
    first, second = journal.append(Quit(1, "")), journal.append(Quit(2, ""))
    assert second.result().refusals == (refusal,)
    assert first.result().refusals == ()


def test_nothing_is_taken_in_after_the_end(open_journal: Callable[[Apply], Journal]) -> None:
    journal = open_journal(lambda entry: Outcome())
    journal.close()
    with pytest.raises(RuntimeError, match="closed"):
        journal.append(Quit(1, ""))


def test_applying_an_event_may_not_append_another(
    open_journal: Callable[[Apply], Journal],
) -> None:
    caught: list[str] = []

    def apply(entry: Entry) -> Outcome:
        try:
            journal.append(Quit(2, ""))
        except RuntimeError as error:
            caught.append(str(error))
        return Outcome()

    journal = open_journal(apply)
    journal.append(Quit(1, "")).result()
    assert caught == ["an event was appended while another one was being applied"]
