"""The hub: everybody and every room. `apply.py` changes it, and nothing else does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from gchat.config import Config
from gchat.core import masks
from gchat.core.accounts import Account, Seat, ServerBan
from gchat.core.effects import Refused, Saved
from gchat.core.events import Entry
from gchat.core.hooks import HookIndex
from gchat.core.nodes import Nodes
from gchat.core.rooms import Hook, Room
from gchat.core.server_bans import ServerBans
from gchat.core.skeletons import SkeletonIndex
from gchat.core.users import Gone, User
from gchat.wire.names import casefold
from gchat.wire.numerics import (
    ERR_NOSUCHCHANNEL,
    ERR_NOSUCHNICK,
    ERR_NOTONCHANNEL,
    ERR_NOTREGISTERED,
)
from gchat.wire.sasl import iterations_of

WHOWAS_ENTRIES = 1000


@dataclass(slots=True)
class Hub:
    """Read by everybody, changed by transitions only."""

    config: Config = field(default_factory=Config)
    users: dict[int, User] = field(default_factory=dict)
    nicks: dict[str, User] = field(default_factory=dict)  # by folded nickname
    skeletons: SkeletonIndex = field(default_factory=SkeletonIndex)  # of nicknames
    rooms: dict[str, Room] = field(default_factory=dict)  # by folded name
    accounts: dict[str, Account] = field(default_factory=dict)  # by folded name
    account_skeletons: SkeletonIndex = field(default_factory=SkeletonIndex)
    certificates: dict[str, str] = field(default_factory=dict)  # fingerprint → folded account
    iterations: dict[int, int] = field(default_factory=dict)  # → accounts whose key takes so many
    # who is in rooms, also while nobody of theirs is connected: by the folded name of the room and
    # its place, the folded names of accounts
    seats: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)
    hooks: HookIndex = field(default_factory=HookIndex)  # of all rooms
    bans: ServerBans = field(default_factory=ServerBans)
    watchers: dict[str, dict[int, None]] = field(default_factory=dict)  # by folded nickname
    gone: deque[Gone] = field(default_factory=lambda: deque(maxlen=WHOWAS_ENTRIES))
    # what the entry that is being applied changes for longer than the hub lives
    saved: list[Saved] = field(default_factory=list, compare=False)
    nodes: Nodes = field(default_factory=Nodes)  # of a cluster, where this is one
    # how many users there are of some kinds; counting them for each LUSERS is too slow
    invisible: int = 0
    opers: int = 0
    most_users: int = 0  # ever at once

    def user(self, uid: int) -> User:
        """Who has this uid. Raises Refused where they are gone."""
        user = self.users.get(uid)
        if user is None:
            raise Refused(ERR_NOTREGISTERED)
        return user

    def named(self, nick: str) -> User:
        """Who has this nickname. Raises Refused where nobody has."""
        user = self.nicks.get(casefold(nick))
        if user is None:
            raise Refused(ERR_NOSUCHNICK, nick)
        return user

    def room(self, name: str) -> Room:
        """The room of this name. Raises Refused where there is none."""
        room = self.rooms.get(casefold(name))
        if room is None:
            raise Refused(ERR_NOSUCHCHANNEL, name)
        return room

    def joined_room(self, name: str, uid: int) -> Room:
        """The room of this name. Raises Refused if there is none, or if they are not in it."""
        room = self.room(name)
        if uid not in room.members:
            if not self.shows(room, uid):
                raise Refused(ERR_NOSUCHCHANNEL, name)
            raise Refused(ERR_NOTONCHANNEL, room.name)
        return room

    def account_by_ident(self, ident: str) -> Account | None:
        """The account that the archive knows by this `ident`, if it is there still."""
        if not ident.startswith("@"):
            return None
        account = self.accounts.get(ident[1:].rpartition("!")[0])
        return account if account is not None and account.ident == ident else None

    def identity(self, target: str) -> str:
        """What a target is known by for as long as it is the same: the folded name of a room or an
        account, for a nickname that of the account of who has it; otherwise the folded nickname.
        """
        key = casefold(target)
        user = self.nicks.get(key)
        return casefold(user.account) if user is not None and user.account else key

    def hook(self, digest: str) -> tuple[Room, Hook] | None:
        """The hook whose secret has this digest, and its room."""
        key = self.hooks.room(digest)
        if key is None:
            return None
        room = self.rooms[key]
        return room, next(one for one in room.hooks.values() if one.digest == digest)

    def count_verifier(self, verifier: str, change: int) -> None:
        """One account more (1) or less (-1) has this verifier."""
        count = iterations_of(verifier)
        if not count:
            return
        self.iterations[count] = self.iterations.get(count, 0) + change
        if not self.iterations[count]:
            del self.iterations[count]

    def account_of(self, user: User) -> Account | None:
        """The account that they are logged in to, `None` for none."""
        return self.accounts.get(casefold(user.account)) if user.account else None

    def markers_of(self, user: User) -> dict[str, int]:
        """How far they have read, by `identity`: of their account, or without one their own."""
        account = self.account_of(user)
        return account.markers if account is not None else user.markers

    def seat(self, account: Account, key: str, seat: Seat | None) -> None:
        """Remembers that the people of an account are in a room (its folded name), or with `None`
        that they are not.
        """
        places = self.seats.setdefault(key, {})
        before = account.rooms.get(key)
        if before is not None:
            del places[before.place][account.key]
            if not places[before.place]:
                del places[before.place]
        if seat is None:
            account.rooms.pop(key, None)
        else:
            account.rooms[key] = seat
            places.setdefault(seat.place, {})[account.key] = None
        if not places:
            del self.seats[key]

    def absent(self, room: Room) -> list[Account]:
        """The accounts that are in a room, and of which nobody is there now."""
        accounts = (self.accounts[key] for key in self.seats.get(room.key, {}).get(room.place, ()))
        return [one for one in accounts if room.members.keys().isdisjoint(one.uids)]

    def seat_of(self, user: User, room: Room) -> Seat | None:
        """What their account remembers of this room; `None` if it is not in it."""
        account = self.account_of(user)
        seat = account.rooms.get(room.key) if account is not None else None
        return seat if seat is not None and seat.place == room.place else None

    def former_place(self, key: str) -> str:
        """Where a room of this folded name, which is no more, goes on if somebody is to come back
        to it: the latest of such places, "" for none.
        """
        places = self.seats.get(key, {})
        return max(places, key=lambda place: place.rpartition(" ")[2], default="")

    def places(self) -> set[str]:
        """Where everything of rooms is kept that somebody may still read."""
        lobby = casefold(self.config.server.lobby)
        return {lobby, *(room.place for room in self.rooms.values())}.union(*self.seats.values())

    def place(self, key: str) -> str:
        """Where the past of a room is kept, by its folded name."""
        room = self.rooms.get(key)
        return room.place if room is not None else key

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

    def server_ban(self, username: str, host: str, entry: Entry) -> ServerBan | None:
        """The ban that keeps somebody out who comes with this entry."""
        if not self.bans:
            return None
        return self.bans.of(masks.fold(f"{username}@{host}"), entry)
