"""Who somebody is, whatever connection and nickname they have at the moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.core.events import Entry
from gchat.wire.names import casefold

NOTHING_OLDER = 1 << 62
UNKNOWN = -1  # `Seat.created` as older versions saved it


@dataclass(frozen=True, slots=True)
class Seat:
    """That the people of an account are in a room, also while they are not connected."""

    name: str  # the room's
    place: str  # `Room.place`: another room of this name is not meant
    # Milliseconds: from when on they may read what is kept there (`NOTHING_OLDER`: from when the
    # room was made), and when the room in which they were last was made.
    since: int
    created: int


@dataclass(slots=True)
class Account:
    """Changed by transitions only."""

    name: str
    created: int  # milliseconds
    verifier: str  # what is kept of the password, see wire.sasl.Verifier
    uids: dict[int, None] = field(default_factory=dict)  # the users who are logged in to it
    # by folded target: up to when they have read what is written there, in milliseconds
    markers: dict[str, int] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    # fingerprints of certificates that log in
    certificates: dict[str, None] = field(default_factory=dict)
    rooms: dict[str, Seat] = field(default_factory=dict)  # by folded name; see Hub.seat
    # the permanent key of the account, never given to another one, even one of the same name
    ident: str = ""

    def __post_init__(self) -> None:
        self.ident = self.ident or f"@{self.key}"  # of an account saved before idents were

    @property
    def key(self) -> str:
        """The name folded."""
        return casefold(self.name)


@dataclass(frozen=True, slots=True)
class ServerBan:
    """Who matches `mask` (user@host) is not let in. Milliseconds; `until` 0 is for ever."""

    mask: str
    reason: str
    by: str
    at: int
    until: int = 0
    # the `Entry.tick` at which it ends; 0 for never, or after a restart: then `until` decides
    ends: int = field(default=0, compare=False)

    def is_over(self, entry: Entry) -> bool:
        """Whether it has ended. In the run that set it, setting the clock makes no difference."""
        if self.ends:
            return entry.tick >= self.ends
        return bool(self.until) and entry.at >= self.until
