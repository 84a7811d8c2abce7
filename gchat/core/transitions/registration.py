"""Rooms that belong to an account, and rooms that are called otherwise."""

from __future__ import annotations

from dataclasses import replace

from gchat.core.effects import ChangedModes, ChangedRoomName, Effect, Failure, Refused
from gchat.core.events import Entry, ModeChange, RoomRegistered, RoomRenamed
from gchat.core.hub import Hub
from gchat.core.rooms import OP
from gchat.core.saved import saved_account, saved_room
from gchat.core.transitions.hooks import forget_hooks
from gchat.core.transitions.membership import forget_absent
from gchat.core.transitions.registry import TRANSITIONS
from gchat.wire.names import casefold
from gchat.wire.numerics import ERR_CHANOPRIVSNEEDED, ERR_NEEDREGGEDNICK, ERR_TOOMANYCHANNELS


def room_registered(hub: Hub, entry: Entry, event: RoomRegistered) -> tuple[Effect, ...]:
    """By an operator of the room who is logged in; its end by its founder."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    if not user.account:
        raise Refused(ERR_NEEDREGGEDNICK, room.name)
    mine = bool(room.founder) and casefold(room.founder) == casefold(user.account)
    if not event.adding:
        if not mine:
            raise Refused(
                ERR_CHANOPRIVSNEEDED, room.name, text="You are not the founder of this room"
            )
        room.founder, room.lasting = "", False
        forget_hooks(hub, room)
        hub.saved.append(saved_room(room))
        forget_absent(hub, room)
        return ()
    if mine:
        return ()
    if room.lasting:
        raise Refused(
            ERR_CHANOPRIVSNEEDED,
            room.name,
            text="This room is already registered, or it is the lobby",
        )
    if room.rank(user.uid) < OP:
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    owned = sum(casefold(one.founder) == casefold(user.account) for one in hub.rooms.values())
    if owned >= hub.config.limits.rooms_per_account:
        raise Refused(ERR_TOOMANYCHANNELS, room.name, text="You have registered too many rooms")
    room.founder, room.lasting = user.account, True
    hub.saved.append(saved_room(room))
    if "q" in room.members[user.uid]:
        return ()
    room.members[user.uid] = "q" + room.members[user.uid]
    change = ModeChange(True, "q", user.nick)
    return (
        ChangedModes(**user.doing(entry), room=room.key, room_name=room.name, changes=(change,)),
    )


def room_renamed(hub: Hub, entry: Entry, event: RoomRenamed) -> tuple[Effect, ...]:
    """By an operator of the room; if it is registered, only by its founder. Its history is found
    under the new name from then on. https://ircv3.net/specs/extensions/channel-rename
    """
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    new_key = casefold(event.new)
    if not room.is_op(user.uid):
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    if casefold(hub.config.server.lobby) in (room.key, new_key) or (
        room.founder and casefold(room.founder) != casefold(user.account)
    ):
        text = "Only its founder can rename this room"
        raise Failure("RENAME", "CANNOT_RENAME", room.name, event.new, text=text)
    expected = hub.seats.get(new_key, {}).keys() - {room.place}  # people are to come back to it
    if (new_key in hub.rooms and new_key != room.key) or expected:
        text = "A room with this name already exists"
        raise Failure("RENAME", "CHANNEL_NAME_IN_USE", room.name, event.new, text=text)
    effect = ChangedRoomName(
        **user.doing(entry),
        uids=tuple(room.members),
        room_name=room.name,
        old_key=room.key,
        new=event.new,
        new_key=new_key,
        reason=event.reason,
    )
    del hub.rooms[room.key]
    if room.lasting and new_key != room.key:
        room.lasting = False
        hub.saved.append(saved_room(room))
        room.lasting = True
    for uid in room.members:
        rooms = hub.users[uid].rooms
        hub.users[uid].rooms = {new_key if key == room.key else key: None for key in rooms}
    for key in list(hub.seats.get(room.key, {}).get(room.place, ())):
        account = hub.accounts[key]
        seat = account.rooms[room.key]
        hub.seat(account, room.key, None)
        hub.seat(account, new_key, replace(seat, name=event.new))
        hub.saved.append(saved_account(account))
    for hook in room.hooks.values():
        hub.hooks.move(hook, new_key)
    room.key, room.name = new_key, event.new
    hub.rooms[new_key] = room
    if room.lasting:
        hub.saved.append(saved_room(room))
    return (effect,)


TRANSITIONS.update(
    {
        RoomRegistered: room_registered,
        RoomRenamed: room_renamed,
    }
)
