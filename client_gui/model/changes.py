"""What of the model has changed, for whoever draws it."""

from __future__ import annotations

from dataclasses import dataclass

from client_gui.model.lines import Line


@dataclass(frozen=True, slots=True)
class LineAdded:
    """A line came to the room of this key."""

    room: str
    line: Line


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The line with this number has changed, or its reactions have. `line` is the new one, `None`
    if it was removed.
    """

    room: str
    number: int
    line: Line | None


@dataclass(frozen=True, slots=True)
class HistoryAdded:
    """Lines were added to the room with this key, not only at its end. With `before`, there are
    `older` of them, before all that it had.
    """

    room: str
    older: int = 0
    before: bool = False


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """The room's topic or members changed."""

    room: str


@dataclass(frozen=True, slots=True)
class TypingChanged:
    """Others write in the room, or do not any more."""

    room: str


@dataclass(frozen=True, slots=True)
class RoomsChanged:
    """A room was added, or its unread counts changed, or another one is current."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The connection, our nickname, or whether we are logged in or away has changed."""


@dataclass(frozen=True, slots=True)
class NickNeeded:
    """The server wants another nickname; `reason` is a sentence."""

    nick: str
    reason: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something was said to us, in a room that we may not be looking at."""

    room: str
    line: Line


@dataclass(frozen=True, slots=True)
class ListChanged:
    """The rooms that can be joined, or what a search has found."""


@dataclass(frozen=True, slots=True)
class TrustNeeded:
    """Somebody has to compare the fingerprint of the server's certificate."""

    fingerprint: str
    changed: bool


Change = (
    LineAdded
    | LineChanged
    | HistoryAdded
    | RoomChanged
    | TypingChanged
    | RoomsChanged
    | StatusChanged
    | NickNeeded
    | Noticed
    | ListChanged
    | TrustNeeded
)
