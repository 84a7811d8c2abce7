"""The hub: everybody and every room, changed by `apply` and nothing else.

`apply` is deterministic: two hubs that apply the same entries are equal. It never waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from gchat.core import events
from gchat.core.accounts import Account
from gchat.core.effects import Effect, Outcome, Refused, Saved
from gchat.core.events import Entry
from gchat.core.rooms import Room
from gchat.core.transitions import markers, membership, modes, people, speech
from gchat.core.users import User
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_NOTONCHANNEL,
    ERR_NOTREGISTERED,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the hub enforces; the same on every node."""

    lobby: str = "#lobby"
    rooms_per_user: int = 100
    bans_per_room: int = 100
    markers_per_person: int = 1000  # targets of MARKREAD that are remembered


@dataclass(slots=True)
class Hub:
    """Read by everybody, changed by `apply` only."""

    rules: Rules = field(default_factory=Rules)
    users: dict[int, User] = field(default_factory=dict)
    nicks: dict[str, User] = field(default_factory=dict)  # by folded nickname
    rooms: dict[str, Room] = field(default_factory=dict)  # by folded name
    accounts: dict[str, Account] = field(default_factory=dict)  # by folded name
    # what the entry that is being applied changes for longer than the hub lives
    saved: list[Saved] = field(default_factory=list, compare=False)
    invisible: int = 0  # how many users are +i; counting them for each LUSERS is too slow

    def apply(self, entry: Entry) -> Outcome:
        """Carries out one entry, whole or (refused) not at all."""
        try:
            result = _TRANSITIONS[type(entry.event)](self, entry, entry.event)
        except Refused as refusal:
            return Outcome(refusals=(refusal,))
        outcome = result if isinstance(result, Outcome) else Outcome(tuple(result))
        if self.saved:
            outcome = replace(outcome, saved=tuple(self.saved))
            self.saved.clear()
        return outcome

    def user(self, uid: int) -> User:
        """Who has this uid; Refused where they are gone."""
        user = self.users.get(uid)
        if user is None:
            raise Refused(ERR_NOTREGISTERED)
        return user

    def named(self, nick: str) -> User:
        """Who has this nickname; Refused where nobody has."""
        user = self.nicks.get(casefold(nick))
        if user is None:
            raise Refused(ERR_NOSUCHNICK, nick)
        return user

    def room(self, name: str) -> Room:
        """The room of this name; Refused where there is none."""
        room = self.rooms.get(casefold(name))
        if room is None:
            raise Refused(ERR_NOSUCHCHANNEL, name)
        return room

    def joined_room(self, name: str, uid: int) -> Room:
        """The same, Refused also where they are not in it."""
        room = self.room(name)
        if uid not in room.members:
            raise Refused(ERR_NOTONCHANNEL, room.name)
        return room

    def shows(self, room: Room, uid: int) -> bool:
        """Whether they may know who is in the room: it is not secret (+s), or they are in it."""
        return "s" not in room.flags or uid in room.members

    def neighbours(self, user: User) -> tuple[int, ...]:
        """Everybody else who shares a room with them, each once, in a fixed order."""
        if len(user.rooms) == 1:
            (only,) = user.rooms
            members: Iterable[int] = self.rooms[only].members
        else:
            members = dict.fromkeys(uid for name in user.rooms for uid in self.rooms[name].members)
        return tuple(uid for uid in members if uid != user.uid)


_Transition = Callable[[Hub, Entry, Any], Iterable[Effect] | Outcome]

_TRANSITIONS: dict[type, _Transition] = {
    events.Connected: people.connected,
    events.Renamed: people.renamed,
    events.Quit: people.quit_,
    events.AwaySet: people.away_set,
    events.UserModeSet: people.user_mode_set,
    events.Joined: membership.joined,
    events.Parted: membership.parted,
    events.Kicked: membership.kicked,
    events.Invited: membership.invited,
    events.TopicSet: speech.topic_set,
    events.Said: speech.said,
    events.ModesSet: modes.modes_set,
    events.Redacted: speech.redacted,
    events.MarkerSet: markers.marker_set,
}
