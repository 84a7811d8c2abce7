"""The ticket of an event that is shown later than it is appended."""

from __future__ import annotations

from gchat.core.effects import Outcome, Refused, Saved
from gchat.journal.ticket import Later
from gchat.wire.numerics import ERR_UNKNOWNERROR

REFUSED = Refused(ERR_UNKNOWNERROR)
SAVED = (Saved("room", "#a", None),)


def test_who_waits_is_given_all_of_it() -> None:
    ticket = Later(Outcome(refusals=(REFUSED,), saved=SAVED))
    ticket.shown()
    assert ticket.result() == Outcome(refusals=(REFUSED,), saved=SAVED)


def test_who_is_told_of_refusals_keeps_nothing_else() -> None:
    """A connection has its ticket until it sends something again."""
    for refusals in ((), (REFUSED,)):
        told: list[Refused] = []
        ticket = Later(Outcome(refusals=refusals, saved=SAVED))
        ticket.tell(lambda one=ticket, told=told: told.extend(one.refusals()))  # type: ignore[misc]
        assert not ticket.shown()
        assert told == list(ticket.refusals()) == list(refusals)
        assert ticket.outcome == Outcome(refusals=refusals)
