"""What operators of the server can do: OPER, KILL, KLINE, UNKLINE, WALLOPS, REHASH."""

from __future__ import annotations

from collections import Counter

from gchat.core.effects import Busy, Refused
from gchat.core.events import Killed, Opered, ServerBanSet, Walloped
from gchat.core.turns import Lane
from gchat.dialects.bounds import REASON_BYTES, TOPIC_BYTES
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.login import failed
from gchat.wire import sasl
from gchat.wire.message import Message
from gchat.wire.numerics import (
    ERR_BADMASK,
    ERR_NEEDMOREPARAMS,
    ERR_NOOPERHOST,
    ERR_NOPRIVILEGES,
    RPL_REHASHING,
    RPL_YOUREOPER,
)
from gchat.wire.text import cut

MASK_LENGTH = 200  # characters
MINUTE_MS = 60_000
MINUTES_MOST = 10 * 365 * 24 * 60


@command(
    "OPER",
    min_params=2,
    usage=("OPER name password",),
    text=("Makes you a server operator, with a name and password of the server's configuration."),
    url="https://modern.ircdocs.horse/#oper-message",
)
def oper(irc: IrcConnection, message: Message) -> None:
    """OPER with a name and password of the configuration."""
    name, password = message.params[:2]
    text = irc.config.operators.get(name)
    who = f"oper {name}" if text is not None else ""
    if not irc.peer.may_log_in(who):
        raise Refused(ERR_NOOPERHOST, text="Too many attempts: try again later")
    verifier = sasl.Verifier.parse(text) if text is not None else _nobodys(irc, name)
    try:
        right = irc.peer.ask(lambda: verifier.matches(password), Lane.OPERATOR, who)
    except Busy:
        raise Refused(ERR_NOOPERHOST, text="Too many logins at the moment: try again") from None
    if not right:
        failed(irc, who)
        raise Refused(ERR_NOOPERHOST)
    irc.peer.note_login(who)
    if irc.commit(Opered(irc.peer.uid, name)):
        irc.reply(RPL_YOUREOPER)


def _nobodys(irc: IrcConnection, name: str) -> sasl.Verifier:
    """It is tried for unknown names, so that the time taken reveals nothing."""
    in_use = Counter(map(sasl.iterations_of, irc.config.operators.values()))
    default = irc.config.accounts.iterations
    return sasl.pretended(f"oper {name}", irc.node.secret, in_use, default)


def require(irc: IrcConnection) -> None:
    """Raises Refused if the user is not a server operator."""
    if "o" not in irc.user.modes:
        raise Refused(ERR_NOPRIVILEGES)


@command(
    "KILL",
    min_params=1,
    usage=("KILL nickname [reason]",),
    text="Disconnects a user from the server. For server operators.",
    url="https://modern.ircdocs.horse/#kill-message",
)
def kill(irc: IrcConnection, message: Message) -> None:
    """KILL."""
    require(irc)
    reason = message.params[1] if len(message.params) > 1 else "No reason given"
    irc.commit(Killed(irc.peer.uid, message.params[0], cut(reason, REASON_BYTES)))


@command(
    "KLINE",
    min_params=1,
    usage=("KLINE [minutes] user@host|host|nickname [reason]",),
    text=(
        "Bans a user@host mask from the server and closes the connections that it matches, "
        "except those of server operators. The host may be a network, as 192.0.2.0/24; a "
        "nickname stands for the addresses that its user is connected from. Without minutes, or "
        "with 0, the ban is permanent. For server operators."
    ),
    url="https://github.com/solanum-ircd/solanum/blob/main/help/opers/kline",
)
def kline(irc: IrcConnection, message: Message) -> None:
    """KLINE [minutes] user@host [reason]."""
    require(irc)
    words = list(message.params)
    minutes = 0
    if words[0].isascii() and words[0].isdigit():
        minutes = min(int(words.pop(0)[:9]), MINUTES_MOST)
    if not words:
        raise Refused(ERR_NEEDMOREPARAMS, "KLINE")
    reason = cut(words[1], REASON_BYTES) if len(words) > 1 else "No reason given"
    for mask in _masks(irc, words[0]):
        if irc.commit(ServerBanSet(irc.peer.uid, mask, reason, minutes * MINUTE_MS)):
            lasts = f" for {minutes} min" if minutes else ""
            irc.say("NOTICE", irc.nick, f"{mask} is banned{lasts}")


def _masks(irc: IrcConnection, word: str) -> list[str]:
    """The masks to ban: user@host unchanged; *@host for a host; for a nickname, *@host of each of
    its user's connections. Raises Refused.
    """
    if len(word) > MASK_LENGTH:
        raise Refused(ERR_BADMASK, word[:MASK_LENGTH], text="This mask is too long")
    if "@" in word:
        return [word]
    if any(sign in word for sign in ".:*?/"):
        return [f"*@{word}"]
    user = irc.hub.named(word)
    hosts = (one.where.rpartition("@")[2] for one in user.connections.values())
    return [f"*@{host}" for host in dict.fromkeys(hosts)]


@command(
    "UNKLINE",
    min_params=1,
    usage=("UNKLINE user@host|host",),
    text="Removes a ban that was set with KLINE. For server operators.",
    url="https://github.com/solanum-ircd/solanum/blob/main/help/opers/unkline",
)
def unkline(irc: IrcConnection, message: Message) -> None:
    """UNKLINE user@host."""
    require(irc)
    mask = message.params[0] if "@" in message.params[0] else f"*@{message.params[0]}"
    if irc.commit(ServerBanSet(irc.peer.uid, mask, None)):
        irc.say("NOTICE", irc.nick, f"{mask} is not banned")


@command(
    "WALLOPS",
    min_params=1,
    usage=("WALLOPS :text",),
    text="Sends a message to all users with the user mode w. For server operators.",
    url="https://modern.ircdocs.horse/#wallops-message",
)
def wallops(irc: IrcConnection, message: Message) -> None:
    """WALLOPS."""
    require(irc)
    if not message.params[0]:
        raise Refused(ERR_NEEDMOREPARAMS, "WALLOPS")
    text = cut(message.params[0], TOPIC_BYTES)
    if irc.commit(Walloped(irc.peer.uid, text)) and text != message.params[0]:
        irc.warn("WALLOPS", "TEXT_CUT", text=f"The text was cut to {TOPIC_BYTES} bytes")


@command(
    "REHASH",
    usage=("REHASH",),
    text="Reads the server's configuration again. For server operators.",
    url="https://modern.ircdocs.horse/#rehash-message",
)
def rehash(irc: IrcConnection, message: Message) -> None:
    """REHASH: reads the configuration again."""
    require(irc)
    irc.reply(RPL_REHASHING, irc.config.server.name)
    for line in irc.node.reload():
        irc.say("NOTICE", irc.nick, line)
