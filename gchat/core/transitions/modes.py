"""MODE of a room: https://modern.ircdocs.horse/#mode-message."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from gchat.core import masks
from gchat.core.effects import ChangedModes, Outcome, Refused
from gchat.core.events import Entry, ModeChange, ModesSet
from gchat.core.hub import Hub
from gchat.core.rooms import (
    FLAG_MODES,
    FOUNDER,
    HALFOP,
    LIST_MODES,
    OP,
    PREFIXES,
    Room,
    Signed,
    entry_bytes,
)
from gchat.core.saved import saved_room
from gchat.core.transitions.membership import forget_absent
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import User
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_BANLISTFULL,
    ERR_CHANOPRIVSNEEDED,
    ERR_INVALIDMODEPARAM,
    ERR_USERNOTINCHANNEL,
)

CAPACITY_MAX = 1_000_000  # +l
SLOW_MESSAGES, SLOW_SECONDS = 100, 3600  # +f
PASSWORD_LENGTH = 32  # +k, characters
MASK_LENGTH = 200  # +b, characters


def modes_set(hub: Hub, entry: Entry, event: ModesSet) -> Outcome:
    """By a member of at least half-operator rank. Each change stands alone: those that are possible
    are made, each of the others is refused.
    """
    user = hub.user(event.uid)
    room = hub.room(event.room)
    if room.rank(user.uid) < HALFOP:
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    done = []
    refusals = []
    for change in event.changes:
        try:
            made = _apply(hub, room, user, change, entry.at)
        except Refused as refusal:
            refusals.append(refusal)
        else:
            if made is not None:
                done.append(made)
    if not done:
        return Outcome(refusals=tuple(refusals))
    if room.lasting:
        hub.saved.append(saved_room(room))
    if any(one.adding and one.letter in _KEEPS_OUT for one in done):
        forget_absent(hub, room)
    effect = ChangedModes(
        **user.doing(entry), room=room.key, room_name=room.name, changes=tuple(done)
    )
    return Outcome((effect,), tuple(refusals))


_KEEPS_OUT = "bikRl"  # what may keep somebody out of a room


def _apply(hub: Hub, room: Room, by: User, change: ModeChange, at: int) -> ModeChange | None:
    """Makes one change; returns it as others see it, `None` where it changes nothing."""
    if change.letter in FLAG_MODES:
        return _flag(room, change)
    if change.letter in PREFIXES:
        return _member(hub, room, by, change)
    if change.letter in LIST_MODES:
        return _mask(hub, room, by, change, at)
    return _VALUES[change.letter](room, change)


def _flag(room: Room, change: ModeChange) -> ModeChange | None:
    if (change.letter in room.flags) is change.adding:
        return None
    if change.adding:
        room.flags.add(change.letter)
    else:
        room.flags.discard(change.letter)
    return change


# Whose rank it takes to give or take each letter.
_GIVERS = {"q": FOUNDER, "a": FOUNDER, "o": OP, "h": OP, "v": HALFOP}


def _member(hub: Hub, room: Room, by: User, change: ModeChange) -> ModeChange | None:
    """Nobody can change the letters of a member of higher rank; their own they may give up (but
    not a member with only +v: `modes_set` refuses them).
    """
    target = hub.named(change.arg)
    if target.uid not in room.members:
        raise Refused(ERR_USERNOTINCHANNEL, target.nick, room.name)
    rank = room.rank(by.uid)
    gives_up = target is by and not change.adding
    if not gives_up and (rank < _GIVERS[change.letter] or room.rank(target.uid) > rank):
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    had = room.members[target.uid]
    if (change.letter in had) is change.adding:
        return None
    has = had + change.letter if change.adding else had.replace(change.letter, "")
    room.members[target.uid] = "".join(letter for letter in PREFIXES if letter in has)
    if room.founder and target.account_id:
        _keep_rank(hub, room, target)
    return replace(change, arg=target.nick)


def _keep_rank(hub: Hub, room: Room, target: User) -> None:
    """So that they have it when they come back, also after a restart."""
    letters = room.members[target.uid].replace("q", "")  # the founder is known by the room
    room.ranks.pop(target.account_id, None)
    if letters and len(room.ranks) < hub.config.limits.bans_per_room:
        room.ranks[target.account_id] = letters


def _mask(hub: Hub, room: Room, by: User, change: ModeChange, at: int) -> ModeChange | None:
    if len(change.arg) > MASK_LENGTH or not _is_middle(change.arg):
        raise Refused(ERR_INVALIDMODEPARAM, room.name, change.letter, change.arg[:MASK_LENGTH])
    found = room.lists[change.letter]
    try:
        mask = masks.complete(change.arg)
    except masks.BadMask as error:
        if change.adding:
            params = room.name, change.letter, change.arg
            raise Refused(ERR_INVALIDMODEPARAM, *params, text=f"This mask {error}") from None
        mask = change.arg
    key = masks.fold(mask)
    if not change.adding:
        # or as it was written before addresses had one form
        removed = found.pop(key, None) or found.pop(masks.fold(change.arg), None)
        room.silenced.clear()
        return replace(change, arg=removed.text) if removed else None
    named = hub.accounts.get(casefold(masks.account(mask)))
    ident = named.ident if named is not None else ""
    if key in found and found[key].ident == ident:
        return None
    entry = Signed(mask, by.source, at, ident)
    if key not in found:
        _check_room_for(hub, room, change.letter, entry_bytes(key, entry))
    found[key] = entry
    room.silenced.clear()
    return replace(change, arg=mask)


def _check_room_for(hub: Hub, room: Room, letter: str, size: int) -> None:
    """Raises Refused where one more entry, of so many bytes, is too much for a list."""
    limits = hub.config.limits
    if len(room.lists[letter]) >= limits.bans_per_room:
        raise Refused(ERR_BANLISTFULL, room.name, letter)
    if not room.founder and room.list_bytes + size > limits.list_bytes:
        text = "The lists are full; those of a registered room may be longer"
        raise Refused(ERR_BANLISTFULL, room.name, letter, text=text)


def _is_middle(arg: str) -> bool:
    """Whether it can stand before other parameters when the change is shown."""
    return arg.isprintable() and " " not in arg and arg[:1] not in ("", ":")


def _password(room: Room, change: ModeChange) -> ModeChange | None:
    if change.adding:
        if len(change.arg) > PASSWORD_LENGTH or not _is_middle(change.arg) or "," in change.arg:
            raise Refused(ERR_INVALIDMODEPARAM, room.name, "k", "*")
        if room.password == change.arg:
            return None
        room.password = change.arg
        return change
    if not room.password:
        return None
    room.password = ""
    return replace(change, arg="*")


def _capacity(room: Room, change: ModeChange) -> ModeChange | None:
    wanted = 0
    if change.adding:
        if not (change.arg.isascii() and change.arg.isdigit()):
            raise Refused(ERR_INVALIDMODEPARAM, room.name, "l", change.arg)
        wanted = min(int(change.arg[:9]), CAPACITY_MAX)
        if wanted == 0:
            raise Refused(ERR_INVALIDMODEPARAM, room.name, "l", change.arg)
    if room.capacity == wanted:
        return None
    room.capacity = wanted
    return replace(change, arg=str(wanted) if wanted else "")


def _slow(room: Room, change: ModeChange) -> ModeChange | None:
    """`5:10` is five messages in ten seconds."""
    wanted = 0, 0
    if change.adding:
        most, _, seconds = change.arg.partition(":")
        if not all(one.isascii() and one.isdigit() for one in (most, seconds)):
            raise Refused(ERR_INVALIDMODEPARAM, room.name, "f", change.arg)
        wanted = int(most[:6]), int(seconds[:6])
        if not (0 < wanted[0] <= SLOW_MESSAGES and 0 < wanted[1] <= SLOW_SECONDS):
            raise Refused(ERR_INVALIDMODEPARAM, room.name, "f", change.arg)
    if room.slow == wanted:
        return None
    room.slow = wanted
    room.recent.clear()
    return replace(change, arg=f"{wanted[0]}:{wanted[1]}" if wanted[0] else "")


_VALUES: dict[str, Callable[[Room, ModeChange], ModeChange | None]] = {
    "f": _slow,
    "k": _password,
    "l": _capacity,
}


TRANSITIONS.update(
    {
        ModesSet: modes_set,
    }
)
