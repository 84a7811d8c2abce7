"""Messages, their receipts, reactions, deletions and the past. A part of the model: each function
takes the model and an event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from client_gui.core import events, limits
from client_gui.core.events import Kind
from client_gui.core.speaking import UNLABELED
from client_gui.model.changes import (
    Change,
    HistoryAdded,
    LineChanged,
    RoomsChanged,
    TypingChanged,
)
from client_gui.model.lines import NOT_CONFIRMED, Fate, Line, Look, clean
from client_gui.model.model import HANDLERS, Model, look_is_quiet
from client_gui.model.rooms import (
    LINES_KEPT,
    PEOPLE_KEPT,
    REACTIONS_KEPT,
    ROOM_PREFIXES,
    TYPING_SECONDS,
    Room,
)
from client_gui.model.services import is_service, masked
from client_gui.texts import _, n_

REACTION_LENGTH = 32  # characters
DELETED = n_("(deleted)")
_LOOKS = {Kind.MESSAGE: Look.MESSAGE, Kind.ACTION: Look.ACTION, Kind.NOTICE: Look.NOTICE}


def _said(model: Model, event: events.Said) -> list[Change]:
    key = model.fold(event.room)
    known = key in model.rooms
    direct = event.room[:1] not in ("#", "&", "+", "!")
    room = model.room(event.room, direct=direct)
    changes: list[Change] = []
    if event.own:
        changes += _confirmed(model, event)
    if room.typing.pop(model.fold(event.nick), None):
        changes.append(TypingChanged(key))
    changes += model.add(
        key,
        _LOOKS[event.kind],
        _shown(event),
        at=event.at,
        nick=event.nick,
        own=event.own,
        msgid=event.msgid,
        reply_to=event.reply_to,
    )
    return changes if known else [*changes, RoomsChanged()]


def _shown(event: events.Said | events.Sending | events.Unsent) -> str:
    """What of a message may be shown: of one of ours to a service only its first word."""
    ours = not isinstance(event, events.Said) or event.own
    return masked(event.text) if ours and is_service(event.room) else event.text


def _confirmed(model: Model, event: events.Said) -> list[Change]:
    """A message of ours has arrived: removes the line for it, which was pending, or had failed
    with a lost connection.
    """
    if event.label:
        # in all rooms: what was sent to `@#room` comes back in `#room`
        for key, room in model.rooms.items():
            for line in reversed(room.lines):
                if line.label == event.label:
                    room.remove(line.number)
                    return [LineChanged(key, line.number, None)]
        return []
    key = model.fold(event.room)
    room = model.rooms[key]
    if is_service(event.room):
        return _confirmed_by_service(room, key, _shown(event))
    waits = [
        line
        for line in room.lines
        if line.fate is not Fate.SENT and event.text in (line.raw, line.text)
    ]
    found = next((line for line in waits if line.label.startswith(UNLABELED)), None) or next(
        (line for line in waits if line.why == _(NOT_CONFIRMED)), None
    )
    if found is None:
        return []
    room.remove(found.number)
    return [LineChanged(key, found.number, None)]


def _confirmed_by_service(room: Room, key: str, text: str) -> list[Change]:
    """The echo of what was shown as sent at once."""
    for line in room.lines:
        if line.label.startswith(UNLABELED) and line.text == text:
            room.remove(line.number)
            return [LineChanged(key, line.number, None)]
    return []


def _sending(model: Model, event: events.Sending) -> list[Change]:
    key = model.fold(event.room)
    known = key in model.rooms
    model.room(event.room, direct=event.room[:1] not in ROOM_PREFIXES)
    service = is_service(event.room)  # it may confirm nothing, and a password must not be kept
    changes = model.add(
        key,
        _LOOKS[event.kind],
        _shown(event),
        nick=model.nick,
        own=True,
        reply_to=event.reply_to,
        label=event.label,
        raw="" if service else event.text,
        fate=Fate.SENT if service else Fate.PENDING,
    )
    return changes if known else [*changes, RoomsChanged()]


def _unsent(model: Model, event: events.Unsent) -> list[Change]:
    key = model.fold(event.room)
    model.room(event.room, direct=event.room[:1] not in ROOM_PREFIXES)
    if is_service(event.room):
        return [*model.add(key, Look.ERROR, event.reason), RoomsChanged()]
    look = _LOOKS[event.kind]
    about = {"nick": model.nick, "own": True, "reply_to": event.reply_to, "raw": event.text}
    changes = model.add(key, look, event.text, **about, fate=Fate.FAILED, why=event.reason)
    return [*changes, RoomsChanged()]


def _not_sent(model: Model, event: events.NotSent) -> list[Change]:
    for key, room in model.rooms.items():
        for line in reversed(room.lines):
            if line.label == event.label:
                if is_service(room.name):
                    room.replace(replace(line, label=""))
                    return model.add(key, Look.ERROR, event.reason)
                # without `raw`: it was refused, which is an answer, and is not asked again later
                new = replace(line, fate=Fate.FAILED, why=event.reason, label="", raw="")
                room.replace(new)
                changes: list[Change] = [LineChanged(key, new.number, new)]
                elsewhere = key != model.current
                said = model.say_locally(event.reason, error=True) if elsewhere else []
                return [*changes, *said]
    return model.say_locally(event.reason, error=True)


def _reacted(model: Model, event: events.Reacted) -> list[Change]:
    key = model.fold(event.room)
    room = model.rooms.get(key)
    if room is None:
        return []
    reaction = clean(event.reaction).replace("\n", " ").strip()[:REACTION_LENGTH]
    if not reaction:
        return []
    found = room.reactions.get(event.msgid, {})
    people = found.get(reaction, {})
    if not event.adding:
        people.pop(event.nick, None)
        if not people:
            found.pop(reaction, None)
    elif len(people) < PEOPLE_KEPT and (people or len(found) < REACTIONS_KEPT):
        people[event.nick] = None
        found[reaction] = people
        if event.msgid in room.reactions or len(room.reactions) < LINES_KEPT:
            room.reactions[event.msgid] = found
    line = room.find(event.msgid)
    return [] if line is None else [LineChanged(key, line.number, line)]


def _redacted(model: Model, event: events.Redacted) -> list[Change]:
    key = model.fold(event.room)
    room = model.rooms.get(key)
    line = room.find(event.msgid) if room is not None else None
    if room is None or line is None:
        return []
    room.reactions.pop(event.msgid, None)
    new = replace(line, text=_(DELETED), redacted=True, mention=False, reply_to="")
    room.replace(new)
    return [LineChanged(key, new.number, new)]


def _typing(model: Model, event: events.Typing) -> list[Change]:
    key = model.fold(event.room)
    room = model.rooms.get(key)
    if room is None:
        return []
    now = model.clock()
    room.typing = {key: one for key, one in room.typing.items() if one[1] > now}
    if event.active and len(room.typing) < limits.TYPISTS:
        room.typing[model.fold(event.nick)] = event.nick, now + TYPING_SECONDS
    else:
        room.typing.pop(model.fold(event.nick), None)
    return [TypingChanged(key)]


def _read_up_to(model: Model, event: events.ReadUpTo) -> list[Change]:
    """Another client of ours has read it: it is not unread here any more."""
    room = model.rooms.get(model.fold(event.room))
    if room is None or event.at <= room.read_at:
        return []
    room.read_at = event.at
    last = room.last_spoken()
    if last is None or last.at > event.at or not room.unread:
        return []
    room.unread = room.mentions = room.new_from = 0
    return [RoomsChanged()]


def _history(model: Model, event: events.History) -> list[Change]:
    """Puts the past where it belongs; what is here already is left out."""
    room = model.room(event.room, direct=event.room[:1] not in ROOM_PREFIXES)
    known = {line.msgid for line in room.lines if line.msgid}
    past = [_ours(model, one) if isinstance(one, events.Said) else one for one in event.lines]
    fresh = [
        one
        for one in past
        if not isinstance(one, events.Said) or not one.msgid or one.msgid not in known
    ]
    if event.missed:
        return [change for one in fresh for change in HANDLERS[type(one)](model, one)]
    changes = _insert(model, room, event, [one for one in fresh if isinstance(one, events.Said)])
    for one in fresh:
        if not isinstance(one, events.Said):
            HANDLERS[type(one)](model, one)  # drawn with the lines that they are about
    return changes


def _insert(
    model: Model, room: Room, event: events.History, lines: list[events.Said]
) -> list[Change]:
    if event.older:
        room.asked = False
    for one in lines:
        if one.own:
            _confirmed(model, one)
    place = 0 if event.older else len(room.lines)
    if lines and not event.older:
        last = lines[-1].at or 0.0
        while place and room.lines[place - 1].at > last:
            place -= 1  # what has happened since we came
    room.lines[place:place] = _past_lines(model, room, lines)
    surplus = max(0, len(room.lines) - LINES_KEPT)
    if event.older and surplus:
        del room.lines[:surplus]  # the room is full, and more would not stay
    room.more, room.oldest = event.more and not surplus, event.oldest
    older = max(len(lines) - surplus, 0) if event.older else 0
    return [HistoryAdded(model.fold(event.room), older, before=event.older), RoomsChanged()]


def _ours(model: Model, said: events.Said) -> events.Said:
    """Marks a message of the past as ours if we sent it under an earlier nickname."""
    until = model.names.get(model.fold(said.nick), -1.0)
    return said if said.own or (said.at or 0.0) > until else replace(said, own=True)


def _past_lines(model: Model, room: Room, past: list[events.Said]) -> list[Line]:
    """Answers to us are mentions, also where what they answer is of the past itself."""
    lines = [_past_line(model, one) for one in past]
    ours = {line.msgid for line in [*room.lines, *lines] if line.own and line.msgid}
    return [
        replace(line, mention=True)
        if line.reply_to in ours and not line.own and not look_is_quiet(line.look)
        else line
        for line in lines
    ]


def _past_line(model: Model, said: events.Said) -> Line:
    return model.line(
        _LOOKS[said.kind],
        _shown(said),
        said.at,
        nick=said.nick,
        own=said.own,
        msgid=said.msgid,
        reply_to=said.reply_to,
    )


ABOUT_MESSAGES: dict[type, Callable[[Model, Any], list[Change]]] = {
    events.History: _history,
    events.NotSent: _not_sent,
    events.Reacted: _reacted,
    events.ReadUpTo: _read_up_to,
    events.Redacted: _redacted,
    events.Said: _said,
    events.Sending: _sending,
    events.Typing: _typing,
    events.Unsent: _unsent,
}
HANDLERS.update(ABOUT_MESSAGES)
