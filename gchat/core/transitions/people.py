"""Taking a nickname, changing it, being away, watching others, going."""

from __future__ import annotations

from collections.abc import Collection

from gchat.core.accounts import Account
from gchat.core.effects import (
    ChangedAway,
    ChangedNick,
    ChangedRealname,
    ChangedUserModes,
    Disconnected,
    Effect,
    Presence,
    Refused,
)
from gchat.core.events import (
    Attached,
    AwaySet,
    Connected,
    Entry,
    Quit,
    RealnameSet,
    Renamed,
    UserModeSet,
    Watched,
)
from gchat.core.hub import Hub
from gchat.core.transitions.membership import remove
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import SERVICES, Connection, Gone, User
from gchat.wire.confusables import skeletons
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_ALREADYREGISTERED,
    ERR_MONLISTFULL,
    ERR_NICKNAMEINUSE,
    ERR_NOPRIVILEGES,
    ERR_YOUREBANNEDCREEP,
)

RESERVED_SERVICE = "This nickname is reserved for a service"
RESERVED_HOOK = "This nickname is, or looks like, that of a program that speaks in a room"
ALIKE = "This nickname looks too similar to another one"
RESERVED = "This nickname belongs to an account: log in to it first"


def connected(hub: Hub, entry: Entry, event: Connected) -> tuple[Effect, ...]:
    """The nickname is theirs, if it is still free, and no other account's."""
    if event.uid in hub.users:
        raise Refused(ERR_ALREADYREGISTERED)
    ban = hub.server_ban(event.username, event.host, entry)
    if ban is not None:
        raise Refused(ERR_YOUREBANNEDCREEP, text=f"You are banned: {ban.reason}")
    key = casefold(event.nick)
    if key in hub.nicks:
        raise Refused(ERR_NICKNAMEINUSE, event.nick)
    _check_skeleton(hub, key, event.nick)
    account = hub.accounts.get(casefold(event.account)) if event.account else None
    if account is not None and event.account_id not in ("", account.ident):
        account = None  # the one that they have logged in to is no more
    _check_reserved(hub, key, event.nick, account.name if account else "")
    user = User(
        uid=event.uid,
        nick=event.nick,
        username=event.username,
        host=event.host,
        realname=event.realname,
        plain=event.plain,
        since=entry.at,
        spoke=entry.at,
        trusted=event.trusted,
        away=event.away,
        account=account.name if account else "",
        account_id=account.ident if account else "",
        metadata=dict(event.metadata),
        connections={
            event.uid: Connection(f"{event.username}@{event.host}", event.secure, event.away)
        },
    )
    if account is not None:
        account.uids[user.uid] = None
        merge_metadata(hub, user, account)
    hub.users[event.uid] = user
    hub.nicks[key] = user
    hub.skeletons.add(key)
    hub.most_users = max(hub.most_users, len(hub.users))
    return presence(hub, entry, user, online=True)


def merge_metadata(hub: Hub, user: User, account: Account) -> None:
    """Adds the account's metadata to that of a user who logs in to it: keys that the user has not
    set, up to the limit.
    """
    room = hub.config.limits.metadata_keys
    for key, value in account.metadata.items():
        if key in user.metadata or len(user.metadata) < room:
            user.metadata.setdefault(key, value)


def _check_reserved(hub: Hub, key: str, nick: str, account: str) -> None:
    own = casefold(account)
    check_services(key, nick)
    if hub.hooks.named(key):
        raise Refused(ERR_NICKNAMEINUSE, nick, text=RESERVED_HOOK)
    if key in hub.accounts and key != own:
        raise Refused(ERR_NICKNAMEINUSE, nick, text=RESERVED)
    if hub.account_skeletons.taken(key, hub.accounts) not in ("", own):
        raise Refused(ERR_NICKNAMEINUSE, nick, text=ALIKE)


def check_services(key: str, nick: str) -> None:
    """Raises Refused if the name looks like a service's: people send their passwords to these."""
    if any(skeleton in SERVICES for skeleton in skeletons(key)):
        raise Refused(ERR_NICKNAMEINUSE, nick, text=RESERVED_SERVICE)


def _check_skeleton(hub: Hub, key: str, nick: str, own: str = "") -> None:
    """`own` is what they are called so far."""
    if hub.skeletons.taken(key, hub.nicks) not in ("", own):
        raise Refused(ERR_NICKNAMEINUSE, nick, text=ALIKE)


def presence(hub: Hub, entry: Entry, user: User, *, online: bool) -> tuple[Effect, ...]:
    """What who monitors their nickname is told."""
    watchers = hub.watchers.get(user.key)
    if not watchers:
        return ()
    return (Presence(**user.doing(entry), uids=tuple(watchers), online=online),)


