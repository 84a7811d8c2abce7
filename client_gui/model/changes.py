"""What of the model has changed, for whoever draws it."""

from __future__ import annotations

from msgspec import Struct

from client_gui.model.lines import Line


class LineAdded(Struct, frozen=True):
    """A line came to the room of this key."""

    room: str
    line: Line


class LineChanged(Struct, frozen=True):
    """The line with this number has changed, or its reactions have. `line` is the new one, `None`
    if it was removed.
    """

    room: str
    number: int
    line: Line | None


class HistoryAdded(Struct, frozen=True):
    """Lines were added to the room with this key, not only at its end. With `before`, there are
    `older` of them, before all that it had.
    """

    room: str
    older: int = 0
    before: bool = False


class RoomChanged(Struct, frozen=True):
    """The room's topic or members changed."""

    room: str


class TypingChanged(Struct, frozen=True):
    """Others write in the room, or do not any more."""

    room: str


class RoomsChanged(Struct, frozen=True):
    """A room was added, or its unread counts changed, or another one is current."""


class StatusChanged(Struct, frozen=True):
    """The connection, our nickname, or whether we are logged in or away has changed."""


class NickNeeded(Struct, frozen=True):
    """The server wants another nickname; `reason` is a sentence."""

    nick: str
    reason: str


class Noticed(Struct, frozen=True):
    """Something was said to us, in a room that we may not be looking at."""

    room: str
    line: Line


class ListChanged(Struct, frozen=True):
    """The rooms that can be joined, or what a search has found."""


class TrustNeeded(Struct, frozen=True):
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
