"""What was seen, as it is kept, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from gchat.core.effects import (
    ChangedModes,
    ChangedNick,
    ChangedRoomName,
    ChangedTopic,
    Disconnected,
    Effect,
    Entered,
    Left,
    Outcome,
    Redaction,
    Spoke,
    WasKicked,
)
from gchat.core.events import Entry, ModeChange, Quit
from gchat.core.history import MESSAGES, Batch, Record, conversation, person
from gchat.core.rooms import HOOK
from gchat.wire.names import casefold

_PASSING = frozenset({"+typing", "+draft/typing"})  # tags of no interest afterwards
KNOWN_TALKS = 4096  # conversations whose places are remembered
_GONE = Quit(0, "")  # stands for the event of an entry that is read back: only its effect is kept


Places = Callable[[str], str]  # where a room's past is kept, by its folded name


def kept(outcome: Outcome, boot: str, places: Places = str) -> Batch:
    """What is to be stored of what an entry brought. `boot` is different for each run of the
    server.
    """
    effects = outcome.effects
    redacted = [(one.place, one.msgid) for one in effects if type(one) is Redaction]
    return Batch(tuple(records(effects, boot, places)), tuple(redacted), outcome.saved)


def records(effects: Iterable[Effect], boot: str, places: Places = str) -> list[Record]:
    """What is kept of what people see."""
    found: list[Record] = []
    for effect in effects:
        lines = _LINES.get(type(effect))
        if lines is None:
            continue
        entry = effect.entry
        tags = effect.tags if type(effect) is Spoke else ()
        for place, kind, target, text, arg in lines(effect, boot):
            found.append(
                Record(
                    entry.at,
                    entry.msgid,
                    kind,
                    places(place) if place[:1] == "#" else place,
                    effect.uid,
                    effect.nick,
                    effect.source,
                    target,
                    text,
                    arg,
                    tags,
                    effect.account,
                    boot,
                )
            )
    return found


def leaves_line(effect: Effect) -> bool:
    """Whether anything is kept of an effect."""
    if type(effect) is Spoke:
        return effect.verb in MESSAGES or not _is_passing(effect)
    return type(effect) in _LINES


def _is_passing(effect: Spoke) -> bool:
    return all(key in _PASSING for key, _ in effect.tags)


def _place(effect: Spoke, boot: str) -> str:
    if effect.room:
        return effect.room
    if effect.status:
        return casefold(effect.target)
    return _talk(boot, effect.uid, effect.account_id, effect.uids[0], effect.target_id)


@lru_cache(KNOWN_TALKS)
def _talk(boot: str, uid: int, account_id: str, other: int, other_id: str) -> str:
    return conversation(person(boot, uid, account_id), person(boot, other, other_id))


_Line = tuple[str, str, str, str, str]  # place, kind, target, text, arg


def _spoke(effect: Spoke, boot: str) -> list[_Line]:
    if effect.verb not in MESSAGES and _is_passing(effect):
        return []
    return [(_place(effect, boot), effect.verb, effect.target, effect.text, "")]


def _change_word(change: ModeChange) -> str:
    """As `_change` reads it; arguments have no spaces in them."""
    sign = "+" if change.adding else "-"
    return f"{sign}{change.letter}{change.arg}"


def _change(word: str) -> ModeChange:
    return ModeChange(word[:1] == "+", word[1:2], word[2:])


_LINES: dict[type[Effect], Callable[[Any, str], list[_Line]]] = {
    Spoke: _spoke,
    Redaction: lambda e, _: [(e.room or e.place, "REDACT", e.target, e.reason, e.msgid)],
    Entered: lambda e, _: [(e.room, "JOIN", e.room_name, "", "")],
    Left: lambda e, _: [(e.room, "PART", e.room_name, e.reason, "")],
    WasKicked: lambda e, _: [(e.room, "KICK", e.room_name, e.reason, e.target)],
    ChangedTopic: lambda e, _: [(e.room, "TOPIC", e.room_name, e.text, "")],
    ChangedModes: lambda e, _: [
        (e.room, "MODE", e.room_name, "", " ".join(_change_word(one) for one in e.changes))
    ],
    Disconnected: lambda e, _: [(room, "QUIT", "", e.reason, "") for room in e.rooms],
    ChangedNick: lambda e, _: [(room, "NICK", "", "", e.new) for room in e.rooms],
    ChangedRoomName: lambda e, _: [(e.new_key, "RENAME", e.room_name, e.reason, e.new)],
}


def restored(kept: Record) -> Effect:
    """The effect that a record was made from, as far as it was stored."""
    seen: dict[str, Any] = {
        "entry": Entry(0, kept.at, kept.msgid, _GONE),
        "uid": kept.uid,
        "nick": kept.nick,
        "source": kept.source,
        "account": kept.account,
    }
    if kept.kind in ("QUIT", "NICK"):
        seen["rooms"] = (kept.place,)
    elif kept.place.startswith("#"):
        seen["room"] = kept.place
    return _EFFECTS.get(kept.kind, _spoken)(kept, seen)


def _spoken(kept: Record, seen: dict[str, Any]) -> Effect:
    bot = kept.source.endswith(f"!{HOOK}")
    return Spoke(
        **seen, verb=kept.kind, target=kept.target, text=kept.text, tags=kept.tags, bot=bot
    )


def _kicked(kept: Record, seen: dict[str, Any]) -> Effect:
    return WasKicked(**seen, room_name=kept.target, target=kept.arg, target_uid=0, reason=kept.text)


def _modes(kept: Record, seen: dict[str, Any]) -> Effect:
    changes = tuple(_change(word) for word in kept.arg.split(" "))
    return ChangedModes(**seen, room_name=kept.target, changes=changes)


_EFFECTS: dict[str, Callable[[Record, dict[str, Any]], Effect]] = {
    "JOIN": lambda one, seen: Entered(**seen, room_name=one.target),
    "PART": lambda one, seen: Left(**seen, room_name=one.target, reason=one.text),
    "KICK": _kicked,
    "TOPIC": lambda one, seen: ChangedTopic(**seen, room_name=one.target, text=one.text),
    "MODE": _modes,
    "QUIT": lambda one, seen: Disconnected(**seen, reason=one.text),
    "NICK": lambda one, seen: ChangedNick(**seen, new=one.arg),
    "RENAME": lambda one, seen: ChangedRoomName(
        **seen,
        room_name=one.target,
        new=one.arg,
        old_key="",
        new_key=one.place,
        reason=one.text,
    ),
    "REDACT": lambda one, seen: Redaction(
        **seen, target=one.target, msgid=one.arg, reason=one.text
    ),
}
