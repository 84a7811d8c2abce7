"""Taking a nickname, changing it, being away, going."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gchat.core.effects import ChangedNick, Disconnected, Effect, Refused
from gchat.core.events import AwaySet, Connected, Entry, Quit, Renamed, UserModeSet
from gchat.core.transitions.membership import remove
from gchat.core.users import User
from gchat.wire.names import casefold
from gchat.wire.numerics import ERR_ALREADYREGISTERED, ERR_NICKNAMEINUSE

if TYPE_CHECKING:
    from gchat.core.hub import Hub


def connected(hub: Hub, entry: Entry, event: Connected) -> tuple[Effect, ...]:
    """The nickname is theirs, if it is still free."""
    if event.uid in hub.users:
        raise Refused(ERR_ALREADYREGISTERED)
    key = casefold(event.nick)
    if key in hub.nicks:
        raise Refused(ERR_NICKNAMEINUSE, event.nick)
    user = User(
        uid=event.uid,
        nick=event.nick,
        username=event.username,
        host=event.host,
        realname=event.realname,
        plain=event.plain,
        since=entry.at,
        spoke=entry.at,
    )
    hub.users[event.uid] = user
    hub.nicks[key] = user
    return ()


def renamed(hub: Hub, entry: Entry, event: Renamed) -> tuple[Effect, ...]:
    """Seen by themselves and everybody in their rooms; nothing where nothing changes."""
    user = hub.user(event.uid)
    key = casefold(event.nick)
    owner = hub.nicks.get(key)
    if owner is not None and owner is not user:
        raise Refused(ERR_NICKNAMEINUSE, event.nick)
    if event.nick == user.nick:
        return ()
    effect = ChangedNick(
        **user.doing(entry),
        uids=(user.uid, *hub.neighbours(user)),
        new=event.nick,
        rooms=tuple(user.rooms),
    )
    del hub.nicks[user.key]
    user.nick = event.nick
    hub.nicks[key] = user
    return (effect,)


def quit_(hub: Hub, entry: Entry, event: Quit) -> tuple[Effect, ...]:
    """Seen by everybody in their rooms, but not by themselves."""
    user = hub.user(event.uid)
    effect = Disconnected(
        **user.doing(entry),
        uids=hub.neighbours(user),
        rooms=tuple(user.rooms),
        reason=event.reason,
    )
    for name in effect.rooms:
        remove(hub, hub.rooms[name], user)
    hub.invisible -= "i" in user.modes
    del hub.nicks[user.key]
    del hub.users[user.uid]
    return (effect,)


def away_set(hub: Hub, entry: Entry, event: AwaySet) -> tuple[Effect, ...]:
    """Nobody is told; who writes to them or asks reads it."""
    hub.user(event.uid).away = event.text
    return ()


def user_mode_set(hub: Hub, entry: Entry, event: UserModeSet) -> tuple[Effect, ...]:
    """Nobody is told."""
    user = hub.user(event.uid)
    hub.invisible -= "i" in user.modes
    if event.adding:
        user.modes |= {event.letter}
    else:
        user.modes -= {event.letter}
    hub.invisible += "i" in user.modes
    return ()
