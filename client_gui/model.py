"""What the window shows: rooms, their lines, members and unread counts. Knows no tkinter.

`apply` takes in what the receive loop tells and says what has changed; views draw the model.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from client_gui import events
from client_gui.events import Kind
from gchat.wire.names import casefold

LINES_KEPT = 20_000  # of each room; older ones are forgotten
LINE_LENGTH = 4000  # characters shown of one line: a longer one makes Tk slow


class Look(enum.Enum):
    """How a line is drawn."""

    MESSAGE = enum.auto()
    ACTION = enum.auto()
    NOTICE = enum.auto()
    INFO = enum.auto()  # joins, leaves, renames
    ERROR = enum.auto()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript; `at` is in seconds since 1970."""

    look: Look
    at: float
    text: str
    nick: str = ""
    own: bool = False
    mention: bool = False
    msgid: str = ""

    def __str__(self) -> str:
        """As it reads: `Tuan: Hello, Duy!`"""
        match self.look:
            case Look.ACTION:
                return f"* {self.nick} {self.text}"
            case Look.MESSAGE:
                return f"{self.nick}: {self.text}"
            case Look.NOTICE:
                return f"-{self.nick}- {self.text}"
        return self.text


class Phase(enum.Enum):
    """How the connection is doing."""

    OFFLINE = enum.auto()
    CONNECTING = enum.auto()
    CONNECTED = enum.auto()
    WAITING = enum.auto()  # for the next attempt


@dataclass(frozen=True, slots=True)
class Status:
    """`until` is when the next attempt comes, in seconds since 1970; `latency` is in seconds."""

    phase: Phase = Phase.OFFLINE
    reason: str = ""
    until: float = 0.0
    latency: float | None = None


@dataclass(slots=True)
class Room:
    """A room, or a conversation with one person."""

    name: str
    direct: bool = False
    lines: list[Line] = field(default_factory=list)
    forgotten: int = 0  # lines that were here and are not kept
    more: bool = False  # the server may have older ones
    asked: bool = False  # and was asked for them
    members: dict[str, tuple[str, str]] = field(default_factory=dict)  # folded → (prefix, nick)
    topic: str = ""
    unread: int = 0
    mentions: int = 0

    def sorted_members(self) -> list[tuple[str, str]]:
        """(prefix, nickname): operators first, then by name."""
        return [
            member
            for _, member in sorted(
                self.members.items(), key=lambda item: ("@" not in item[1][0], item[0])
            )
        ]


@dataclass(frozen=True, slots=True)
class LineAdded:
    """A line came to the room of this key."""

    room: str
    line: Line


@dataclass(frozen=True, slots=True)
class HistoryAdded:
    """Lines of the past came to the room of this key; `older` of them before all that it had."""

    room: str
    older: int = 0


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """The room's topic or members changed."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomsChanged:
    """A room was added, or its unread counts changed, or another one is current."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The connection, or our own nickname."""


@dataclass(frozen=True, slots=True)
class NickNeeded:
    """The server wants another nickname; `reason` is a sentence."""

    nick: str
    reason: str


Change = LineAdded | HistoryAdded | RoomChanged | RoomsChanged | StatusChanged | NickNeeded

# Colours and the like of https://modern.ircdocs.horse/formatting.html, and what else is no text.
_UNPRINTABLE = re.compile(
    r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6})?|[\x00-\x1f\x7f-\x9f\u2028\u2029]"
)


_LOOKS = {Kind.MESSAGE: Look.MESSAGE, Kind.ACTION: Look.ACTION, Kind.NOTICE: Look.NOTICE}


def clean(text: str) -> str:
    """Text as it can be shown on one line."""
    text = _UNPRINTABLE.sub("", text.replace("\t", " "))
    return text if len(text) <= LINE_LENGTH else text[:LINE_LENGTH] + " …"


