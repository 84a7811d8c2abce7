"""What of an event is kept: a line of a room's past, or of a conversation's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gchat.core.effects import (
    ChangedModes,
    ChangedTopic,
    Disconnected,
    Effect,
    Entered,
    Left,
    Spoke,
    WasKicked,
)
from gchat.core.events import Entry, ModeChange, Quit
from gchat.core.record import record
from gchat.wire.names import casefold

MESSAGES = frozenset({"PRIVMSG", "NOTICE"})
_GONE = Quit(0, "")  # stands for the event of an entry that is read back: only its effect is kept


@record()
class Record:
    """As it was seen, names as they were at that moment.

    `target` is the room's name as it is written, or the nickname that a message was for; for KICK
    the one who was kicked. `text` is the message, reason or topic, or the mode words. Client-only
    tags are kept in `tags`.
    """

    at: int  # milliseconds since 1970
    msgid: str
    kind: str  # the IRC command
    place: str  # the room's folded name, or `conversation`
    uid: int  # whose doing it was, meaningful as long as the server runs
    nick: str
    source: str  # nick!user@host
    target: str
    text: str
    tags: tuple[tuple[str, str], ...] = ()


def conversation(one: str, other: str) -> str:
    """The place of what two people write to each other; never a room's name."""
    return " ".join(sorted((casefold(one), casefold(other))))


def records(effects: Iterable[Effect]) -> Iterator[Record]:
    """What is kept of what people see."""
    for effect in effects:
        for place, kind, target, text, tags in _lines(effect):
            yield Record(
                at=effect.entry.at,
                msgid=effect.entry.msgid,
                kind=kind,
                place=place,
                uid=effect.uid,
                nick=effect.nick,
                source=effect.source,
                target=target,
                text=text,
                tags=tags,
            )


_Line = tuple[str, str, str, str, tuple[tuple[str, str], ...]]


def _lines(effect: Effect) -> list[_Line]:
    room = effect.room
    match effect:
        case Spoke(verb=verb, target=target, text=text, tags=tags):
            if verb not in MESSAGES:
                return []
            return [(room or conversation(effect.nick, target), verb, target, text, tags)]
        case Entered(room_name=name):
            return [(room, "JOIN", name, "", ())]
        case Left(room_name=name, reason=reason):
            return [(room, "PART", name, reason, ())]
        case WasKicked(target=target, reason=reason):
            return [(room, "KICK", target, reason, ())]
        case ChangedTopic(room_name=name, text=text):
            return [(room, "TOPIC", name, text, ())]
        case ChangedModes(room_name=name, changes=changes):
            words = " ".join(_mode_word(change) for change in changes)
            return [(room, "MODE", name, words, ())]
        case Disconnected(rooms=rooms, reason=reason):
            return [(name, "QUIT", "", reason, ()) for name in rooms]
        case _:
            return []


def _mode_word(change: ModeChange) -> str:
    sign = "+" if change.adding else "-"
    return f"{sign}{change.letter}" + (f"={change.arg}" if change.arg else "")


def restored(kept: Record) -> Spoke:
    """A kept message as what was seen."""
    return Spoke(
        entry=Entry(0, kept.at, kept.msgid, _GONE),
        uid=kept.uid,
        nick=kept.nick,
        source=kept.source,
        room="" if " " in kept.place else kept.place,
        verb=kept.kind,
        target=kept.target,
        text=kept.text,
        tags=kept.tags,
    )
