"""Messages, taking them back, and topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gchat.core.effects import ChangedTopic, Effect, Failure, Redaction, Refused, Spoke
from gchat.core.events import Entry, Redacted, Said, TopicSet
from gchat.core.rooms import HALFOP, PREFIXES, RANKS, Room, Signed
from gchat.core.saved import saved_room
from gchat.core.users import User
from gchat.wire.names import is_room
from gchat.wire.numerics import ERR_CANNOTSENDTOCHAN, ERR_CHANOPRIVSNEEDED, ERR_NEEDREGGEDNICK

if TYPE_CHECKING:
    from gchat.core.hub import Hub

_STATUS = {sign: RANKS[letter] for letter, sign in PREFIXES.items()}  # STATUSMSG


def said(hub: Hub, entry: Entry, event: Said) -> tuple[Effect, ...]:
    """To a room: seen by its members. To a person: seen by both."""
    user = hub.user(event.uid)
    status = event.target[:1] if event.target[:1] in _STATUS else ""
    room_key = target_account = ""
    uids: tuple[int, ...] = ()
    if status or is_room(event.target):
        room = hub.room(event.target[len(status) :])
        _check_speech(room, user, event)
        if status:
            least = _STATUS[status]
            uids = tuple(uid for uid in room.members if room.rank(uid) >= least)
            target = status + room.name
        else:
            room_key, target = room.key, room.name
        if user.uid not in (uids if status else room.members):
            uids = (*uids, user.uid)
    else:
        receiver = hub.named(event.target)
        if "R" in receiver.modes and not user.account and receiver is not user:
            text = "They take messages only from who is logged in"
            raise Refused(ERR_NEEDREGGEDNICK, receiver.nick, text=text)
        target, target_account = receiver.nick, receiver.account
        uids = (receiver.uid,) if receiver is user else (receiver.uid, user.uid)
    user.spoke = entry.at
    return (
        Spoke(
            entry=entry,
            uid=user.uid,
            nick=user.nick,
            source=user.source,
            account=user.account,
            room=room_key,
            uids=uids,
            verb=event.verb,
            target=target,
            text=event.text,
            tags=event.tags,
            target_account=target_account,
            status=status,
            bot="B" in user.modes,
            origin=event.origin,
        ),
    )


def _check_speech(room: Room, user: User, event: Said) -> None:
    """Raises Refused where they may not say this in the room."""
    if (
        "C" in room.flags
        and event.text.startswith("\x01")
        and not event.text.startswith("\x01ACTION ")
    ):
        text = "CTCP cannot be sent to this room (+C)"
        raise Refused(ERR_CANNOTSENDTOCHAN, room.name, text=text)
    if room.members.get(user.uid):
        return
    if (
        "m" in room.flags
        or ("n" in room.flags and user.uid not in room.members)
        or ("M" in room.flags and not user.account)
        or room.silences(user)
    ):
        raise Refused(ERR_CANNOTSENDTOCHAN, room.name)


def redacted(hub: Hub, entry: Entry, event: Redacted) -> tuple[Effect, ...]:
    """By who wrote it, or by an operator of the room. Seen by who saw the message."""
    user = hub.user(event.uid)
    if is_room(event.target):
        room = hub.joined_room(event.target, user.uid)
        if not (event.own or room.is_op(user.uid)):
            raise Failure(
                "REDACT",
                "REDACT_FORBIDDEN",
                room.name,
                event.msgid,
                text="You are not authorised to delete this message",
            )
        seen: dict[str, Any] = {"room": room.key, "target": room.name}
    else:
        receiver = hub.named(event.target)
        seen = {
            "uids": (receiver.uid,) if receiver is user else (receiver.uid, user.uid),
            "target": receiver.nick,
            "target_account": receiver.account,
        }
    return (Redaction(**user.doing(entry), **seen, msgid=event.msgid, reason=event.reason),)


def topic_set(hub: Hub, entry: Entry, event: TopicSet) -> tuple[Effect, ...]:
    """By a member; by an operator only, where the topic is locked (+t)."""
    user = hub.user(event.uid)
    room = hub.joined_room(event.room, user.uid)
    if "t" in room.flags and room.rank(user.uid) < HALFOP:
        raise Refused(ERR_CHANOPRIVSNEEDED, room.name)
    room.topic = Signed(event.text, user.source, entry.at) if event.text else None
    if room.lasting:
        hub.saved.append(saved_room(room))
    return (
        ChangedTopic(
            **user.doing(entry),
            room=room.key,
            room_name=room.name,
            text=event.text,
        ),
    )