class Model:
    """All state of the client. `clock` gives seconds since 1970."""

    def __init__(self, nick: str, lobby: str, clock: Callable[[], float]) -> None:
        self.nick = nick
        self.status = Status()
        self.lobby = casefold(lobby)
        self.rooms: dict[str, Room] = {self.lobby: Room(lobby)}  # by folded name
        self.current = self.lobby
        self._clock = clock
        self._told = ""  # why there is no connection, as it was last said in the transcript

    def show(self, key: str) -> list[Change]:
        """Makes another room the current one."""
        self.current = key
        room = self.rooms[key]
        room.unread = room.mentions = 0
        return [RoomsChanged(), RoomChanged(key)]

    def say_locally(self, text: str, *, error: bool = False) -> list[Change]:
        """A line in the current room that only we see."""
        return self._add(self.current, Look.ERROR if error else Look.INFO, text)

    def apply(self, event: events.NetEvent) -> list[Change]:
        """Takes in what the receive loop tells."""
        match event:
            case events.Connecting():
                return self._set_status(Status(Phase.CONNECTING))
            case events.Waiting():
                return self._waiting(event)
            case events.CommandFailed():
                return self.say_locally(event.reason, error=True)
            case events.Registered():
                self.nick = event.nick
                self._told = ""
                return self._set_status(Status(Phase.CONNECTED))
            case events.NickRefused():
                return [NickNeeded(event.nick, event.reason)]
            case events.Latency():
                return self._set_status(Status(Phase.CONNECTED, latency=event.seconds))
            case events.Closed():
                return self._set_status(Status(Phase.OFFLINE, event.reason))
            case events.ServerText():
                return self._server_text(event)
        return self._in_rooms(event)

    def _in_rooms(self, event: events.NetEvent) -> list[Change]:
        match event:
            case events.Said():
                return self._said(event)
            case events.History():
                return self._history(event)
            case events.Joined():
                return self._joined(event)
            case events.Left():
                return self._left(event)
            case events.Quit():
                return self._quit(event)
            case events.NickChanged():
                return self._renamed(event)
            case events.Members():
                room = self._room(event.room)
                room.members = {casefold(nick): (prefix, nick) for prefix, nick in event.members}
                return [RoomChanged(casefold(event.room))]
            case events.TopicChanged():
                return self._topic(event)
        return []

    # -- the connection

    def _set_status(self, status: Status) -> list[Change]:
        self.status = status
        return [StatusChanged()]

    def _waiting(self, event: events.Waiting) -> list[Change]:
        until = self._clock() + event.seconds
        changes = self._set_status(Status(Phase.WAITING, event.reason, until))
        for room in self.rooms.values():
            room.members.clear()
            room.asked = False
        changes.append(RoomChanged(self.current))
        if event.reason != self._told:
            self._told = event.reason
            changes += self.say_locally(event.reason, error=True)
        return changes

    def _server_text(self, event: events.ServerText) -> list[Change]:
        key = casefold(event.room) if event.room else self.current
        if key not in self.rooms:
            key = self.current
        return self._add(key, Look.ERROR if event.error else Look.INFO, event.text)

    # -- lines

    def _room(self, name: str, *, direct: bool = False) -> Room:
        return self.rooms.setdefault(casefold(name), Room(name, direct))

    def _add(
        self,
        key: str,
        look: Look,
        text: str,
        *,
        at: float | None = None,
        nick: str = "",
        own: bool = False,
        msgid: str = "",
    ) -> list[Change]:
        room = self.rooms[key]
        text = clean(text)
        spoken = look in (Look.MESSAGE, Look.ACTION)
        mention = spoken and not own and self._mentions_us(text)
        line = Line(look, self._clock() if at is None else at, text, nick, own, mention, msgid)
        room.lines.append(line)
        if len(room.lines) > LINES_KEPT:
            del room.lines[0]
            room.forgotten += 1
        changes: list[Change] = [LineAdded(key, line)]
        if key != self.current and look in (Look.MESSAGE, Look.ACTION, Look.NOTICE):
            room.unread += 1
            room.mentions += mention or room.direct
            changes.append(RoomsChanged())
        return changes

    def _mentions_us(self, text: str) -> bool:
        return bool(re.search(rf"(?<!\w){re.escape(self.nick)}(?!\w)", text, re.IGNORECASE))

    def _said(self, event: events.Said) -> list[Change]:
        known = casefold(event.room) in self.rooms
        direct = event.room[:1] not in ("#", "&", "+", "!")
        self._room(event.room, direct=direct)
        changes = self._add(
            casefold(event.room),
            _LOOKS[event.kind],
            event.text,
            at=event.at,
            nick=event.nick,
            own=event.own,
            msgid=event.msgid,
        )
        return changes if known else [*changes, RoomsChanged()]

    def _history(self, event: events.History) -> list[Change]:
        """Puts the past where it belongs; what is here already is left out."""
        key = casefold(event.room)
        room = self._room(event.room)
        known = {line.msgid for line in room.lines if line.msgid}
        lines = [said for said in event.lines if not said.msgid or said.msgid not in known]
        if event.missed:
            changes: list[Change] = []
            for said in lines:
                changes += self._said(said)
            return changes
        if event.older:
            room.asked = False
        place = 0 if event.older else len(room.lines)
        if lines and not event.older:
            last = lines[-1].at or 0.0
            while place and room.lines[place - 1].at > last:
                place -= 1  # what has happened since we came
        room.lines[place:place] = [self._past_line(said) for said in lines]
        surplus = max(0, len(room.lines) - LINES_KEPT)
        if event.older and surplus:
            del room.lines[:surplus]  # the room is full, and more would not stay
        room.more = event.more and not surplus
        return [HistoryAdded(key, len(lines) - surplus if event.older else 0), RoomsChanged()]

    def _past_line(self, said: events.Said) -> Line:
        text = clean(said.text)
        mention = said.kind is not Kind.NOTICE and not said.own and self._mentions_us(text)
        at = self._clock() if said.at is None else said.at
        return Line(_LOOKS[said.kind], at, text, said.nick, said.own, mention, said.msgid)

    def oldest(self, key: str) -> str:
        """The id before which the server can be asked for older messages; "" where there is none
        to ask for. It is asked once at a time.
        """
        room = self.rooms[key]
        if not room.more or room.asked:
            return ""
        room.asked = True
        return next((line.msgid for line in room.lines if line.msgid), "")

    # -- people

    def _joined(self, event: events.Joined) -> list[Change]:
        room = self._room(event.room)
        key = casefold(event.room)
        if event.own:
            room.members.clear()
        room.members[casefold(event.nick)] = ("", event.nick)
        text = f"{event.nick} has connected to the chat room"
        return [*self._add(key, Look.INFO, text, at=event.at), RoomChanged(key), RoomsChanged()]

    def _left(self, event: events.Left) -> list[Change]:
        key = casefold(event.room)
        if key not in self.rooms:
            return []
        self.rooms[key].members.pop(casefold(event.nick), None)
        if event.own:
            self.rooms[key].members.clear()
        text = f"{event.nick} has left the chat room!"
        if event.by:
            text += f" (put out by {event.by}: {event.reason})"
        return [*self._add(key, Look.INFO, text, at=event.at), RoomChanged(key)]

    def _quit(self, event: events.Quit) -> list[Change]:
        changes: list[Change] = []
        folded = casefold(event.nick)
        for key, room in self.rooms.items():
            if room.members.pop(folded, None) is not None or key == folded:
                text = f"{event.nick} has left the chat room!"
                changes += [*self._add(key, Look.INFO, text, at=event.at), RoomChanged(key)]
        return changes

    def _renamed(self, event: events.NickChanged) -> list[Change]:
        old, new = casefold(event.old), casefold(event.new)
        changes: list[Change] = []
        if event.own:
            self.nick = event.new
            changes.append(StatusChanged())
        text = f"{event.old} is now known as {event.new}"
        for key, room in self.rooms.items():
            member = room.members.pop(old, None)
            if member is not None:
                room.members[new] = (member[0], event.new)
                changes += [*self._add(key, Look.INFO, text), RoomChanged(key)]
        return changes

    def _topic(self, event: events.TopicChanged) -> list[Change]:
        key = casefold(event.room)
        room = self._room(event.room)
        room.topic = clean(event.text)
        changes: list[Change] = [RoomChanged(key)]
        if event.by:
            says = f"changed the topic to: {room.topic}" if room.topic else "removed the topic"
            changes += self._add(key, Look.INFO, f"{event.by} {says}")
        return changes
