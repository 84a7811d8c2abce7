"""Effects that are not rendered once per variant, but for each connection. Never waits."""

from __future__ import annotations

from functools import partial
from types import MethodType

from gchat.core.effects import ChangedMetadata, ChangedRoomName, Effect, Personal, Presence
from gchat.core.rooms import Room
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.handlers.metadata import metadata_line
from gchat.dialects.irc.handlers.names import name_unasked
from gchat.dialects.irc.render import variant
from gchat.wire.caps import Cap
from gchat.wire.message import encode, format_message
from gchat.wire.names import casefold, is_room
from gchat.wire.numerics import RPL_MONOFFLINE, RPL_MONONLINE


def become(irc: IrcConnection) -> None:
    """Registers the variant of the connection's present capabilities: effects are sent in it."""
    echo = Cap.ECHO_MESSAGE in irc.caps
    # a method, since a partial takes twice its memory, for each connection
    irc.peer.register(variant(irc.caps), echo=echo, private=MethodType(private, irc))


def private(irc: IrcConnection, effect: Effect) -> bytes:
    """An effect's lines for this connection."""
    watched = isinstance(effect, Presence) or (isinstance(effect, Personal) and effect.watched)
    if watched and casefold(effect.nick) not in irc.watching:
        return b""
    match effect:
        case Presence():
            numeric = RPL_MONONLINE if effect.online else RPL_MONOFFLINE
            who = effect.source if effect.online else effect.nick
            line = format_message(numeric.code, irc.nick, who, source=irc.config.server.name)
            return encode(line)
        case ChangedMetadata():
            if effect.key not in irc.subs or not _concerns(irc, effect):
                return b""
            return metadata_line(irc, effect.target, effect.key, effect.value)
        case ChangedRoomName():
            return _moved(irc, effect)
        case _:
            return variant(irc.caps).render(effect)


def _concerns(irc: IrcConnection, effect: ChangedMetadata) -> bool:
    """Whether this connection is told of somebody: it is theirs, in a room with them, or monitors
    them. Of rooms all members are told.
    """
    target = effect.target
    if is_room(target) or irc.peer.uid == effect.uid or casefold(target) in irc.watching:
        return True
    me, them = irc.hub.users.get(irc.peer.uid), irc.hub.nicks.get(casefold(target))
    return me is not None and them is not None and not me.rooms.keys().isdisjoint(them.rooms)


def _moved(irc: IrcConnection, effect: ChangedRoomName) -> bytes:
    """https://ircv3.net/specs/extensions/channel-rename, "Fallback". The names follow later: in a
    large room they are much to make, for each connection anew.
    """
    if Cap.CHANNEL_RENAME in irc.caps:
        return variant(irc.caps).render(effect)
    user, room = irc.hub.users.get(irc.peer.uid), irc.hub.rooms.get(effect.new_key)
    if user is None:
        return b""
    lines = [
        format_message("PART", effect.room_name, effect.reason or "Renamed", source=user.source),
        format_message("JOIN", effect.new, source=user.source),
    ]
    if room is not None:  # otherwise it was renamed once more, and that effect comes next
        if room.topic:
            server = irc.config.server.name
            line = format_message("332", user.nick, effect.new, room.topic.text, source=server)
            lines.append(line)
        if Cap.NO_IMPLICIT_NAMES not in irc.caps:
            irc.peer.later(partial(_send_names, irc, room))
    return b"".join(map(encode, lines))


def _send_names(irc: IrcConnection, room: Room) -> None:
    if irc.peer.uid in room.members and irc.hub.rooms.get(room.key) is room:
        irc.peer.send(name_unasked(irc, room))
