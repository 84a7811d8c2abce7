"""WHO, WHOIS, WHOWAS, AWAY, SETNAME, ISON, USERHOST."""

from __future__ import annotations

from datetime import UTC, datetime

from gchat.core.effects import Refused
from gchat.core.events import AwaySet, RealnameSet
from gchat.core.rooms import Room
from gchat.core.users import SERVICE_UID, User, service
from gchat.core.wildcards import matches
from gchat.dialects.bounds import AWAY_BYTES, REALNAME_BYTES
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.wire.caps import Cap
from gchat.wire.message import Message, pack_words
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_NONICKNAMEGIVEN,
    ERR_NOSUCHNICK,
    ERR_WASNOSUCHNICK,
    RPL_AWAY,
    RPL_ENDOFWHO,
    RPL_ENDOFWHOIS,
    RPL_ENDOFWHOWAS,
    RPL_ISON,
    RPL_NOWAWAY,
    RPL_UNAWAY,
    RPL_USERHOST,
    RPL_WHOISACCOUNT,
    RPL_WHOISBOT,
    RPL_WHOISCHANNELS,
    RPL_WHOISHOST,
    RPL_WHOISIDLE,
    RPL_WHOISKEYVALUE,
    RPL_WHOISMODES,
    RPL_WHOISOPERATOR,
    RPL_WHOISSECURE,
    RPL_WHOISSERVER,
    RPL_WHOISSPECIAL,
    RPL_WHOISUSER,
    RPL_WHOREPLY,
    RPL_WHOSPCRPL,
    RPL_WHOWASUSER,
)
from gchat.wire.text import cut

WHO_REPLIES = 1000  # for a mask; of a room, all members are listed
NAMES_PER_QUERY = 20  # USERHOST


@command(
    "AWAY",
    before_with=Cap.PRE_AWAY,
    usage=("AWAY [text]",),
    text="Marks you as away, with a text that says why. Without a text, marks you as back.",
    url="https://modern.ircdocs.horse/#away-message",
)
def away(irc: IrcConnection, message: Message) -> None:
    """AWAY with a text, or without: back again. Before registration it is kept until then:
    https://ircv3.net/specs/extensions/pre-away
    """
    given = message.params[0] if message.params else ""
    text = cut(given, AWAY_BYTES)
    if not irc.registered:
        irc.away = text or None
    elif not irc.commit(AwaySet(irc.peer.uid, text or None, irc.peer.number)):
        return
    irc.reply(RPL_NOWAWAY if text else RPL_UNAWAY)
    if text != given:
        irc.warn("AWAY", "TEXT_CUT", text=f"The text was cut to {AWAY_BYTES} bytes")


@command(
    "SETNAME",
    min_params=1,
    usage=("SETNAME :name",),
    text=f"Changes your real name, to at most {REALNAME_BYTES} bytes.",
    url="https://ircv3.net/specs/extensions/setname",
)
def setname(irc: IrcConnection, message: Message) -> None:
    """SETNAME, https://ircv3.net/specs/extensions/setname"""
    name = message.params[0]
    if not name or len(name.encode()) > REALNAME_BYTES:
        irc.fail("SETNAME", "INVALID_REALNAME", text="This real name is not valid")
        return
    irc.commit(RealnameSet(irc.peer.uid, name))


@command(
    "ISON",
    min_params=1,
    usage=("ISON nickname [nickname ...]",),
    text="Tells which of the nicknames are online.",
    url="https://www.rfc-editor.org/rfc/rfc2812#section-4.9",
)
def ison(irc: IrcConnection, message: Message) -> None:
    """ISON."""
    asked = " ".join(message.params).split()
    found = [user.nick for nick in asked if (user := _person(irc, nick)) is not None]
    for line in pack_words(found, irc.space(RPL_ISON)) or [""]:
        irc.say(RPL_ISON.code, irc.nick, line)


@command(
    "USERHOST",
    min_params=1,
    usage=("USERHOST nickname [nickname ...]",),
    text=("Shows the user@host of up to 20 users, and whether they are away or server operators."),
    url="https://modern.ircdocs.horse/#userhost-message",
)
def userhost(irc: IrcConnection, message: Message) -> None:
    """USERHOST."""
    asked = " ".join(message.params).split()[:NAMES_PER_QUERY]
    users = [user for nick in asked if (user := _person(irc, nick)) is not None]
    found = [
        f"{u.nick}{'*' if 'o' in u.modes else ''}={'+' if u.away is None else '-'}"
        f"{u.username}@{u.host}"
        for u in users
    ]
    irc.say(RPL_USERHOST.code, irc.nick, " ".join(found))


