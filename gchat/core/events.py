"""What somebody asks to happen. Time and id come from the journal, in an `Entry`.

The user who asks is given by `uid`. Anybody else (the target of a message, of a kick) is given by
name, as the client wrote it, and looked up when the event is applied, so that the order in the
journal decides. None of these can be part of a reference cycle, so the garbage collector need not
look at them (gc=False); the same holds for effects and records.
"""

from __future__ import annotations

from msgspec import Struct


class Connected(Struct, frozen=True, gc=False):
    """A connection takes its nickname and becomes a user."""

    uid: int
    nick: str
    username: str
    host: str
    realname: str
    plain: bool = False  # speaks plain text, so is reached in the lobby only
    account: str = ""  # that they have logged in to
    account_id: str = ""  # its `ident`; "" accepts any account of that name
    secure: bool = False  # by TLS
    trusted: bool = False  # exempt from limits
    away: str | None = None
    metadata: tuple[tuple[str, str], ...] = ()


class Renamed(Struct, frozen=True, gc=False):
    """NICK by somebody who has one already."""

    uid: int
    nick: str


class Quit(Struct, frozen=True, gc=False):
    """A user's connection has ended, for whatever reason; `connection` 0: all of them have."""

    uid: int
    reason: str
    connection: int = 0


class Attached(Struct, frozen=True, gc=False):
    """One more connection of the user `uid`, who is logged in to `account`."""

    uid: int
    connection: int
    account: str
    account_id: str = ""  # its `ident`; "" accepts any account of that name
    username: str = ""
    host: str = ""
    secure: bool = False  # by TLS
    away: str | None = None


class AwaySet(Struct, frozen=True, gc=False):
    """AWAY; `text` is `None` when they are back. It is of one connection (0: of the first), and
    somebody is away while all of theirs are.
    """

    uid: int
    text: str | None
    connection: int = 0


class RealnameSet(Struct, frozen=True, gc=False):
    """SETNAME."""

    uid: int
    realname: str


class UserModeSet(Struct, frozen=True, gc=False):
    """MODE of oneself, one letter."""

    uid: int
    adding: bool
    letter: str


class Watched(Struct, frozen=True, gc=False):
    """MONITOR of nicknames from here on, or not any more; without any, of nobody any more. It is of
    one connection (0: of the first).
    """

    uid: int
    adding: bool
    nicks: tuple[str, ...] = ()
    connection: int = 0


# -- accounts


class AccountMade(Struct, frozen=True, gc=False):
    """Somebody registers an account; `verifier` is what is kept of the password. Who has a nickname
    is logged in to it.
    """

    uid: int
    name: str
    verifier: str


class PasswordSet(Struct, frozen=True, gc=False):
    """Another password for the account that they are logged in to."""

    uid: int
    verifier: str
    account_id: str = ""  # `ident` of the account whose password was checked; "" for whichever


class CertificateSet(Struct, frozen=True, gc=False):
    """The fingerprint of a certificate that logs in to their account, or (`adding` is False) not
    any more.
    """

    uid: int
    fingerprint: str
    adding: bool


class AccountDropped(Struct, frozen=True, gc=False):
    """Deletes the account that they are logged in to; its rooms are no longer registered."""

    uid: int
    account_id: str = ""  # as for `PasswordSet`


class LoggedIn(Struct, frozen=True, gc=False):
    """They have proved that the account is theirs."""

    uid: int
    account: str
    account_id: str = ""  # its `ident`; "" accepts any account of that name


class LoggedOut(Struct, frozen=True, gc=False):
    """They are not logged in to an account any more."""

    uid: int


# -- operators of the server


class Opered(Struct, frozen=True, gc=False):
    """OPER was right."""

    uid: int
    name: str


class Killed(Struct, frozen=True, gc=False):
    """KILL of `target`, a nickname, by an operator or (`own`) by its own account."""

    uid: int
    target: str
    reason: str
    own: bool = False


class ServerBanSet(Struct, frozen=True, gc=False):
    """Bans everybody who matches `mask` (user@host), or (`reason` is `None`) lifts the ban. `lasts`
    is in milliseconds, 0 for ever.
    """

    uid: int
    mask: str
    reason: str | None
    lasts: int = 0


class Walloped(Struct, frozen=True, gc=False):
    """WALLOPS."""

    uid: int
    text: str


# -- rooms


class Joined(Struct, frozen=True, gc=False):
    """JOIN; `key` is the password that was given, "" for none."""

    uid: int
    room: str
    key: str = ""


class Parted(Struct, frozen=True, gc=False):
    """PART."""

    uid: int
    room: str
    reason: str = ""


class Kicked(Struct, frozen=True, gc=False):
    """KICK of `target`, a nickname."""

    uid: int
    room: str
    target: str
    reason: str


class Invited(Struct, frozen=True, gc=False):
    """INVITE of `target`, a nickname."""

    uid: int
    room: str
    target: str


