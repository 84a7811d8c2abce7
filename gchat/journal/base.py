"""The seam: what every engine of the journal does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gchat.core.effects import Outcome, Ticket
from gchat.core.events import Entry, Event

# Applies an entry and shows what it brought. Never waits; called for one entry at a time, in order.
Apply = Callable[[Entry], Outcome]


class Journal(Protocol):
    """Puts events in order, makes the durable ones durable, and has each of them applied."""

    def append(self, event: Event) -> Ticket:
        """Takes the event in. Never waits; the ticket does."""

    def close(self) -> None:
        """Ends the journal when everything taken in is applied. `append` then raises
        RuntimeError.
        """
