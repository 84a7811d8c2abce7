"""What somebody knows who is shown every effect: it must be what the hub holds. Written from what
the effects say, not from how the hub changes.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from gchat.core.effects import (
    ChangedAccount,
    ChangedAway,
    ChangedModes,
    ChangedNick,
    ChangedRealname,
    ChangedRoomName,
    ChangedTopic,
    ChangedUserModes,
    Disconnected,
    Effect,
    Entered,
    Left,
    WasKicked,
)
from gchat.core.events import AccountDropped, AccountMade, Connected, Event, ModeChange
from gchat.core.hub import Hub
from gchat.core.masks import fold
from gchat.wire.names import casefold

RANKS = "qaohv"


@dataclass
class Person:
    """Somebody who is here."""

    nick: str
    account: str
    away: str | None
    realname: str
    modes: set[str] = field(default_factory=set)
    rooms: list[str] = field(default_factory=list)  # in the order of joining


@dataclass
class Owner:
    """An account."""

    name: str
    rooms: set[str] = field(default_factory=set)  # where its people are taken when they come back
    # which one of those of a name that there were: `Place.number`
    numbers: dict[str, int] = field(default_factory=dict, compare=False)

    def sit(self, key: str, number: int) -> None:
        self.rooms.add(key)
        self.numbers[key] = number

    def leave(self, key: str) -> int:
        self.rooms.discard(key)
        return self.numbers.pop(key)


@dataclass
class Place:
    """A room in which somebody is, or was."""

    name: str
    members: dict[int, set[str]] = field(default_factory=dict)
    topic: str = ""
    flags: set[str] = field(default_factory=lambda: {"n"})
    values: dict[str, str] = field(default_factory=dict)  # k, l, f
    masks: set[tuple[str, str]] = field(default_factory=set)
    number: int = field(default=0, compare=False)


@dataclass
class Picture:
    """People by uid, rooms by folded name."""

    people: dict[int, Person] = field(default_factory=dict)
    rooms: dict[str, Place] = field(default_factory=dict)
    accounts: dict[str, Owner] = field(default_factory=dict)  # by folded name
    rooms_per_user: int = 100
    made: int = 0  # rooms, ever

    def follow(self, event: Event, effects: tuple[Effect, ...]) -> None:
        """Takes in what was shown of an event that was carried out."""
        if isinstance(event, Connected):  # who has no rooms yet is seen by nobody
            owner = self.accounts.get(casefold(event.account))
            account = owner.name if owner else ""
            self.people[event.uid] = Person(event.nick, account, event.away, event.realname)
        elif isinstance(event, AccountMade):
            self.accounts[casefold(event.name)] = Owner(event.name)
        elif isinstance(event, AccountDropped):
            del self.accounts[casefold(self.people[event.uid].account)]
        for effect in effects:
            self._follow(effect)

    def forget(self, rooms: Container[str]) -> None:
        """Lets go of empty rooms that are no more: `rooms` are those that there are."""
        for key, room in list(self.rooms.items()):
            if not room.members and key not in rooms:
                del self.rooms[key]

    def _follow(self, effect: Effect) -> None:  # noqa: C901 - a row for each kind
        match effect:
            case Entered():
                self._enter(effect)
            case Left():
                self._leave(effect.uid, effect.room)
            case WasKicked():
                self._leave(effect.target_uid, effect.room)
            case Disconnected():
                del self.people[effect.uid]
                for key in effect.rooms:
                    del self.rooms[key].members[effect.uid]
            case ChangedNick():
                self.people[effect.uid].nick = effect.new
            case ChangedAway():
                self.people[effect.uid].away = effect.text
            case ChangedRealname():
                self.people[effect.uid].realname = effect.realname
            case ChangedAccount():
                self._log_in(self.people[effect.uid], effect.account)
            case ChangedUserModes():
                sign, letter = effect.words[0], effect.words[1:]
                modes = self.people[effect.uid].modes
                modes.add(letter) if sign == "+" else modes.discard(letter)
            case ChangedTopic():
                self.rooms[effect.room].topic = effect.text
            case ChangedModes():
                for change in effect.changes:
                    self._mode(self.rooms[effect.room], change)
            case ChangedRoomName():
                self._rename(effect.old_key, effect.new_key, effect.new)

    def _enter(self, effect: Entered) -> None:
        lobby = effect.room == "#lobby"
        room = self.rooms.get(effect.room)
        letters: set[str] = set()
        if room is None:
            # whoever makes a room is its operator, and its topic is locked
            room = self.rooms[effect.room] = Place(effect.room_name)
            self.made += 1
            # it goes on where somebody is to come back to
            known = [one.numbers.get(effect.room, 0) for one in self.accounts.values()]
            room.number = 0 if lobby else max(known, default=0) or self.made
            if not lobby:
                letters = {"o"}
                room.flags.add("t")
            elif "o" in self.people[effect.uid].modes:
                letters = {"o"}
        room.members[effect.uid] = letters
        person = self.people[effect.uid]
        person.rooms.append(effect.room)
        if person.account:
            owner = self.accounts[casefold(person.account)]
            if effect.room not in owner.rooms and len(owner.rooms) >= self.rooms_per_user:
                people = [one for one in self.people.values() if one.account == person.account]
                here = {key for one in people for key in one.rooms}
                for old in [key for key in owner.numbers if key not in here][:1]:
                    owner.leave(old)
            owner.sit(effect.room, room.number)

    def _leave(self, uid: int, key: str) -> None:
        person, room = self.people[uid], self.rooms[key]
        person.rooms.remove(key)
        del room.members[uid]
        if person.account and not any(
            self.people[other].account == person.account for other in room.members
        ):
            owner = self.accounts[casefold(person.account)]
            if owner.numbers.get(key) == room.number:
                owner.leave(key)

    def _log_in(self, person: Person, account: str) -> None:
        person.account = account
        if account:
            owner = self.accounts[casefold(account)]
            for key in person.rooms:
                if key in owner.rooms or len(owner.rooms) < self.rooms_per_user:
                    owner.sit(key, self.rooms[key].number)

    def _rename(self, old: str, new: str, name: str) -> None:
        room = self.rooms[new] = self.rooms.pop(old)
        room.name = name
        for uid in room.members:
            rooms = self.people[uid].rooms
            rooms[rooms.index(old)] = new
        for account in self.accounts.values():
            if account.numbers.get(old) == room.number:
                account.sit(new, account.leave(old))

    def _mode(self, room: Place, change: ModeChange) -> None:
        letter = change.letter
        if letter in RANKS:
            (uid,) = (uid for uid, one in self.people.items() if one.nick == change.arg)
            letters = room.members[uid]
            letters.add(letter) if change.adding else letters.discard(letter)
        elif letter in "beI":
            mask = letter, fold(change.arg)
            room.masks.add(mask) if change.adding else room.masks.discard(mask)
        elif letter in "kfl":
            if change.adding:
                room.values[letter] = change.arg
            else:
                room.values.pop(letter, None)
        else:
            room.flags.add(letter) if change.adding else room.flags.discard(letter)


def people_of(hub: Hub) -> dict[int, Person]:
    """The same of a hub."""
    return {
        uid: Person(
            user.nick, user.account, user.away, user.realname, set(user.modes), list(user.rooms)
        )
        for uid, user in hub.users.items()
    }


def accounts_of(hub: Hub) -> dict[str, Owner]:
    """The same of a hub."""
    return {key: Owner(one.name, set(one.rooms)) for key, one in hub.accounts.items()}


def rooms_of(hub: Hub) -> dict[str, Place]:
    """The same of a hub."""
    found = {}
    for key, room in hub.rooms.items():
        values = {
            "k": room.password,
            "l": str(room.capacity or ""),
            "f": f"{room.slow[0]}:{room.slow[1]}" if room.slow[0] else "",
        }
        found[key] = Place(
            room.name,
            {uid: set(letters) for uid, letters in room.members.items()},
            room.topic.text if room.topic else "",
            set(room.flags),
            {letter: value for letter, value in values.items() if value},
            {(letter, mask) for letter, masks in room.lists.items() for mask in masks},
        )
    return found
