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
    """A line of the room of this key is another one now, with the same number; what is under it
    (reactions) may be, too. `line` is `None` where it is gone.
    """

    room: str
    number: int
    line: Line | None


@dataclass(frozen=True, slots=True)
class HistoryAdded:
    """Lines of the past came to the room of this key; (`before`) before all that it had, `older`
    of them, if any.
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
    """The connection, or our own nickname."""


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
