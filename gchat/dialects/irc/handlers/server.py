"""About the server and the connection itself: welcome, MOTD, LUSERS, PING, QUIT and the like."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from gchat.config import Config
from gchat.core.effects import Refused
from gchat.core.rooms import CHANMODES, PREFIXES
from gchat.core.users import USER_MODES
from gchat.dialects.bounds import (
    AWAY_BYTES,
    HISTORY_PER_COMMAND,
    MODES_PER_COMMAND,
    REALNAME_BYTES,
    REASON_BYTES,
    ROOM_LENGTH,
    TARGETS_PER_MESSAGE,
    TOPIC_BYTES,
    VERSION,
)
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers import filehost
from gchat.dialects.irc.handlers.metadata import on_welcome
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.numerics import (
    ERR_NOMOTD,
    ERR_NOORIGIN,
    RPL_ADMINLOC1,
    RPL_ADMINME,
    RPL_CREATED,
    RPL_ENDOFINFO,
    RPL_ENDOFLINKS,
    RPL_ENDOFMOTD,
    RPL_GLOBALUSERS,
    RPL_INFO,
    RPL_ISUPPORT,
    RPL_LOCALUSERS,
    RPL_LUSERCHANNELS,
    RPL_LUSERCLIENT,
    RPL_LUSERME,
    RPL_LUSEROP,
    RPL_LUSERUNKNOWN,
    RPL_MOTD,
    RPL_MOTDSTART,
    RPL_MYINFO,
    RPL_TIME,
    RPL_VERSION,
    RPL_WELCOME,
    RPL_YOURHOST,
)
from gchat.wire.text import cut

TOKENS_PER_LINE = 13  # RPL_ISUPPORT: a message has at most 15 parameters


def welcome(irc: IrcConnection) -> None:
    """001 to 005, LUSERS, MOTD: what a connection reads when it has registered."""
    name, network = irc.config.server.name, irc.config.server.network
    irc.reply(RPL_WELCOME, text=f"Welcome to the {network} network, {irc.user.source}")
    irc.reply(RPL_YOURHOST, text=f"Your host is {name}, running version {VERSION}")
    irc.reply(RPL_CREATED, text=f"This server was started {_readable_time(irc.node.created)}")
    letters = "".join(sorted("".join(CHANMODES) + "".join(PREFIXES)))
    with_parameter = "".join(sorted("".join(CHANMODES[:3]) + "".join(PREFIXES)))
    irc.reply(RPL_MYINFO, name, VERSION, USER_MODES, letters, with_parameter, text="")
    isupport(irc)
    lusers(irc)
    on_welcome(irc)
    motd(irc)


def isupport_tokens(config: Config) -> list[str]:
    """https://modern.ircdocs.horse/#rplisupport-parameters"""
    letters, signs = "".join(PREFIXES), "".join(PREFIXES.values())
    return [
        "ACCOUNTEXTBAN=a",
        f"AWAYLEN={AWAY_BYTES}",
        "BOT=B",
        "CASEMAPPING=ascii",
        f"CHANLIMIT=#:{config.limits.rooms_per_user}",
        f"CHANMODES={','.join(CHANMODES)}",
        f"CHANNELLEN={ROOM_LENGTH}",
        "CHANTYPES=#",
        f"CHATHISTORY={HISTORY_PER_COMMAND}",
        "ELIST=CMNTU",
        "EXCEPTS=e",
        "EXTBAN=,am",
        "INVEX=I",
        f"KICKLEN={REASON_BYTES}",
        f"MAXLIST={CHANMODES[0]}:{config.limits.bans_per_room}",
        f"MONITOR={config.limits.monitored}",
        "MSGREFTYPES=msgid,timestamp",
        f"MODES={MODES_PER_COMMAND}",
        f"NETWORK={config.server.network}",
        f"NAMELEN={REALNAME_BYTES}",
        f"NICKLEN={config.limits.nick_length}",
        f"PREFIX=({letters}){signs}",
        "SAFELIST",
        f"STATUSMSG={signs}",
        f"TARGMAX=JOIN:,KICK:{MODES_PER_COMMAND},LIST:,NAMES:,NOTICE:{TARGETS_PER_MESSAGE},PART:,"
        f"PRIVMSG:{TARGETS_PER_MESSAGE},TAGMSG:{TARGETS_PER_MESSAGE},WHOIS:1",
        f"TOPICLEN={TOPIC_BYTES}",
        "UTF8MAPPING=rfc8265",
        "UTF8ONLY",
        "WHOX",
    ]


def isupport(irc: IrcConnection) -> None:
    """005, in a batch with draft/extended-isupport:
    https://ircv3.net/specs/extensions/extended-isupport
    """
    tokens = [*isupport_tokens(irc.config), *filehost.tokens(irc)]
    batched = Cap.EXTENDED_ISUPPORT in irc.caps and Cap.BATCH in irc.caps
    reference = irc.batch_reference() if batched else ""
    if batched:
        irc.say("BATCH", f"+{reference}", "draft/isupport")
    for start in range(0, len(tokens), TOKENS_PER_LINE):
        words = tokens[start : start + TOKENS_PER_LINE]
        tags = f"batch={reference}" if batched else ""
        irc.say(RPL_ISUPPORT.code, irc.nick, *words, RPL_ISUPPORT.text, tags=tags)
    if batched:
        irc.say("BATCH", f"-{reference}")


