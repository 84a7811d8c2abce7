"""JOIN, PART, TOPIC, LIST, KICK, INVITE, KNOCK, RENAME."""

from __future__ import annotations

from collections.abc import Callable

from gchat.core.effects import Failure, Refused
from gchat.core.events import (
    Invited,
    Joined,
    Kicked,
    Knocked,
    Parted,
    RoomRenamed,
    TopicSet,
)
from gchat.core.rooms import Room
from gchat.core.wildcards import matches
from gchat.dialects.bounds import (
    KNOCK_BYTES,
    LIST_CONDITIONS,
    MODES_PER_COMMAND,
    REASON_BYTES,
    ROOM_LENGTH,
    TOPIC_BYTES,
)
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.history import replay
from gchat.dialects.irc.handlers.markers import send_marker
from gchat.dialects.irc.handlers.metadata import on_entering
from gchat.dialects.irc.handlers.names import name_lines
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.names import InvalidName, casefold, check_room, is_room
from gchat.wire.numerics import (
    ERR_BADCHANMASK,
    ERR_NEEDMOREPARAMS,
    ERR_NOSUCHCHANNEL,
    ERR_TOOMANYTARGETS,
    RPL_AWAY,
    RPL_ENDOFINVITELIST,
    RPL_ENDOFNAMES,
    RPL_INVITELIST,
    RPL_INVITING,
    RPL_KNOCKDLVR,
    RPL_LIST,
    RPL_LISTEND,
    RPL_LISTSTART,
    RPL_NOTOPIC,
    RPL_TOPIC,
    RPL_TOPICWHOTIME,
)
from gchat.wire.text import cut


@command(
    "JOIN",
    min_params=1,
    usage=(
        "JOIN #room[,#room] [key[,key]]",
        "JOIN 0",
    ),
    text=(
        "Enters one or more rooms, with a key where a room has one (+k). The user who creates a "
        "room becomes its operator. JOIN 0 leaves all rooms."
    ),
    url="https://modern.ircdocs.horse/#join-message",
)
def join(irc: IrcConnection, message: Message) -> None:
    """JOIN of rooms with their keys, or of `0`: leave them all."""
    if message.params[0] == "0":
        for name in list(irc.user.rooms):
            irc.commit(Parted(irc.peer.uid, name))
        return
    keys = message.params[1].split(",") if len(message.params) > 1 else []
    names = [name for name in message.params[0].split(",") if name]
    for index, name in enumerate(names):
        try:
            _join(irc, name, keys[index] if index < len(keys) else "")
        except Refused as refusal:
            irc.refuse(refusal)
        irc.peer.yield_if_due()


def _join(irc: IrcConnection, name: str, key: str) -> None:
    if not is_room(name):
        raise Refused(ERR_NOSUCHCHANNEL, name)
    try:
        name = check_room(name, ROOM_LENGTH)
    except InvalidName as error:
        text = f"This room name cannot be used: it {error}"
        raise Refused(ERR_BADCHANMASK, name, text=text) from None
    if casefold(name) in irc.user.rooms:
        return
    if irc.commit(Joined(irc.peer.uid, name, key)):
        room = irc.hub.joined_room(name, irc.peer.uid)
        _show(irc, room)
        replay(irc, room)


def _show(irc: IrcConnection, room: Room) -> None:
    """Sends what a connection is told about a room when it enters or is attached."""
    if room.topic:
        _topic(irc, room)
    send_marker(irc, room.name)
    if Cap.NO_IMPLICIT_NAMES not in irc.caps:
        name_lines(irc, room)
        irc.reply(RPL_ENDOFNAMES, room.name)
    on_entering(irc, room)


def show_all(irc: IrcConnection) -> None:
    """Shows a further connection of a user the rooms that the user is in."""
    for key in list(irc.user.rooms):
        room = irc.hub.rooms.get(key)
        if room is None or irc.peer.uid not in room.members:
            continue  # left while the past of another one was read
        irc.say("JOIN", room.name, source=irc.user.source)
        _show(irc, room)
        replay(irc, room, attached=True)


def rejoin(irc: IrcConnection) -> None:
    """Enters the rooms that the account was in when it was last online."""
    account = irc.hub.account_of(irc.user) if irc.registered else None
    seats = list(account.rooms.values()) if account and irc.config.accounts.rejoin else ()
    for name in (seat.name for seat in seats):
        if casefold(name) not in irc.user.rooms:
            try:
                _join(irc, name, "")
            except Refused as refusal:
                irc.refuse(refusal)


