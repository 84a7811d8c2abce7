"""From the first line to the welcome: CAP, PASS, NICK, USER. Also NICK afterwards.

https://modern.ircdocs.horse/#connection-registration
https://ircv3.net/specs/extensions/capability-negotiation
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import Refused
from gchat.core.events import Connected, Renamed
from gchat.dialects.irc import server
from gchat.wire.caps import CAPABILITIES, Cap, Capability
from gchat.wire.message import Message, pack_words
from gchat.wire.names import InvalidName, casefold, check_nickname, clean_username
from gchat.wire.numerics import (
    ERR_ALREADYREGISTERED,
    ERR_ERRONEUSNICKNAME,
    ERR_INVALIDCAPCMD,
    ERR_NEEDMOREPARAMS,
    ERR_NICKNAMEINUSE,
    ERR_NONICKNAMEGIVEN,
    ERR_UNKNOWNCOMMAND,
)

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection

CAP_LINE_BYTES = 400  # of the names in one CAP line, so that it stays well under 512


def pass_(irc: IrcConnection, message: Message) -> None:
    """The server asks for no password, and forgets the one that it is given."""
    if irc.registered:
        raise Refused(ERR_ALREADYREGISTERED)


def authenticate(irc: IrcConnection, message: Message) -> None:
    """SASL is not offered, so its command is not known; it shows that the peer speaks IRC."""
    raise Refused(ERR_UNKNOWNCOMMAND, message.command)


def nick(irc: IrcConnection, message: Message) -> None:
    """NICK, before and after registration."""
    if not message.params or not message.params[0]:
        raise Refused(ERR_NONICKNAMEGIVEN)
    try:
        wanted = check_nickname(message.params[0], irc.server.nick_length)
    except InvalidName as error:
        text = f"This nickname cannot be used: it {error}"
        raise Refused(ERR_ERRONEUSNICKNAME, message.params[0][:64], text=text) from None
    if irc.registered:
        irc.commit(Renamed(irc.link.uid, wanted))
        return
    if casefold(wanted) in irc.hub.nicks:
        raise Refused(ERR_NICKNAMEINUSE, wanted)
    irc.wanted_nick = wanted
    _complete(irc)


def user(irc: IrcConnection, message: Message) -> None:
    """USER, once."""
    if irc.registered or irc.username:
        raise Refused(ERR_ALREADYREGISTERED)
    if not message.params[3]:
        raise Refused(ERR_NEEDMOREPARAMS, "USER")
    irc.username = clean_username(message.params[0])
    irc.realname = message.params[3][: irc.server.realname_length]
    _complete(irc)


def _complete(irc: IrcConnection) -> None:
    """Registers the connection when everything that it takes is there."""
    if not irc.wanted_nick or not irc.username or irc.negotiating:
        return
    irc.become()  # before others can see the nickname and write to it
    event = Connected(irc.link.uid, irc.wanted_nick, irc.username, irc.link.host, irc.realname)
    irc.wanted_nick = ""
    if not irc.commit(event):
        return  # somebody was faster; the peer sends another NICK
    irc.registered = True
    server.welcome(irc)


def cap(irc: IrcConnection, message: Message) -> None:
    """CAP LS, LIST, REQ, END."""
    subcommand = message.params[0].upper()
    match subcommand:
        case "LS":
            version = message.params[1] if len(message.params) > 1 else ""
            if version.isascii() and version.isdigit() and int(version[:4]) >= 302:
                irc.caps |= Cap.CAP_NOTIFY  # "cap-notify" of the specification: implied
            irc.negotiating = not irc.registered
            _cap_lines(irc, "LS", list(_offered(irc)), more="*" if version else "")
        case "LIST":
            enabled = [row.name for row in CAPABILITIES.values() if row.flag in irc.caps]
            _cap_lines(irc, "LIST", enabled, more="*")
        case "REQ":
            irc.negotiating = not irc.registered
            _cap_request(irc, message.params[-1] if len(message.params) > 1 else "")
        case "END":
            if irc.negotiating:
                irc.negotiating = False
                _complete(irc)
        case _:
            raise Refused(ERR_INVALIDCAPCMD, subcommand)


def _offered(irc: IrcConnection) -> dict[str, Capability]:
    """By name. Where nothing is kept, there is no past to ask for."""
    hidden = Cap.NONE if irc.link.archive else Cap.CHATHISTORY | Cap.EVENT_PLAYBACK | Cap.SEARCH
    return {name: row for name, row in CAPABILITIES.items() if not row.flag & hidden}


def _cap_lines(irc: IrcConnection, subcommand: str, names: list[str], *, more: str) -> None:
    """As many lines as the names need; all but the last are marked by `more`."""
    lines = pack_words(names, CAP_LINE_BYTES) or [""]
    if not more:  # a client of CAP 301 knows one line only
        lines = [" ".join(names)]
    for line in lines[:-1]:
        irc.say("CAP", irc.nick, subcommand, more, line)
    irc.say("CAP", irc.nick, subcommand, lines[-1])


def _cap_request(irc: IrcConnection, names: str) -> None:
    """All of the request or nothing of it."""
    caps = irc.caps
    for name in names.split():
        row = _offered(irc).get(name.removeprefix("-"))
        if row is None:
            irc.say("CAP", irc.nick, "NAK", names)
            return
        caps = caps & ~row.flag if name.startswith("-") else caps | row.flag
    irc.caps = caps
    irc.say("CAP", irc.nick, "ACK", names)
    if irc.registered:
        irc.become()
