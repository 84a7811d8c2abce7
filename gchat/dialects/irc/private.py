"""What is not read the same by all who have the same capabilities. Never waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import ChangedMetadata, ChangedRoomName, Effect, Presence
from gchat.dialects.irc.metadata import metadata_line
from gchat.dialects.irc.render import variant
from gchat.wire.caps import Cap
from gchat.wire.message import encode, format_message
from gchat.wire.numerics import RPL_MONOFFLINE, RPL_MONONLINE

if TYPE_CHECKING:
    from gchat.dialects.irc.connection import IrcConnection


def private(irc: IrcConnection, effect: Effect) -> bytes:
    """An effect's lines for this connection."""
    match effect:
        case Presence():
            numeric = RPL_MONONLINE if effect.online else RPL_MONOFFLINE
            who = effect.source if effect.online else effect.nick
            line = format_message(numeric.code, irc.nick, who, source=irc.server.name)
            return encode(line)
        case ChangedMetadata():
            if effect.key not in irc.subs:
                return b""
            return metadata_line(irc, effect.target, effect.key, effect.value)
        case ChangedRoomName():
            return _moved(irc, effect)
        case _:
            return variant(irc.caps).render(effect)


def _moved(irc: IrcConnection, effect: ChangedRoomName) -> bytes:
    """https://ircv3.net/specs/extensions/channel-rename, "Fallback"."""
    if Cap.CHANNEL_RENAME in irc.caps:
        return variant(irc.caps).render(effect)
    user, room = irc.hub.users.get(irc.link.uid), irc.hub.rooms.get(effect.new_key)
    if user is None or room is None:
        return b""
    server, nick = irc.server.name, user.nick
    lines = [
        format_message("PART", effect.room_name, effect.reason or "Renamed", source=user.source),
        format_message("JOIN", effect.new, source=user.source),
    ]
    if room.topic:
        lines.append(format_message("332", nick, effect.new, room.topic.text, source=server))
    names = [room.prefix(uid) + irc.hub.users[uid].nick for uid in room.members]
    for start in range(0, len(names), _NAMES):
        some = " ".join(names[start : start + _NAMES])
        lines.append(format_message("353", nick, "=", effect.new, some, source=server))
    lines.append(format_message("366", nick, effect.new, "End of /NAMES list", source=server))
    return b"".join(encode(line) for line in lines)


_NAMES = 12  # in one line, of the longest nicknames
