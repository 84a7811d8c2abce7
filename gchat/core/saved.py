"""What of the hub outlives it, as JSON: rooms that last, what people with accounts have read."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gchat.core import masks
from gchat.core.effects import Saved
from gchat.core.rooms import Room, Signed

if TYPE_CHECKING:
    from gchat.core.hub import Hub

ROOM, MARKER = "room", "marker"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def saved_room(room: Room) -> Saved:
    """A room that lasts, as it is."""
    return Saved(
        ROOM,
        room.key,
        _dump(
            {
                "name": room.name,
                "created": room.created,
                "topic": _signed(room.topic) if room.topic else None,
                "flags": "".join(sorted(room.flags)),
                "password": room.password,
                "capacity": room.capacity,
                "bans": [_signed(ban) for ban in room.bans.values()],
            }
        ),
    )


def _signed(signed: Signed) -> list[str | int]:
    return [signed.text, signed.by, signed.at]


def saved_marker(account: str, target: str, at: int | None) -> Saved:
    """How far an account (its folded name) has read a target (folded)."""
    return Saved(MARKER, f"{account} {target}", None if at is None else _dump(at))


def restore(hub: Hub, kind: str, key: str, value: str) -> None:
    """Makes it part of a hub again, as when the server starts."""
    _RESTORERS[kind](hub, key, json.loads(value))


def _restore_room(hub: Hub, key: str, value: Any) -> None:
    topic = value["topic"]
    hub.rooms[key] = Room(
        key=key,
        name=value["name"],
        created=value["created"],
        lasting=True,
        topic=Signed(*topic) if topic else None,
        flags=set(value["flags"]),
        password=value["password"],
        capacity=value["capacity"],
        bans={masks.fold(ban[0]): Signed(*ban) for ban in value["bans"]},
    )


def _restore_marker(hub: Hub, key: str, value: Any) -> None:
    account, _, target = key.partition(" ")
    if account in hub.accounts:
        hub.accounts[account].markers[target] = value


_RESTORERS: dict[str, Callable[[Hub, str, Any], None]] = {
    ROOM: _restore_room,
    MARKER: _restore_marker,
}
