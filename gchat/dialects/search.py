"""Which stored messages a user may read and search. Shared by the dialects."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gchat.core.history import Record, conversation, participants, person
from gchat.core.hub import Hub
from gchat.core.users import User
from gchat.dialects.peer import Peer
from gchat.wire.names import casefold, is_room

MOST_WORDS = 10
# kinds of records whose target is not the room's present name
_NAMELESS = ("NICK", "QUIT", "RENAME")
_NEVER = 1 << 62  # milliseconds


def since(hub: Hub, user: User, key: str) -> int:
    """The time from which a member of a room (its folded name) may read its messages: when the room
    was created, or earlier if their account was in it before; 0 for the lobby.
    """
    if key == casefold(hub.config.server.lobby):
        return 0
    room = hub.rooms[key]
    seat = hub.seat_of(user, room)
    return min(room.created, seat.since) if seat is not None else room.created


def place(peer: Peer, target: str) -> tuple[str, int] | None:
    """The place of a target's history, and the time from which the peer may read it; `None` where
    it may not. Members may read a room, and both people their conversation. The target of a
    conversation is the nickname of the other person or their account, online or not.
    """
    hub = peer.node.hub
    if is_room(target):
        room = hub.rooms.get(casefold(target))
        if room is None or peer.uid not in room.members:
            return None
        return room.place, since(hub, hub.user(peer.uid), room.key)
    other = hub.nicks.get(casefold(target))
    account = hub.accounts.get(casefold(target))
    if other is not None:
        who = person(peer.node.boot, other.uid, other.account_id)
    elif account is not None:
        who = account.ident
    else:
        return None
    return conversation(own_person(peer), who), 0


def own_person(peer: Peer) -> str:
    """The key by which the archive knows the peer's user."""
    return person(peer.node.boot, peer.uid, peer.node.hub.user(peer.uid).account_id)


def every_place(peer: Peer) -> tuple[tuple[str, int], ...]:
    """All places that the peer may read. May switch greenlets; raises Unreadable."""
    conversations = peer.archive.conversations(own_person(peer))
    return (*room_places(peer), *((one, 0) for one in conversations))


def room_places(peer: Peer) -> list[tuple[str, int]]:
    """The places of the rooms that the peer's user is in."""
    hub = peer.node.hub
    user = hub.user(peer.uid)
    return [(hub.rooms[key].place, since(hub, user, key)) for key in user.rooms]


def for_peer(peer: Peer, found: Iterable[Record]) -> list[Record]:
    """The records that the peer may still read, after it has waited for them: meanwhile it may have
    been put out of a room. Rooms have their present names.
    """
    hub = peer.node.hub
    me, since_of = own_person(peer), dict(room_places(peer))
    names = {hub.rooms[key].place: hub.rooms[key].name for key in hub.user(peer.uid).rooms}
    return [
        replace(one, target=names[one.place])
        if one.place in names and one.kind not in _NAMELESS
        else one
        for one in found
        if one.at >= since_of.get(one.place, _NEVER)
        or (not one.place.startswith("#") and me in participants(one.place))
    ]


def is_own(peer: Peer, one: Record) -> bool:
    """Whether it was written by them: by their account, or by who they are in this run."""
    user = peer.node.hub.user(peer.uid)
    account = peer.node.hub.account_of(user)
    if one.account:
        same = account is not None and casefold(one.account) == account.key
        return account is not None and same and one.at >= account.created
    return (one.boot, one.uid) == (peer.node.boot, peer.uid)


def correspondent(peer: Peer, one: Record) -> str:
    """The other person of a conversation: by their present nickname, or their account if they are
    offline; otherwise by the nickname in the record.
    """
    me = own_person(peer)
    hub = peer.node.hub
    for who in participants(one.place):
        if who == me:
            continue
        account = hub.account_by_ident(who)
        if account is not None:
            return next((hub.users[uid].nick for uid in account.uids), account.name)
        user = hub.users.get(_guest(peer, who))
        if user is not None:
            return user.nick
    return one.target if is_own(peer, one) else one.nick


def connected(peer: Peer, place: str) -> tuple[int, ...]:
    """The uids of those people of a conversation who are online."""
    hub = peer.node.hub
    found: list[int] = []
    for who in participants(place):
        account = hub.account_by_ident(who)
        if account is not None:
            found += account.uids
        elif _guest(peer, who) in hub.users:
            found.append(_guest(peer, who))
    return tuple(dict.fromkeys(found))


def _guest(peer: Peer, who: str) -> int:
    """The uid of a `person` without an account in this run of the server, 0 for others."""
    boot, _, uid = who.rpartition("-")
    return int(uid) if boot == peer.node.boot and uid.isdigit() else 0
