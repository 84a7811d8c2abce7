"""Hooks of rooms, for their operators: `/msg ChanServ HOOK`. Shared by the dialects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_hex

from gchat.core.effects import Refused
from gchat.core.events import HookSet
from gchat.core.rooms import Room
from gchat.dialects.peer import Peer
from gchat.errors import GchatError
from gchat.wire.names import InvalidName, check_nickname
from gchat.wire.numerics import ERR_CHANOPRIVSNEEDED, ERR_ERRONEUSNICKNAME

SECRET_BYTES = 24  # random ones: nobody guesses them. In digits and letters, as links end with
PATH = "/hook/"  # of a hook's address, before its secret
USAGE = "ADD|RENEW|REMOVE #ROOM NAME, or LIST #ROOM"
OFF = "Hooks are turned off on this server"


class Usage(GchatError):
    """The command has the wrong parameters."""


def digest(secret: str) -> str:
    """What is kept of a secret: it has too many random bits for a slow hash to be of use."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def command(peer: Peer, words: list[str]) -> str:
    """Carries out HOOK with these parameters, and returns the answer, of one or several lines. May
    switch greenlets. Raises Usage and Refused.
    """
    handler, count = _COMMANDS.get(words[0].upper() if words else "", (None, 0))
    if handler is None or len(words) != count:
        raise Usage
    if not peer.node.config.hooks.enabled:
        return OFF
    return handler(peer, *words[1:])


def _room(peer: Peer, name: str) -> Room:
    """Raises Refused where they are no operator of the room."""
    room = peer.node.hub.joined_room(name, peer.uid)
    if not room.is_op(peer.uid):
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    return room


def _add(peer: Peer, room: str, name: str) -> str:
    try:
        shown = check_nickname(name, peer.node.config.limits.nick_length)
    except InvalidName as error:
        raise Refused(ERR_ERRONEUSNICKNAME, text=f"This name cannot be used: it {error}") from None
    return _give(peer, room, shown, renewing=False)


def _renew(peer: Peer, room: str, name: str) -> str:
    return _give(peer, room, name, renewing=True)


def _give(peer: Peer, room: str, name: str, *, renewing: bool) -> str:
    secret = token_hex(SECRET_BYTES)
    _commit(peer, HookSet(peer.uid, room, name, digest(secret), renewing))
    address = f"{peer.node.url()}{PATH}{secret}"
    return (
        f"{name} speaks in {room} by this address, which is shown only once: {address}\n"
        f"Whoever knows it can speak there. Try it: curl -d 'hello' {address}"
    )


def _remove(peer: Peer, room: str, name: str) -> str:
    _commit(peer, HookSet(peer.uid, room, name, None))
    return f"{name} speaks in {room} no more"


def _list(peer: Peer, name: str) -> str:
    room = _room(peer, name)
    lines = [
        f"{one.name}: its address is by {one.by}, {datetime.fromtimestamp(one.at / 1000, UTC):%F}"
        for one in room.hooks.values()
    ]
    count = "1 hook" if len(lines) == 1 else f"{len(lines)} hooks"
    return "\n".join([*lines, f"{count} in {room.name}"])


def _commit(peer: Peer, event: HookSet) -> None:
    for refusal in peer.commit(event).refusals:
        raise refusal


_COMMANDS: dict[str, tuple[Callable[..., str] | None, int]] = {
    "ADD": (_add, 3),
    "RENEW": (_renew, 3),
    "REMOVE": (_remove, 3),
    "LIST": (_list, 2),
}
