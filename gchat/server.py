"""Puts the server together; starts and stops it."""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import gevent
from gevent import socket as gsocket

from gchat import __version__
from gchat.commands import data_folder
from gchat.config import Config, ConfigError, addresses
from gchat.core.effects import Disconnected, Effect, Evicted, Left, WasKicked
from gchat.core.history import Query
from gchat.core.hub import Hub, Rules
from gchat.core.limits import Buckets
from gchat.core.records import restored
from gchat.core.saved import restore
from gchat.core.tails import Tails
from gchat.dialects.link import AccountsInfo, ServerInfo
from gchat.dialects.plain import STOPPED
from gchat.journal.archive import StoreArchive
from gchat.journal.base import Journal
from gchat.journal.memory import MemoryJournal
from gchat.journal.retention import Keep, Retention
from gchat.journal.sqlite import SqliteJournal
from gchat.journal.store import Durability, Store
from gchat.journal.thread import Worker
from gchat.net.admission import Admission
from gchat.net.computer import Computer
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.listener import Listener
from gchat.net.metrics import Metrics
from gchat.net.session import Session, Surroundings, Timing
from gchat.net.tls import Certificate, TlsError, self_signed
from gchat.wire.names import casefold

log = logging.getLogger(__name__)

HISTORY_PER_COMMAND = 100  # lines
SPARE_DESCRIPTORS = 64  # kept for the server itself: listener, log, journal, loop


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
        )
        self._rules = rules
        self._computer = Computer()
        self._certificate = _certificate(config)
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
            more=addresses(config.server.listen),
            admission=_admission(config),
        )
        where = next(iter(addresses(config.server.metrics)), None)
        self._metrics: Metrics | None = None
        if isinstance(where, tuple):
            self._metrics = Metrics(where, self._listener, self._flusher, self._gauges)
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
            computer=self._computer,
            logins=_logins(config),
            reload=self.reload,
            tls=self._certificate,
            allowance=_allowance(config),
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
        self._around.server = replace(_info(new, self._rules), created=before.created)
        self._around.timing = _timing(new)
        self._around.logins = _logins(new)
        self._around.allowance = _allowance(new)
        self._around.local_exempt = new.limits.local_exempt
        logging.getLogger().setLevel(new.server.log_level.upper())
        self._listener.reloaded(before)
        try:
            if self._certificate is not None:
                self._certificate.load()
        except TlsError as error:
            return [f"The certificate is the one before: {error}"]
        waiting = [name for name in _NEED_RESTART if _setting(old, name) != _setting(new, name)]
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
            past = self._store.reader.read(Query(room, self._tails.limit))
            self._tails.keep(restored(kept) for kept in past)
        return SqliteJournal(
            self._store, self._writer, self.hub.apply, self._show, wall_ms, self._boot
        )

    def _show(self, effects: tuple[Effect, ...]) -> None:
        self._fanout.deliver(effects)
        self._tails.keep(effects)
        for effect in effects:
            if isinstance(effect, Evicted):
                for number in effect.targets:
                    self._listener.evict(number, effect.reason)
            elif isinstance(effect, Left | WasKicked | Disconnected):
                left = effect.rooms if isinstance(effect, Disconnected) else (effect.room,)
                for room in left:
                    if room not in self.hub.rooms and room != casefold(self.hub.rules.lobby):
                        self._tails.forget(room)

    def _make_session(self, sock: gsocket.socket, uid: int, host: str) -> Session:
        return Session(self._around, sock, uid, host)


# What is read once, when the server starts.
_NEED_RESTART = (
    "server.host",
    "server.port",
    "server.listen",
    "server.lobby",
    "tls.self_signed",
    "tls.certificate",
    "tls.key",
    "journal.engine",
    "journal.data",
    "journal.durability",
    "journal.replay",
    "journal.keep_days",
    "journal.keep_messages",
    "limits.connections",
    "limits.connections_per_address",
    "limits.new_connections_burst",
    "limits.new_connections_per_minute",
    "limits.outbox_bytes",
    "limits.rooms_per_user",
    "limits.monitored",
    "limits.metadata_keys",
)


def _setting(config: Config, name: str) -> object:
    section, _, key = name.partition(".")
    value: object = getattr(getattr(config, section), key)
    return value


def _certificate(config: Config) -> Certificate | None:
    """Raises TlsError."""
    tls = config.tls
    if tls.certificate:
        return Certificate(Path(tls.certificate), Path(tls.key or tls.certificate))
    if tls.self_signed:
        return self_signed(data_folder(config.journal.data), config.server.name)
    return None


def _admission(config: Config) -> Admission:
    limits = config.limits
    new = Buckets(limits.new_connections_burst, limits.new_connections_per_minute / 60)
    return Admission(limits.connections_per_address, new, limits.local_exempt)


def _allowance(config: Config) -> Callable[[], Buckets | None]:
    """Makes the bucket of each connection's lines."""
    burst, rate = config.limits.lines_burst, config.limits.lines_per_second
    return lambda: Buckets(burst, rate) if burst else None


def _logins(config: Config) -> Buckets:
    accounts = config.accounts
    return Buckets(accounts.attempts, accounts.attempts_per_minute / 60)


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
        line_bytes=config.limits.line_bytes,
        monitored=rules.watched_per_user,
        metadata_keys=rules.metadata_keys,
        multiline_bytes=config.limits.multiline_bytes,
        multiline_lines=config.limits.multiline_lines,
        accounts=AccountsInfo(
            registration=config.accounts.registration,
            before_connect=config.accounts.before_connect,
            email_required=config.accounts.email_required,
            rejoin=config.accounts.rejoin,
            password_length=config.accounts.password_length,
            iterations=config.accounts.iterations,
        ),
        operators=config.operators,
        webirc_from=tuple(config.server.webirc_from.split()),
        webirc_password=config.server.webirc_password,
        sts=_sts(config),
        port=config.server.port,
        origins=tuple(config.server.origins.split()),
        password=config.server.password,
    )


def _sts(config: Config) -> int:
    tls = config.tls
    return tls.sts_seconds if tls.certificate or tls.self_signed else 0


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
