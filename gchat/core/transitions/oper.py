"""What operators of the server do: OPER, KILL, bans, WALLOPS."""

from __future__ import annotations

from gchat.core import masks
from gchat.core.accounts import ServerBan
from gchat.core.effects import Effect, Evicted, Refused, Wallop
from gchat.core.events import Entry, Killed, Opered, ServerBanSet, Walloped
from gchat.core.hub import Hub
from gchat.core.saved import saved_ban
from gchat.core.transitions.people import close_connections, set_user_mode
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import User
from gchat.wire.names import casefold
from gchat.wire.numerics import ERR_BADMASK, ERR_BANLISTFULL, ERR_NOPRIVILEGES


def operator(hub: Hub, uid: int) -> User:
    """The operator of the server that has this uid. Raises Refused where they are none."""
    user = hub.user(uid)
    if "o" not in user.modes:
        raise Refused(ERR_NOPRIVILEGES)
    return user


def opered(hub: Hub, entry: Entry, event: Opered) -> tuple[Effect, ...]:
    """The password was right."""
    user = hub.user(event.uid)
    user.oper = event.name
    if "o" in user.modes:
        return ()
    return set_user_mode(hub, entry, user, "o", adding=True)


def killed(hub: Hub, entry: Entry, event: Killed) -> tuple[Effect, ...]:
    """By a server operator, or (`own`) by another user of the target's account."""
    user = hub.user(event.uid)
    target = hub.named(event.target)
    if event.own:
        if target is user:
            raise Refused(ERR_NOPRIVILEGES, text="That is you")
        if not user.account or casefold(user.account) != casefold(target.account):
            raise Refused(ERR_NOPRIVILEGES)
    else:
        operator(hub, event.uid)
    reason = f"Killed ({user.nick} ({event.reason}))"
    return _evict(hub, entry, user, [(target, tuple(target.connections))], reason)


def _evict(
    hub: Hub, entry: Entry, by: User, targets: list[tuple[User, tuple[int, ...]]], reason: str
) -> tuple[Effect, ...]:
    """`targets`: users, each with the numbers of the connections that are closed."""
    doing = by.doing(entry)
    effects: list[Effect] = []
    connections = tuple(number for _, numbers in targets for number in numbers)
    for target, numbers in targets:
        effects += close_connections(hub, entry, target, numbers, reason)
    if targets:
        effects.append(Evicted(**doing, targets=connections, reason=reason))
    return tuple(effects)


def server_ban_set(hub: Hub, entry: Entry, event: ServerBanSet) -> tuple[Effect, ...]:
    """Connections that match are closed, except those of server operators; who has none left is
    gone.
    """
    user = operator(hub, event.uid)
    name, _, host = event.mask.rpartition("@")
    try:
        mask = f"{name}@{masks.normal_host(host)}"
    except masks.BadMask as error:
        if event.reason is None:
            mask = event.mask
        else:
            raise Refused(ERR_BADMASK, event.mask, text=f"This mask {error}") from None
    key = masks.fold(mask)
    if event.reason is None:
        for one in (key, masks.fold(event.mask)):  # as it was written before hosts had one form
            if hub.bans.remove(one):
                hub.saved.append(saved_ban(one, None))
        return ()
    over = [mask for mask, ban in hub.bans.items() if ban.is_over(entry)]
    if key not in hub.bans and len(hub.bans) - len(over) >= hub.config.limits.server_bans:
        raise Refused(ERR_BANLISTFULL, event.mask, "KLINE")
    for old in over:
        hub.bans.remove(old)
        hub.saved.append(saved_ban(old, None))
    until, ends = 0, 0
    if event.lasts:
        until, ends = entry.at + event.lasts, entry.tick + event.lasts
    ban = ServerBan(mask, event.reason, user.source, entry.at, until, ends)
    hub.bans.set(key, ban)
    hub.saved.append(saved_ban(key, ban))
    hit = [
        (one, numbers)
        for one in hub.users.values()
        if "o" not in one.modes
        and (
            numbers := tuple(
                number
                for number, it in one.connections.items()
                if masks.is_from(key, masks.fold(it.where))
            )
        )
    ]
    return _evict(hub, entry, user, hit, f"Banned: {event.reason}")


def walloped(hub: Hub, entry: Entry, event: Walloped) -> tuple[Effect, ...]:
    """To everybody who wants to read it."""
    user = operator(hub, event.uid)
    uids = tuple(one.uid for one in hub.users.values() if "w" in one.modes)
    return (Wallop(**user.doing(entry), uids=uids, text=event.text),)


TRANSITIONS.update(
    {
        Opered: opered,
        Killed: killed,
        ServerBanSet: server_ban_set,
        Walloped: walloped,
    }
)
