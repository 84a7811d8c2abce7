"""Puts the server together; starts and stops it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import gevent
from gevent import socket as gsocket

from gchat import assembly
from gchat.allowed import host_and_port, slow_mode
from gchat.assembly import readable_address, wall_ms
from gchat.config import Config, ConfigError
from gchat.core.effects import (
    ChangedRoomName,
    Disconnected,
    Effect,
    Evicted,
    Left,
    Spoke,
    WasKicked,
)
from gchat.core.history import Query
from gchat.core.hub import Hub, Rules
from gchat.core.records import restored
from gchat.core.saved import restore
from gchat.core.tails import Tails
from gchat.dialects.plain import STOPPED
from gchat.journal.archive import StoreArchive
from gchat.journal.base import Journal
from gchat.journal.memory import MemoryJournal
from gchat.journal.retention import Keep, Retention
from gchat.journal.sqlite import SqliteJournal
from gchat.journal.thread import Worker
from gchat.net.computer import Computer
from gchat.net.door import Door
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.listener import Listener
from gchat.net.metrics import Metrics
from gchat.net.session import Session
from gchat.net.surroundings import Surroundings
from gchat.net.tls import TlsError
from gchat.wire.names import casefold

log = logging.getLogger(__name__)


class Server:
    """One node."""

    def __init__(self, config: Config, load_again: Callable[[], Config] | None = None) -> None:
        """`load_again` reads the configuration anew, for `reload`."""
        self._config = config
        self._load_again = load_again or (lambda: config)
        rules = Rules(
            lobby=config.server.lobby,
            rooms_per_user=config.limits.rooms_per_user,
            watched_per_user=config.limits.monitored,
            metadata_keys=config.limits.metadata_keys,
            rooms_per_account=config.limits.rooms_per_account,
            bans_per_room=config.limits.bans_per_room,
            strangers=config.limits.strangers_per_minute,
            slow_mode=slow_mode(config.limits.slow_mode),
        )
        self._rules = rules
        self._computer = Computer()
        self._certificate = assembly.certificate(config)
        self.hub = Hub(rules)
        self._flusher = Flusher()
        self._fanout = Fanout(self._flusher)
        self._tails = Tails(config.journal.replay, config.journal.keep_days, wall_ms)
        self._store = assembly.store(config)
        self._secret = assembly.secret(config)
        self._archive = StoreArchive(self._store) if self._store else None
        self._writer = Worker()
        self._retention: gevent.Greenlet[..., None] | None = None
        self._boot = f"{wall_ms():x}"
        self._journal = self._open_journal()
        admission = assembly.admission(config)
        self._listener = Listener(
            assembly.doors(config),
            max_connections=assembly.most_connections(config),
            make_session=self._make_session,
            admission=admission,
            proxies=frozenset(config.server.proxies.split()),
            proxy_seconds=config.times.handshake,
        )
        self._metrics: Metrics | None = None
        for where in host_and_port(config.server.metrics):
            self._metrics = Metrics(where, self._listener, self._flusher, self._gauges)
        self._around = Surroundings(
            hub=self.hub,
            journal=self._journal,
            fanout=self._fanout,
            flusher=self._flusher,
            tails=self._tails,
            archive=self._archive,
            boot=self._boot,
            server=assembly.info(config, rules, self._secret),
            timing=assembly.timing(config),
            outbox_bytes=config.limits.outbox_bytes,
            monotonic=time.monotonic,
            wall_ms=wall_ms,
            unregistered=self._listener.unregistered,
            computer=self._computer,
            admission=admission,
            logins=assembly.logins(config),
            reload=self.reload,
            tls=self._certificate,
            allowance=assembly.allowance(config),
            local_exempt=config.limits.local_exempt,
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
        if self._metrics is not None:
            self._metrics.start()
            log.info("metrics on %s", readable_address(*self._metrics.address))
        log.info("listening on %s", readable_address(*self.address))

    def stop(self) -> None:
        """Tells everyone, closes every connection, ends the journal. Takes bounded time."""
        log.info("stopping: %d people are connected", len(self.hub.users))
        self._fanout.clear()  # everybody leaves at once: nobody needs to be told who
        self._listener.stop(STOPPED, self._config.times.shutdown)
        if self._retention is not None:
            self._retention.kill()
        if self._metrics is not None:
            self._metrics.stop()
        self._journal.close()
        self._computer.close()
        if self._store is not None and self._archive is not None:
            self._archive.close()
            self._writer.close()
            self._store.close()
        log.info("stopped")

    def reload(self) -> list[str]:
        """Reads the configuration again and takes over what can be without dropping anybody;
        sentences that say what came of it.
        """
        try:
            new = self._load_again()
        except ConfigError as error:
            return [f"Nothing was changed: {error}"]
        old, self._config = self._config, new
        before = self._around.server
        self._around.server = replace(
            assembly.info(new, self._rules, self._secret), created=before.created
        )
        self._around.timing = assembly.timing(new)
        self._around.logins = assembly.logins(new)
        self._around.allowance = assembly.allowance(new)
        self._around.local_exempt = new.limits.local_exempt
        logging.getLogger().setLevel(new.server.log_level.upper())
        self._listener.reloaded(before)
        try:
            if self._certificate is not None:
                self._certificate.load()
        except TlsError as error:
            return [f"The certificate is the one before: {error}"]
        waiting = assembly.waiting_for_restart(old, new)
        if not waiting:
            return ["The configuration was read again."]
        return [f"The configuration was read again. It needs a restart for: {', '.join(waiting)}."]

    @property
    def fingerprint(self) -> str:
        """Of the certificate; "" where there is no TLS."""
        return self._certificate.fingerprint if self._certificate else ""

    @property
    def keeps(self) -> str:
        """A sentence that says where messages are kept."""
        if self._store is None:
            return "Messages are kept in memory only"
        return f"Messages are kept in {self._store.path}"

    def _gauges(self) -> dict[str, tuple[str, float]]:
        journal = self._journal
        found: dict[str, tuple[str, float]] = {
            "lines_total": ("Lines that were received", self._around.lines),
            "users": ("Who has a nickname", len(self.hub.users)),
            "rooms": ("Rooms that there are", len(self.hub.rooms)),
            "accounts": ("Accounts that there are", len(self.hub.accounts)),
        }
        if isinstance(journal, SqliteJournal):
            found["journal_queue"] = ("Events that wait to be stored", journal.waiting)
            found["journal_seconds"] = ("How long the last batch took to store", journal.took)
            found["journal_failing"] = ("1 while nothing can be stored", journal.failing)
        return found

    def _open_journal(self) -> Journal:
        if self._store is None:
            return MemoryJournal(self.hub.apply, self._show, wall_ms)
        for kind, key, value in self._store.reader.state():
            restore(self.hub, kind, key, value)
        lasting = {casefold(self.hub.rules.lobby), *self.hub.rooms}
        for room in lasting if self._tails.limit else ():
            past = self._store.reader.read(Query(self.hub.place(room), self._tails.limit))
            self._tails.keep(replace(restored(kept), room=room) for kept in past)
        return SqliteJournal(
            self._store,
            self._writer,
            self.hub.apply,
            self._show,
            wall_ms,
            self._boot,
            self.hub.place,
        )

    def _show(self, effects: tuple[Effect, ...]) -> None:
        self._fanout.deliver(effects)
        self._tails.keep(effects)
        for effect in effects:
            if type(effect) is Spoke:
                continue  # nearly all are, and nothing of it is to be done here
            if isinstance(effect, ChangedRoomName):
                self._tails.move(effect.old_key, effect.new_key)
            elif isinstance(effect, Evicted):
                for number in effect.targets:
                    self._listener.evict(number, effect.reason)
            elif isinstance(effect, Left | WasKicked | Disconnected):
                left = effect.rooms if isinstance(effect, Disconnected) else (effect.room,)
                for room in left:
                    if room not in self.hub.rooms and room != casefold(self.hub.rules.lobby):
                        self._tails.forget(room)

    def _make_session(self, sock: gsocket.socket, uid: int, host: str, door: Door) -> Session:
        return Session(self._around, sock, uid, host, door)
