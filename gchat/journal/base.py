"""The seam: what every engine of the journal does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gchat.core.effects import Effect, Outcome, Ticket
from gchat.core.events import Entry, Event

# Changes the hub. Never waits; called for one entry at a time, in order.
Apply = Callable[[Entry], Outcome]
# Shows people what an entry brought. Never waits; called for one entry at a time, in order.
Show = Callable[[tuple[Effect, ...]], None]


class Journal(Protocol):
    """Puts events in order, has each applied, makes what is seen of it durable, and then shows it.

    Nobody is shown anything before it is stored, so an echo is a receipt.
    """

    def append(self, event: Event) -> Ticket:
        """Takes the event in. Never waits; the ticket does, until the event was shown."""

    def close(self) -> None:
        """Ends the journal when everything taken in was shown. `append` then raises RuntimeError.
        May switch greenlets.
        """
