"""What somebody asks to happen. Time and id come from the journal, in an `Entry`.

People are named by their connection's `uid`; whoever else is meant (the target of a message, of a
kick) is named as the wire named them and found when the event is applied, so that the order in the
journal decides.
"""

from __future__ import annotations

from gchat.core.record import record


@record()
class Connected:
    """A connection takes its nickname and becomes a user."""

    uid: int
    nick: str
    username: str
    host: str
    realname: str
    plain: bool = False  # speaks plain text, so is reached in the lobby only


@record()
class Renamed:
    """NICK by somebody who has one already."""

    uid: int
    nick: str


@record()
class Quit:
    """A user is gone, for whatever reason."""

    uid: int
    reason: str


@record()
class AwaySet:
    """AWAY; `text` is `None` when they are back."""

    uid: int
    text: str | None


@record()
class UserModeSet:
    """MODE of oneself, one letter."""

    uid: int
    adding: bool
    letter: str


@record()
class Joined:
    """JOIN; `key` is the password that was given, "" for none."""

    uid: int
    room: str
    key: str = ""


@record()
class Parted:
    """PART."""

    uid: int
    room: str
    reason: str = ""


@record()
class Kicked:
    """KICK of `target`, a nickname."""

    uid: int
    room: str
    target: str
    reason: str


@record()
class Invited:
    """INVITE of `target`, a nickname."""

    uid: int
    room: str
    target: str


@record()
class TopicSet:
    """TOPIC; an empty text removes it."""

    uid: int
    room: str
    text: str


@record()
class ModeChange:
    """One letter of a MODE command: +o Tuan is (True, "o", "Tuan")."""

    adding: bool
    letter: str
    arg: str = ""


@record()
class ModesSet:
    """MODE of a room."""

    uid: int
    room: str
    changes: tuple[ModeChange, ...]


@record()
class Said:
    """PRIVMSG, NOTICE or TAGMSG to one target, a room or a nickname."""

    uid: int
    target: str
    text: str
    verb: str = "PRIVMSG"
    tags: tuple[tuple[str, str], ...] = ()  # client-only ones, "+" included


@record()
class Redacted:
    """REDACT of a message of one target. `own`: it is theirs, as the archive has it; otherwise they
    have to be an operator of the room.
    """

    uid: int
    target: str
    msgid: str
    reason: str = ""
    own: bool = False


@record()
class MarkerSet:
    """MARKREAD: they have read a target's messages up to a time in milliseconds."""

    uid: int
    target: str
    at: int


Event = (
    Connected
    | Renamed
    | Quit
    | AwaySet
    | UserModeSet
    | Joined
    | Parted
    | Kicked
    | Invited
    | TopicSet
    | ModesSet
    | Said
    | Redacted
    | MarkerSet
)


@record()
class Entry:
    """An event at its place in the journal."""

    seq: int  # 1, 2, 3, … without gaps
    at: int  # milliseconds since 1970 in UTC, never less than the entry's before
    msgid: str  # unique; sorts as the entries do
    event: Event