@command(
    "WHO",
    usage=(
        "WHO [#room|nickname|mask] [o]",
        "WHO #room|nickname|mask [o]%fields[,token]",
    ),
    text=(
        "Lists the members of a room, or the users whose nickname matches a mask. With o, only "
        "server operators are listed. %fields chooses what is shown (WHOX), by letters of "
        "tcuihsnfdlaor."
    ),
    url="https://modern.ircdocs.horse/#who-message",
)
def who(irc: IrcConnection, message: Message) -> None:
    """WHO of a room, a nickname or a mask; with `%fields` as WHOX tells it:
    https://ircv3.net/specs/extensions/whox
    """
    asked = message.params[0] if message.params else "*"
    option = message.params[1] if len(message.params) > 1 else ""
    fields, _, token = option.partition("%")[2].partition(",")
    flags = option.partition("%")[0]
    room = irc.hub.rooms.get(casefold(asked))
    if room is not None:
        if irc.hub.shows(room, irc.peer.uid):
            for uid in irc.in_turns(room.members):
                user = irc.hub.users.get(uid)
                if user is None or uid not in room.members:
                    continue
                if (uid == irc.peer.uid or visible(irc, user)) and _fits(user, flags):
                    _who_reply(irc, user, room, fields, token)
    else:
        for user in irc.in_turns(_matching(irc, asked)):
            if _fits(user, flags):
                _who_reply(irc, user, _shared_room(irc, user), fields, token)
    irc.reply(RPL_ENDOFWHO, asked)


def _person(irc: IrcConnection, nick: str) -> User | None:
    """Who has this nickname, or the service that has it."""
    user = irc.hub.nicks.get(casefold(nick))
    return user if user is not None else service(nick, irc.node.created)


def _fits(user: User, flags: str) -> bool:
    """`o` asks for operators of the server only."""
    return "o" not in flags or "o" in user.modes


def _matching(irc: IrcConnection, mask: str) -> list[User]:
    """The user with exactly this nickname or, for wildcards, the visible ones that match."""
    person = _person(irc, mask)
    if person is not None:
        return [person]
    folded = "*" if mask == "0" else casefold(mask)
    if not ("*" in folded or "?" in folded):
        return []
    found = []
    for key, user in irc.in_turns(irc.hub.nicks.items()):
        if matches(folded, key) and visible(irc, user):
            found.append(user)
            if len(found) == WHO_REPLIES:
                break
    return found


def visible(irc: IrcConnection, user: User) -> bool:
    """Whether WHO and NAMES may list the user: not invisible (+i), oneself, or in a shared room."""
    return (
        "i" not in user.modes
        or user is irc.user
        or not irc.user.rooms.keys().isdisjoint(user.rooms)
    )


def _shared_room(irc: IrcConnection, user: User) -> Room | None:
    """A room to name in a WHO reply: one that both are in or, unless the user is invisible, any
    that is not secret.
    """
    if "i" in user.modes and user is not irc.user:
        return next((irc.hub.rooms[key] for key in user.rooms if key in irc.user.rooms), None)
    for key in user.rooms:
        if irc.hub.shows(irc.hub.rooms[key], irc.peer.uid):
            return irc.hub.rooms[key]
    return None


def _who_reply(irc: IrcConnection, user: User, room: Room | None, fields: str, token: str) -> None:
    flags = "H" if user.away is None else "G"
    flags += "*" if "o" in user.modes else ""
    flags += "B" if "B" in user.modes else ""
    if room is not None:
        flags += room.prefix(user.uid, every=Cap.MULTI_PREFIX in irc.caps)
    place = room.name if room else "*"
    server = irc.config.server.name
    if not fields:
        text = f"0 {user.realname}"
        irc.reply(
            RPL_WHOREPLY, place, user.username, user.host, server, user.nick, flags, text=text
        )
        return
    idle = max(0, irc.node.wall_ms() - user.spoke) // 1000
    values = {
        "t": token,
        "c": place,
        "u": user.username,
        "i": user.host if user is irc.user or "o" in irc.user.modes else "255.255.255.255",
        "h": user.host,
        "s": server,
        "n": user.nick,
        "f": flags,
        "d": "0",
        "l": str(idle),
        "a": user.account or "0",
        "o": "n/a",
        "r": user.realname,
    }
    found = (values[key] for key in values if key in fields)
    irc.say(RPL_WHOSPCRPL.code, irc.nick, *found, text="r" in fields)