def strangers(hub: Hub, user: User, neighbours: tuple[int, ...]) -> tuple[int, ...]:
    """Who monitors them and shares no room with them."""
    watchers = hub.watchers.get(user.key)
    if not watchers:
        return ()
    known = {user.uid, *neighbours}
    return tuple(uid for uid in watchers if uid not in known)


def renamed(hub: Hub, entry: Entry, event: Renamed) -> tuple[Effect, ...]:
    """Seen by themselves and everybody in their rooms; nothing where nothing changes."""
    user = hub.user(event.uid)
    key = casefold(event.nick)
    owner = hub.nicks.get(key)
    if owner is not None and owner is not user:
        raise Refused(ERR_NICKNAMEINUSE, event.nick)
    if event.nick == user.nick:
        return ()
    if key != user.key:
        _check_skeleton(hub, key, event.nick, user.key)
        _check_reserved(hub, key, event.nick, user.account)
    effect = ChangedNick(
        **user.doing(entry),
        uids=(user.uid, *hub.neighbours(user)),
        new=event.nick,
        rooms=tuple(user.rooms),
    )
    moved = key != user.key
    before = presence(hub, entry, user, online=False) if moved else ()
    if moved:
        _note_gone(hub, entry, user)
    del hub.nicks[user.key]
    hub.skeletons.remove(user.key)
    user.nick = event.nick
    hub.nicks[key] = user
    hub.skeletons.add(key)
    forget_verdicts(hub, user)
    after = presence(hub, entry, user, online=True) if moved else ()
    return (effect, *before, *after)


def forget_verdicts(hub: Hub, user: User) -> None:
    """Call it after a user's nickname, account or connections have changed: bans have to be matched
    anew.
    """
    for name in user.rooms:
        hub.rooms[name].silenced.pop(user.uid, None)


def _note_gone(hub: Hub, entry: Entry, user: User) -> None:
    hub.gone.append(Gone(user.nick, user.username, user.host, user.realname, entry.at))


def quit_(hub: Hub, entry: Entry, event: Quit) -> tuple[Effect, ...]:
    """Seen by everybody in their rooms, but not by themselves; by nobody while they have another
    connection.
    """
    user = hub.user(event.uid)
    numbers = (event.connection,) if event.connection else tuple(user.connections)
    return close_connections(hub, entry, user, numbers, event.reason)


def close_connections(
    hub: Hub, entry: Entry, user: User, numbers: Collection[int], reason: str
) -> tuple[Effect, ...]:
    """Takes some of somebody's connections away; without the last one they are gone."""
    left = {number: one for number, one in user.connections.items() if number not in numbers}
    if not left:
        return disconnect(hub, entry, user, reason)
    before, user.connections = user.connections, left
    for number, gone in before.items():
        for key in gone.watching if number not in left else ():
            _unwatch(hub, user, key)
    forget_verdicts(hub, user)
    return _away(hub, entry, user)


def attached(hub: Hub, entry: Entry, event: Attached) -> tuple[Effect, ...]:
    """They are here already: at most it is seen that they are not away any more."""
    user = hub.user(event.uid)
    same = casefold(user.account) == casefold(event.account)
    if not user.account or not same or event.account_id not in ("", user.account_id):
        raise Refused(ERR_NICKNAMEINUSE, user.nick)
    if len(user.connections) >= hub.config.limits.connections_per_person:
        text = "You have too many connections"
        raise Refused(ERR_NICKNAMEINUSE, user.nick, text=text)
    ban = hub.server_ban(event.username, event.host, entry)
    if ban is not None:
        raise Refused(ERR_YOUREBANNEDCREEP, text=f"You are banned: {ban.reason}")
    where = f"{event.username}@{event.host}"
    user.connections[event.connection] = Connection(where, event.secure, event.away)
    forget_verdicts(hub, user)
    return _away(hub, entry, user)


def disconnect(hub: Hub, entry: Entry, user: User, reason: str) -> tuple[Effect, ...]:
    """Takes somebody out of everything."""
    effect = Disconnected(
        **user.doing(entry),
        uids=hub.neighbours(user),
        rooms=tuple(user.rooms),
        reason=reason,
    )
    for name in effect.rooms:
        remove(hub, hub.rooms[name], user)
    watching = {key: None for one in user.connections.values() for key in one.watching}
    user.connections = {}
    for key in watching:
        _unwatch(hub, user, key)
    account = hub.account_of(user)
    if account is not None:
        account.uids.pop(user.uid, None)
    hub.invisible -= "i" in user.modes
    hub.opers -= "o" in user.modes
    _note_gone(hub, entry, user)
    del hub.nicks[user.key]
    hub.skeletons.remove(user.key)
    del hub.users[user.uid]
    return (effect, *presence(hub, entry, user, online=False))


