"""Somebody who is connected and has a nickname."""

from __future__ import annotations

from dataclasses import dataclass, field

from gchat.wire.names import casefold


@dataclass(slots=True)
class User:
    """Changed by `Hub.apply` only."""

    uid: int
    nick: str
    username: str
    host: str
    realname: str
    plain: bool
    since: int  # milliseconds, when they connected
    spoke: int  # milliseconds, when they last said something (WHOIS idle time)
    away: str | None = None
    modes: frozenset[str] = frozenset()  # user modes: "i", invisible
    rooms: dict[str, None] = field(default_factory=dict)  # folded names, in the order of joining

    @property
    def key(self) -> str:
        """The nickname folded."""
        return casefold(self.nick)

    @property
    def source(self) -> str:
        """nick!user@host, https://modern.ircdocs.horse/#source."""
        return f"{self.nick}!{self.username}@{self.host}"
