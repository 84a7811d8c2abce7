"""Hooks: made for a room, given another secret, removed; what programs say by them."""

from __future__ import annotations

from gchat.core.effects import Effect, Refused, Spoke
from gchat.core.events import Entry, HookSaid, HookSet
from gchat.core.hub import Hub
from gchat.core.rooms import Hook, Room
from gchat.core.saved import saved_room
from gchat.core.transitions.people import check_services
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import SERVICE_UID
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_CHANOPRIVSNEEDED,
    ERR_NICKNAMEINUSE,
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_TOOMANYCHANNELS,
)


def hook_set(hub: Hub, entry: Entry, event: HookSet) -> tuple[Effect, ...]:
    """By an operator of the room. Nobody else sees it."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    if not room.is_op(user.uid):
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    key = casefold(event.name)
    known = room.hooks.get(key)
    if event.digest is not None and not event.renewing:
        _check_new(hub, room, key, event.name)
    elif known is None:
        raise Refused(ERR_NOSUCHNICK, event.name, text="This room has no hook of this name")
    if event.digest is not None and hub.hooks.room(event.digest) is not None:
        raise Refused(ERR_NICKNAMEINUSE, event.name, text="This secret is in use")
    if known is not None:
        hub.hooks.remove(known)
        del room.hooks[key]
    if event.digest is not None:
        name = event.name if known is None else known.name
        hook = room.hooks[key] = Hook(name, event.digest, user.nick, entry.at)
        hub.hooks.add(room.key, hook)
    hub.saved.append(saved_room(room))
    return ()


def _check_new(hub: Hub, room: Room, key: str, name: str) -> None:
    """Raises Refused where the room cannot have one more, of this name."""
    if not room.lasting:
        text = "Register this room first: its hooks stay as long as it is registered"
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name, text=text)
    if key in room.hooks:
        text = "This room has a hook of this name. RENEW gives it another address"
        raise Refused(ERR_NICKNAMEINUSE, name, text=text)
    check_services(key, name)
    if (
        key in hub.nicks
        or key in hub.accounts
        or hub.skeletons.taken(key, hub.nicks)
        or hub.account_skeletons.taken(key, hub.accounts)
        or hub.hooks.alike(key)
    ):
        text = "This name is, or looks like, somebody's nickname or account, or another hook's name"
        raise Refused(ERR_NICKNAMEINUSE, name, text=text)
    most = hub.config.hooks
    founder = casefold(room.founder)
    theirs = [one for one in hub.rooms.values() if founder and casefold(one.founder) == founder]
    if (
        len(room.hooks) >= most.per_room
        or sum(len(one.hooks) for one in theirs) >= most.per_account
    ):
        raise Refused(ERR_TOOMANYCHANNELS, room.name, text="There are too many hooks")


def hook_said(hub: Hub, entry: Entry, event: HookSaid) -> tuple[Effect, ...]:
    """Seen by the members of the hook's room, as from a bot."""
    found = hub.hook(event.digest)
    if found is None:
        raise Refused(ERR_NOSUCHCHANNEL, "*")
    room, hook = found
    return (
        Spoke(
            entry=entry,
            uid=SERVICE_UID,
            nick=hook.name,
            source=hook.source,
            room=room.key,
            verb="PRIVMSG",
            target=room.name,
            text=event.text,
            tags=(),
            bot=True,
        ),
    )


def forget_hooks(hub: Hub, room: Room) -> None:
    """Call it when the room is not registered any more, before it is saved."""
    for hook in room.hooks.values():
        hub.hooks.remove(hook)
    room.hooks.clear()


TRANSITIONS.update(
    {
        HookSet: hook_set,
        HookSaid: hook_said,
    }
)
