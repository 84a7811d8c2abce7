"""Events that are likely to be carried out: drawn from who is there and what they may do. Drawn
blindly, nine of ten are refused, and what an event does is never seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from gchat.core.events import (
    AccountDropped,
    AccountMade,
    Attached,
    AwaySet,
    CertificateSet,
    Connected,
    Event,
    HookSaid,
    HookSet,
    Invited,
    Joined,
    Kicked,
    Killed,
    Knocked,
    LoggedIn,
    LoggedOut,
    MarkerSet,
    MetadataSet,
    ModeChange,
    ModesSet,
    NodeBeat,
    NodeGone,
    NodeJoined,
    NodeSwept,
    Opered,
    Parted,
    PasswordSet,
    Quit,
    RealnameSet,
    Redacted,
    Renamed,
    RoomRegistered,
    RoomRenamed,
    RulesSet,
    Said,
    ServerBanSet,
    TopicSet,
    UserModeSet,
    Walloped,
    Watched,
)
from gchat.core.hub import Hub
from gchat.core.rooms import HALFOP, OP, Room
from gchat.core.rules import rules_of
from gchat.core.users import User
from gchat.wire.names import casefold

NICKS = ("ci", "Tuan", "tuan", "Duy", "DUY", "Lan", "Mai", "Tuấn", "TUẤN", "x")
ROOMS = ("#lobby", "#a", "#A", "#b", "#C")
ACCOUNTS = ("Tuan", "Duy", "DUY")
TEXTS = ("", "hi", "Hello, Duy!")
KEYS = ("avatar", "color", "url")
UIDS = range(1, 6)
HOOKS = ("ci", "CI", "cі", "x", "Mai")  # the third one with a letter of Ukrainian
DIGESTS = ("d1", "d2", "d3", "d4")
CONNECTIONS = range(6, 9)
HOSTS = ("host", "elsewhere")
ARGS = ("", "0", "1", "99", "key", "*!*@*", "a,b", "a:Tuan", "m:*", "2:10", "1:1")

# Who is there before anything happens: Tuan and Duy have accounts and share rooms, Lan is an
# operator of the server, Mai has nothing, and somebody can still come. #c is by invitation.
START: tuple[Event, ...] = (
    Connected(1, "Tuan", "~u", "host", "T"),
    Connected(2, "Duy", "~u", "host", "D"),
    Connected(3, "Lan", "~u", "host", "L"),
    Connected(4, "Mai", "~u", "elsewhere", "M"),
    AccountMade(1, "Tuan", "verifier"),
    AccountMade(2, "Duy", "verifier"),
    Attached(1, 6, "Tuan", username="~u", host="host"),
    Opered(3, "admin"),
    *(Joined(uid, "#a") for uid in (1, 2, 3)),
    *(Joined(uid, "#lobby") for uid in (3, 2, 4)),
    *(Joined(uid, "#b") for uid in (2, 1)),
    RoomRegistered(2, "#b"),
    HookSet(2, "#b", "bot", "d0"),
    Joined(1, "#C"),
    ModesSet(1, "#C", (ModeChange(True, "i"),)),
    Watched(4, True, ("Tuan", "Duy")),
    Watched(3, True, ("x", "Tuấn")),
)


def uid_of(event: Event) -> int:
    """Who asks for it; 0 where a node does."""
    uid: int = getattr(event, "uid", 0)
    return uid


class Likely:
    """Draws for one hub. Where nobody can do a thing, anybody at all tries."""

    def __init__(self, hub: Hub, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.hub = hub
        self._draw = draw

    def one(self, *choices: Any) -> Any:
        """One of these."""
        return self._draw(st.sampled_from(choices))

    def event(self, kind: type) -> Event:
        """An event of this kind."""
        made: Event = (_MAKERS.get(kind) or _OF_NODES[kind])(self)
        return made

    def user(self, fits: Callable[[User], bool] = lambda user: True) -> User:
        """Somebody who fits, or whoever is there."""
        users = self.hub.users
        found = [uid for uid, user in users.items() if fits(user)] or list(users)
        return users[self.one(*found)] if found else User(1, "x", "u", "h", "r", False, 0, 0)

    def member(self, fits: Callable[[Room, int], bool] = lambda room, uid: True) -> tuple[int, str]:
        """Somebody in a room, and its name."""
        rooms = self.hub.rooms.values()
        every = [(uid, room.name) for room in rooms for uid in room.members]
        found = [
            (uid, room.name) for room in rooms for uid in room.members if fits(room, uid)
        ] or every
        pair: tuple[int, str] = self.one(*found) if found else (1, "#a")
        return pair

    def ranked(self, least: int = HALFOP) -> tuple[int, str]:
        """The same, of those with a rank."""
        return self.member(lambda room, uid: room.rank(uid) >= least)

    def other(self, room: str, *, inside: bool) -> str:
        """The nickname of somebody who is in the room, or not."""
        members = self.hub.rooms[room.lower()].members if room.lower() in self.hub.rooms else {}
        return self.user(lambda user: (user.uid in members) is inside).nick

    def nick(self) -> str:
        """A nickname that is free, where one is."""
        free = [nick for nick in NICKS if casefold(nick) not in self.hub.nicks]
        return str(self.one(*free, "Tuan"))

    def room(self, fits: Callable[[Room], bool]) -> str:
        """The name of a room that fits, or any."""
        found = [room.name for room in self.hub.rooms.values() if fits(room)]
        return str(self.one(*found)) if found else str(self.one(*ROOMS))

    def logged_in(self) -> User:
        """Somebody with an account."""
        return self.user(lambda user: bool(user.account))

    def operator(self) -> User:
        """Somebody who is an operator of the server."""
        return self.user(lambda user: "o" in user.modes)


def _connected(likely: Likely) -> Event:
    free = [uid for uid in UIDS if uid not in likely.hub.users]
    accounts = [account.name for account in likely.hub.accounts.values()]
    return Connected(
        likely.one(*free) if free else 1,
        likely.nick(),
        "~u",
        likely.one(*HOSTS),
        likely.one(*TEXTS),
        plain=likely.one(True, False),
        account=likely.one("", *accounts),
        away=likely.one(None, "gone"),
    )


def _attached(likely: Likely) -> Event:
    user = likely.logged_in()
    host = likely.one(*HOSTS)
    return Attached(user.uid, likely.one(*CONNECTIONS), user.account, username="~u", host=host)


def _quit(likely: Likely) -> Event:
    user = likely.user()
    return Quit(user.uid, likely.one(*TEXTS), likely.one(0, 0, *user.connections))


def _account_made(likely: Likely) -> Event:
    user = likely.user(lambda one: one.key not in likely.hub.accounts)
    return AccountMade(user.uid, likely.one(user.nick, "An", "Binh", "Cuc"), "verifier")


def _certificate_set(likely: Likely) -> Event:
    return CertificateSet(
        likely.logged_in().uid, likely.one("aa", "bb", "cc"), likely.one(True, False)
    )


def _killed(likely: Likely) -> Event:
    own = likely.one(True, False)
    user = likely.logged_in() if own else likely.operator()
    target = likely.user(lambda one: not own or one.account == user.account)
    return Killed(user.uid, target.nick, likely.one(*TEXTS), own)


def _logged_in(likely: Likely) -> Event:
    accounts = [account.name for account in likely.hub.accounts.values()] or ACCOUNTS
    return LoggedIn(likely.user().uid, likely.one(*accounts))


def _server_ban_set(likely: Likely) -> Event:
    mask, reason = likely.one("*@elsewhere", "~u@other"), likely.one(None, "away with you")
    lasts = likely.one(0, 1, 9_999_999_999)
    return ServerBanSet(likely.operator().uid, mask, reason, lasts)


def _joined(likely: Likely) -> Event:
    user = likely.user(lambda one: len(one.rooms) < likely.hub.config.limits.rooms_per_user)
    here = [room.name for room in likely.hub.rooms.values() if user.uid not in room.members]
    return Joined(user.uid, likely.one(*here, *ROOMS), likely.one("", "key"))


def _kicked(likely: Likely) -> Event:
    uid, room = likely.ranked()
    return Kicked(uid, room, likely.other(room, inside=True), likely.one(*TEXTS))


def _invited(likely: Likely) -> Event:
    uid, room = likely.member()
    return Invited(uid, room, likely.other(room, inside=False))


def _knocked(likely: Likely) -> Event:
    closed = likely.room(lambda room: "i" in room.flags or bool(room.password))
    members = likely.hub.rooms[closed.lower()].members if closed.lower() in likely.hub.rooms else {}
    return Knocked(likely.user(lambda user: user.uid not in members).uid, closed, "let me in")


def _topic_set(likely: Likely) -> Event:
    uid, room = likely.one(likely.ranked, likely.member)()
    return TopicSet(uid, room, likely.one(*TEXTS))


def _change(likely: Likely, room: str) -> ModeChange:
    letter = likely.one(*"qaohvbeIfklimnstCMR", *"oovi")
    if letter in "qaohv":
        return ModeChange(likely.one(True, True, False), letter, likely.other(room, inside=True))
    return ModeChange(likely.one(True, True, False), letter, likely.one(*ARGS))


def _modes_set(likely: Likely) -> Event:
    uid, room = likely.ranked()
    changes = tuple(_change(likely, room) for _ in range(likely.one(1, 2, 3)))
    return ModesSet(uid, room, changes)


def _room_renamed(likely: Likely) -> Event:
    uid, room = likely.member(lambda one, uid: one.rank(uid) >= OP and one.key != "#lobby")
    return RoomRenamed(uid, room, likely.one("#d", "#E", "#f", *ROOMS), likely.one(*TEXTS))


def _room_registered(likely: Likely) -> Event:
    def fits(room: Room, uid: int) -> bool:
        account = likely.hub.users[uid].account
        return bool(account) and (room.is_op(uid) or room.founder == account)

    uid, room = likely.member(fits)
    return RoomRegistered(uid, room, likely.one(True, True, False))


def _metadata_set(likely: Likely) -> Event:
    uid, room = likely.ranked(OP)
    return MetadataSet(
        uid, likely.one("*", room), likely.one(*KEYS), likely.one(None, "a", "b", "c")
    )


def _said(likely: Likely) -> Event:
    uid, room = likely.member()
    nick = likely.user().nick
    verb = likely.one("PRIVMSG", "PRIVMSG", "NOTICE", "TAGMSG")
    return Said(
        uid, likely.one(room, nick, f"@{room}"), likely.one("hi", "\x01PING\x01"), verb, (), uid
    )


def _hook_set(likely: Likely) -> Event:
    uid, room = likely.member(lambda one, uid: one.is_op(uid) and one.lasting)
    hooks = likely.hub.rooms[room.lower()].hooks if room.lower() in likely.hub.rooms else {}
    names = [one.name for one in hooks.values()]
    digest = likely.one(*DIGESTS)
    if names and likely.one(True, False):
        name = likely.one(*names)
        return HookSet(uid, room, name, likely.one(None, digest), renewing=True)
    return HookSet(uid, room, likely.one(*HOOKS), digest)


def _hook_said(likely: Likely) -> Event:
    digests = [one.digest for room in likely.hub.rooms.values() for one in room.hooks.values()]
    return HookSaid(likely.one(*(digests or DIGESTS)), "deployed")


def _redacted(likely: Likely) -> Event:
    own = likely.one(True, False)
    uid, room = likely.member() if own else likely.ranked(OP)
    other = likely.user()
    target = likely.one(room, other.nick, f"@{room}")
    others = (other.uid, uid) if target == other.nick else ()
    return Redacted(uid, target, "id", likely.one(*TEXTS), own, "#place", others)


def _away_set(likely: Likely) -> Event:
    user = likely.user()
    connection = likely.one(0, *user.connections)
    return AwaySet(user.uid, likely.one(None, "gone", "away"), connection)


def _watched(likely: Likely) -> Event:
    nicks = tuple(likely.one(*NICKS) for _ in range(likely.one(0, 1, 2)))
    user = likely.user()
    connection = likely.one(0, *user.connections)
    return Watched(user.uid, likely.one(True, False), nicks, connection)


_MAKERS: dict[type, Callable[[Likely], Event]] = {
    Connected: _connected,
    Attached: _attached,
    Quit: _quit,
    Renamed: lambda one: Renamed(one.user().uid, one.nick()),
    AwaySet: _away_set,
    RealnameSet: lambda one: RealnameSet(one.user().uid, one.one(*TEXTS)),
    UserModeSet: lambda one: UserModeSet(one.user().uid, one.one(True, False), one.one(*"BRiow")),
    Watched: _watched,
    AccountMade: _account_made,
    PasswordSet: lambda one: PasswordSet(one.logged_in().uid, one.one("another", "verifier")),
    CertificateSet: _certificate_set,
    AccountDropped: lambda one: AccountDropped(one.logged_in().uid),
    LoggedIn: _logged_in,
    LoggedOut: lambda one: LoggedOut(one.logged_in().uid),
    Opered: lambda one: Opered(one.user().uid, "admin"),
    Killed: _killed,
    ServerBanSet: _server_ban_set,
    Walloped: lambda one: Walloped(one.operator().uid, one.one(*TEXTS)),
    Joined: _joined,
    Parted: lambda one: Parted(*one.member(), one.one(*TEXTS)),
    Kicked: _kicked,
    Invited: _invited,
    Knocked: _knocked,
    TopicSet: _topic_set,
    ModesSet: _modes_set,
    RoomRenamed: _room_renamed,
    RoomRegistered: _room_registered,
    MetadataSet: _metadata_set,
    Said: _said,
    HookSet: _hook_set,
    HookSaid: _hook_said,
    Redacted: _redacted,
    MarkerSet: lambda one: MarkerSet(
        one.user().uid, one.one(*NICKS, *ROOMS), one.one(0, 5, 1_700_000_000_000, 2_000_000_000_000)
    ),
}
KINDS = tuple(_MAKERS)


# -- nodes of a cluster: a test makes their numbers small, so that UIDS and CONNECTIONS are of some


def _node(likely: Likely) -> int:
    return int(likely.one(*likely.hub.nodes.members or (0,)))


def _node_joined(likely: Likely) -> Event:
    nodes = likely.hub.nodes
    rules = rules_of(likely.hub.config)
    made = NodeJoined(
        likely.one("a", "b", "c"), str(nodes.ever + 1), nodes.level + 1, nodes.tables, rules, "1-0"
    )
    mistakes: dict[str, Any] = {
        "nonce": str(nodes.ever),
        "level": nodes.level - 1,
        "tables": "other",
        "rules": {**rules, "limits.strangers_per_minute": 7},
    }
    mistake = likely.one("", "", "", *mistakes)
    return replace(made, **{mistake: mistakes[mistake]}) if mistake else made


def _node_beat(likely: Likely) -> Event:
    seq = likely.one(0, 0, 0, 1000, 2000)
    return NodeBeat(_node(likely), "5-0", seq, likely.one("d", "d", "e") if seq else "")


def _rules_set(likely: Likely) -> Event:
    rules = {**rules_of(likely.hub.config), "limits.strangers_per_minute": likely.one(20, 5)}
    return RulesSet(_node(likely), rules)


_OF_NODES: dict[type, Callable[[Likely], Event]] = {
    NodeJoined: _node_joined,
    NodeBeat: _node_beat,
    NodeGone: lambda one: NodeGone(_node(one), "stopped"),
    NodeSwept: lambda one: NodeSwept(one.one(*one.hub.nodes.leaving or (1,))),
    RulesSet: _rules_set,
}
NODE_KINDS = tuple(_OF_NODES)
# After START: three take part, and somebody of the third has still to leave.
START_OF_NODES: tuple[Event, ...] = (
    *(
        NodeJoined(name, number, 2, "t", {})
        for name, number in (("a", "1"), ("b", "2"), ("c", "3"))
    ),
    NodeGone(3, "stopped"),
)
