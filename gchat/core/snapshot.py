"""The whole of a hub as bytes, in pieces, and back.

What comes back is equal to what was, also in the order within dicts, which decides who is shown
something first, or forgotten: so a hub that goes on from a snapshot does what the other one does.
What is only remembered to be quicker (`Room.silenced`) is left out.
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar, get_origin

import msgspec
from msgspec import Struct

from gchat.core.accounts import Account, ServerBan
from gchat.core.hooks import HookIndex
from gchat.core.hub import WHOWAS_ENTRIES, Hub
from gchat.core.nodes import Nodes
from gchat.core.rooms import Room
from gchat.core.rules import with_rules
from gchat.core.server_bans import ServerBans
from gchat.core.skeletons import SkeletonIndex
from gchat.core.stamp import Stamper
from gchat.core.users import Gone, User
from gchat.errors import GchatError

VERSION = 1
PIECE_ITEMS = 100  # users, rooms or accounts in one piece

T = TypeVar("T")
Stamp = tuple[int, int, int, int]  # `Stamper.state`


class NoSnapshot(GchatError):
    """The bytes are no snapshot that this version can read."""


class _Rest(Struct):
    """Of the first piece: all that is not one of many."""

    version: int
    stamp: Stamp
    nodes: Nodes
    nicks: list[int]  # uids in the order in which their nicknames are kept
    skeletons: dict[str, str]
    account_skeletons: dict[str, str]
    certificates: dict[str, str]
    iterations: dict[int, int]
    seats: dict[str, dict[str, dict[str, None]]]
    bans: list[tuple[str, ServerBan]]
    watchers: dict[str, dict[int, None]]
    gone: list[Gone]
    invisible: int
    opers: int
    most_users: int


class _Some(Struct):
    """Of any other piece."""

    users: list[User] = []
    rooms: list[Room] = []
    accounts: list[Account] = []


def _encoded(value: Any) -> Any:
    if isinstance(value, deque):
        return list(value)
    raise NotImplementedError(type(value))


def _decoded(kind: Any, value: Any) -> Any:
    if get_origin(kind) is deque:
        return deque(value)
    raise NotImplementedError(kind)


_encode = msgspec.msgpack.Encoder(enc_hook=_encoded).encode
_rest = msgspec.msgpack.Decoder(_Rest, dec_hook=_decoded)
_some = msgspec.msgpack.Decoder(_Some, dec_hook=_decoded)


def _user(user: User) -> User:
    """With what has no order in one: equal hubs are equal bytes."""
    if len(user.modes) > 1:
        user = copy.copy(user)
        user.modes = _in_order(user.modes)  # type: ignore[assignment]
    return user


def _room(room: Room) -> Room:
    if room.silenced or len(room.flags) > 1 or len(room.invited) > 1:
        room = copy.copy(room)
        room.silenced = {}
        room.flags = _in_order(room.flags)  # type: ignore[assignment]
        room.invited = _in_order(room.invited)  # type: ignore[assignment]
    return room


def _in_order(found: Iterable[Any]) -> list[Any]:
    return sorted(found)


def pieces(hub: Hub, stamper: Stamper) -> Iterator[bytes]:
    """The bytes, in pieces that take about a millisecond each to make. The hub must not change
    before the last one.
    """
    yield _encode(
        _Rest(
            VERSION,
            stamper.state,
            hub.nodes,
            [user.uid for user in hub.nicks.values()],
            hub.skeletons.others,
            hub.account_skeletons.others,
            hub.certificates,
            hub.iterations,
            hub.seats,
            list(hub.bans.items()),
            hub.watchers,
            list(hub.gone),
            hub.invisible,
            hub.opers,
            hub.most_users,
        )
    )
    for users in _batches(hub.users.values()):
        yield _encode(_Some(users=[_user(one) for one in users]))
    for rooms in _batches(hub.rooms.values()):
        yield _encode(_Some(rooms=[_room(one) for one in rooms]))
    for accounts in _batches(hub.accounts.values()):
        yield _encode(_Some(accounts=accounts))


def _batches(found: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(found)
    while batch := list(islice(rest, PIECE_ITEMS)):
        yield batch


def load(found: Iterable[bytes], hub: Hub, stamper: Stamper) -> None:
    """Makes the hub what it was when the pieces were made, and the stamper too. Raises NoSnapshot
    where they cannot be read; nothing is changed then.
    """
    try:
        first, *others = found
        rest = _rest.decode(first)
        some = [_some.decode(piece) for piece in others]
    except (ValueError, msgspec.MsgspecError) as error:
        raise NoSnapshot(f"the snapshot cannot be read: {error}") from None
    if rest.version != VERSION:
        raise NoSnapshot(f"the snapshot is of version {rest.version}, which is not supported")
    hub.users = {user.uid: user for piece in some for user in piece.users}
    hub.nicks = {hub.users[uid].key: hub.users[uid] for uid in rest.nicks}
    hub.rooms = {room.key: room for piece in some for room in piece.rooms}
    hub.accounts = {account.key: account for piece in some for account in piece.accounts}
    hub.skeletons = SkeletonIndex(rest.skeletons)
    hub.account_skeletons = SkeletonIndex(rest.account_skeletons)
    hub.certificates, hub.iterations, hub.seats = rest.certificates, rest.iterations, rest.seats
    hub.watchers, hub.gone = rest.watchers, deque(rest.gone, WHOWAS_ENTRIES)
    hub.bans = ServerBans()
    hub.hooks = HookIndex()
    for room in hub.rooms.values():
        for hook in room.hooks.values():
            hub.hooks.add(room.key, hook)
    for mask, ban in rest.bans:
        hub.bans.set(mask, ban)
    hub.invisible, hub.opers, hub.most_users = rest.invisible, rest.opers, rest.most_users
    hub.nodes = rest.nodes
    hub.config = with_rules(hub.config, rest.nodes.rules)
    hub.saved.clear()
    stamper.resume(rest.stamp)
