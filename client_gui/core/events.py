"""What the client core and the receive loop tell: one frozen class for each thing that can happen.

`room` is a room's name or, for a conversation with one person, their nickname. `at` is in seconds
since 1970 as the server says, `None` where it does not say.

msgspec makes such classes in a tenth of the time of dataclasses, and the window waits for that.
Four are dataclasses all the same: where somebody is connected from is not compared.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from client_gui.core.folding import Fold


class Kind(enum.Enum):
    """How something was said."""

    MESSAGE = enum.auto()
    ACTION = enum.auto()  # /me
    NOTICE = enum.auto()


class Registered(Struct, frozen=True):
    """The server has welcomed us; `nick` is what it calls us."""

    nick: str


class FoldChanged(Struct, frozen=True):
    """The server has told how it compares names."""

    fold: Fold


class NickRefused(Struct, frozen=True):
    """The server wants another nickname before it welcomes us; `reason` is a sentence."""

    nick: str
    reason: str


class NickChanged(Struct, frozen=True):
    """Somebody, or we ourselves, have a new nickname."""

    old: str
    new: str
    own: bool


class Joined(Struct, frozen=True):
    """Somebody entered the room."""

    room: str
    nick: str
    own: bool
    at: float | None = None


class Left(Struct, frozen=True):
    """Somebody left the room, or (`by`) was put out of it."""

    room: str
    nick: str
    reason: str
    own: bool
    by: str = ""
    at: float | None = None


class Quit(Struct, frozen=True):
    """Somebody left the server, and with it every room."""

    nick: str
    reason: str
    at: float | None = None


class RankChanged(Struct, frozen=True):
    """Somebody has a rank in the room, or (not `adding`) has it no more; `prefix` is its sign."""

    room: str
    nick: str
    prefix: str
    adding: bool


class ModesChanged(Struct, frozen=True):
    """Somebody has changed what holds in a room: `modes` as the protocol has it, and who was given
    a rank (True) or lost one, with its sign.
    """

    room: str
    by: str
    modes: str
    ranks: tuple[tuple[bool, str, str], ...]


class Members(Struct, frozen=True):
    """Everybody in the room: (prefix such as "@", nickname)."""

    room: str
    members: tuple[tuple[str, str], ...]


class TopicChanged(Struct, frozen=True):
    """The room's topic; `by` is empty when we were told on entering."""

    room: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message. With `own` it is one of ours: the server's echo of it, or our own copy."""

    room: str
    nick: str
    text: str
    kind: Kind
    own: bool
    at: float | None = None
    msgid: str = ""
    reply_to: str = ""  # the id of the message that it answers
    label: str = ""  # of `Sending`, where it is the receipt for that
    source: str = field(default="", compare=False)  # nick!user@host


class Sending(Struct, frozen=True):
    """A message of ours is on its way. Its receipt, or NotSent, has the same label if the server
    knows labeled-response.
    """

    room: str
    text: str
    kind: Kind
    label: str
    reply_to: str = ""


class NotSent(Struct, frozen=True):
    """A message of ours was refused; `reason` is a sentence."""

    label: str
    reason: str


class Unsent(Struct, frozen=True):
    """A message of ours could not even be handed to the server."""

    room: str
    text: str
    kind: Kind
    reply_to: str = ""
    reason: str = ""  # a sentence


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody reacts to a message, or (not `adding`) does not any more."""

    room: str
    nick: str
    msgid: str
    reaction: str
    adding: bool = True
    source: str = field(default="", compare=False)  # nick!user@host


class Redacted(Struct, frozen=True):
    """A message was deleted, by its author or by an operator."""

    room: str
    nick: str
    msgid: str


@dataclass(frozen=True, slots=True)
class Typing:
    """Somebody is writing, or (not `active`) is not any more."""

    room: str
    nick: str
    active: bool
    source: str = field(default="", compare=False)  # nick!user@host


class ReadUpTo(Struct, frozen=True):
    """Another client of ours has read a room up to a time."""

    room: str
    at: float


class Away(Struct, frozen=True):
    """Somebody, or we ourselves, are away; `None` for back again."""

    nick: str
    text: str | None


class Presence(Struct, frozen=True):
    """Somebody whom we watch is connected, or is not any more."""

    nick: str
    online: bool


class RoomListed(Struct, frozen=True):
    """A room that can be joined."""

    name: str
    members: int
    topic: str


class RoomsListed(Struct, frozen=True):
    """The list of rooms is complete."""


class Found(Struct, frozen=True):
    """What a search has found, the oldest first."""

    lines: tuple[Said, ...]


class LoggedIn(Struct, frozen=True):
    """We are logged in to an account."""

    account: str


class LoginFailed(Struct, frozen=True):
    """`reason` is a sentence. The connection goes on without an account."""

    reason: str


class AccountAnswered(Struct, frozen=True):
    """What became of registering an account; `code` is the server's word for why it failed, `text`
    a sentence.
    """

    account: str
    text: str
    done: bool
    code: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody invites us to a room."""

    room: str
    nick: str
    source: str = field(default="", compare=False)  # nick!user@host


