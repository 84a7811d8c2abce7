"""Which of what is kept somebody may look through. Shared by the dialects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gchat.core.history import Record, conversation, person
from gchat.core.hub import Hub
from gchat.dialects.link import Link
from gchat.wire.names import casefold, is_room

MOST_WORDS = 10
_NAMELESS = ("NICK", "QUIT", "RENAME")  # kinds whose target is no room's present name


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
        return room.place, since(hub, room.key)
    other = hub.nicks.get(casefold(target))
    if other is None:
        return None
    return conversation(own_person(link), person(link.boot, other.uid, other.account_id)), 0


def own_person(link: Link) -> str:
    """Who they are to the archive."""
    return person(link.boot, link.uid, link.hub.user(link.uid).account_id)


def every_place(link: Link) -> tuple[tuple[str, int], ...]:
    """All that they may read. May switch greenlets; raises Unreadable."""
    assert link.archive is not None
    conversations = link.archive.conversations(own_person(link))
    return (*room_places(link), *((one, 0) for one in conversations))


def room_places(link: Link) -> list[tuple[str, int]]:
    """Of the rooms that they are in."""
    hub = link.hub
    return [(hub.rooms[key].place, since(hub, key)) for key in hub.user(link.uid).rooms]


def renamed(link: Link, found: Iterable[Record]) -> list[Record]:
    """With the names that the rooms have now."""
    hub = link.hub
    names = {hub.rooms[key].place: hub.rooms[key].name for key in hub.user(link.uid).rooms}
    return [
        replace(one, target=names[one.place])
        if one.place in names and one.kind not in _NAMELESS
        else one
        for one in found
    ]


def is_own(link: Link, one: Record) -> bool:
    """Whether it was written by them: by their account, or by who they are in this run."""
    user = link.hub.user(link.uid)
    account = link.hub.account_of(user)
    if one.account:
        same = account is not None and casefold(one.account) == account.key
        return account is not None and same and one.at >= account.created
    return (one.boot, one.uid) == (link.boot, link.uid)


def correspondent(link: Link, one: Record) -> str:
    """Who a message of a conversation was written to or by, but for oneself."""
    return one.target if is_own(link, one) else one.nick
