"""NAMES: who is in a room."""

from __future__ import annotations

from collections.abc import Iterator

from gchat.core.rooms import Room
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.people import visible
from gchat.wire.caps import Cap
from gchat.wire.message import Message, encode, format_message, pack_words
from gchat.wire.names import casefold
from gchat.wire.numerics import RPL_ENDOFNAMES, RPL_NAMREPLY


@command(
    "NAMES",
    usage=("NAMES #room[,#room]",),
    text=(
        "Lists the members of rooms. Of a room that you are not in, invisible members (+i) are "
        "left out, and a secret room (+s) shows nothing."
    ),
    url="https://modern.ircdocs.horse/#names-message",
)
def names(irc: IrcConnection, message: Message) -> None:
    """NAMES of the rooms named. Without a room, that would be everybody: only the end is sent."""
    if not message.params:
        irc.reply(RPL_ENDOFNAMES, "*")
        return
    for key in dict.fromkeys(map(casefold, message.params[0].split(","))):
        room = irc.hub.rooms.get(key)
        if room is not None and irc.hub.shows(room, irc.peer.uid):
            name_lines(irc, room)
            irc.peer.yield_if_due()  # others have their turn after a large room
    irc.reply(RPL_ENDOFNAMES, message.params[0])


def name_lines(irc: IrcConnection, room: Room) -> None:
    """As many 353 as the names need."""
    for params in _lines(irc, room):
        irc.say(RPL_NAMREPLY.code, *params, text=True)


def name_unasked(irc: IrcConnection, room: Room) -> bytes:
    """The same and the 366, to be sent while another command may be carried out."""
    server = irc.config.server.name
    end = irc.nick, room.name, RPL_ENDOFNAMES.text
    lines = [
        *(format_message("353", *params, source=server, text=True) for params in _lines(irc, room)),
        format_message("366", *end, source=server),
    ]
    return b"".join(map(encode, lines))


def _lines(irc: IrcConnection, room: Room) -> Iterator[tuple[str, str, str, str]]:
    """The parameters of each 353."""
    symbol = "@" if "s" in room.flags else "="
    every = Cap.MULTI_PREFIX in irc.caps
    inside = irc.peer.uid in room.members
    whole = Cap.USERHOST_IN_NAMES in irc.caps
    users = irc.hub.users
    words = (
        room.prefix(uid, every=every) + (users[uid].source if whole else users[uid].nick)
        for uid in room.members  # no turns in between: they must be those who are here now
        if inside or visible(irc, users[uid])
    )
    for line in pack_words(words, irc.space(RPL_NAMREPLY, symbol, room.name)):
        yield irc.nick, symbol, room.name, line
