"""What the settings mean for the parts of the server."""

from __future__ import annotations

import logging
import os
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_bytes
from typing import cast

from gchat import __version__
from gchat.allowed import addresses
from gchat.commands import data_folder
from gchat.config import Config
from gchat.core.hub import Rules
from gchat.core.limits import Buckets
from gchat.dialects.link import AccountsInfo, ServerInfo
from gchat.journal.store import Durability, Store
from gchat.net.admission import Admission
from gchat.net.door import PEOPLE, Door
from gchat.net.surroundings import Timing
from gchat.net.tls import Certificate, TlsError, self_signed
from gchat.wire.sniff import Spoken

log = logging.getLogger(__name__)

HISTORY_PER_COMMAND = 100  # lines
SPARE_DESCRIPTORS = 64  # kept for the server itself: listener, log, journal, loop

# What is read once, when the server starts.
NEED_RESTART = (
    "server.host",
    "server.port",
    "server.listen",
    "server.speaks",
    "server.proxies",
    "server.log_format",
    "times.handshake",
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
    "limits.rooms_per_account",
    "limits.bans_per_room",
    "limits.monitored",
    "limits.metadata_keys",
    "limits.strangers_per_minute",
    "limits.slow_mode",
)


def waiting_for_restart(old: Config, new: Config) -> list[str]:
    """The settings that are others, and are read only when the server starts."""
    return [name for name in NEED_RESTART if _setting(old, name) != _setting(new, name)]


def most_connections(config: Config) -> int:
    """As many as are allowed and there are file descriptors for."""
    return min(config.limits.connections, _descriptors() - SPARE_DESCRIPTORS)


def _setting(config: Config, name: str) -> object:
    section, _, key = name.partition(".")
    value: object = getattr(getattr(config, section), key)
    return value


def certificate(config: Config) -> Certificate | None:
    """What TLS is spoken with, if it is. Raises TlsError."""
    tls = config.tls
    if tls.certificate:
        return Certificate(Path(tls.certificate), Path(tls.key or tls.certificate))
    if tls.self_signed:
        return self_signed(data_folder(config.journal.data), config.server.name)
    if any(door.tls_only for door in doors(config)):
        raise TlsError("An address is for TLS only, and there is no certificate. Set [tls].")
    return None


_SPEAKS = {"plain": Spoken.PLAIN, "irc": Spoken.IRC, "websocket": Spoken.HTTP_GET}


def doors(config: Config) -> list[Door]:
    """Where to listen; the address of `server.host` and `server.port` is the first."""
    server = config.server
    words = server.speaks.split(",") if server.speaks else []
    found = [_door((server.host, server.port), words)]
    return found + [_door(where, words) for where, words in addresses(server.listen)]


def _door(where: tuple[str, int] | str, words: Sequence[str]) -> Door:
    speaks = frozenset(_SPEAKS[word] for word in words if word in _SPEAKS)
    return Door(where, speaks or PEOPLE, tls_only="tls" in words)


def admission(config: Config) -> Admission:
    """Who is let in."""
    limits = config.limits
    new = Buckets(limits.new_connections_burst, limits.new_connections_per_minute / 60)
    return Admission(limits.connections_per_address, new, limits.local_exempt)


def allowance(config: Config) -> Callable[[], Buckets | None]:
    """Makes the bucket of each connection's lines."""
    burst, rate = config.limits.lines_burst, config.limits.lines_per_second
    return lambda: Buckets(burst, rate) if burst else None


def logins(config: Config) -> Buckets:
    """How often somebody may try to log in, for each address."""
    accounts = config.accounts
    return Buckets(accounts.attempts, accounts.attempts_per_minute / 60)


def readable_address(host: str, port: int) -> str:
    """127.0.0.1:55555 or [::1]:55555."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def store(config: Config) -> Store | None:
    """The file where messages are kept; raises StoreError where it cannot be used."""
    if config.journal.engine == "memory":
        return None
    return Store(data_folder(config.journal.data), cast("Durability", config.journal.durability))


def info(config: Config, rules: Rules, secret: bytes) -> ServerInfo:
    """What every connection may know."""
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
            before_connect=config.accounts.before_connect and not config.server.password,
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
        secret=secret,
    )


SECRET, SECRET_BYTES = "journal.secret", 32


def secret(config: Config) -> bytes:
    """What nobody can guess, the same in every run. Raises OSError."""
    if config.journal.engine == "memory":
        return token_bytes(SECRET_BYTES)
    path = data_folder(config.journal.data) / SECRET
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        found = b""
    if len(found) != SECRET_BYTES:
        found = token_bytes(SECRET_BYTES)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(found)
    return found


def _sts(config: Config) -> int:
    tls = config.tls
    return tls.sts_seconds if tls.certificate or tls.self_signed else 0


def timing(config: Config) -> Timing:
    """When a connection is asked for what."""
    times = config.times
    return Timing(
        prompt=times.prompt,
        handshake=times.handshake,
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