class Knocked(Struct, frozen=True, gc=False):
    """KNOCK: an invitation is asked for."""

    uid: int
    room: str
    text: str


class TopicSet(Struct, frozen=True, gc=False):
    """TOPIC; an empty text removes it."""

    uid: int
    room: str
    text: str


class ModeChange(Struct, frozen=True, gc=False):
    """One letter of a MODE command: +o Tuan is (True, "o", "Tuan")."""

    adding: bool
    letter: str
    arg: str = ""


class ModesSet(Struct, frozen=True, gc=False):
    """MODE of a room."""

    uid: int
    room: str
    changes: tuple[ModeChange, ...]


class RoomRenamed(Struct, frozen=True, gc=False):
    """RENAME."""

    uid: int
    room: str
    new: str
    reason: str


class RoomRegistered(Struct, frozen=True, gc=False):
    """Registers the room to the account of `uid`, or (`adding` is False) ends the registration."""

    uid: int
    room: str
    adding: bool = True


class MetadataSet(Struct, frozen=True, gc=False):
    """METADATA SET of a room's name, or of oneself ("*"); `None` removes the key."""

    uid: int
    target: str
    key: str
    value: str | None


# -- messages


class Said(Struct, frozen=True, gc=False):
    """PRIVMSG, NOTICE or TAGMSG to one target: a room, its members from a rank upwards (`@#room`),
    or a nickname. A text of several lines is one message; a line that continues the one before it
    without a break begins with NUL.
    """

    uid: int
    target: str
    text: str
    verb: str = "PRIVMSG"
    tags: tuple[tuple[str, str], ...] = ()  # client-only ones, "+" included
    origin: int = 0  # the connection that it came by


class HookSet(Struct, frozen=True, gc=False):
    """A hook of a room gets a secret, of which `digest` is kept: a new one, or (`renewing`) one
    that is there. `None` removes it.
    """

    uid: int
    room: str
    name: str
    digest: str | None
    renewing: bool = False


class HookSaid(Struct, frozen=True, gc=False):
    """A program says something by the hook whose secret has this digest. Its text as in `Said`."""

    digest: str
    text: str
    uid: int = 0  # nobody's


class Redacted(Struct, frozen=True, gc=False):
    """REDACT of one message. `own`: according to the archive they wrote it; otherwise they have to
    be an operator of the room. `place` is where the archive has it; `others`, for a private
    message, are the uids of sender and receiver.
    """

    uid: int
    target: str
    msgid: str
    reason: str = ""
    own: bool = False
    place: str = ""
    others: tuple[int, ...] = ()


class MarkerSet(Struct, frozen=True, gc=False):
    """MARKREAD: they have read a target's messages up to a time in milliseconds."""

    uid: int
    target: str
    at: int


# -- nodes of a cluster


class NodeJoined(Struct, frozen=True, gc=False):
    """A node wants to take part. Refused if it cannot be equal to the others."""

    name: str
    nonce: str  # different each time
    level: int  # of events that it knows
    tables: str  # by which it compares names
    rules: dict[str, int | str]  # see core/rules.py
    position: str = ""  # in the log, from which on it needs it


class NodeBeat(Struct, frozen=True, gc=False):
    """A node lives. `digest` is what it made of all entries up to `seq`, "" for not this time."""

    node: int
    position: str  # in the log, from which on it needs it
    seq: int = 0
    digest: str = ""


class NodeGone(Struct, frozen=True, gc=False):
    """A node takes part no more; `reason` is why its people leave."""

    node: int
    reason: str


class NodeSwept(Struct, frozen=True, gc=False):
    """Some of the people of a node that is gone leave."""

    node: int


class RulesSet(Struct, frozen=True, gc=False):
    """A node has other rules (core/rules.py) from here on, and so have all."""

    node: int
    rules: dict[str, int | str]


Event = (
    NodeJoined
    | NodeBeat
    | NodeGone
    | NodeSwept
    | RulesSet
    | Connected
    | Renamed
    | Quit
    | Attached
    | AwaySet
    | RealnameSet
    | UserModeSet
    | Watched
    | AccountMade
    | PasswordSet
    | CertificateSet
    | AccountDropped
    | LoggedIn
    | LoggedOut
    | Opered
    | Killed
    | ServerBanSet
    | Walloped
    | Joined
    | Parted
    | Kicked
    | Invited
    | Knocked
    | TopicSet
    | ModesSet
    | RoomRenamed
    | RoomRegistered
    | MetadataSet
    | Said
    | HookSet
    | HookSaid
    | Redacted
    | MarkerSet
)


class Entry(Struct, frozen=True, gc=False):
    """An event at its place in the journal."""

    seq: int  # 1, 2, 3, … without gaps
    at: int  # milliseconds since 1970 in UTC, never less than the entry's before
    msgid: str  # unique; sorts as the entries do
    event: Event
    tick: int = 0  # milliseconds of a clock that never jumps: for durations, in one run only
