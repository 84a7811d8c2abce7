"""What all connections of a server share, as the dialects know it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from gchat.config import Config
from gchat.core.accounts import ServerBan
from gchat.core.effects import Spoke
from gchat.core.events import Entry, Quit
from gchat.core.familiar import Familiar, Proven
from gchat.core.history import Archive
from gchat.core.hub import Hub
from gchat.core.replay import ReplayBuffer
from gchat.core.turns import Claim
from gchat.core.visitors import Visitors
from gchat.files.base import Files
from gchat.wire.names import casefold

T = TypeVar("T")


class Workers(Protocol):
    """Does slow jobs, such as deriving keys from passwords, in threads beside the loop."""

    def ask(self, job: Callable[[], T], claim: Claim) -> T:
        """Returns the job's result. May switch greenlets; raises Busy if too many are waiting.
        `claim` decides whose turn it is.
        """


@dataclass(slots=True)
class Node:
    """One server. `reload` replaces `config`."""

    hub: Hub
    config: Config
    archive: Archive
    replay: ReplayBuffer
    visitors: Visitors
    workers: Workers
    wall_ms: Callable[[], int]  # milliseconds since 1970
    tick_ms: Callable[[], int]  # of a clock that never jumps
    unregistered: Callable[[], int]  # how many connections have no nickname yet
    reload: Callable[[], list[str]]  # reads the configuration again; says what came of it
    boot: str  # different for each run of the server
    secret: bytes = field(repr=False)  # random, the same in every run
    url: Callable[[], str] = lambda: "http://localhost"  # by which HTTP reaches it, without a path
    created: int = 0  # milliseconds, when it was started
    files: Files | None = None  # where they can be sent
    familiar: Familiar = field(default_factory=Familiar)
    proven: Proven = field(default_factory=Proven, repr=False)

    def banned(self, username: str, host: str) -> ServerBan | None:
        """The ban of the server that somebody runs into who comes now."""
        now = Entry(0, self.wall_ms(), "", Quit(0, ""), self.tick_ms())  # is never applied
        return self.hub.server_ban(username, host, now)

    def recent(self, room: str) -> list[Spoke]:
        """The last messages of a room (its folded name), to show somebody who joins it. A room that
        everybody left and that was then created again is another room, without the old messages;
        the lobby is always the same one.
        """
        lives = self.hub.rooms.get(room)
        lobby = room == casefold(self.config.server.lobby)
        return self.replay.of(room, 0 if lobby or lives is None else lives.created)
