"""JOIN, PART, TOPIC, NAMES, LIST, KICK, INVITE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import Refused
from gchat.core.events import Invited, Joined, Kicked, Parted, TopicSet
from gchat.core.rooms import Room
from gchat.dialects.irc.history import replay
from gchat.dialects.irc.markers import send_marker
from gchat.dialects.irc.people import visible
from gchat.wire.caps import Cap
from gchat.wire.message import Message, pack_words
from gchat.wire.names import InvalidName, casefold, check_room, is_room
from gchat.wire.numerics import (
    ERR_BADCHANMASK,
    ERR_NOSUCHCHANNEL,
    RPL_AWAY,
    RPL_ENDOFNAMES,
    RPL_INVITING,
    RPL_LIST,
    RPL_LISTEND,
    RPL_LISTSTART,
    RPL_NAMREPLY,
    RPL_NOTOPIC,
    RPL_TOPIC,
    RPL_TOPICWHOTIME,
)

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection


def join(irc: IrcConnection, message: Message) -> None:
    """JOIN of rooms with their keys, or of `0`: leave them all."""
    if message.params[0] == "0":
        for name in list(irc.user.rooms):
            irc.commit(Parted(irc.link.uid, name))
        return
    keys = message.params[1].split(",") if len(message.params) > 1 else []
    names = [name for name in message.params[0].split(",") if name]
    for index, name in enumerate(names):
        try:
            _join(irc, name, keys[index] if index < len(keys) else "")
        except Refused as refusal:
            irc.refuse(refusal)


def _join(irc: IrcConnection, name: str, key: str) -> None:
    if not is_room(name):
        raise Refused(ERR_NOSUCHCHANNEL, name)
    try:
        name = check_room(name, irc.server.room_length)
    except InvalidName as error:
        text = f"This room name cannot be used: it {error}"
        raise Refused(ERR_BADCHANMASK, name, text=text) from None
    if casefold(name) in irc.user.rooms:
        return
    if irc.commit(Joined(irc.link.uid, name, key)):
        room = irc.hub.joined_room(name, irc.link.uid)
        if room.topic:
            _topic(irc, room)
        send_marker(irc, room.name)
        _names(irc, room)
        replay(irc, room)


def part(irc: IrcConnection, message: Message) -> None:
    """PART."""
    reason = _reason(irc, message, 1)
    for name in message.params[0].split(","):
        irc.commit(Parted(irc.link.uid, name, reason))


def _reason(irc: IrcConnection, message: Message, index: int) -> str:
    given = message.params[index] if len(message.params) > index else ""
    return given[: irc.server.reason_length]


def topic(irc: IrcConnection, message: Message) -> None:
    """TOPIC, asked for or set."""
    name = message.params[0]
    if len(message.params) > 1:
        text = message.params[1][: irc.server.topic_length]
        irc.commit(TopicSet(irc.link.uid, name, text))
        return
    room = irc.hub.room(name)
    if not irc.hub.shows(room, irc.link.uid):
        room = irc.hub.joined_room(name, irc.link.uid)
    if room.topic is None:
        irc.reply(RPL_NOTOPIC, room.name)
    else:
        _topic(irc, room)


def _topic(irc: IrcConnection, room: Room) -> None:
    assert room.topic is not None
    irc.reply(RPL_TOPIC, room.name, text=room.topic.text)
    irc.reply(RPL_TOPICWHOTIME, room.name, room.topic.by, str(room.topic.at // 1000))


def names(irc: IrcConnection, message: Message) -> None:
    """NAMES of the rooms named. Without a room, that would be everybody: only the end is sent."""
    if not message.params:
        irc.reply(RPL_ENDOFNAMES, "*")
        return
    for name in dict.fromkeys(message.params[0].split(",")):
        room = irc.hub.rooms.get(casefold(name))
        if room is None or not irc.hub.shows(room, irc.link.uid):
            irc.reply(RPL_ENDOFNAMES, name)
        else:
            _names(irc, room)


def _names(irc: IrcConnection, room: Room) -> None:
    """As many 353 as the names need, and the 366."""
    symbol = "@" if "s" in room.flags else "="
    every = Cap.MULTI_PREFIX in irc.caps
    inside = irc.link.uid in room.members
    words = (
        room.prefix(uid, every=every) + irc.hub.users[uid].nick
        for uid in room.members
        if inside or visible(irc, irc.hub.users[uid])
    )
    for line in pack_words(words, irc.space(RPL_NAMREPLY, symbol, room.name)):
        irc.reply(RPL_NAMREPLY, symbol, room.name, text=line)
    irc.reply(RPL_ENDOFNAMES, room.name)


def list_(irc: IrcConnection, message: Message) -> None:
    """LIST of all rooms that are not secret, or of those named."""
    if message.params and message.params[0]:
        asked = dict.fromkeys(casefold(name) for name in message.params[0].split(","))
        found = [irc.hub.rooms.get(key) for key in asked]
        rooms = [room for room in found if room is not None]
    else:
        rooms = list(irc.hub.rooms.values())
    irc.reply(RPL_LISTSTART, "Channel")
    for room in rooms:
        if irc.hub.shows(room, irc.link.uid):
            topic = room.topic.text if room.topic else ""
            irc.say(RPL_LIST.code, irc.nick, room.name, str(len(room.members)), topic)
    irc.reply(RPL_LISTEND)


def kick(irc: IrcConnection, message: Message) -> None:
    """KICK of one or more people from one room."""
    reason = _reason(irc, message, 2) or irc.nick
    for target in message.params[1].split(",")[: irc.server.modes_per_command]:
        irc.commit(Kicked(irc.link.uid, message.params[0], target, reason))


def invite(irc: IrcConnection, message: Message) -> None:
    """INVITE."""
    nick, name = message.params[:2]
    if irc.commit(Invited(irc.link.uid, name, nick)):
        target = irc.hub.named(nick)
        irc.reply(RPL_INVITING, target.nick, irc.hub.room(name).name, text="")
        if target.away is not None:
            irc.reply(RPL_AWAY, target.nick, text=target.away)
