"""FILEHOST: where files are sent to, and who may send them.

https://github.com/ircv3/ircv3-specifications/pull/562 (draft/FILEHOST) and https://soju.im/filehost
"""

from __future__ import annotations

from gchat.core.effects import Failure, Refused
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.search import own_person
from gchat.files.entry import PATH, Owner
from gchat.wire.message import Message
from gchat.wire.numerics import ERR_UNKNOWNCOMMAND


def tokens(irc: IrcConnection) -> list[str]:
    """What ISUPPORT says of files: nothing where they are off, or nobody knows how this client
    reaches the server by HTTP.
    """
    base = irc.config.files.address or irc.peer.base
    if irc.node.files is None or not base:
        return []
    return [f"draft/FILEHOST={base}{PATH}", f"soju.im/FILEHOST={base}{PATH}"]


@command(
    "FILEHOST",
    min_params=1,
    usage=("FILEHOST TOKEN",),
    text=(
        "Gives a token with which one file can be sent to the server, or deleted, by HTTP within a "
        "minute. ISUPPORT says where to (draft/FILEHOST)."
    ),
    url="https://github.com/ircv3/ircv3-specifications/pull/562",
)
def filehost(irc: IrcConnection, message: Message) -> None:
    """FILEHOST TOKEN."""
    files = irc.node.files
    if files is None:
        raise Refused(ERR_UNKNOWNCOMMAND, message.command)
    word = message.params[0]
    if word.upper() != "TOKEN":
        raise Failure("FILEHOST", "INVALID_PARAMS", word or "*", text="The only word is TOKEN")
    if not irc.user.account and not files.settings.guests:
        text = "Only users with an account can send files: register one first"
        raise Failure("FILEHOST", "ACCOUNT_REQUIRED", "TOKEN", text=text)
    irc.say("FILEHOST", "TOKEN", files.tokens.give(owner(irc), irc.node.tick_ms()))


def owner(irc: IrcConnection) -> Owner:
    """Who it is, as far as files are concerned."""
    return Owner(own_person(irc.peer), operator="o" in irc.user.modes)
