"""What others see of an applied event, with every name in it as it was at that moment."""

from __future__ import annotations

from typing import Protocol

from gchat.core.events import Entry, ModeChange
from gchat.core.record import record
from gchat.wire.numerics import Numeric


class Refused(Exception):
    """What was asked cannot be done; carries its own reply.

    `params` stand between the asker's nickname and the text in IRC.
    """

    def __init__(self, numeric: Numeric, *params: str, text: str = "") -> None:
        super().__init__(numeric.name, *params)
        self.numeric = numeric
        self.params = params
        self.text = text or numeric.text


@record(kw_only=True)
class Effect:
    """Seen by the members of `room` (a folded name, "" for none) and by `uids`."""

    entry: Entry
    uid: int  # whose doing it is
    nick: str  # their nickname before the event
    source: str  # their nick!user@host before the event
    room: str = ""
    uids: tuple[int, ...] = ()


@record(kw_only=True)
class Spoke(Effect):
    """A message. `target` is the room's name or the nickname of the one it is for."""

    verb: str
    target: str
    text: str
    tags: tuple[tuple[str, str], ...]


@record(kw_only=True)
class Entered(Effect):
    """Somebody is in the room from here on, and sees this."""

    room_name: str


@record(kw_only=True)
class Left(Effect):
    """Somebody leaves the room, and still sees this."""

    room_name: str
    reason: str


@record(kw_only=True)
class WasKicked(Effect):
    """`target` is put out of the room, and still sees this."""

    room_name: str
    target: str
    target_uid: int
    reason: str


@record(kw_only=True)
class Disconnected(Effect):
    """A user is gone from everywhere; `rooms` are those they were in."""

    rooms: tuple[str, ...]
    reason: str


@record(kw_only=True)
class ChangedNick(Effect):
    """`new` is the nickname from here on; `rooms` are those they are in."""

    new: str
    rooms: tuple[str, ...] = ()


@record(kw_only=True)
class ChangedTopic(Effect):
    """`text` is the room's topic from here on, "" for none."""

    room_name: str
    text: str


@record(kw_only=True)
class ChangedModes(Effect):
    """The changes that took effect, arguments as they are now known."""

    room_name: str
    changes: tuple[ModeChange, ...]


@record(kw_only=True)
class Invitation(Effect):
    """`target` may enter the room."""

    room_name: str
    target: str


@record()
class Outcome:
    """What applying one entry brought: what is seen, and what is answered to the one who asked."""

    effects: tuple[Effect, ...] = ()
    refusals: tuple[Refused, ...] = ()


class Ticket(Protocol):
    """An event that is on its way through the journal."""

    def result(self) -> Outcome:
        """The outcome. Waits until the event was shown: it may switch greenlets."""
