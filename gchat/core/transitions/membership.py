"""Entering and leaving rooms: JOIN, PART, KICK, INVITE, KNOCK."""

from __future__ import annotations

from dataclasses import replace

from gchat.config.rules import slow_mode
from gchat.core.accounts import NOTHING_OLDER, Account, Seat
from gchat.core.effects import (
    ChangedAway,
    ChangedModes,
    Effect,
    Entered,
    Invitation,
    Knock,
    Left,
    Refused,
    WasKicked,
)
from gchat.core.events import Entry, Invited, Joined, Kicked, Knocked, ModeChange, Parted
from gchat.core.hub import Hub
from gchat.core.limits import Recent
from gchat.core.rooms import HALFOP, Room
from gchat.core.saved import saved_account, saved_room
from gchat.core.strangers import INVITATIONS, approach, check_accepts, check_invitations, meet
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import User
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_BADCHANNELKEY,
    ERR_BANNEDFROMCHAN,
    ERR_CHANNELISFULL,
    ERR_CHANOPEN,
    ERR_CHANOPRIVSNEEDED,
    ERR_INVITEONLYCHAN,
    ERR_KNOCKONCHAN,
    ERR_NEEDREGGEDNICK,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_TOOMANYCHANNELS,
    ERR_TOOMANYKNOCK,
    ERR_USERNOTINCHANNEL,
    ERR_USERONCHANNEL,
)

KNOCKS, KNOCK_SECONDS = 5, 60  # so many at a room in a time, of all together
CHANSERV = {"nick": "ChanServ", "source": "ChanServ!ChanServ@services"}


def joined(hub: Hub, entry: Entry, event: Joined) -> tuple[Effect, ...]:
    """Whoever joins a room that does not exist creates it and is its operator. In the lobby, which
    belongs to nobody, server operators are. The founder of a registered room is found by account.
    """
    user = hub.user(event.uid)
    key = casefold(event.room)
    room = hub.rooms.get(key)
    if room is not None and user.uid in room.members:
        return ()
    if len(user.rooms) >= hub.config.limits.rooms_per_user:
        raise Refused(ERR_TOOMANYCHANNELS, event.room)
    is_lobby = key == casefold(hub.config.server.lobby)
    ownerless = is_lobby or (room is not None and room.lasting and not room.founder)
    letters = "o" if ownerless and "o" in user.modes else ""
    if room is None:
        room = Room(key=key, name=event.room, created=entry.at, flags={"n"})
        room.slow = slow_mode(hub.config.limits.slow_mode)
        # there is no space in a name
        room.place = key if is_lobby else hub.former_place(key) or f"{key} {entry.msgid}"
        hub.rooms[key] = room
        if is_lobby:
            room.lasting = True
            hub.saved.append(saved_room(room))
        else:
            letters = "o"
            room.flags.add("t")
        given = ""  # everybody can tell from the names that they are the first
    else:
        founder = bool(room.founder) and casefold(room.founder) == casefold(user.account)
        if not (founder or letters or _was_here(hub, room, user)):
            _check_entry(room, user, event.key)
        letters = given = "q" if founder else letters or room.ranks.get(user.account_id, "")
    room.members[user.uid] = letters
    room.silenced.pop(user.uid, None)
    room.invited.discard(user.uid)
    user.rooms[key] = None
    _remember(hub, user, room, here=True)
    return _seen_entering(entry, room, user, given)


def _seen_entering(entry: Entry, room: Room, user: User, given: str) -> tuple[Effect, ...]:
    doing = user.doing(entry)
    effects: list[Effect] = [
        Entered(**doing, room=room.key, room_name=room.name, realname=user.realname)
    ]
    if given:
        changes = tuple(ModeChange(True, letter, user.nick) for letter in given)
        doing = {**doing, **CHANSERV, "account": ""}
        effects.append(ChangedModes(**doing, room=room.key, room_name=room.name, changes=changes))
    if user.away is not None:
        others = tuple(uid for uid in room.members if uid != user.uid)
        effects.append(ChangedAway(**user.doing(entry), uids=others, text=user.away))
    return tuple(effects)


def _was_here(hub: Hub, room: Room, user: User) -> bool:
    """Whether their account is in this registered room, and they only were not connected: then
    nothing but a ban can keep them out.
    """
    seat = hub.seat_of(user, room)
    return (
        seat is not None
        and seat.created == room.created
        and bool(room.founder)
        and not room.bans(user)
    )


def _check_entry(room: Room, user: User, password: str) -> None:
    if user.uid in room.invited:
        return
    if room.bans(user):
        raise Refused(ERR_BANNEDFROMCHAN, room.name)
    reserved = "R" in room.flags and not user.account
    excepted = ("i" in room.flags or reserved) and room.matches("I", user)
    if "i" in room.flags and not excepted:
        raise Refused(ERR_INVITEONLYCHAN, room.name)
    if reserved and not excepted:
        text = "Only registered users may join this room (+R)"
        raise Refused(ERR_NEEDREGGEDNICK, room.name, text=text)
    if room.password and password != room.password:
        raise Refused(ERR_BADCHANNELKEY, room.name)
    if room.capacity and len(room.members) >= room.capacity:
        raise Refused(ERR_CHANNELISFULL, room.name)


