"""Somebody who is connected and has a nickname."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gchat.core.events import Entry
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
    account: str = ""  # its name, "" for nobody who is logged in
    markers: dict[str, int] = field(default_factory=dict)  # of who has no account; see Account

    @property
    def key(self) -> str:
        """The nickname folded."""
        return casefold(self.nick)

    @property
    def source(self) -> str:
        """nick!user@host, https://modern.ircdocs.horse/#source."""
        return f"{self.nick}!{self.username}@{self.host}"

    def doing(self, entry: Entry) -> dict[str, Any]:
        """What every effect says of the one whose doing it is."""
        return {
            "entry": entry,
            "uid": self.uid,
            "nick": self.nick,
            "source": self.source,
            "account": self.account,
        }
