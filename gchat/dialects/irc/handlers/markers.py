"""MARKREAD, https://ircv3.net/specs/extensions/read-marker"""

from __future__ import annotations

from gchat.core.effects import Failure, Refused
from gchat.core.events import MarkerSet
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.render import marker_time, parse_time
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.names import casefold
from gchat.wire.numerics import ERR_UNKNOWNCOMMAND

TARGET_LENGTH = 64  # characters


@command(
    "MARKREAD",
    usage=(
        "MARKREAD target",
        "MARKREAD target timestamp=time",
    ),
    text=(
        "Shows or sets the time up to which you have read a room or a conversation. The marker "
        "only moves forward. Request the capability draft/read-marker first."
    ),
    url="https://ircv3.net/specs/extensions/read-marker",
)
def markread(irc: IrcConnection, message: Message) -> None:
    """MARKREAD, asked for or set."""
    if Cap.READ_MARKER not in irc.caps:
        raise Refused(ERR_UNKNOWNCOMMAND, message.command)
    if not message.params or not message.params[0]:
        raise Failure("MARKREAD", "NEED_MORE_PARAMS", text="Missing parameters")
    target = message.params[0]
    if len(target) > TARGET_LENGTH or " " in target:
        raise Failure("MARKREAD", "INVALID_PARAMS", text="Invalid parameters")
    if len(message.params) == 1:
        send_marker(irc, target)
        return
    kind, _, moment = message.params[1].partition("=")
    try:
        if kind != "timestamp":
            raise ValueError
        at = parse_time(moment)
    except ValueError:
        raise Failure(
            "MARKREAD", "INVALID_PARAMS", message.params[1], text="Invalid parameters"
        ) from None
    irc.commit(MarkerSet(irc.peer.uid, target, at))


def send_marker(irc: IrcConnection, target: str) -> None:
    """Sends how far the user has read, if the client knows MARKREAD."""
    if Cap.READ_MARKER in irc.caps:
        markers = irc.hub.markers_of(irc.user)
        keys = irc.hub.identity(target), casefold(target)  # older versions kept it by nickname
        irc.say("MARKREAD", target, marker_time(max(markers.get(key, 0) for key in keys)))
