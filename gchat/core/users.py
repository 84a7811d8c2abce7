"""Somebody who is connected and has a nickname."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gchat.core.events import Entry
from gchat.core.limits import Recent
from gchat.wire.names import casefold

# By folded name. Nobody can take one of these names, or a name that looks like one.
SERVICES = {"nickserv": "NickServ", "chanserv": "ChanServ"}
SERVICE_UID = 0  # nobody's who is connected
# B: a bot. R: takes messages only from who is logged in. i: invisible. o: an operator of the
# server. w: reads WALLOPS.
USER_MODES = "BRiow"


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody who had a nickname, for WHOWAS; `at` is when they left it, in milliseconds."""

    nick: str
    username: str
    host: str
    realname: str
    at: int


@dataclass(slots=True)
class Connection:
    """What a user has apart for each of their connections."""

    where: str = ""  # user@host
    secure: bool = False  # by TLS
    away: str | None = None
    watching: dict[str, str] = field(default_factory=dict)  # MONITOR: folded → nickname


@dataclass(slots=True)
class User:
    """Changed by transitions only."""

    uid: int
    nick: str
    username: str
    host: str
    realname: str
    plain: bool
    since: int  # milliseconds, when they connected
    spoke: int  # milliseconds, when they last said something (WHOIS idle time)
    away: str | None = None  # while all of their connections are
    modes: frozenset[str] = frozenset()  # user modes, see USER_MODES
    oper: str = ""  # as which operator of the server, "" for none
    trusted: bool = False  # limits are for others
    # whom they have written to or heard from lately, and when they wrote first to strangers
    known: dict[int, bool] = field(default_factory=dict)
    openings: Recent = field(default_factory=Recent)
    invitations: Recent | None = None  # that they were sent, once there is one
    metadata: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, None] = field(default_factory=dict)  # folded names, in the order of joining
    # by their numbers; the first one's number is `uid`
    connections: dict[int, Connection] = field(default_factory=dict)
    account: str = ""  # its name, "" for nobody who is logged in
    account_id: str = ""  # its `ident`
    markers: dict[str, int] = field(default_factory=dict)  # of who has no account; see Account

    @property
    def secure(self) -> bool:
        """Whether all that they are sent is sent by TLS."""
        links = self.connections.values()
        return bool(links) and all(one.secure for one in links)

    def watches(self, key: str) -> bool:
        """Whether one of their connections monitors the folded nickname `key`."""
        return any(key in one.watching for one in self.connections.values())

    @property
    def key(self) -> str:
        """The nickname folded."""
        return casefold(self.nick)

    @property
    def source(self) -> str:
        """nick!user@host, https://modern.ircdocs.horse/#source."""
        return f"{self.nick}!{self.username}@{self.host}"

    @property
    def sources(self) -> tuple[str, ...]:
        """nick!user@host of each place they are connected from, the one that others see first."""
        wheres = (f"{self.nick}!{one.where}" for one in self.connections.values())
        return tuple(dict.fromkeys((self.source, *wheres)))

    def doing(self, entry: Entry) -> dict[str, Any]:
        """What every effect says of the one whose doing it is."""
        return {
            "entry": entry,
            "uid": self.uid,
            "nick": self.nick,
            "source": self.source,
            "account": self.account,
        }


def service(nick: str, since: int = 0) -> User | None:
    """The service of this name as a user, to be shown; `None` if there is none. It is not in the
    hub; `since` (milliseconds) is when the server was started.
    """
    name = SERVICES.get(casefold(nick))
    if name is None:
        return None
    realname = "A service of this server"
    return User(SERVICE_UID, name, name, "services", realname, False, since, since)
