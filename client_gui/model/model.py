"""What the window shows: rooms, their lines, members and unread counts. Knows no tkinter.

`apply` takes in what the receive loop tells and says what has changed; views draw the model.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from client_gui.core import events, limits
from client_gui.core.folding import UNTIL_TOLD
from client_gui.model.attention import Attention
from client_gui.model.changes import (
    Change,
    HistoryAdded,
    LineAdded,
    LineChanged,
    ListChanged,
    NickNeeded,
    Noticed,
    RoomChanged,
    RoomsChanged,
    StatusChanged,
    TrustNeeded,
)
from client_gui.model.ignoring import Ignored
from client_gui.model.lines import NOT_CONFIRMED, SPOKEN, Fate, Line, Look, clean
from client_gui.model.modes import told
from client_gui.model.rooms import LINES_KEPT, RANKS, ROOM_PREFIXES, Room, merge
from client_gui.model.whois import described
from client_gui.texts import _


def look_is_quiet(look: Look) -> bool:
    """Whether nobody is called by such a line."""
    return look not in SPOKEN or look is Look.NOTICE


class Phase(enum.Enum):
    """How the connection is doing."""

    OFFLINE = enum.auto()
    CONNECTING = enum.auto()
    CONNECTED = enum.auto()
    WAITING = enum.auto()  # for the next attempt


@dataclass(frozen=True, slots=True)
class Status:
    """`until` is when the next attempt comes, in seconds since 1970; `elsewhere` the host that is
    tried then, where it is another one; `latency` is in seconds.
    """

    phase: Phase = Phase.OFFLINE
    reason: str = ""
    until: float = 0.0
    elsewhere: str = ""
    latency: float | None = None


class Model:
    """All state of the client. `clock` gives seconds since 1970."""

    def __init__(self, nick: str, lobby: str, clock: Callable[[], float]) -> None:
        self.nick = nick
        self.account = ""  # that we are logged in to
        self.status = Status()
        self.fold = UNTIL_TOLD  # the form in which the server compares names
        self.attention = Attention()
        self.ignored = Ignored()
        self.lobby = self.fold(lobby)
        self.rooms: dict[str, Room] = {self.lobby: Room(lobby)}  # by folded name
        self.current = self.lobby
        self.watched = True  # somebody looks at the current room
        self.names: dict[str, float] = {}  # nicknames that we had, folded, and until when
        self.away: dict[str, str] = {}  # by folded nickname, why
        self.online: dict[str, bool] = {}  # by folded nickname, of those whom we watch
        self.drafts: dict[str, str] = {}  # for rooms not in `rooms` yet, by folded name
        self.listed: list[events.RoomListed] = []  # rooms that can be joined
        self.listing = False  # more of them are to come
        self.searching = False  # somebody has asked for what is found
        self.found: tuple[events.Said, ...] | None = None  # by the last search; None: not yet
        self.clock = clock
        self._numbers = 0  # of lines, given so far
        self._told = ""  # why there is no connection, as it was last said in the transcript

    # -- what the window asks for

    def type_again(self, drafts: dict[str, str]) -> None:
        """Puts back what was typed before, by room name. Opens conversations with people at once;
        a room's draft waits until the room is entered.
        """
        for name, text in drafts.items():
            key = self.fold(name)
            if key in self.rooms:
                self.rooms[key].draft = text
                continue
            self.drafts[key] = text
            if name[:1] not in ROOM_PREFIXES:
                self.room(name, direct=True)

    def send_again(self, unconfirmed: dict[str, list[str]]) -> None:
        """Puts back what was sent and not confirmed before, by room name. What the past has of it
        did arrive, and goes.
        """
        for name, texts in unconfirmed.items():
            room = self.room(name, direct=name[:1] not in ROOM_PREFIXES)
            for text in texts:
                line = self.line(Look.MESSAGE, text, nick=self.nick, own=True, raw=text)
                room.lines.append(replace(line, fate=Fate.FAILED, why=_(NOT_CONFIRMED)))

    def waits(self) -> bool:
        """Whether a message of ours is not confirmed, and may still be."""
        return any(one.fate is Fate.PENDING for room in self.rooms.values() for one in room.lines)

    def show(self, key: str) -> list[Change]:
        """Makes another room the current one; in the one before, nothing is marked new any more."""
        if key != self.current and self.current in self.rooms:
            self.rooms[self.current].new_from = 0
        self.current = key
        room = self.rooms[key]
        room.unread = room.mentions = 0
        return [RoomsChanged(), RoomChanged(key)]

    def open(self, nick: str) -> list[Change]:
        """Makes the conversation with a person the current one; begins it if there is none."""
        self.room(nick, direct=True)
        return self.show(self.fold(nick))

    def close(self, key: str) -> list[Change]:
        """Takes a room or conversation out of the list."""
        if key == self.lobby or key not in self.rooms:
            return []
        del self.rooms[key]
        return self.show(self.lobby) if key == self.current else [RoomsChanged()]

    def look_away(self) -> bool:
        """Nobody looks at the current room any more: what comes from now on is new. Returns whether
        something else was marked as new before.
        """
        self.watched = False
        room = self.rooms[self.current]
        marked = bool(room.new_from) and not room.unread
        if marked:
            room.new_from = 0
        return marked

    def seen(self) -> list[Change]:
        """Somebody has seen the last line of the current room."""
        room = self.rooms[self.current]
        if not room.unread:
            return []
        room.unread = room.mentions = 0
        return [RoomsChanged()]

    def unread(self, muted: Collection[str] = ()) -> int:
        """How many messages are unread, in all rooms but those of the keys `muted`."""
        return sum(room.unread for key, room in self.rooms.items() if key not in muted)

    def read_now(self) -> float | None:
        """Everything in the current room was read. Returns the time of its last message; `None` if
        that was read before.
        """
        room = self.rooms[self.current]
        last = room.last_spoken()
        if last is None or last.at <= room.read_at:
            return None
        room.read_at = last.at
        return last.at

    def say_locally(self, text: str, *, error: bool = False) -> list[Change]:
        """A line in the current room that only we see."""
        return self.add(self.current, Look.ERROR if error else Look.INFO, text)

    def take_back(self, number: int) -> tuple[Line | None, list[Change]]:
        """Takes a message that has failed out of the current room, to be sent again."""
        room = self.rooms[self.current]
        line = next((one for one in room.lines if one.number == number), None)
        if line is None or line.fate is not Fate.FAILED:
            return None, []
        room.remove(number)
        return line, [LineChanged(self.current, number, None)]

    def oldest(self, key: str) -> str:
        """The id of the message before which to ask the server for older ones; "" if there are no
        more, or they were asked for already.
        """
        room = self.rooms[key]
        if not room.more or room.asked:
            return ""
        found = room.oldest or next((line.msgid for line in room.lines if line.msgid), "")
        room.asked = bool(found)  # without one nothing is asked, so nothing would be answered
        return found

    # -- what the receive loop tells

    def apply(self, event: events.NetEvent) -> list[Change]:
        """Takes in what the receive loop tells."""
        left = self.ignored.without(event, self.fold, self.nick)
        if left is None:
            return []
        event = left
        room = getattr(event, "room", "")
        if room and self.fold(room) not in self.rooms and len(self.rooms) >= limits.ROOMS:
            return []
        return HANDLERS[type(event)](self, event)

    def _set_status(self, status: Status) -> list[Change]:
        self.status = status
        return [StatusChanged()]

    def _connecting(self, event: events.Connecting) -> list[Change]:
        return self._set_status(Status(Phase.CONNECTING))

    def _registered(self, event: events.Registered) -> list[Change]:
        self.nick = event.nick
        self._told = ""
        self.away.clear()
        self.online.clear()
        return self._set_status(Status(Phase.CONNECTED))

    def _latency(self, event: events.Latency) -> list[Change]:
        return self._set_status(Status(Phase.CONNECTED, latency=event.seconds))

    def _closed(self, event: events.Closed) -> list[Change]:
        return [*self._set_status(Status(Phase.OFFLINE, event.reason)), *self._unconfirmed()]

    def _waiting(self, event: events.Waiting) -> list[Change]:
        until = self.clock() + event.seconds
        changes = self._set_status(Status(Phase.WAITING, event.reason, until, event.elsewhere))
        changes += self.gone()
        if event.reason != self._told:
            self._told = event.reason
            text = event.reason
            if event.elsewhere:
                next_ = _("We go on at {host}.").format(host=event.elsewhere)
                text = f"{event.reason.rstrip('.')}. {next_}"
            changes += self.say_locally(text, error=True)
        return changes

    def gone(self) -> list[Change]:
        """There is no connection any more: who is where is not known, and what is not confirmed
        has failed.
        """
        self.names[self.fold(self.nick)] = self.clock()
        for room in self.rooms.values():
            room.members.clear()
            room.typing.clear()
            room.asked = room.here = False
        self.online.clear()
        return [RoomChanged(self.current), RoomsChanged(), *self._unconfirmed()]

    def _unconfirmed(self) -> list[Change]:
        """What was on its way when the connection was lost."""
        changes: list[Change] = []
        for key, room in self.rooms.items():
            for line in [one for one in room.lines if one.fate is Fate.PENDING]:
                new = replace(line, fate=Fate.FAILED, why=_(NOT_CONFIRMED), label="")
                room.replace(new)
                changes.append(LineChanged(key, new.number, new))
        return changes

    def _failed(self, event: events.CommandFailed) -> list[Change]:
        return self.say_locally(event.reason, error=True)

    def _nick_refused(self, event: events.NickRefused) -> list[Change]:
        offline = self._set_status(Status(Phase.OFFLINE, event.reason))
        return [*offline, NickNeeded(event.nick, event.reason)]

    def _untrusted(self, event: events.Untrusted) -> list[Change]:
        return [TrustNeeded(event.fingerprint, event.changed)]

    def _logged_in(self, event: events.LoggedIn) -> list[Change]:
        self.account = event.account
        return [StatusChanged()]

    def _account_answered(self, event: events.AccountAnswered) -> list[Change]:
        return self.say_locally(event.text, error=not event.done)

    def _login_failed(self, event: events.LoginFailed) -> list[Change]:
        return self.say_locally(event.reason, error=True)

    def _server_text(self, event: events.ServerText) -> list[Change]:
        key = self.fold(event.room) if event.room else self.current
        if key not in self.rooms:
            key = self.current
        return self.add(key, Look.ERROR if event.error else Look.INFO, event.text)

    def _who_is(self, event: events.WhoIs) -> list[Change]:
        return self.say_locally(described(event))

    def _modes_changed(self, event: events.ModesChanged) -> list[Change]:
        key = self.fold(event.room)
        if key not in self.rooms:
            return []
        return [one for text in told(event) for one in self.add(key, Look.INFO, text)]

    def _listed(self, event: events.RoomListed) -> list[Change]:
        if not self.listing:
            self.listing, self.listed = True, []
        if len(self.listed) < limits.LISTED:
            self.listed.append(event)
        return []

    def _list_ends(self, event: events.RoomsListed) -> list[Change]:
        self.listed = [] if not self.listing else self.listed
        self.listing = False
        self.listed.sort(key=lambda one: (-one.members, self.fold(one.name)))
        return [ListChanged()]

    def _found(self, event: events.Found) -> list[Change]:
        if not self.searching:
            return []  # nobody has asked
        self.searching = False
        self.found = tuple(replace(one, text=clean(one.text)) for one in event.lines)
        return [ListChanged()]

    # -- lines

    def room(self, name: str, *, direct: bool = False) -> Room:
        """The room of this name, made where there is none."""
        key = self.fold(name)
        room = self.rooms.get(key)
        if room is None:
            room = self.rooms[key] = Room(name, direct, draft=self.drafts.pop(key, ""))
        return room

    def line(self, look: Look, text: str, at: float | None = None, **rest: Any) -> Line:
        """A new line, with a number that no other one has; now, unless `at` says when."""
        self._numbers += 1
        text = clean(text)
        mention = not look_is_quiet(look) and not rest.get("own")
        return Line(
            look,
            self.clock() if at is None else at,
            text,
            number=self._numbers,
            mention=mention and self.attention.called(text, self.nick),
            **rest,
        )

    def add(self, key: str, look: Look, text: str, **rest: Any) -> list[Change]:
        """A new line at the end of a room; see `line`."""
        room = self.rooms[key]
        line = self.line(look, text, **rest)
        if self.answers_us(room, line):
            line = replace(line, mention=True)
        room.lines.append(line)
        if len(room.lines) > LINES_KEPT:
            del room.lines[0]
            room.forgotten += 1
        changes: list[Change] = [LineAdded(key, line)]
        if look in SPOKEN and not line.own:
            ours = line.mention or room.direct
            if self._count_unseen(key, line, ours=ours):
                changes.append(RoomsChanged())
            if ours:
                changes.append(Noticed(key, line))
        return changes

    def _count_unseen(self, key: str, line: Line, *, ours: bool) -> bool:
        """Counts a new line that nobody sees now, `ours` where it is for us personally; whether it
        is one.
        """
        if key == self.current and self.watched:
            return False
        room = self.rooms[key]
        if not room.unread:
            room.new_from = line.number
        room.unread += 1
        room.mentions += ours
        return True

    def answers_us(self, room: Room, line: Line) -> bool:
        """Whether a message of somebody else replies to one of ours."""
        if line.own or not line.reply_to or look_is_quiet(line.look):
            return False
        answered = room.find(line.reply_to)
        return answered is not None and answered.own

    # -- people

    def _joined(self, event: events.Joined) -> list[Change]:
        room = self.room(event.room)
        key = self.fold(event.room)
        if event.own:
            room.members.clear()
            room.here = True
        room.members[self.fold(event.nick)] = ("", event.nick)
        text = _("{nick} has connected to the chat room").format(nick=event.nick)
        added = self.add(key, Look.CAME, text, at=event.at, nick=event.nick)
        return [*added, RoomChanged(key), RoomsChanged()]

    def _left(self, event: events.Left) -> list[Change]:
        key = self.fold(event.room)
        if key not in self.rooms:
            return []
        room = self.rooms[key]
        room.members.pop(self.fold(event.nick), None)
        if event.own:
            room.members.clear()
            room.here = False
        text = _("{nick} has left the chat room!").format(nick=event.nick)
        if not event.by:
            added = self.add(key, Look.LEFT, text, at=event.at, nick=event.nick)
        elif event.own:
            added = self._kicked(key, event)
        else:
            about = {"by": event.by, "reason": event.reason}
            text += _(" (kicked by {by}: {reason})").format(**about)
            added = self.add(key, Look.INFO, text, at=event.at)
        return [*added, RoomChanged(key), RoomsChanged()]

    def _kicked(self, key: str, event: events.Left) -> list[Change]:
        """We were put out of a room, and are to notice it."""
        room = self.rooms[key]
        text = _("You were put out of {room} by {by}: {reason}")
        text = text.format(room=room.name, by=event.by, reason=event.reason)
        added = self.add(key, Look.ERROR, text, at=event.at)
        line = room.lines[-1]
        self._count_unseen(key, line, ours=True)
        return [*added, Noticed(key, line)]

    def _quit(self, event: events.Quit) -> list[Change]:
        changes: list[Change] = []
        folded = self.fold(event.nick)
        self.away.pop(folded, None)
        self.online.pop(folded, None)
        text = _("{nick} has left the chat room!").format(nick=event.nick)
        for key, room in self.rooms.items():
            if room.members.pop(folded, None) is not None or key == folded:
                added = self.add(key, Look.LEFT, text, at=event.at, nick=event.nick)
                changes += [*added, RoomChanged(key)]
        return [*changes, RoomsChanged()]  # the dot of a conversation with them

    def _renamed(self, event: events.NickChanged) -> list[Change]:
        old, new = self.fold(event.old), self.fold(event.new)
        changes: list[Change] = []
        if event.own:
            self.names[old] = self.clock()
            self.nick = event.new
            changes.append(StatusChanged())
        if old in self.away:
            self.away[new] = self.away.pop(old)
        if old in self.online:
            self.online[new] = self.online.pop(old)
        changes.append(RoomsChanged())
        text = _("{old} is now known as {new}").format(old=event.old, new=event.new)
        for key, room in self.rooms.items():
            member = room.members.pop(old, None)
            if member is not None:
                room.members[new] = (member[0], event.new)
                changes += [*self.add(key, Look.INFO, text), RoomChanged(key)]
        if old in self.rooms and self.rooms[old].direct and not event.own:
            changes += self._rekey(old, event.new)
        return changes

    def _members(self, event: events.Members) -> list[Change]:
        room = self.room(event.room)
        room.members = {self.fold(nick): (prefix, nick) for prefix, nick in event.members}
        return [RoomChanged(self.fold(event.room)), RoomsChanged()]

    def _away(self, event: events.Away) -> list[Change]:
        key, before = self.fold(event.nick), self.away.get(self.fold(event.nick), "")
        changes: list[Change] = [RoomChanged(self.current), RoomsChanged()]
        if event.text is None:
            self.away.pop(key, None)
        elif len(self.away) < limits.PEOPLE_AWAY:
            self.away[key] = clean(event.text)
            if key in self.rooms and event.text and self.away[key] != before:
                text = _("{nick} is away: {reason}")
                text = text.format(nick=event.nick, reason=self.away[key].replace("\n", " "))
                changes += self.add(key, Look.INFO, text)
        return [*changes, StatusChanged()] if key == self.fold(self.nick) else changes

    def _presence(self, event: events.Presence) -> list[Change]:
        key = self.fold(event.nick)
        if key in self.online or len(self.online) < limits.PEOPLE_AWAY:
            self.online[key] = event.online
        if not event.online:
            self.away.pop(key, None)
        return [RoomsChanged()]

    def is_here(self, key: str) -> bool:
        """Whether a person, by the folded nickname, is connected, as far as we know."""
        return self.online.get(key, False) or any(key in one.members for one in self.rooms.values())

    def _topic(self, event: events.TopicChanged) -> list[Change]:
        key = self.fold(event.room)
        room = self.room(event.room)
        room.topic = clean(event.text)
        changes: list[Change] = [RoomChanged(key)]
        if event.by:
            changed, removed = _("{by} changed the topic to: {topic}"), _("{by} removed the topic")
            says = (changed if room.topic else removed).format(by=event.by, topic=room.topic)
            changes += self.add(key, Look.INFO, says)
        return changes

    def _invited(self, event: events.Invited) -> list[Change]:
        text = _("{nick} invites you to {room}: /join {room}")
        text = text.format(nick=event.nick, room=event.room)
        return self.say_locally(text)

    def _room_renamed(self, event: events.RoomRenamed) -> list[Change]:
        old, new = self.fold(event.old), self.fold(event.new)
        if old not in self.rooms:
            return []
        changes = self._rekey(old, event.new)
        text = _("{old} is now called {new}").format(old=event.old, new=event.new)
        return [*self.add(new, Look.INFO, text), *changes]

    def _rekey(self, old: str, name: str) -> list[Change]:
        """Renames the room with the key `old` to `name`. If there is another room of that name, its
        lines and its draft are kept.
        """
        new, room = self.fold(name), self.rooms[old]
        room.name = name
        other = self.rooms.pop(new, None) if new != old else None
        if other is not None:
            merge(room, other)
        self.rooms = {new if key == old else key: one for key, one in self.rooms.items()}
        self.current = new if self.current in (old, new) else self.current
        self.lobby = new if self.lobby == old else self.lobby
        return [HistoryAdded(new), RoomChanged(new), RoomsChanged()]

    def _rank_changed(self, event: events.RankChanged) -> list[Change]:
        key, nick = self.fold(event.room), self.fold(event.nick)
        room = self.rooms.get(key)
        if room is None or nick not in room.members:
            return []
        before, name = room.members[nick]
        signs = set(before) - {event.prefix} | ({event.prefix} if event.adding else set())
        room.members[nick] = ("".join(sorted(signs, key=RANKS.find)), name)
        return [RoomChanged(key)]


# By what the receive loop tells; spoken.py adds what is about messages.
HANDLERS: dict[type, Callable[[Model, Any], list[Change]]] = {
    events.AccountAnswered: Model._account_answered,
    events.Away: Model._away,
    events.Closed: Model._closed,
    events.CommandFailed: Model._failed,
    events.Connecting: Model._connecting,
    events.Found: Model._found,
    events.Invited: Model._invited,
    events.Joined: Model._joined,
    events.Latency: Model._latency,
    events.Left: Model._left,
    events.LoggedIn: Model._logged_in,
    events.LoginFailed: Model._login_failed,
    events.Members: Model._members,
    events.NickChanged: Model._renamed,
    events.NickRefused: Model._nick_refused,
    events.Presence: Model._presence,
    events.Quit: Model._quit,
    events.RankChanged: Model._rank_changed,
    events.ModesChanged: Model._modes_changed,
    events.Registered: Model._registered,
    events.WhoIs: Model._who_is,
    events.RoomListed: Model._listed,
    events.RoomRenamed: Model._room_renamed,
    events.RoomsListed: Model._list_ends,
    events.ServerText: Model._server_text,
    events.TopicChanged: Model._topic,
    events.Untrusted: Model._untrusted,
    events.Waiting: Model._waiting,
}