def away_set(hub: Hub, entry: Entry, event: AwaySet) -> tuple[Effect, ...]:
    """Seen by who wants to: https://ircv3.net/specs/extensions/away-notify"""
    user = hub.user(event.uid)
    connection = _connection(user, event.connection)
    if connection is None:
        return ()
    connection.away = event.text
    return _away(hub, entry, user, event.text)


def _connection(user: User, number: int) -> Connection | None:
    """Theirs of this number, 0 for the first; `None` if it is no more."""
    return user.connections.get(number or next(iter(user.connections)))


def _away(hub: Hub, entry: Entry, user: User, text: str | None = None) -> tuple[Effect, ...]:
    """Works out again whether somebody is away: all of their connections are. `text`: why, as said
    just now.
    """
    texts = [one.away for one in user.connections.values()]
    kept = user.away if user.away in texts else texts[-1]
    away = None if None in texts else text or kept
    if away == user.away:
        return ()
    user.away = away
    around = hub.neighbours(user)
    watching = strangers(hub, user, around)
    effects = [ChangedAway(**user.doing(entry), uids=around, text=away)]
    if watching:
        one = ChangedAway(**user.doing(entry), uids=watching, text=away, watched=True)
        effects.append(one)
    return tuple(effects)


def realname_set(hub: Hub, entry: Entry, event: RealnameSet) -> tuple[Effect, ...]:
    """Seen by themselves and by who wants to: https://ircv3.net/specs/extensions/setname"""
    user = hub.user(event.uid)
    user.realname = event.realname
    around = hub.neighbours(user)
    watching = strangers(hub, user, around)
    effects = [
        ChangedRealname(**user.doing(entry), uids=(user.uid, *around), realname=event.realname)
    ]
    if watching:
        effects.append(
            ChangedRealname(
                **user.doing(entry), uids=watching, realname=event.realname, watched=True
            )
        )
    return tuple(effects)


def user_mode_set(hub: Hub, entry: Entry, event: UserModeSet) -> tuple[Effect, ...]:
    """Seen by themselves. Nobody makes themselves an operator of the server."""
    user = hub.user(event.uid)
    if event.letter == "o" and event.adding:
        raise Refused(ERR_NOPRIVILEGES)
    if (event.letter in user.modes) is event.adding:
        return ()
    return set_user_mode(hub, entry, user, event.letter, adding=event.adding)


def set_user_mode(
    hub: Hub, entry: Entry, user: User, letter: str, *, adding: bool
) -> tuple[Effect, ...]:
    """Changes one of their modes."""
    count = 1 if adding else -1
    if letter == "i":
        hub.invisible += count
    elif letter == "o":
        hub.opers += count
        user.oper = user.oper if adding else ""
    user.modes = user.modes | {letter} if adding else user.modes - {letter}
    sign = "+" if adding else "-"
    return (ChangedUserModes(**user.doing(entry), uids=(user.uid,), words=sign + letter),)


def watched(hub: Hub, entry: Entry, event: Watched) -> tuple[Effect, ...]:
    """https://ircv3.net/specs/extensions/monitor"""
    user = hub.user(event.uid)
    connection = _connection(user, event.connection)
    if connection is None:
        return ()
    nicks, watching = event.nicks, connection.watching
    if not event.adding:
        for key in [casefold(nick) for nick in nicks] or list(watching):
            if watching.pop(key, None) is not None:
                _unwatch(hub, user, key)
        return ()
    new = {casefold(nick) for nick in nicks} - watching.keys()
    if len(watching) + len(new) > hub.config.limits.monitored:
        raise Refused(ERR_MONLISTFULL, str(hub.config.limits.monitored), ",".join(nicks))
    for nick in nicks:
        key = casefold(nick)
        watching.setdefault(key, nick)
        hub.watchers.setdefault(key, {})[user.uid] = None
    return ()


def _unwatch(hub: Hub, user: User, key: str) -> None:
    """Call it when one of their connections has stopped to monitor a nickname."""
    if user.watches(key):
        return
    watchers = hub.watchers[key]
    del watchers[user.uid]
    if not watchers:
        del hub.watchers[key]


TRANSITIONS.update(
    {
        Connected: connected,
        Renamed: renamed,
        Quit: quit_,
        Attached: attached,
        AwaySet: away_set,
        RealnameSet: realname_set,
        UserModeSet: user_mode_set,
        Watched: watched,
    }
)
