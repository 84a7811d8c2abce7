"""What is kept of what people saw: lines of a room's past, or of a conversation's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gchat.core.effects import (
    ChangedModes,
    ChangedNick,
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

MESSAGES = frozenset({"PRIVMSG", "NOTICE"})
_PASSING = frozenset({"+typing", "+draft/typing"})  # tags of no interest afterwards
_GONE = Quit(0, "")  # stands for the event of an entry that is read back: only its effect is kept


@record()
class Record:
    """As it was seen, names as they were at that moment."""

    at: int  # milliseconds since 1970
    msgid: str
    kind: str  # the IRC command
    place: str  # the room's folded name, or `conversation`
    uid: int  # whose doing it was, as long as the server runs
    nick: str
    source: str  # nick!user@host
    target: str  # the room's name as it is written, or the nickname that a message was for
    text: str  # the message, reason or topic; who was kicked is in `arg`
    arg: str = ""  # KICK: the nickname; NICK: the new one; MODE: the changes
    tags: tuple[tuple[str, str], ...] = ()  # client-only ones


@record()
class Reference:
    """A point in the past: a time in milliseconds, or a message."""

    at: int = 0
    msgid: str = ""


@record()
class Query:
    """What somebody wants to read of a place, both bounds excluded. `newest`: where there are more
    than `limit`, the last of them, otherwise the first. None from before `since` (milliseconds).
    """

    place: str
    limit: int
    after: Reference | None = None
    before: Reference | None = None
    newest: bool = True
    since: int = 0
    events: bool = False  # also what is no message


@record()
class Search:
    """What somebody looks for. `places` are those they may read, each from a time on
    (milliseconds). Every word has to be in the message, whatever its case and accents; a nickname
    is the sender's. Times in milliseconds, both excluded; 0 for none.
    """

    places: tuple[tuple[str, int], ...]
    limit: int
    words: tuple[str, ...] = ()
    nick: str = ""
    after: int = 0
    before: int = 0


class Unreadable(Exception):
    """The past cannot be read now."""


class Archive(Protocol):
    """Reads what was kept. Every call may switch greenlets and raise Unreadable."""

    def read(self, query: Query) -> list[Record]:
        """The lines in the order in which they were shown."""

    def around(self, query: Query, center: Reference) -> list[Record]:
        """At most `query.limit` lines before, at and after the center."""

    def targets(
        self, places: Iterable[str], person: str, after: int, before: int, limit: int
    ) -> list[Record]:
        """The last message of each of the places, and of each conversation of a person, where its
        time is between (milliseconds, both excluded), in the order of time.
        """

    def search(self, search: Search) -> list[Record]:
        """The last messages that match, in the order in which they were shown."""

    def conversations(self, person: str) -> list[str]:
        """The places of a person's conversations."""


def person(boot: str, uid: int) -> str:
    """Who somebody is to the archive: nobody else ever, before there are accounts."""
    return f"{boot}-{uid}"


def conversation(boot: str, one: int, other: int) -> str:
    """The place of what two people write to each other; never a room's name."""
    low, high = sorted((one, other))
    return f"{boot}-{low}-{high}"


def participants(place: str) -> tuple[str, str]:
    """The `person`s of a conversation."""
    boot, low, high = place.split("-")
    return f"{boot}-{low}", f"{boot}-{high}"


def records(effects: Iterable[Effect], boot: str) -> Iterator[Record]:
    """What is kept of what people see. `boot` is different for each run of the server."""
    for effect in effects:
        for place, kind, target, text, arg in _lines(effect, boot):
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
                arg=arg,
                tags=effect.tags if isinstance(effect, Spoke) else (),
            )


_Line = tuple[str, str, str, str, str]  # place, kind, target, text, arg


def _lines(effect: Effect, boot: str) -> list[_Line]:
    room = effect.room
    match effect:
        case Spoke(verb=verb, target=target, text=text, tags=tags):
            if verb not in MESSAGES and all(key in _PASSING for key, _ in tags):
                return []
            place = room or conversation(boot, effect.uids[0], effect.uids[-1])
            return [(place, verb, target, text, "")]
        case Entered(room_name=name):
            return [(room, "JOIN", name, "", "")]
        case Left(room_name=name, reason=reason):
            return [(room, "PART", name, reason, "")]
        case WasKicked(room_name=name, target=target, reason=reason):
            return [(room, "KICK", name, reason, target)]
        case ChangedTopic(room_name=name, text=text):
            return [(room, "TOPIC", name, text, "")]
        case ChangedModes(room_name=name, changes=changes):
            return [(room, "MODE", name, "", " ".join(_word(change) for change in changes))]
        case Disconnected(rooms=rooms, reason=reason):
            return [(name, "QUIT", "", reason, "") for name in rooms]
        case ChangedNick(rooms=rooms, new=new):
            return [(name, "NICK", "", "", new) for name in rooms]
        case _:
            return []


def _word(change: ModeChange) -> str:
    """As `_change` reads it; arguments have no spaces in them."""
    sign = "+" if change.adding else "-"
    return f"{sign}{change.letter}{change.arg}"


def _change(word: str) -> ModeChange:
    return ModeChange(word[0] == "+", word[1], word[2:])


def restored(kept: Record) -> Effect:
    """A kept line as what was seen."""
    entry = Entry(0, kept.at, kept.msgid, _GONE)
    uid, nick, source, room = kept.uid, kept.nick, kept.source, kept.place
    name, text = kept.target, kept.text
    match kept.kind:
        case "JOIN":
            return Entered(
                entry=entry, uid=uid, nick=nick, source=source, room=room, room_name=name
            )
        case "PART":
            return Left(
                entry=entry,
                uid=uid,
                nick=nick,
                source=source,
                room=room,
                room_name=name,
                reason=text,
            )
        case "KICK":
            return WasKicked(
                entry=entry,
                uid=uid,
                nick=nick,
                source=source,
                room=room,
                room_name=name,
                target=kept.arg,
                target_uid=0,
                reason=text,
            )
        case "TOPIC":
            return ChangedTopic(
                entry=entry, uid=uid, nick=nick, source=source, room=room, room_name=name, text=text
            )
        case "MODE":
            changes = tuple(_change(word) for word in kept.arg.split(" "))
            return ChangedModes(
                entry=entry,
                uid=uid,
                nick=nick,
                source=source,
                room=room,
                room_name=name,
                changes=changes,
            )
        case "QUIT":
            return Disconnected(
                entry=entry, uid=uid, nick=nick, source=source, rooms=(room,), reason=text
            )
        case "NICK":
            return ChangedNick(
                entry=entry, uid=uid, nick=nick, source=source, rooms=(room,), new=kept.arg
            )
        case _:
            return Spoke(
                entry=entry,
                uid=uid,
                nick=nick,
                source=source,
                room=room if name.startswith("#") else "",
                verb=kept.kind,
                target=name,
                text=text,
                tags=kept.tags,
            )
