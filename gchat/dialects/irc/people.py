"""WHO, WHOIS, AWAY, ISON, USERHOST."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core import masks
from gchat.core.effects import Refused
from gchat.core.events import AwaySet
from gchat.core.rooms import Room
from gchat.core.users import User
from gchat.wire.caps import Cap
from gchat.wire.message import Message, pack_words
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_NONICKNAMEGIVEN,
    ERR_NOSUCHNICK,
    RPL_AWAY,
    RPL_ENDOFWHO,
    RPL_ENDOFWHOIS,
    RPL_ISON,
    RPL_NOWAWAY,
    RPL_UNAWAY,
    RPL_USERHOST,
    RPL_WHOISCHANNELS,
    RPL_WHOISIDLE,
    RPL_WHOISSERVER,
    RPL_WHOISSPECIAL,
    RPL_WHOISUSER,
    RPL_WHOREPLY,
)

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection

WHO_REPLIES = 1000  # for a mask; a room is told whole
NAMES_PER_QUERY = 20  # USERHOST


def away(irc: IrcConnection, message: Message) -> None:
    """AWAY with a text, or without: back again."""
    text = message.params[0][: irc.server.reason_length] if message.params else ""
    if irc.commit(AwaySet(irc.link.uid, text or None)):
        irc.reply(RPL_NOWAWAY if text else RPL_UNAWAY)


def ison(irc: IrcConnection, message: Message) -> None:
    """ISON."""
    asked = " ".join(message.params).split()
    found = [irc.hub.nicks[key].nick for nick in asked if (key := casefold(nick)) in irc.hub.nicks]
    for line in pack_words(found, irc.space(RPL_ISON)) or [""]:
        irc.say(RPL_ISON.code, irc.nick, line)


def userhost(irc: IrcConnection, message: Message) -> None:
    """USERHOST."""
    asked = " ".join(message.params).split()[:NAMES_PER_QUERY]
    users = [irc.hub.nicks[key] for nick in asked if (key := casefold(nick)) in irc.hub.nicks]
    found = [f"{u.nick}={'+' if u.away is None else '-'}{u.username}@{u.host}" for u in users]
    irc.say(RPL_USERHOST.code, irc.nick, " ".join(found))


def who(irc: IrcConnection, message: Message) -> None:
    """WHO of a room, a nickname or a mask."""
    asked = message.params[0] if message.params else "*"
    room = irc.hub.rooms.get(casefold(asked))
    if room is not None:
        if irc.hub.shows(room, irc.link.uid):
            for uid in room.members:
                user = irc.hub.users[uid]
                if uid == irc.link.uid or visible(irc, user):
                    _who_reply(irc, user, room)
    else:
        for user in _matching(irc, asked):
            _who_reply(irc, user, _shared_room(irc, user))
    irc.reply(RPL_ENDOFWHO, asked)


def _matching(irc: IrcConnection, mask: str) -> list[User]:
    """Whose nickname matches: exactly that person, or by wildcards those who may be seen."""
    person = irc.hub.nicks.get(casefold(mask))
    if person is not None:
        return [person]
    folded = "*" if mask == "0" else casefold(mask)
    if not ("*" in folded or "?" in folded):
        return []
    found = []
    for key, user in irc.hub.nicks.items():
        if masks.matches(folded, key) and visible(irc, user):
            found.append(user)
            if len(found) == WHO_REPLIES:
                break
    return found


def visible(irc: IrcConnection, user: User) -> bool:
    """Not invisible (+i), or oneself, or somebody with whom one shares a room."""
    return (
        "i" not in user.modes
        or user is irc.user
        or not irc.user.rooms.keys().isdisjoint(user.rooms)
    )


def _shared_room(irc: IrcConnection, user: User) -> Room | None:
    for key in user.rooms:
        if irc.hub.shows(irc.hub.rooms[key], irc.link.uid):
            return irc.hub.rooms[key]
    return None


def _who_reply(irc: IrcConnection, user: User, room: Room | None) -> None:
    flags = "H" if user.away is None else "G"
    if room is not None:
        flags += room.prefix(user.uid, every=Cap.MULTI_PREFIX in irc.caps)
    irc.reply(
        RPL_WHOREPLY,
        room.name if room else "*",
        user.username,
        user.host,
        irc.server.name,
        user.nick,
        flags,
        text=f"0 {user.realname}",
    )


def whois(irc: IrcConnection, message: Message) -> None:
    """WHOIS of one person; a server named before the nickname makes no difference here."""
    if not message.params or not message.params[-1]:
        raise Refused(ERR_NONICKNAMEGIVEN)
    asked = message.params[1] if len(message.params) > 1 else message.params[0]
    user = irc.hub.nicks.get(casefold(asked))
    if user is None:
        irc.reply(ERR_NOSUCHNICK, asked)
        irc.reply(RPL_ENDOFWHOIS, asked)
        return
    irc.reply(RPL_WHOISUSER, user.nick, user.username, user.host, "*", text=user.realname)
    rooms = [
        room.prefix(user.uid, every=Cap.MULTI_PREFIX in irc.caps) + room.name
        for room in (irc.hub.rooms[key] for key in user.rooms)
        if irc.hub.shows(room, irc.link.uid)
    ]
    for line in pack_words(rooms, irc.space(RPL_WHOISCHANNELS, user.nick)):
        irc.reply(RPL_WHOISCHANNELS, user.nick, text=line)
    irc.reply(RPL_WHOISSERVER, user.nick, irc.server.name, text=irc.server.network)
    if user.plain:
        irc.reply(RPL_WHOISSPECIAL, user.nick, text="is connected in plain text")
    if user.away is not None:
        irc.reply(RPL_AWAY, user.nick, text=user.away)
    idle = max(0, irc.link.wall_ms() - user.spoke) // 1000
    irc.reply(RPL_WHOISIDLE, user.nick, str(idle), str(user.since // 1000))
    irc.reply(RPL_ENDOFWHOIS, user.nick)
