"""METADATA, https://ircv3.net/specs/extensions/metadata"""

from __future__ import annotations

import re
from collections.abc import Callable

from gchat.core.effects import Failure, Refused
from gchat.core.events import MetadataSet
from gchat.core.rooms import Room
from gchat.dialects.bounds import METADATA_BYTES, METADATA_SUBS
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.wire.caps import Cap
from gchat.wire.message import Message, encode, format_message, pack_words
from gchat.wire.names import casefold, is_room
from gchat.wire.numerics import (
    ERR_NEEDMOREPARAMS,
    ERR_UNKNOWNCOMMAND,
    RPL_KEYNOTSET,
    RPL_KEYVALUE,
    RPL_METADATASUBOK,
    RPL_METADATASUBS,
    RPL_METADATASYNCLATER,
    RPL_METADATAUNSUBOK,
)

KEY_LENGTH = 64  # characters
SYNC_KEYS = 1000  # values of a room and its members, the most to send at once
_KEY = re.compile(r"[a-z0-9_./-]+")


@command(
    "METADATA",
    min_params=2,
    before_with=Cap.METADATA,
    usage=(
        "METADATA target GET key [key ...]",
        "METADATA target LIST",
        "METADATA target SET key [value]",
        "METADATA target CLEAR",
        "METADATA * SUB key [key ...]",
        "METADATA * UNSUB key [key ...]",
        "METADATA * SUBS",
        "METADATA target SYNC",
    ),
    text=(
        "Reads and changes public information, as keys with values, about a user or a room; * "
        "is yourself. GET and LIST read keys, SET sets one (or removes it, without a value), "
        "CLEAR removes all. SUB and UNSUB choose the keys whose changes you are told of, SUBS "
        "lists them, SYNC sends their values now. You can change your own keys, and those of a "
        "room where you are an operator; request the capability draft/metadata-3 first."
    ),
    url="https://ircv3.net/specs/extensions/metadata",
)
def metadata(irc: IrcConnection, message: Message) -> None:
    """METADATA of a target."""
    if Cap.METADATA not in irc.caps:
        raise Refused(ERR_UNKNOWNCOMMAND, message.command)
    target, subcommand, *words = message.params
    handler = _SUBCOMMANDS.get(subcommand.upper())
    if handler is None:
        text = "Invalid subcommand"
        raise Failure("METADATA", "SUBCOMMAND_INVALID", subcommand, text=text)
    handler(irc, target, words)


def metadata_line(irc: IrcConnection, target: str, key: str, value: str | None) -> bytes:
    """761 or 766 as bytes: a key's value, or that it has none."""
    if value is None:
        numeric, rest = RPL_KEYNOTSET, [RPL_KEYNOTSET.text]
    else:
        numeric, rest = RPL_KEYVALUE, ["*", value]
    line = format_message(numeric.code, irc.nick, target, key, *rest, source=irc.config.server.name)
    return encode(line)


def _invalid_target(target: str) -> Failure:
    return Failure("METADATA", "INVALID_TARGET", target, text="Invalid metadata target")


def _found(irc: IrcConnection, target: str) -> tuple[str, dict[str, str]]:
    """The target's name and its keys, where they may be read. Raises Failure."""
    if not irc.registered:
        if target != "*":
            raise _invalid_target(target)
        return "*", irc.metadata
    if target == "*":
        return irc.user.nick, irc.user.metadata
    if is_room(target):
        room = irc.hub.rooms.get(casefold(target))
        if room is None or not _reads(irc, room):
            raise _invalid_target(target)
        return room.name, room.metadata
    user = irc.hub.nicks.get(casefold(target))
    if user is None:
        raise _invalid_target(target)
    return user.nick, user.metadata


def _reads(irc: IrcConnection, room: Room) -> bool:
    return irc.peer.uid in room.members or not room.flags & {"i", "s"}


def _is_key(key: str) -> bool:
    return len(key) <= KEY_LENGTH and _KEY.fullmatch(key) is not None


def _bad_key(irc: IrcConnection, key: str) -> None:
    irc.fail("METADATA", "KEY_INVALID", key[:KEY_LENGTH], text="Invalid key")


class _Batch:
    """A BATCH of replies."""

    def __init__(self, irc: IrcConnection, kind: str, *params: str) -> None:
        self._irc = irc
        self._reference = irc.batch_reference()
        irc.say("BATCH", f"+{self._reference}", kind, *params)

    def key(self, name: str, key: str, value: str | None) -> None:
        """761 or 766."""
        line = metadata_line(self._irc, name, key, value)
        self._irc.add_raw(f"@batch={self._reference} ".encode() + line)

    def say(self, command: str, *params: str) -> None:
        """Another message."""
        self._irc.say(command, *params, tags=f"batch={self._reference}")

    def end(self) -> None:
        """Nothing more."""
        self._irc.say("BATCH", f"-{self._reference}")


def _get(irc: IrcConnection, target: str, words: list[str]) -> None:
    if not words:
        raise Refused(ERR_NEEDMOREPARAMS, "METADATA")
    name, found = _found(irc, target)
    batch = _Batch(irc, "metadata", name)
    for key in words:
        if _is_key(key):
            batch.key(name, key, found.get(key))
        else:
            text = "Invalid key"
            batch.say("FAIL", "METADATA", "KEY_INVALID", key[:KEY_LENGTH], text)
    batch.end()


def _list(irc: IrcConnection, target: str, words: list[str]) -> None:
    name, found = _found(irc, target)
    batch = _Batch(irc, "metadata", name)
    for key, value in found.items():
        batch.key(name, key, value)
    batch.end()


