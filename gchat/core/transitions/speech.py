"""Messages, taking them back, and topics."""

from __future__ import annotations

from typing import Any

from gchat.core.effects import ChangedTopic, Effect, Failure, Redaction, Refused, Spoke
from gchat.core.events import Entry, Redacted, Said, TopicSet
from gchat.core.hub import Hub
from gchat.core.limits import Recent
from gchat.core.rooms import HALFOP, PREFIXES, RANKS, Room, Signed
from gchat.core.saved import saved_room
from gchat.core.strangers import KNOWN, check_accepts, meet, seconds
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import User
from gchat.wire.names import is_room
from gchat.wire.numerics import (
    ERR_CANNOTSENDTOCHAN,
    ERR_CHANOPRIVSNEEDED,
    ERR_NOSUCHCHANNEL,
)
from gchat.wire.text import ACTION

_STATUS = {sign: RANKS[letter] for letter, sign in PREFIXES.items()}  # STATUSMSG


def said(hub: Hub, entry: Entry, event: Said) -> tuple[Effect, ...]:
    """To a room: seen by its members. To a person: seen by both."""
    user = hub.user(event.uid)
    status = event.target[:1] if event.target[:1] in _STATUS else ""
    room_key = target_id = ""
    uids: tuple[int, ...] = ()
    if status or is_room(event.target):
        room = hub.room(event.target[len(status) :])
        try:
            _check_speech(room, user, event, entry.tick)
        except Refused:
            if hub.shows(room, user.uid):
                raise
            # in the same words as for a room that there is not
            raise Refused(ERR_NOSUCHCHANNEL, event.target[len(status) :]) from None
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
        check_accepts(user, receiver)
        if receiver is not user:
            meet(hub, user, receiver, entry.tick)
        target, target_id = receiver.nick, receiver.account_id
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
            account_id=user.account_id,
            target_id=target_id,
            status=status,
            bot="B" in user.modes,
            origin=event.origin,
        ),
    )


def _check_speech(room: Room, user: User, event: Said, at: int) -> None:
    """Raises Refused where they may not say this in the room."""
    if "C" in room.flags and event.text.startswith("\x01") and not event.text.startswith(ACTION):
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
    if room.slow[0] and not user.modes & {"o"} and event.verb != "TAGMSG":
        recent = room.recent.setdefault(user.uid, Recent())
        wait = recent.wait(*room.slow, at)
        if wait:
            text = f"This room is in slow mode: wait {seconds(wait)} s"
            raise Refused(ERR_CANNOTSENDTOCHAN, room.name, text=text)
        recent.add(room.slow[0], at)
        if len(room.recent) > 2 * len(room.members) + KNOWN:  # many have left, or wait for nothing
            for uid in [u for u, r in room.recent.items() if not r.wait(1, room.slow[1], at)]:
                del room.recent[uid]


def redacted(hub: Hub, entry: Entry, event: Redacted) -> tuple[Effect, ...]:
    """By the author, or by an operator of the room. Seen by those who would
    be sent the message now.
    """
    user = hub.user(event.uid)
    status = event.target[:1] if event.target[:1] in _STATUS else ""
    if status and event.own:
        room = hub.joined_room(event.target[1:], user.uid)
        ranked = tuple(uid for uid in room.members if room.rank(uid) >= _STATUS[status])
        seen: dict[str, Any] = {
            "uids": ranked if user.uid in ranked else (*ranked, user.uid),
            "target": status + room.name,
        }
    elif is_room(event.target):
        room = hub.joined_room(event.target, user.uid)
        if not (event.own or room.is_op(user.uid)):
            raise _forbidden(room.name, event)
        seen = {"room": room.key, "target": room.name}
    else:
        if not event.own:
            raise _forbidden(event.target, event)
        # not by nicknames: somebody else may be called so by now
        here = (uid for uid in event.others if uid in hub.users and uid != user.uid)
        seen = {"uids": (*here, user.uid), "target": event.target}
    seen |= {"msgid": event.msgid, "reason": event.reason, "place": event.place}
    return (Redaction(**user.doing(entry), **seen),)


def _forbidden(target: str, event: Redacted) -> Failure:
    text = "You are not authorised to delete this message"
    return Failure("REDACT", "REDACT_FORBIDDEN", target, event.msgid, text=text)


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


TRANSITIONS.update(
    {
        Said: said,
        Redacted: redacted,
        TopicSet: topic_set,
    }
)
