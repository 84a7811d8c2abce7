"""Puts the server together; starts and stops it."""

from __future__ import annotations

import logging
import resource
import time
from typing import cast

import gevent
from gevent import socket as gsocket

from gchat import __version__
from gchat.commands import data_folder
from gchat.config import Config
from gchat.core.effects import Disconnected, Effect, Left, WasKicked
from gchat.core.history import Query
from gchat.core.hub import Hub, Rules
from gchat.core.records import restored
from gchat.core.saved import restore
from gchat.core.tails import Tails
from gchat.dialects.link import ServerInfo
from gchat.dialects.plain import STOPPED
from gchat.journal.archive import StoreArchive
from gchat.journal.base import Journal
from gchat.journal.memory import MemoryJournal
from gchat.journal.retention import Keep, Retention
from gchat.journal.sqlite import SqliteJournal
from gchat.journal.store import Durability, Store
from gchat.journal.thread import Worker
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.listener import Listener
from gchat.net.session import Session, Surroundings, Timing
from gchat.wire.names import casefold

log = logging.getLogger(__name__)

HISTORY_PER_COMMAND = 100  # lines
SPARE_DESCRIPTORS = 64  # kept for the server itself: listener, log, journal, loop


class Server:
    """One node."""

    def __init__(self, config: Config) -> None:
        self._config = config
        rules = Rules(lobby=config.server.lobby, rooms_per_user=config.limits.rooms_per_user)
        self.hub = Hub(rules)
        self._flusher = Flusher()
        self._fanout = Fanout(self._flusher)
        self._tails = Tails(config.journal.replay)
        self._store = _store(config)
        self._archive = StoreArchive(self._store) if self._store else None
        self._writer = Worker()
        self._retention: gevent.Greenlet[..., None] | None = None
        self._boot = f"{wall_ms():x}"
        self._journal = self._open_journal()
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
            tails=self._tails,
            archive=self._archive,
            boot=self._boot,
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
        keep = Keep(self._config.journal.keep_days, self._config.journal.keep_messages)
        if self._store is not None:
            retention = Retention(self._store, self._writer, wall_ms, keep)
            self._retention = gevent.spawn(retention.run)
        log.info("listening on %s", readable_address(*self.address))

    def stop(self) -> None:
        """Tells everyone, closes every connection, ends the journal. Takes bounded time."""
        log.info("stopping: %d people are connected", len(self.hub.users))
        self._fanout.clear()  # everybody leaves at once: nobody needs to be told who
        self._listener.stop(STOPPED, self._config.times.shutdown)
        if self._retention is not None:
            self._retention.kill()
        self._journal.close()
        if self._store is not None and self._archive is not None:
            self._archive.close()
            self._writer.close()
            self._store.close()
        log.info("stopped")

    @property
    def keeps(self) -> str:
        """A sentence that says where messages are kept."""
        if self._store is None:
            return "Messages are kept in memory only"
        return f"Messages are kept in {self._store.path}"

    def _open_journal(self) -> Journal:
        if self._store is None:
            return MemoryJournal(self.hub.apply, self._show, wall_ms)
        for kind, key, value in self._store.reader.state():
            restore(self.hub, kind, key, value)
        lasting = {casefold(self.hub.rules.lobby), *self.hub.rooms}
        for room in lasting if self._tails.limit else ():
            past = self._store.reader.read(Query(room, self._tails.limit))
            self._tails.keep(restored(kept) for kept in past)
        return SqliteJournal(
            self._store, self._writer, self.hub.apply, self._show, wall_ms, self._boot
        )

    def _show(self, effects: tuple[Effect, ...]) -> None:
        self._fanout.deliver(effects)
        self._tails.keep(effects)
        for effect in effects:
            if isinstance(effect, Left | WasKicked | Disconnected):
                left = effect.rooms if isinstance(effect, Disconnected) else (effect.room,)
                for room in left:
                    if room not in self.hub.rooms and room != casefold(self.hub.rules.lobby):
                        self._tails.forget(room)

    def _make_session(self, sock: gsocket.socket, uid: int, host: str) -> Session:
        return Session(self._around, sock, uid, host)


def readable_address(host: str, port: int) -> str:
    """127.0.0.1:55555 or [::1]:55555."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def _store(config: Config) -> Store | None:
    """The file where messages are kept; raises StoreError where it cannot be used."""
    if config.journal.engine == "memory":
        return None
    return Store(data_folder(config.journal.data), cast("Durability", config.journal.durability))


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
        history_per_command=0 if config.journal.engine == "memory" else HISTORY_PER_COMMAND,
        plain_line_bytes=config.limits.plain_line_bytes,
        redact_seconds=config.limits.redact_seconds,
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