def _set(irc: IrcConnection, target: str, words: list[str]) -> None:
    if not words:
        raise Refused(ERR_NEEDMOREPARAMS, "METADATA")
    key, value = words[0], words[1] if len(words) > 1 else None
    name, _ = _found(irc, target)
    if not _is_key(key):
        _bad_key(irc, key)
        return
    if value is not None and len(value.encode()) > METADATA_BYTES:
        text = f"The value is too long: at most {METADATA_BYTES} bytes"
        raise Failure("METADATA", "INVALID_VALUE", key, text=text)
    if not irc.registered:
        _set_before(irc, key, value)
    else:
        _check_own(irc, target, name, key)
        if not irc.commit(MetadataSet(irc.peer.uid, name if is_room(name) else "*", key, value)):
            return
    irc.add_raw(metadata_line(irc, name, key, value))


def _set_before(irc: IrcConnection, key: str, value: str | None) -> None:
    if value is None:
        irc.metadata.pop(key, None)
    elif key not in irc.metadata and len(irc.metadata) >= irc.config.limits.metadata_keys:
        raise Failure("METADATA", "LIMIT_REACHED", "*", text="There are too many keys")
    else:
        irc.metadata[key] = value


def _check_own(irc: IrcConnection, target: str, name: str, key: str) -> None:
    if not is_room(name) and target != "*" and casefold(name) != irc.user.key:
        text = "You cannot set keys of other users"
        raise Failure("METADATA", "KEY_NO_PERMISSION", name, key, text=text)
    if is_room(name) and not irc.hub.room(name).is_op(irc.peer.uid):
        text = "You cannot set keys of this room"
        raise Failure("METADATA", "KEY_NO_PERMISSION", name, key, text=text)


def _clear(irc: IrcConnection, target: str, words: list[str]) -> None:
    name, found = _found(irc, target)
    if irc.registered:
        _check_own(irc, target, name, "*")
    batch = _Batch(irc, "metadata", name)
    for key in list(found):
        if not irc.registered:
            _set_before(irc, key, None)
        elif irc.peer.commit(
            MetadataSet(irc.peer.uid, name if is_room(name) else "*", key, None)
        ).refusals:
            continue
        batch.key(name, key, None)
    batch.end()


def _sub(irc: IrcConnection, target: str, words: list[str]) -> None:
    done: list[str] = []
    full = ""
    for key in words:
        if not _is_key(key):
            _bad_key(irc, key)
        elif key not in irc.subs and len(irc.subs) >= METADATA_SUBS:
            full = key
            break
        else:
            irc.subs[key] = None
            done.append(key)
    _keys(irc, RPL_METADATASUBOK.code, done)
    if full:
        irc.fail("METADATA", "TOO_MANY_SUBS", full, text="Too many subscriptions")


def _unsub(irc: IrcConnection, target: str, words: list[str]) -> None:
    done = []
    for key in words:
        if _is_key(key):
            irc.subs.pop(key, None)
            done.append(key)
        else:
            _bad_key(irc, key)
    _keys(irc, RPL_METADATAUNSUBOK.code, done)


def _keys(irc: IrcConnection, code: str, keys: list[str]) -> None:
    for line in pack_words(keys, 400):
        irc.say(code, irc.nick, *line.split(" "))


def _subs(irc: IrcConnection, target: str, words: list[str]) -> None:
    batch = _Batch(irc, "metadata-subs")
    for line in pack_words(irc.subs, 400):
        batch.say(RPL_METADATASUBS.code, irc.nick, *line.split(" "))
    batch.end()


def _sync(irc: IrcConnection, target: str, words: list[str]) -> None:
    name, found = _found(irc, target)
    owners = _in_sight(irc, name, found)
    if _too_much(irc, owners):
        irc.reply(RPL_METADATASYNCLATER, name, text="")
        return
    batch = _Batch(irc, "metadata", name)
    for owner, keys in owners:
        for key in irc.subs:
            if key in keys:
                batch.key(owner, key, keys[key])
    batch.end()


def _in_sight(
    irc: IrcConnection, name: str, found: dict[str, str]
) -> list[tuple[str, dict[str, str]]]:
    """What a room or somebody and, of a room, its members have of the keys subscribed to."""
    owners = [(name, found)]
    if is_room(name) and irc.registered:
        room = irc.hub.room(name)
        if irc.peer.uid in room.members:
            members = (irc.hub.users[uid] for uid in room.members)
            owners += [(user.nick, user.metadata) for user in members if user.metadata]
    subs = irc.subs.keys()
    return [(owner, keys) for owner, keys in owners if not subs.isdisjoint(keys.keys())]


def _too_much(irc: IrcConnection, owners: list[tuple[str, dict[str, str]]]) -> bool:
    if len(owners) > SYNC_KEYS:
        return True
    return sum(key in keys for _, keys in owners for key in irc.subs) > SYNC_KEYS


def on_entering(irc: IrcConnection, room: Room) -> None:
    """Sends the values of the keys subscribed to, of the room and of its members."""
    if Cap.METADATA not in irc.caps or not irc.subs:
        return
    owners = _in_sight(irc, room.name, room.metadata)
    if _too_much(irc, owners):
        irc.reply(RPL_METADATASYNCLATER, room.name, text="")
        return
    for owner, keys in owners:
        for key in irc.subs:
            if key in keys:
                irc.add_raw(metadata_line(irc, owner, key, keys[key]))


def on_welcome(irc: IrcConnection) -> None:
    """Sends the user's own keys; the MOTD comes after them."""
    if Cap.METADATA in irc.caps:
        _list(irc, "*", [])


_SUBCOMMANDS: dict[str, Callable[[IrcConnection, str, list[str]], None]] = {
    "CLEAR": _clear,
    "GET": _get,
    "LIST": _list,
    "SET": _set,
    "SUB": _sub,
    "SUBS": _subs,
    "SYNC": _sync,
    "UNSUB": _unsub,
}