@command(
    "WHOIS",
    usage=("WHOIS [server] nickname",),
    text=("Shows information about a user: real name, rooms, account, away text and idle time."),
    url="https://modern.ircdocs.horse/#whois-message",
)
def whois(irc: IrcConnection, message: Message) -> None:
    """WHOIS of one person; a server named before the nickname makes no difference here."""
    if not message.params or not message.params[-1]:
        raise Refused(ERR_NONICKNAMEGIVEN)
    asked = message.params[1] if len(message.params) > 1 else message.params[0]
    user = _person(irc, asked)
    if user is None:
        irc.reply(ERR_NOSUCHNICK, asked)
        irc.reply(RPL_ENDOFWHOIS, asked)
        return
    irc.reply(RPL_WHOISUSER, user.nick, user.username, user.host, "*", text=user.realname)
    rooms = [
        room.prefix(user.uid, every=Cap.MULTI_PREFIX in irc.caps) + room.name
        for room in (irc.hub.rooms[key] for key in user.rooms)
        if irc.peer.uid in room.members
        or ("s" not in room.flags and ("i" not in user.modes or user is irc.user))
        or "o" in irc.user.modes
    ]
    for line in pack_words(rooms, irc.space(RPL_WHOISCHANNELS, user.nick)):
        irc.reply(RPL_WHOISCHANNELS, user.nick, text=line)
    irc.reply(RPL_WHOISSERVER, user.nick, irc.config.server.name, text=irc.config.server.network)
    if user.uid == SERVICE_UID:
        irc.reply(RPL_WHOISOPERATOR, user.nick, text="is a network service")
    elif "o" in user.modes:
        irc.reply(RPL_WHOISOPERATOR, user.nick)
    _whois_more(irc, user)
    if user.away is not None:
        irc.reply(RPL_AWAY, user.nick, text=user.away)
    idle = max(0, irc.node.wall_ms() - user.spoke) // 1000
    irc.reply(
        RPL_WHOISIDLE,
        user.nick,
        str(idle),
        str(user.since // 1000),
        text="seconds idle, signon time",
    )
    irc.reply(RPL_ENDOFWHOIS, user.nick)


def _whois_more(irc: IrcConnection, user: User) -> None:
    if user is irc.user or "o" in irc.user.modes:
        for source in user.sources:
            where = source.partition("!")[2]
            text = f"is connecting from {where} {where.rpartition('@')[2]}"
            irc.reply(RPL_WHOISHOST, user.nick, text=text)
        if user.modes:
            modes = "+" + "".join(sorted(user.modes))
            irc.reply(RPL_WHOISMODES, user.nick, text=f"is using modes {modes}")
    if user.account:
        irc.reply(RPL_WHOISACCOUNT, user.nick, user.account)
    if "B" in user.modes:
        irc.reply(RPL_WHOISBOT, user.nick)
    if user.secure:
        irc.reply(RPL_WHOISSECURE, user.nick)
    if user.plain:
        irc.reply(RPL_WHOISSPECIAL, user.nick, text="is using a plain-text client")
    if Cap.METADATA in irc.caps:
        for key, value in user.metadata.items():
            irc.say(RPL_WHOISKEYVALUE.code, irc.nick, user.nick, key, "*", value)


@command(
    "WHOWAS",
    usage=("WHOWAS nickname [count]",),
    text="Shows information about users who had a nickname before, the latest first.",
    url="https://modern.ircdocs.horse/#whowas-message",
)
def whowas(irc: IrcConnection, message: Message) -> None:
    """WHOWAS, the last ones first."""
    if not message.params or not message.params[0]:
        raise Refused(ERR_NONICKNAMEGIVEN)
    asked = message.params[0]
    count = message.params[1] if len(message.params) > 1 else ""
    most = int(count[:9]) if count.isascii() and count.isdigit() else 0
    key = casefold(asked)
    found = [gone for gone in reversed(irc.hub.gone) if casefold(gone.nick) == key]
    for gone in found[: most or None]:
        irc.reply(RPL_WHOWASUSER, gone.nick, gone.username, gone.host, "*", text=gone.realname)
        when = datetime.fromtimestamp(gone.at // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        irc.reply(RPL_WHOISSERVER, gone.nick, irc.config.server.name, text=when)
    if not found:
        irc.reply(ERR_WASNOSUCHNICK, asked)
    irc.reply(RPL_ENDOFWHOWAS, asked)
