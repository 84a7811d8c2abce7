"""Which of what is kept somebody may look through. Shared by the dialects."""

from __future__ import annotations

from gchat.core.history import conversation, person
from gchat.core.hub import Hub
from gchat.dialects.link import Link
from gchat.wire.names import casefold, is_room

MOST_WORDS = 10


def since(hub: Hub, room: str) -> int:
    """From when on the members of a room (its folded name) may read it: since it was made, and the
    lobby always.
    """
    return 0 if room == casefold(hub.rules.lobby) else hub.rooms[room].created


def place(link: Link, target: str) -> tuple[str, int] | None:
    """Where what was written to a target is kept, and from when on they may read it; `None` where
    they may not. A room: its members. A conversation: its two people, as long as they are here.
    """
    hub = link.hub
    if is_room(target):
        room = hub.rooms.get(casefold(target))
        if room is None or link.uid not in room.members:
            return None
        return room.key, since(hub, room.key)
    other = hub.nicks.get(casefold(target))
    if other is None:
        return None
    return conversation(own_person(link), person(link.boot, other.uid, other.account)), 0


def own_person(link: Link) -> str:
    """Who they are to the archive."""
    return person(link.boot, link.uid, link.hub.user(link.uid).account)


def every_place(link: Link) -> tuple[tuple[str, int], ...]:
    """All that they may read. May switch greenlets; raises Unreadable."""
    assert link.archive is not None
    conversations = link.archive.conversations(own_person(link))
    rooms = [(room, since(link.hub, room)) for room in link.hub.user(link.uid).rooms]
    return (*rooms, *((one, 0) for one in conversations))