class RoomRenamed(Struct, frozen=True):
    """A room is called otherwise from here on."""

    old: str
    new: str


Past = Said | Reacted | Redacted


class History(Struct, frozen=True):
    """What was said before: while we were away (`missed`), before what we know (`older`), or before
    we came. `more`: there may be even older messages, before the one of the id `oldest`.
    """

    room: str
    lines: tuple[Past, ...]
    missed: bool = False
    older: bool = False
    more: bool = False
    oldest: str = ""


class ServerText(Struct, frozen=True):
    """What the server says to us alone: the message of the day, or (`error`) why something
    that we asked for cannot be. `room` is what it is about, where that is known.
    """

    text: str
    error: bool = False
    room: str = ""


class WhoIs(Struct, frozen=True):
    """What the server knows of somebody whom we asked about; `more` in its own words."""

    nick: str
    address: str  # user@host
    realname: str
    rooms: tuple[str, ...]  # each with the sign of their rank there
    server: str  # that they are connected to
    account: str  # "" for none
    away: str  # why; "" while they are here
    idle: int | None  # seconds since they said something
    since: int | None  # seconds since 1970: when they connected
    secure: bool
    operator: bool  # of the network
    more: tuple[str, ...]


class FileHost(Struct, frozen=True):
    """The server takes files, at this address."""

    address: str


class FileToken(Struct, frozen=True):
    """With this token one file can be sent."""

    token: str


class FileRefused(Struct, frozen=True):
    """We may not send files; `reason` is a sentence."""

    reason: str


class Latency(Struct, frozen=True):
    """How long the server took to answer, in seconds."""

    seconds: float


class Closed(Struct, frozen=True):
    """The connection is over; `reason` is a sentence, empty where we ended it ourselves."""

    reason: str


Event = (
    Registered
    | FoldChanged
    | NickRefused
    | NickChanged
    | Joined
    | Left
    | Quit
    | RankChanged
    | ModesChanged
    | Members
    | TopicChanged
    | Said
    | Sending
    | NotSent
    | Unsent
    | Reacted
    | Redacted
    | Typing
    | ReadUpTo
    | Away
    | Presence
    | RoomListed
    | RoomsListed
    | Found
    | LoggedIn
    | LoginFailed
    | AccountAnswered
    | Invited
    | RoomRenamed
    | History
    | ServerText
    | WhoIs
    | FileHost
    | FileToken
    | FileRefused
    | Latency
    | Closed
)


# What the receive loop tells beyond the core's events.


class Connecting(Struct, frozen=True):
    """A connection is being made."""

    host: str
    port: int


class Waiting(Struct, frozen=True):
    """Not connected; the next attempt comes in `seconds`. `reason` is a sentence. `elsewhere` is
    the host that is tried then, where the server has another address that was not tried since it
    was lost.
    """

    reason: str
    seconds: float
    elsewhere: str = ""


class CommandFailed(Struct, frozen=True):
    """What was asked could not even be sent; `reason` is a sentence."""

    reason: str


class Untrusted(Struct, frozen=True):
    """The server's certificate could not be verified, or is not the one that was trusted before
    (`changed`). We do not connect again until the user has compared its fingerprint, SHA-256.
    """

    fingerprint: str
    changed: bool = False


class FileProgress(Struct, frozen=True):
    """Of the file with this number so many bytes are sent."""

    number: int
    sent: int
    size: int


class FileSent(Struct, frozen=True):
    """The server has a file, at this path."""

    number: int
    path: str


class FileNotSent(Struct, frozen=True):
    """The server does not have it; `reason` is a sentence."""

    number: int
    reason: str


class FilesPasted(Struct, frozen=True):
    """Files, or a picture of which we have made one (`temporary`), were in the clipboard."""

    paths: tuple[str, ...]
    temporary: bool = False


class PictureCame(Struct, frozen=True):
    """The picture at a path, small; `None` where there is none."""

    path: str
    picture: Any


FileEvent = FileProgress | FileSent | FileNotSent | FilesPasted | PictureCame
NetEvent = Event | Connecting | Waiting | CommandFailed | Untrusted | FileEvent
Emit = Callable[[NetEvent], None]  # how they are told
