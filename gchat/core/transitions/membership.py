"""Entering and leaving rooms: JOIN, PART, KICK, INVITE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import Effect, Entered, Invitation, Left, Refused, WasKicked
from gchat.core.events import Entry, Invited, Joined, Kicked, Parted
from gchat.core.rooms import Room
from gchat.core.saved import saved_room
from gchat.core.users import User
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_BADCHANNELKEY,
    ERR_BANNEDFROMCHAN,
    ERR_CHANNELISFULL,
    ERR_CHANOPRIVSNEEDED,
    ERR_INVITEONLYCHAN,
    ERR_TOOMANYCHANNELS,
    ERR_USERNOTINCHANNEL,
    ERR_USERONCHANNEL,
)

if TYPE_CHECKING:
    from gchat.core.hub import Hub


def joined(hub: Hub, entry: Entry, event: Joined) -> tuple[Effect, ...]:
    """Who makes a room is its operator; the lobby belongs to everybody and has none."""
    user = hub.user(event.uid)
    key = casefold(event.room)
    room = hub.rooms.get(key)
    if room is not None and user.uid in room.members:
        return ()
    if len(user.rooms) >= hub.rules.rooms_per_user:
        raise Refused(ERR_TOOMANYCHANNELS, event.room)
    letters = ""
    if room is None:
        room = Room(key=key, name=event.room, created=entry.at, flags={"n"})
        hub.rooms[key] = room
        if key == casefold(hub.rules.lobby):
            room.lasting = True
            hub.saved.append(saved_room(room))
        else:
            letters = "o"
            room.flags.add("t")
    else:
        _check_entry(room, user, event.key)
    room.members[user.uid] = letters
    room.invited.discard(user.uid)
    user.rooms[key] = None
    return (
        Entered(
            **user.doing(entry),
            room=key,
            room_name=room.name,
        ),
    )


def _check_entry(room: Room, user: User, password: str) -> None:
    if user.uid in room.invited:
        return
    if room.bans_user(user):
        raise Refused(ERR_BANNEDFROMCHAN, room.name)
    if "i" in room.flags:
        raise Refused(ERR_INVITEONLYCHAN, room.name)
    if room.password and password != room.password:
        raise Refused(ERR_BADCHANNELKEY, room.name)
    if room.capacity and len(room.members) >= room.capacity:
        raise Refused(ERR_CHANNELISFULL, room.name)


def remove(hub: Hub, room: Room, user: User) -> None:
    """Takes a member out; the room goes with its last one, if it does not last."""
    del room.members[user.uid]
    del user.rooms[room.key]
    if not room.members and not room.lasting:
        del hub.rooms[room.key]


def parted(hub: Hub, entry: Entry, event: Parted) -> tuple[Effect, ...]:
    """Seen by the room, the one who leaves included."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    remove(hub, room, user)
    return (
        Left(
            **user.doing(entry),
            room=room.key,
            room_name=room.name,
            reason=event.reason,
        ),
    )


def kicked(hub: Hub, entry: Entry, event: Kicked) -> tuple[Effect, ...]:
    """By an operator of the room."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    if not room.is_op(user.uid):
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    target = hub.named(event.target)
    if target.uid not in room.members:
        raise Refused(ERR_USERNOTINCHANNEL, target.nick, room.name)
    remove(hub, room, target)
    return (
        WasKicked(
            **user.doing(entry),
            room=room.key,
            room_name=room.name,
            target=target.nick,
            target_uid=target.uid,
            reason=event.reason,
        ),
    )


def invited(hub: Hub, entry: Entry, event: Invited) -> tuple[Effect, ...]:
    """By a member; by an operator only, where the room is by invitation (+i)."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    if "i" in room.flags and not room.is_op(user.uid):
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    target = hub.named(event.target)
    if target.uid in room.members:
        raise Refused(ERR_USERONCHANNEL, target.nick, room.name)
    room.invited &= hub.users.keys()  # who was invited and is gone need not be kept
    room.invited.add(target.uid)
    return (
        Invitation(
            **user.doing(entry),
            uids=(target.uid,),
            room_name=room.name,
            target=target.nick,
        ),
    )