@command(
    "ISUPPORT",
    before_with=Cap.EXTENDED_ISUPPORT,
    usage=("ISUPPORT",),
    text="Shows the features and limits of the server again (numeric 005).",
    url="https://ircv3.net/specs/extensions/extended-isupport",
)
def isupport_command(irc: IrcConnection, message: Message) -> None:
    """ISUPPORT."""
    isupport(irc)


@command(
    "LUSERS",
    usage=("LUSERS",),
    text="Shows how many users, server operators and rooms there are.",
    url="https://modern.ircdocs.horse/#lusers-message",
)
def lusers(irc: IrcConnection, message: Message | None = None) -> None:
    """LUSERS."""
    people, rooms = len(irc.hub.users), len(irc.hub.rooms)
    hidden = irc.hub.invisible
    text = f"There are {people - hidden} users and {hidden} invisible on 1 servers"
    irc.reply(RPL_LUSERCLIENT, text=text)
    irc.reply(RPL_LUSEROP, str(irc.hub.opers))
    irc.reply(RPL_LUSERUNKNOWN, str(irc.node.unregistered()))
    irc.reply(RPL_LUSERCHANNELS, str(rooms))
    irc.reply(RPL_LUSERME, text=f"I have {people} clients and 0 servers")
    count, most = str(people), str(irc.hub.most_users)
    irc.reply(RPL_LOCALUSERS, count, most, text=f"Current local users {count}, max {most}")
    irc.reply(RPL_GLOBALUSERS, count, most, text=f"Current global users {count}, max {most}")


@command(
    "MOTD",
    usage=("MOTD",),
    text="Shows the message of the day.",
    url="https://modern.ircdocs.horse/#motd-message",
)
def motd(irc: IrcConnection, message: Message | None = None) -> None:
    """MOTD."""
    if not irc.config.server.motd:
        irc.reply(ERR_NOMOTD)
        return
    irc.reply(RPL_MOTDSTART, text=f"- {irc.config.server.name} Message of the day -")
    for line in irc.config.server.motd.splitlines():
        irc.reply(RPL_MOTD, text=f"- {line}")
    irc.reply(RPL_ENDOFMOTD)


@command(
    "PING",
    before_registration=True,
    usage=("PING token",),
    text="Asks the server for a PONG with the same token, to check the connection.",
    url="https://modern.ircdocs.horse/#ping-message",
)
def ping(irc: IrcConnection, message: Message) -> None:
    """PING is answered whenever it comes."""
    if not message.params or not message.params[0]:
        raise Refused(ERR_NOORIGIN)
    irc.say("PONG", irc.config.server.name, message.params[0])


@command(
    "PONG",
    before_registration=True,
    usage=("PONG [token]",),
    text="Answers a PING from the server and keeps the connection alive.",
    url="https://modern.ircdocs.horse/#pong-message",
)
def pong(irc: IrcConnection, message: Message) -> None:
    """PONG: nothing to do; reading any line moves the deadline."""


@command(
    "QUIT",
    before_registration=True,
    usage=("QUIT [reason]",),
    text="Disconnects from the server.",
    url="https://modern.ircdocs.horse/#quit-message",
)
def quit_(irc: IrcConnection, message: Message) -> None:
    """QUIT."""
    reason = cut(message.params[0], REASON_BYTES) if message.params else ""
    irc.flush()
    irc.peer.close(f"Quit: {reason}" if reason else "Quit")


@command(
    "VERSION",
    usage=("VERSION",),
    text="Shows the server's version, and its features and limits.",
    url="https://modern.ircdocs.horse/#version-message",
)
def version(irc: IrcConnection, message: Message) -> None:
    """VERSION."""
    irc.reply(RPL_VERSION, VERSION, irc.config.server.name, text="https://ircv3.net")
    isupport(irc)


@command(
    "TIME",
    usage=("TIME",),
    text="Shows the server's time, in UTC.",
    url="https://modern.ircdocs.horse/#time-message",
)
def time(irc: IrcConnection, message: Message) -> None:
    """TIME, in UTC."""
    irc.reply(RPL_TIME, irc.config.server.name, text=_readable_time(irc.node.wall_ms()))


@command(
    "INFO",
    usage=("INFO",),
    text="Shows the server's software and version, and when it was started.",
    url="https://modern.ircdocs.horse/#info-message",
)
def info(irc: IrcConnection, message: Message) -> None:
    """INFO."""
    _lines(
        irc,
        (
            f"{VERSION}: a group-chat server in Python on gevent.",
            "It accepts IRC clients, netcat and gchat-client.",
            f"Started {_readable_time(irc.node.created)}.",
        ),
    )


@command(
    "LINKS",
    usage=("LINKS",),
    text="Would list the servers of the network; the list is always empty here.",
    url="https://modern.ircdocs.horse/#links-message",
)
def links(irc: IrcConnection, message: Message) -> None:
    """LINKS: an empty list, since there is only this server."""
    irc.reply(RPL_ENDOFLINKS, "*")


@command(
    "ADMIN",
    usage=("ADMIN",),
    text="Shows administrative information about the server: its name and its network.",
    url="https://modern.ircdocs.horse/#admin-message",
)
def admin(irc: IrcConnection, message: Message) -> None:
    """ADMIN."""
    irc.reply(RPL_ADMINME, irc.config.server.name, text="Administrative info")
    irc.reply(RPL_ADMINLOC1, text=irc.config.server.network)


def _lines(irc: IrcConnection, lines: Iterable[str]) -> None:
    for line in lines:
        irc.reply(RPL_INFO, text=line)
    irc.reply(RPL_ENDOFINFO)


def _readable_time(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