@command(
    "PART",
    min_params=1,
    usage=("PART #room[,#room] [reason]",),
    text="Leaves rooms.",
    url="https://modern.ircdocs.horse/#part-message",
)
def part(irc: IrcConnection, message: Message) -> None:
    """PART."""
    reason = _reason(irc, message, 1)
    for name in message.params[0].split(","):
        irc.commit(Parted(irc.peer.uid, name, reason))


def _reason(irc: IrcConnection, message: Message, index: int) -> str:
    given = message.params[index] if len(message.params) > index else ""
    return cut(given, REASON_BYTES)


@command(
    "TOPIC",
    min_params=1,
    usage=("TOPIC #room [text]",),
    text=(
        "Shows or sets the topic of a room; an empty text removes it. Where the topic is "
        "protected (+t), only half-operators and higher can set it."
    ),
    url="https://modern.ircdocs.horse/#topic-message",
)
def topic(irc: IrcConnection, message: Message) -> None:
    """TOPIC, asked for or set."""
    name = message.params[0]
    if len(message.params) > 1:
        given = message.params[1]
        text = cut(given, TOPIC_BYTES)
        if irc.commit(TopicSet(irc.peer.uid, name, text)) and text != given:
            irc.warn("TOPIC", "TEXT_CUT", name, text=f"The topic was cut to {TOPIC_BYTES} bytes")
        return
    room = irc.hub.room(name)
    if not irc.hub.shows(room, irc.peer.uid):
        room = irc.hub.joined_room(name, irc.peer.uid)
    if room.topic is None:
        irc.reply(RPL_NOTOPIC, room.name)
    else:
        _topic(irc, room)


