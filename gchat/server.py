"""Puts the server together; starts and stops it."""

from __future__ import annotations

import logging
import resource
import time

from gevent import socket as gsocket

from gchat import __version__
from gchat.config import Config
from gchat.core.effects import Outcome
from gchat.core.events import Entry
from gchat.core.hub import Hub, Rules
from gchat.dialects.link import ServerInfo
from gchat.dialects.plain import STOPPED
from gchat.journal.memory import MemoryJournal
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.listener import Listener
from gchat.net.session import Session, Surroundings, Timing

log = logging.getLogger(__name__)

SPARE_DESCRIPTORS = 64  # kept for the server itself: listener, log, journal, loop


class Server:
    """One node."""

    def __init__(self, config: Config) -> None:
        self._config = config
        rules = Rules(lobby=config.server.lobby, rooms_per_user=config.limits.rooms_per_user)
        self.hub = Hub(rules)
        self._flusher = Flusher()
        self._fanout = Fanout(self._flusher)
        self._journal = MemoryJournal(self._apply, wall_ms)
        self._listener = Listener(
            config.server.host,
            config.server.port,
            max_connections=min(config.limits.connections, _descriptors() - SPARE_DESCRIPTORS),
            make_session=self._make_session,
        )
        self._around = Surroundings(
            hub=self.hub,
            journal=self._journal,
            fanout=self._fanout,
            flusher=self._flusher,
            server=_info(config, rules),
            timing=_timing(config),
            outbox_bytes=config.limits.outbox_bytes,
            monotonic=time.monotonic,
            wall_ms=wall_ms,
            unregistered=self._listener.unregistered,
        )

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once started."""
        return self._listener.address

    def start(self) -> None:
        """Begins to accept. Raises OSError where it cannot listen there."""
        self._listener.start()
        log.info("listening on %s", readable_address(*self.address))

    def stop(self) -> None:
        """Tells everyone, closes every connection, ends the journal. Takes bounded time."""
        log.info("stopping: %d people are connected", len(self.hub.users))
        self._fanout.clear()  # everybody leaves at once: nobody needs to be told who
        self._listener.stop(STOPPED, self._config.times.shutdown)
        self._journal.close()
        log.info("stopped")

    def _apply(self, entry: Entry) -> Outcome:
        outcome = self.hub.apply(entry)
        self._fanout.deliver(outcome.effects)
        return outcome

    def _make_session(self, sock: gsocket.socket, uid: int, host: str) -> Session:
        return Session(self._around, sock, uid, host)


def readable_address(host: str, port: int) -> str:
    """127.0.0.1:55555 or [::1]:55555."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def _info(config: Config, rules: Rules) -> ServerInfo:
    return ServerInfo(
        name=config.server.name,
        network=config.server.network,
        version=f"gchat-{__version__}",
        lobby=config.server.lobby,
        created=wall_ms(),
        motd=tuple(config.server.motd.splitlines()),
        nick_length=config.limits.nick_length,
        rooms_per_user=rules.rooms_per_user,
        bans_per_room=rules.bans_per_room,
        plain_line_bytes=config.limits.plain_line_bytes,
    )


def _timing(config: Config) -> Timing:
    times = config.times
    return Timing(
        prompt=times.prompt,
        registration=times.registration,
        ping_interval=times.ping_interval,
        ping_timeout=times.ping_timeout,
    )


def _descriptors() -> int:
    """How many file descriptors there may be; raises the soft limit to the hard one first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (ValueError, OSError):
            log.debug("the limit of file descriptors stays at %d", soft)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft
