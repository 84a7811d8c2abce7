"""MONITOR, https://ircv3.net/specs/extensions/monitor"""

from __future__ import annotations

from collections.abc import Iterable

from gchat.core.events import Watched
from gchat.core.users import service
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.wire.message import Message, pack_words
from gchat.wire.names import InvalidName, casefold, check_nickname
from gchat.wire.numerics import (
    ERR_MONLISTFULL,
    RPL_ENDOFMONLIST,
    RPL_MONLIST,
    RPL_MONOFFLINE,
    RPL_MONONLINE,
    Numeric,
)


@command(
    "MONITOR",
    min_params=1,
    usage=(
        "MONITOR + nickname[,nickname]",
        "MONITOR - nickname[,nickname]",
        "MONITOR C",
        "MONITOR L",
        "MONITOR S",
    ),
    text=(
        "Tells you when users connect or disconnect. + and - add nicknames to your list and "
        "remove them, and C clears it. L shows the list; S shows which of its nicknames are "
        "online and which are offline."
    ),
    url="https://ircv3.net/specs/extensions/monitor",
)
def monitor(irc: IrcConnection, message: Message) -> None:
    """MONITOR + - C L S."""
    subcommand = message.params[0].upper()
    nicks = _nicks(irc, message.params[1]) if len(message.params) > 1 else []
    watching = irc.watching
    match subcommand:
        case "+" if nicks:
            _watch(irc, nicks)
            _tell(irc, [nick for nick in nicks if casefold(nick) in watching])
        case "-" if nicks:
            irc.commit(Watched(irc.peer.uid, False, tuple(nicks), irc.peer.number))
        case "C":
            irc.commit(Watched(irc.peer.uid, False, (), irc.peer.number))
        case "L":
            _lines(irc, RPL_MONLIST, watching.values())
            irc.reply(RPL_ENDOFMONLIST)
        case "S":
            _tell(irc, list(watching.values()))


def _watch(irc: IrcConnection, nicks: list[str]) -> None:
    """As many as there is room for; the others are refused."""
    new = [nick for nick in nicks if casefold(nick) not in irc.watching]
    room = max(0, irc.config.limits.monitored - len(irc.watching))
    if new[:room]:
        irc.commit(Watched(irc.peer.uid, True, tuple(new[:room]), irc.peer.number))
    if new[room:]:
        irc.reply(ERR_MONLISTFULL, str(irc.config.limits.monitored), ",".join(new[room:]))


def _nicks(irc: IrcConnection, param: str) -> list[str]:
    """Those that can be nicknames, each once."""
    found: dict[str, str] = {}
    for nick in param.split(","):
        try:
            check_nickname(nick, irc.config.limits.nick_length)
        except InvalidName:
            continue
        found.setdefault(casefold(nick), nick)
    return list(found.values())


def _tell(irc: IrcConnection, nicks: list[str]) -> None:
    online, offline = [], []
    for nick in nicks:
        user = irc.hub.nicks.get(casefold(nick))
        user = user if user is not None else service(nick)
        if user is not None:
            online.append(user.source)
        else:
            offline.append(nick)
    _lines(irc, RPL_MONONLINE, online)
    _lines(irc, RPL_MONOFFLINE, offline)


def _lines(irc: IrcConnection, numeric: Numeric, words: Iterable[str]) -> None:
    for line in pack_words(words, irc.space(numeric)):
        irc.reply(numeric, text=line.replace(" ", ","))
