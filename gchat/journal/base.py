"""The seam: what every engine of the journal does. `engines.py` lists those that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gchat.core.effects import Effect, Outcome, Ticket
from gchat.core.events import Entry, Event
from gchat.core.history import Archive
from gchat.core.rules import RuleSet
from gchat.errors import GchatError

# Changes the hub. Never waits; called for one entry at a time, in order.
Apply = Callable[[Entry], Outcome]
# Shows people what an entry brought. Never waits; called for one entry at a time, in order.
Show = Callable[[tuple[Effect, ...]], None]
# What is measured: names, each with what it is and its value now.
Gauges = dict[str, tuple[str, float]]


class Sending(Protocol):
    """When what is shown is sent to people. None of these waits."""

    def sends_in(self) -> float:
        """Seconds until what is shown now would be sent; 0 or less: at once."""

    def hold(self) -> None:
        """Something is about to be shown. Where sending pauses, it goes on when that was shown, or
        a little later than it would have.
        """

    def release(self) -> None:
        """It was shown."""


class AtOnce:
    """Of a server that sends what is shown as soon as it is shown."""

    def sends_in(self) -> float:
        return 0.0

    def hold(self) -> None: ...

    def release(self) -> None: ...


class JournalError(GchatError):
    """The journal cannot be used; the text says why and what to do."""


class Journal(Protocol):
    """Puts events in order, has each applied, stores what is seen of it, and then shows it.

    No message is shown before it is stored, so an echo is a receipt (an engine may store in memory
    only). Joins, parts and other changes are shown even if they could not be stored.
    """

    def append(self, event: Event) -> Ticket:
        """Takes the event in. Never waits; the ticket does, until the event was shown. Raises
        RuntimeError after `close`, and while another event is being applied.
        """

    def close(self) -> None:
        """Ends the journal when everything taken in was shown. May switch greenlets."""


@dataclass(slots=True)
class Notices:
    """Whom an engine of a cluster tells what happens to its node. None of these waits."""

    joined: Callable[[int], None]  # it takes part; connections are numbered from here on
    left: Callable[[str], None]  # it takes part no more: its connections are to be closed
    failed: Callable[[str], None]  # it cannot go on, the process is to end
    rules: Callable[[RuleSet], None]  # they have changed


class ClusterPart(Protocol):
    """What an engine has beside that is one node's of several."""

    @property
    def boot(self) -> str:
        """The cluster's id: by it and their uid, people without an account are meant."""

    def watch(self, notices: Notices) -> None:
        """Called before the engine is started."""

    def trouble(self) -> str:
        """Why nobody should connect to this node now, "" for nothing."""

    def propose(self, rules: RuleSet) -> None:
        """Asks for other rules, for all nodes. Never waits."""

    def leave(self) -> None:
        """Takes part no more, and says so to the others. May switch greenlets."""


class Engine(Protocol):
    """One implementation of journal and archive. It is made with the settings, a hub, to which it
    restores the saved state, and a function that shows effects. Raises JournalError if it cannot be
    used.
    """

    @property
    def journal(self) -> Journal:
        """Takes events in."""

    @property
    def archive(self) -> Archive:
        """Reads what was kept."""

    @property
    def cluster(self) -> ClusterPart | None:
        """Where this is one node of several."""

    @property
    def secret(self) -> bytes:
        """Random bytes; the same in every run, if the engine keeps anything over a restart."""

    @property
    def keeps(self) -> str:
        """A sentence that says where messages are kept."""

    def start(self) -> None:
        """Begins what is done beside the journal, such as deleting what is too old. A node of a
        cluster takes part when it returns: may switch greenlets, and raise JournalError.
        """

    def gauges(self) -> Gauges:
        """What is measured of it."""

    def close(self) -> None:
        """Ends it, the journal first. May switch greenlets."""