def _topic(irc: IrcConnection, room: Room) -> None:
    assert room.topic is not None
    irc.reply(RPL_TOPIC, room.name, text=room.topic.text)
    irc.reply(RPL_TOPICWHOTIME, room.name, room.topic.by, str(room.topic.at // 1000))


@command(
    "LIST",
    usage=(
        "LIST",
        "LIST #room[,#room]",
        "LIST condition[,condition]",
    ),
    text=(
        "Lists the rooms that are not secret, with their number of members and topic. A "
        "condition is >count or <count (members), C>minutes or C<minutes (since the room was "
        "created), T>minutes or T<minutes (since the topic was set). A mask with * or ? is a "
        "condition too; !mask selects the rooms that it does not match. Only rooms that meet "
        "all of the conditions are listed."
    ),
    url="https://modern.ircdocs.horse/#list-message",
)
def list_(irc: IrcConnection, message: Message) -> None:
    """LIST of the rooms named, or of all; only those that meet the conditions of ELIST, and secret
    ones only for their members. https://modern.ircdocs.horse/#elist-parameter
    """
    asked = message.params[0].split(",") if message.params and message.params[0] else []
    now = irc.node.wall_ms()
    names = [casefold(word) for word in asked if is_room(word) and not _is_mask(word)]
    conditions = [condition for word in asked if (condition := _condition(word, now)) is not None]
    if len(conditions) > LIST_CONDITIONS:
        text = f"LIST takes at most {LIST_CONDITIONS} conditions"
        raise Refused(ERR_TOOMANYTARGETS, asked[0], text=text)
    if names:
        found = [irc.hub.rooms.get(key) for key in dict.fromkeys(names)]
        rooms = [room for room in found if room is not None]
    else:
        rooms = list(irc.hub.rooms.values())
    irc.reply(RPL_LISTSTART, "Channel")
    for room in irc.in_turns(rooms):
        if not irc.hub.shows(room, irc.peer.uid) or not room.members:
            continue
        if all(condition(room) for condition in conditions):
            topic = room.topic.text if room.topic else ""
            irc.say(RPL_LIST.code, irc.nick, room.name, str(len(room.members)), topic)
    irc.reply(RPL_LISTEND)


def _is_mask(word: str) -> bool:
    return "*" in word or "?" in word


def _condition(word: str, now: int) -> Callable[[Room], bool] | None:
    """A word of LIST as a condition; `None` for any other word. `now` is in milliseconds."""
    if _is_mask(word):
        mask = word.removeprefix("!").lower()
        wanted = not word.startswith("!")
        return lambda room: matches(mask, room.key) is wanted
    kind = next((kind for kind in _BY_NUMBER if word.upper().startswith(kind)), None)
    number = word[len(kind) :] if kind else ""
    if kind is None or not (number.isascii() and number.isdigit()):
        return None
    value, (measure, greater) = int(number[:9]), _BY_NUMBER[kind]
    if greater:
        return lambda room: measure(room, now) > value
    return lambda room: measure(room, now) < value


def _created_ago(room: Room, now: int) -> float:
    return (now - room.created) / 60_000


def _topic_ago(room: Room, now: int) -> float:
    return (now - room.topic.at) / 60_000 if room.topic else float("inf")


_BY_NUMBER: dict[str, tuple[Callable[[Room, int], float], bool]] = {
    ">": (lambda room, now: len(room.members), True),
    "<": (lambda room, now: len(room.members), False),
    "C>": (_created_ago, True),
    "C<": (_created_ago, False),
    "T>": (_topic_ago, True),
    "T<": (_topic_ago, False),
}


@command(
    "KICK",
    min_params=2,
    usage=(
        "KICK #room nickname[,nickname] [reason]",
        "KICK #room,#room nickname,nickname [reason]",
    ),
    text=(
        "Removes users from a room. With several rooms, each user is removed from the room in "
        "the same position. You have to be a half-operator or higher, and not of a lower rank "
        "than the user."
    ),
    url="https://modern.ircdocs.horse/#kick-message",
)
def kick(irc: IrcConnection, message: Message) -> None:
    """KICK of users from one room, or of each from the room at the same position of the list."""
    reason = _reason(irc, message, 2) or irc.nick
    rooms, targets = message.params[0].split(","), message.params[1].split(",")
    if len(rooms) == 1:
        rooms *= len(targets)
    for room, target in list(zip(rooms, targets, strict=False))[:MODES_PER_COMMAND]:
        irc.commit(Kicked(irc.peer.uid, room, target, reason))


@command(
    "INVITE",
    usage=(
        "INVITE nickname #room",
        "INVITE",
    ),
    text=(
        "Invites a user to a room that you are in. An invitation from a half-operator or higher "
        "lets the user in past bans, the key and the other restrictions; one from another "
        "member only tells them of the room. In an invite-only room (+i), only half-operators "
        "and higher can invite. Without parameters, lists the rooms to which you are invited."
    ),
    url="https://modern.ircdocs.horse/#invite-message",
)
def invite(irc: IrcConnection, message: Message) -> None:
    """INVITE; without parameters, the rooms to which they are invited."""
    if not message.params:
        for room in irc.in_turns(irc.hub.rooms.values()):
            if irc.peer.uid in room.invited:
                irc.reply(RPL_INVITELIST, room.name, text="")
        irc.reply(RPL_ENDOFINVITELIST)
        return
    if len(message.params) < 2:
        raise Refused(ERR_NEEDMOREPARAMS, "INVITE")
    nick, name = message.params[:2]
    if irc.commit(Invited(irc.peer.uid, name, nick)):
        target = irc.hub.named(nick)
        irc.reply(RPL_INVITING, target.nick, irc.hub.room(name).name, text="")
        if target.away is not None:
            irc.reply(RPL_AWAY, target.nick, text=target.away)


@command(
    "KNOCK",
    min_params=1,
    usage=("KNOCK #room [text]",),
    text=(
        "Asks the operators and half-operators of a room for an invitation. The room has to be "
        "invite-only (+i) or have a key (+k), and you must not be banned from it."
    ),
    url="https://docs.inspircd.org/4/modules/knock/",
)
def knock(irc: IrcConnection, message: Message) -> None:
    """KNOCK, which no standard has: https://docs.inspircd.org/4/modules/knock/"""
    text = cut(message.params[1], KNOCK_BYTES) if len(message.params) > 1 else ""
    if irc.commit(Knocked(irc.peer.uid, message.params[0], text)):
        irc.reply(RPL_KNOCKDLVR, message.params[0])


@command(
    "RENAME",
    min_params=2,
    usage=("RENAME #room #newname [reason]",),
    text=(
        "Renames a room; its members, modes and topic stay. You have to be an operator of the "
        "room, and its founder if it is registered."
    ),
    url="https://ircv3.net/specs/extensions/channel-rename",
)
def rename(irc: IrcConnection, message: Message) -> None:
    """RENAME, https://ircv3.net/specs/extensions/channel-rename"""
    old, new = message.params[:2]
    reason = cut(message.params[2], REASON_BYTES) if len(message.params) > 2 else ""
    try:
        name = check_room(new, ROOM_LENGTH)
    except InvalidName as error:
        text = f"This room name cannot be used: it {error}"
        raise Failure("RENAME", "CANNOT_RENAME", old, new or "*", text=text) from None
    irc.commit(RoomRenamed(irc.peer.uid, old, name, reason))
