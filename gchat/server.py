"""Puts the server together; starts and stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter

import gevent
from gevent import socket as gsocket
from msgspec.structs import replace

from gchat import assembly
from gchat.assembly import tick_ms, wall_ms
from gchat.clock import watch_clock
from gchat.config import Config, ConfigError
from gchat.config.rules import host_and_port
from gchat.config.settings import reloaded
from gchat.core.effects import (
    ChangedRoomName,
    Disconnected,
    Effect,
    Evicted,
    Left,
    Spoke,
    WasKicked,
)
from gchat.core.history import Query, Unreadable
from gchat.core.hub import Hub
from gchat.core.limits import Buckets
from gchat.core.records import restored
from gchat.core.replay import ReplayBuffer
from gchat.core.rules import RULES, RuleSet, differing, rules_of, with_rules
from gchat.core.visitors import Visitors
from gchat.dialects.node import Node
from gchat.dialects.plain import STOPPED
from gchat.filekeeping import FileKeeping
from gchat.journal.base import Gauges, JournalError, Notices
from gchat.journal.engines import engine_of
from gchat.keys import KeyPool
from gchat.net.browsers import Browsers
from gchat.net.endpoint import Endpoint
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.foreign import ForeignNames
from gchat.net.hooks import Hooks
from gchat.net.hosts import is_own, own_names
from gchat.net.listener import Listener
from gchat.net.metrics import Metrics
from gchat.net.services import REQUESTS_BURST, REQUESTS_PER_SECOND, Services
from gchat.net.session import Session
from gchat.net.tls import CertificateError
from gchat.web.files import FileSite
from gchat.web.page import site
from gchat.wire.address import Origin, readable_address
from gchat.wire.names import casefold

log = logging.getLogger(__name__)

LOBBY = "server.lobby"
LAST_SECONDS = 0.05
PAST_LINES = 500  # read of each room at the start, to know who was in it when the server stopped


class Server:
    """One node."""

    def __init__(self, config: Config, load_again: Callable[[], Config] | None = None) -> None:
        """`load_again` reads the configuration anew, for `reload`. Raises ConfigError, JournalError
        and CertificateError.
        """
        self._load_again = load_again or (lambda: config)
        most_connections = assembly.most_connections(config)
        self._workers = KeyPool()
        certificate = assembly.certificate(config)
        self.hub = Hub(config)
        self._flusher = Flusher()
        self._fanout = Fanout(self._flusher)
        self._visitors = Visitors()
        self._replay = ReplayBuffer(config.journal.replay, config.journal.keep_days, wall_ms)
        boot = f"{wall_ms():x}"
        self._engine = engine_of(config)(
            config, self.hub, self._show, wall_ms, boot, tick_ms, self._flusher
        )
        cluster = self._engine.cluster
        self.failed = ""  # why the server has to end
        self.on_failure: Callable[[], None] = lambda: None
        try:
            self._fill_replay()
        except BaseException:
            self._engine.close()
            raise
        self._filekeeping: FileKeeping | None = None
        if config.files.enabled:
            try:
                secret = self._engine.secret
                self._filekeeping = FileKeeping(lambda: self.hub.config, wall_ms, tick_ms, secret)
            except BaseException:
                self._engine.close()
                raise
        files = self._filekeeping.files if self._filekeeping is not None else None
        admission = assembly.admission(config)
        self._listener = Listener(
            assembly.endpoints(config),
            max_connections=most_connections,
            make_session=self._make_session,
            admission=admission,
            proxies=config.server.proxies,
            gateways=self._gateways,
            proxy_seconds=lambda: self.node.config.times.handshake,
        )
        self._clock_watch: gevent.Greenlet[..., None] | None = None
        self._metrics: Metrics | None = None
        for where in host_and_port(config.server.metrics):
            self._metrics = Metrics(
                where, self._listener, self._flusher, self._gauges, self._is_own, self._trouble
            )
        monotonic = perf_counter  # time.monotonic has steps of 16 ms on Windows
        self._services = Services(
            journal=self._engine.journal,
            fanout=self._fanout,
            flusher=self._flusher,
            admission=admission,
            logins=assembly.logins(config),
            certificate=certificate,
            monotonic=monotonic,
            answer=site(with_page=config.server.web, lobby=config.server.lobby),
            hooks=Hooks(config, monotonic),
            foreign=ForeignNames(monotonic),
            browsers=Browsers(),
            requests=Buckets(REQUESTS_BURST, REQUESTS_PER_SECOND),
            files=FileSite(files) if files is not None else None,
        )
        if cluster is not None:
            cluster.watch(Notices(self._joined, self._cut_off, self._fail, self._rules_changed))
        self.node = Node(
            hub=self.hub,
            config=with_rules(config, self.hub.nodes.rules),
            archive=self._engine.archive,
            replay=self._replay,
            visitors=self._visitors,
            workers=self._workers,
            wall_ms=wall_ms,
            tick_ms=tick_ms if cluster is None else wall_ms,
            unregistered=self._listener.unregistered,
            reload=self.reload,
            boot=boot if cluster is None else cluster.boot,
            secret=self._engine.secret,
            url=self._url,
            created=wall_ms(),
            files=files,
        )

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, once started."""
        return self._listener.address

    def start(self) -> None:
        """Begins to accept. Raises CannotListen where it cannot, and JournalError where
        the other nodes of a cluster do not want it. May switch greenlets.
        """
        try:
            self._listener.bind()
            self._engine.start()
            self._listener.start()
            if self._filekeeping is not None:
                self._filekeeping.start()
            if self._metrics is not None:
                self._metrics.start()
                log.info("metrics on %s", readable_address(*self._metrics.address))
        except BaseException:
            self._let_go()
            raise
        self._clock_watch = gevent.spawn(watch_clock, wall_ms, tick_ms)
        log.info("listening on %s", readable_address(*self.address))

    def stop(self) -> None:
        """Tells everyone, closes every connection, ends the journal. Takes bounded time."""
        if self._clock_watch is not None:
            self._clock_watch.kill()
        log.info("stopping: %d users are connected", len(self.hub.users))
        if self._engine.cluster is not None:
            self._engine.cluster.leave()
            gevent.sleep(LAST_SECONDS)  # who waited for something is answered before it is closed
        self._fanout.clear()  # everybody leaves at once: nobody needs to be told who
        self._listener.stop(STOPPED, self.node.config.times.shutdown)
        if self._metrics is not None:
            self._metrics.stop()
        self._let_go()
        log.info("stopped")

    def _let_go(self) -> None:
        """Of files, threads and whatever else the system gave us."""
        if self._filekeeping is not None:
            self._filekeeping.close()
        self._services.arrivals.close()
        self._engine.close()
        self._workers.close()

    def reload(self) -> list[str]:
        """Reads the configuration again and applies what can change without disconnecting anybody.
        A setting that needs a restart keeps its old value. Returns sentences that report it.
        """
        before = self.node.config
        try:
            new = self._load_again()
            engine_of(new)  # with an unknown engine the next start would fail
            config, waiting = reloaded(before, new)
        except ConfigError as error:
            return [f"Configuration not reloaded: {error}"]
        cluster = self._engine.cluster
        if cluster is not None:
            rules = {**rules_of(new), LOBBY: self.hub.nodes.rules[LOBBY]}  # rooms depend on it
            if differing(rules, self.hub.nodes.rules):
                cluster.propose(rules)
            waiting = [name for name in waiting if name == LOBBY or name not in RULES]
            config = with_rules(config, self.hub.nodes.rules)
        self.node.config = self.hub.config = config
        logging.getLogger().setLevel(config.server.log_level.upper())
        accounts = config.accounts
        if (accounts.attempts, accounts.attempts_per_minute) != (
            before.accounts.attempts,
            before.accounts.attempts_per_minute,
        ):
            self._services.logins = assembly.logins(config)
        self._listener.reloaded(before)
        answers = ["The configuration was reloaded."]
        if waiting:
            answers = [f"{answers[0]} These need a restart: {', '.join(waiting)}."]
        try:
            if self._services.certificate is not None:
                self._services.certificate.load()
        except CertificateError as error:
            answers.append(f"Certificate not reloaded: {error}")
        return answers

    # -- what the engine of a cluster tells

    def _joined(self, base: int) -> None:
        self._listener.number_from(base)

    def _cut_off(self, reason: str) -> None:
        self._fanout.clear()  # the others are shown who leaves; these need not be
        self._listener.pause(reason)

    def _fail(self, why: str) -> None:
        self.failed = why
        self.on_failure()

    def _rules_changed(self, rules: RuleSet) -> None:
        before = self.node.config
        self.node.config = with_rules(before, rules)
        self._listener.reloaded(before)

    @property
    def fingerprint(self) -> str:
        """Of the certificate; "" where there is no TLS."""
        certificate = self._services.certificate
        return certificate.fingerprint if certificate else ""

    @property
    def keeps(self) -> str:
        """A sentence that says where messages are kept."""
        return self._engine.keeps

    def _trouble(self) -> str:
        cluster = self._engine.cluster
        return cluster.trouble() if cluster is not None else ""

    def _gauges(self) -> Gauges:
        return {
            "lines_total": ("Lines received", self._services.lines),
            "users": ("Users online", len(self.hub.users)),
            "rooms": ("Rooms", len(self.hub.rooms)),
            "accounts": ("Accounts", len(self.hub.accounts)),
            **self._engine.gauges(),
            **(self._filekeeping.gauges() if self._filekeeping is not None else {}),
        }

    def _is_own(self, host: str) -> bool:
        certificate = self._services.certificate
        certified = certificate.names if certificate is not None else ()
        return is_own(host, own_names(self.node.config.server, certified))

    def _gateways(self) -> str:
        server = self.node.config.server
        return f"{server.webirc_from} {server.http_proxies}"

    def _url(self) -> str:
        certificate = self._services.certificate
        return assembly.url(self.node.config, self.address, with_tls=certificate is not None)

    def _fill_replay(self) -> None:
        """Fills it with the last messages of the rooms that exist when the server starts."""
        limit = self._replay.limit
        there = {casefold(self.hub.config.server.lobby), *self.hub.rooms}
        for room in there if limit else ():
            place = self.hub.place(room)
            try:
                past = self._engine.archive.read(Query(place, limit))
                end = self._engine.archive.read(Query(place, PAST_LINES, events=True))
            except Unreadable as error:
                raise JournalError(
                    f"The messages cannot be read: {error}. Restore a backup, or choose another "
                    "--data folder."
                ) from None
            self._replay.keep(replace(restored(kept), room=room) for kept in past)
            self._visitors.last_run(room, map(restored, end))

    def _show(self, effects: tuple[Effect, ...]) -> None:
        self._fanout.deliver(effects)
        self._replay.keep(effects)
        for effect in effects:
            if type(effect) is Spoke:
                continue  # most effects are messages: nothing to do for them
            if isinstance(effect, ChangedRoomName):
                self._replay.move(effect.old_key, effect.new_key)
                self._visitors.move(effect.old_key, effect.new_key)
            elif isinstance(effect, Evicted):
                for number in effect.targets:
                    self._listener.evict(number, effect.reason)
            elif isinstance(effect, Left | WasKicked | Disconnected):
                self._visitors.keep((effect,))
                left = effect.rooms if isinstance(effect, Disconnected) else (effect.room,)
                for room in left:
                    if room not in self.hub.rooms and room != casefold(
                        self.hub.config.server.lobby
                    ):
                        self._replay.forget(room)
                        self._visitors.forget(room)

    def _make_session(
        self, sock: gsocket.socket, uid: int, origin: Origin, endpoint: Endpoint
    ) -> Session:
        return Session(self.node, self._services, sock, uid, origin, endpoint)
