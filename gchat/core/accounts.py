"""Who somebody is, whatever connection and nickname they have at the moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.core.events import Entry
from gchat.wire.names import casefold


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
    rooms: dict[str, str] = field(default_factory=dict)  # where its people are: folded → name
    # who this is to the archive and to who logs in: nobody else ever, whatever they are called
    ident: str = ""

    def __post_init__(self) -> None:
        self.ident = self.ident or f"@{self.key}"  # before it was kept

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
    # of `Entry.tick`, in the run in which it was set
    ends: int = field(default=0, compare=False)

    def is_over(self, entry: Entry) -> bool:
        """Whether it has ended: what the clock was set to makes no difference in the same run."""
        if self.ends:
            return entry.tick >= self.ends
        return bool(self.until) and entry.at >= self.until
