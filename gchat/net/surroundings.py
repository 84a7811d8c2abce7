"""What all connections share, and when each of them is asked for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gchat.core.history import Archive
from gchat.core.hub import Hub
from gchat.core.limits import Buckets
from gchat.core.tails import Tails
from gchat.dialects.link import ServerInfo
from gchat.journal.base import Journal
from gchat.net.admission import Admission
from gchat.net.computer import Computer
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.tls import Certificate


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds."""

    prompt: float = 1.0  # of silence before a new connection is asked for its nickname
    handshake: float = 10.0  # for TLS, WebSocket or a proxy, where one is spoken
    registration: float = 60.0  # to say who one is
    ping_interval: float = 90.0  # of silence before an IRC connection is asked for a sign of life
    ping_timeout: float = 60.0  # to give it
    drain: float = 10.0  # for the last words to be taken, unless the server stops before


@dataclass(slots=True)
class Surroundings:
    """What all connections share. `server` and `timing` are others after a reload."""

    hub: Hub
    journal: Journal
    fanout: Fanout
    flusher: Flusher
    tails: Tails
    archive: Archive | None
    boot: str
    server: ServerInfo
    timing: Timing
    outbox_bytes: int
    monotonic: Callable[[], float]  # seconds
    wall_ms: Callable[[], int]
    unregistered: Callable[[], int]
    computer: Computer
    admission: Admission
    logins: Buckets
    reload: Callable[[], list[str]]
    tls: Certificate | None
    allowance: Callable[[], Buckets | None]  # of lines, for each connection
    local_exempt: bool
    lines: int = 0  # that were received, ever
