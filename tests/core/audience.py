"""Who is to be shown an effect, worked out anew from who is where: by `uids`, beside the members
of its room.
"""

from __future__ import annotations

from gchat.core.effects import (
    ChangedMetadata,
    ChangedNick,
    ChangedRealname,
    ChangedRoomName,
    ChangedUserModes,
    Disconnected,
    Effect,
    Invitation,
    Knock,
    MarkedRead,
    Personal,
    Presence,
    Redaction,
    Spoke,
    Wallop,
)
from gchat.core.events import Joined, Redacted
from gchat.core.hub import Hub
from gchat.core.rooms import HALFOP, OP, Room
from gchat.wire.names import casefold


def neighbours(hub: Hub, uid: int) -> set[int]:
    """Everybody else in their rooms."""
    rooms = [room for room in hub.rooms.values() if uid in room.members]
    return {member for room in rooms for member in room.members} - {uid}


def watching(hub: Hub, nick: str) -> set[int]:
    """Who monitors a nickname."""
    return {uid for uid, user in hub.users.items() if user.watches(casefold(nick))}


def _ranked(room: Room, least: int) -> set[int]:
    return {uid for uid in room.members if room.rank(uid) >= least}


def _inside(hub: Hub, name: str) -> Room:
    (room,) = (room for room in hub.rooms.values() if room.name == name)
    return room


def _spoke(before: Hub, effect: Spoke | Redaction, status: bool) -> set[int]:
    me = {effect.uid}
    if status:
        return me | _ranked(_inside(before, effect.target[1:]), OP)
    if effect.room:
        if isinstance(effect, Redaction):
            return set()
        return me - set(before.rooms[effect.room].members)  # it is their room's to see
    if isinstance(effect, Redaction):
        event = effect.entry.event
        assert isinstance(event, Redacted)
        return me | (set(event.others) & before.users.keys())
    return me | {before.nicks[casefold(effect.target)].uid}


def audience(before: Hub, after: Hub, effect: Effect, gone: set[int]) -> set[int]:  # noqa: C901
    """Of an effect of the event between two hubs; `gone` are those whom earlier effects of the same
    event took away.
    """
    uid = effect.uid
    match effect:
        case Spoke() | Redaction():
            found = _spoke(before, effect, effect.target.startswith("@"))
        case Disconnected():
            found = neighbours(before, uid)
        case ChangedNick():
            found = {uid} | neighbours(before, uid)
        case Personal() if isinstance(effect.entry.event, Joined):
            found = set(after.rooms[casefold(effect.entry.event.room)].members) - {uid}
        case Personal():
            around = neighbours(before, uid)
            if effect.watched:
                found = watching(before, effect.nick) - around - {uid}
            else:
                found = around | ({uid} if isinstance(effect, ChangedRealname) else set())
        case Presence():
            found = watching(before, effect.nick)
        case Invitation():
            room = _inside(before, effect.room_name)
            found = {before.nicks[casefold(effect.target)].uid}
            if effect.told:
                found = _ranked(room, HALFOP) - {uid}
        case Knock():
            found = _ranked(_inside(before, effect.room_name), HALFOP)
        case ChangedRoomName():
            found = set(before.rooms[effect.old_key].members)
        case ChangedUserModes():
            found = {uid}
        case ChangedMetadata():
            found = neighbours(before, uid) | watching(before, effect.nick)
            if effect.target.startswith("#"):
                found = set(_inside(before, effect.target).members)
            found -= {uid}
        case Wallop():
            found = {one.uid for one in before.users.values() if "w" in one.modes}
        case MarkedRead():
            user = before.users[uid]
            account = before.accounts[casefold(user.account)] if user.account else None
            markers = account.markers if account else user.markers
            moved = effect.at > markers.get(casefold(effect.target), 0)
            found = set(account.uids) if moved and account else {uid}
        case _:
            found = set()
    return found - gone
