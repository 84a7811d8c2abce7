"""What costs more than a line does, in lines: it is taken from the allowance of who asked for it.

A line that is answered at length, or that changes much, makes its sender wait longer than others.
"""

from __future__ import annotations

from gchat.core.effects import Outcome
from gchat.core.events import AwaySet, Event, RealnameSet, Renamed, RoomRenamed
from gchat.core.hub import Hub
from gchat.wire.names import casefold

EVENT = 0.1  # one line may bring many, as JOIN #a,#b,#c does
PER_ROOM = 0.1  # that sees the same event: it is stored once in each
PER_MEMBER = 0.1  # who is sent the names in a room
ANSWER_BYTES = 32_768  # of answers, for one line
SAVED_CHARACTERS = 65_536  # of what is saved, for one line

_IN_ALL_ROOMS = (AwaySet, RealnameSet, Renamed)


def of_event(event: Event, hub: Hub, uid: int) -> float:
    """What an event of this user is charged for, before it is applied."""
    if isinstance(event, _IN_ALL_ROOMS):
        user = hub.users.get(uid)
        return EVENT + (PER_ROOM * len(user.rooms) if user is not None else 0)
    if isinstance(event, RoomRenamed):
        room = hub.rooms.get(casefold(event.room))
        return EVENT + (PER_MEMBER * len(room.members) if room is not None else 0)
    return EVENT


def of_saving(outcome: Outcome) -> float:
    """What is charged for what an event has changed for longer: all of an account or a room is
    written again.
    """
    return sum(len(one.value or "") for one in outcome.saved) / SAVED_CHARACTERS


def of_answer(data: bytes) -> float:
    """What an answer is charged for."""
    return len(data) / ANSWER_BYTES