def _remember(hub: Hub, user: User, room: Room, *, here: bool) -> None:
    """Where the people of an account are, so that they are there again when they come back."""
    account, seat = hub.account_of(user), hub.seat_of(user, room)
    if account is None or (seat is None and not here):
        return
    if here:
        since = min(room.created, seat.since) if seat is not None else room.created
        new = Seat(room.name, room.place, since, room.created)
        if new == seat:
            return
        _make_room(hub, account, room.key)
        hub.seat(account, room.key, new)
    elif any(uid in room.members for uid in account.uids):
        return  # somebody else of the account still is
    else:
        hub.seat(account, room.key, None)
    hub.saved.append(saved_account(account))


def _make_room(hub: Hub, account: Account, key: str) -> None:
    """Forgets the oldest room that nobody of an account is in, if it has as many as it may have."""
    if key in account.rooms or len(account.rooms) < hub.config.limits.rooms_per_user:
        return
    here = {name for uid in account.uids for name in hub.users[uid].rooms}
    for old in account.rooms:
        if old not in here:
            hub.seat(account, old, None)
            return


def forget_absent(hub: Hub, room: Room) -> None:
    """Call it when somebody may be meant to be kept out of a room that does not outlast a restart:
    those who are not there now read nothing older if they come back into one made anew.
    """
    for account in hub.absent(room) if not room.lasting else ():
        seat = account.rooms[room.key]
        if seat.since != NOTHING_OLDER:
            hub.seat(account, room.key, replace(seat, since=NOTHING_OLDER))
            hub.saved.append(saved_account(account))


def remove(hub: Hub, room: Room, user: User) -> None:
    """Takes a member out; the room goes with its last one, if it does not last."""
    del room.members[user.uid]
    del user.rooms[room.key]
    room.silenced.pop(user.uid, None)
    if not room.members and not room.lasting:
        del hub.rooms[room.key]


def parted(hub: Hub, entry: Entry, event: Parted) -> tuple[Effect, ...]:
    """Seen by the room, the one who leaves included."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    remove(hub, room, user)
    _remember(hub, user, room, here=False)
    return (Left(**user.doing(entry), room=room.key, room_name=room.name, reason=event.reason),)


def kicked(hub: Hub, entry: Entry, event: Kicked) -> tuple[Effect, ...]:
    """By a member of at least half-operator rank, and of no lower rank than the target."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    rank = room.rank(user.uid)
    if rank < HALFOP:
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    target = hub.nicks.get(casefold(event.target))
    if target is None:
        raise Refused(ERR_NOSUCHNICK, event.target)
    if target.uid not in room.members:
        raise Refused(ERR_USERNOTINCHANNEL, target.nick, room.name)
    if room.rank(target.uid) > rank:
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name, text="Their rank is higher than yours")
    remove(hub, room, target)
    _remember(hub, target, room, here=False)
    forget_absent(hub, room)  # they may have logged out before
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
    """By a member; in an invite-only room (+i), one of at least half-operator rank. The others of
    that rank are told: https://ircv3.net/specs/extensions/invite-notify
    """
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    if "i" in room.flags and room.rank(user.uid) < HALFOP:
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    target = hub.named(event.target)
    if target.uid in room.members:
        raise Refused(ERR_USERONCHANNEL, target.nick, room.name)
    check_accepts(user, target)
    check_invitations(user, target, entry.tick)
    meet(hub, user, target, entry.tick)
    target.invitations = target.invitations or Recent()
    target.invitations.add(INVITATIONS, entry.tick)
    room.invited &= hub.users.keys()  # who was invited and is gone need not be kept
    if room.rank(user.uid) >= HALFOP:  # from others it is news, and no way past bans and keys
        room.invited.add(target.uid)
    doing = user.doing(entry)
    told = tuple(uid for uid in _staff(room) if uid != user.uid)
    effects = [Invitation(**doing, uids=(target.uid,), room_name=room.name, target=target.nick)]
    if told:
        effects.append(
            Invitation(**doing, uids=told, room_name=room.name, target=target.nick, told=True)
        )
    return tuple(effects)


def _staff(room: Room) -> list[int]:
    return [uid for uid in room.members if room.rank(uid) >= HALFOP]


def knocked(hub: Hub, entry: Entry, event: Knocked) -> tuple[Effect, ...]:
    """By who is not a member and may not enter without an invitation, nor is banned."""
    user = hub.user(event.uid)
    room = hub.room(event.room)
    if not hub.shows(room, user.uid):
        raise Refused(ERR_NOSUCHCHANNEL, event.room)
    if user.uid in room.members:
        raise Refused(ERR_KNOCKONCHAN, room.name)
    if "i" not in room.flags and not room.password:
        raise Refused(ERR_CHANOPEN, room.name)
    if room.bans(user):
        raise Refused(ERR_BANNEDFROMCHAN, room.name)
    if room.knocks.wait(KNOCKS, KNOCK_SECONDS, entry.tick):
        raise Refused(ERR_TOOMANYKNOCK, room.name)
    approach(hub, user, room.name, entry.tick)
    room.knocks.add(KNOCKS, entry.tick)
    staff = tuple(_staff(room))
    return (Knock(**user.doing(entry), uids=staff, room_name=room.name, text=event.text),)


TRANSITIONS.update(
    {
        Joined: joined,
        Parted: parted,
        Kicked: kicked,
        Invited: invited,
        Knocked: knocked,
    }
)
