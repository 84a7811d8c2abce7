"""What of the hub outlives it, as JSON: accounts, what they have read, rooms that last, bans."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gchat.core import masks
from gchat.core.accounts import NOTHING_OLDER, UNKNOWN, Account, Seat, ServerBan
from gchat.core.effects import Saved
from gchat.core.hub import Hub
from gchat.core.rooms import LIST_MODES, Hook, Room, Signed
from gchat.wire.names import casefold

# Restored in this order: a marker needs its account.
ACCOUNT, BAN, MARKER, ROOM = "account", "ban", "marker", "room"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _signed(signed: Signed) -> list[str | int]:
    return [signed.text, signed.by, signed.at, *([signed.ident] if signed.ident else [])]


def saved_room(room: Room) -> Saved:
    """A room as it is now; if it does not last (any more), what was saved of it is deleted."""
    if not room.lasting:
        return Saved(ROOM, room.key, None)
    value: dict[str, Any] = {
        "name": room.name,
        "created": room.created,
        "founder": room.founder,
        "topic": _signed(room.topic) if room.topic else None,
        "flags": "".join(sorted(room.flags)),
        "password": room.password,
        "place": room.place,
        "capacity": room.capacity,
        "slow": room.slow,
        "lists": {
            letter: [_signed(one) for one in room.lists[letter].values()] for letter in LIST_MODES
        },
        "metadata": room.metadata,
        "ranks": room.ranks,
    }
    if room.hooks:
        value["hooks"] = [[one.name, one.digest, one.by, one.at] for one in room.hooks.values()]
    return Saved(ROOM, room.key, _dump(value))


def _restore_room(hub: Hub, key: str, value: Any) -> None:
    room = Room(
        key=key,
        name=value["name"],
        created=value["created"],
        lasting=True,
        founder=value["founder"],
        topic=Signed(*value["topic"]) if value["topic"] else None,
        flags=set(value["flags"]),
        password=value["password"],
        capacity=value["capacity"],
        place=value.get("place", key),
        slow=tuple(value.get("slow", (0, 0))),
        metadata=value["metadata"],
        ranks=value.get("ranks", {}),
    )
    for letter, found in value["lists"].items():
        room.lists[letter] = {masks.fold(one[0]): Signed(*one) for one in found}
    hub.rooms[key] = room
    for one in value.get("hooks", ()):
        hook = Hook(*one)
        room.hooks[casefold(hook.name)] = hook
        hub.hooks.add(room.key, hook)
    for account in hub.absent(room):
        seat = account.rooms[key]
        if seat.created == UNKNOWN:
            hub.seat(account, key, replace(seat, created=room.created))


def saved_account(account: Account) -> Saved:
    """An account as it is, without its markers."""
    value = {
        "name": account.name,
        "created": account.created,
        "ident": account.ident,
        "verifier": account.verifier,
        "metadata": account.metadata,
        "rooms": {key: seat.name for key, seat in account.rooms.items()},
        "places": {key: seat.place for key, seat in account.rooms.items()},
        "since": {key: [seat.since, seat.created] for key, seat in account.rooms.items()},
        "certificates": list(account.certificates),
    }
    return Saved(ACCOUNT, account.key, _dump(value))


def dropped_account(account: Account) -> list[Saved]:
    """Deletes an account and its markers."""
    markers = [saved_marker(account.key, target, None) for target in account.markers]
    return [Saved(ACCOUNT, account.key, None), *markers]


def _restore_account(hub: Hub, key: str, value: Any) -> None:
    account = hub.accounts[key] = Account(
        value["name"],
        value["created"],
        value["verifier"],
        metadata=value["metadata"],
        certificates=dict.fromkeys(value["certificates"]),
        ident=value.get("ident", ""),
    )
    places, times = value.get("places", {}), value.get("since", {})
    for room, name in value["rooms"].items():
        since, created = times.get(room, (NOTHING_OLDER, UNKNOWN))
        hub.seat(account, room, Seat(name, places.get(room, room), since, created))
    hub.account_skeletons.add(key)
    hub.count_verifier(account.verifier, 1)
    for fingerprint in value["certificates"]:
        hub.certificates[fingerprint] = key


def saved_marker(account: str, target: str, at: int | None) -> Saved:
    """How far an account (its folded name) has read a target (folded)."""
    return Saved(MARKER, f"{account} {target}", None if at is None else _dump(at))


def _restore_marker(hub: Hub, key: str, value: Any) -> None:
    account, _, target = key.partition(" ")
    if account in hub.accounts:
        hub.accounts[account].markers[target] = value


def saved_ban(mask: str, ban: ServerBan | None) -> Saved:
    """A ban of this folded mask, or that there is none any more."""
    value = None
    if ban is not None:
        value = _dump([ban.mask, ban.reason, ban.by, ban.at, ban.until])
    return Saved(BAN, mask, value)


def _restore_ban(hub: Hub, key: str, value: Any) -> None:
    hub.bans.set(key, ServerBan(*value))


_RESTORERS: dict[str, Callable[[Hub, str, Any], None]] = {
    ACCOUNT: _restore_account,
    BAN: _restore_ban,
    MARKER: _restore_marker,
    ROOM: _restore_room,
}


def restore(hub: Hub, kind: str, key: str, value: str) -> None:
    """Puts a saved value back into a hub. Values have to come in the order of the kinds above."""
    _RESTORERS[kind](hub, key, json.loads(value))


def all_saved(hub: Hub) -> list[Saved]:
    """All of a hub that outlives it."""
    found = [saved_account(one) for one in hub.accounts.values()]
    found += [saved_ban(mask, ban) for mask, ban in hub.bans.items()]
    found += [
        saved_marker(account.key, target, at)
        for account in hub.accounts.values()
        for target, at in account.markers.items()
    ]
    return found + [saved_room(one) for one in hub.rooms.values() if one.lasting]
