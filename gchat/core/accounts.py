"""Who somebody is, whatever connection and nickname they have at the moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.wire.names import casefold


@dataclass(slots=True)
class Account:
    """Changed by `Hub.apply` only."""

    name: str
    created: int  # milliseconds
    uids: dict[int, None] = field(default_factory=dict)  # the users who are logged in to it
    # by folded target: up to when they have read what is written there, in milliseconds
    markers: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name folded."""
        return casefold(self.name)
