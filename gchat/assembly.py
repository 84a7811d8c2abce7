"""What the settings mean for the parts of the server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from gchat import system
from gchat.config import Config, ConfigError
from gchat.config.rules import addresses
from gchat.config.settings import ServerConfig
from gchat.core.limits import Buckets
from gchat.journal.sqlite.engine import data_folder
from gchat.net.admission import Admission
from gchat.net.endpoint import PEOPLE, Endpoint
from gchat.net.hosts import LOCAL
from gchat.net.tls import Certificate, CertificateError, self_signed
from gchat.wire.address import readable_address
from gchat.wire.sniff import Spoken

LEAST_CONNECTIONS = 16
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104
SPARE_DESCRIPTORS = 64  # kept for the server itself: listener, log, journal, loop


def most_connections(config: Config) -> int:
    """The setting, or fewer if there are not enough file descriptors. Raises ConfigError if there
    are hardly enough of them for the server itself.
    """
    there = system.allow_files()
    if there < SPARE_DESCRIPTORS + LEAST_CONNECTIONS:
        least = SPARE_DESCRIPTORS + LEAST_CONNECTIONS
        raise ConfigError(
            f"Only {there} files may be open at once, and {least} are the least that the server "
            "needs. Raise the limit (ulimit -n 1024, or LimitNOFILE= of systemd)."
        )
    return min(config.limits.connections, there - SPARE_DESCRIPTORS)


def certificate(config: Config) -> Certificate | None:
    """The certificate for TLS; `None` if TLS is off. Raises CertificateError."""
    tls = config.tls
    if tls.certificate:
        return Certificate(Path(tls.certificate), Path(tls.key or tls.certificate))
    if tls.self_signed:
        return self_signed(data_folder(config.journal.data), config.server.name)
    if any(endpoint.tls_only for endpoint in endpoints(config)):
        raise CertificateError(
            "A listening address requires TLS, but there is no certificate. Set [tls]."
        )
    return None


_SPEAKS = {"plain": Spoken.PLAIN, "irc": Spoken.IRC, "websocket": Spoken.HTTP_GET}


def endpoints(config: Config) -> list[Endpoint]:
    """Where to listen; the address of `server.host` and `server.port` is the first. Raises
    ConfigError where this system has no such address.
    """
    server = config.server
    words = server.speaks.split(",") if server.speaks else []
    found = [_endpoint((server.host, server.port), words)]
    found += [_endpoint(where, words) for where, words in addresses(server.listen)]
    if not system.UNIX_SOCKETS and any(isinstance(one.where, str) for one in found):
        raise ConfigError(
            "This system has no Unix sockets. Take the unix: address out of server.listen."
        )
    return found


def _endpoint(where: tuple[str, int] | str, words: Sequence[str]) -> Endpoint:
    speaks = frozenset(_SPEAKS[word] for word in words if word in _SPEAKS)
    return Endpoint(where, speaks or PEOPLE, tls_only="tls" in words)


def admission(config: Config) -> Admission:
    """Who is let in."""
    limits = config.limits
    new = Buckets(limits.new_connections_burst, limits.new_connections_per_minute / 60)
    return Admission(limits.connections_per_address, new, limits.local_exempt)


def logins(config: Config) -> Buckets:
    """How often somebody may try to log in, for each address."""
    accounts = config.accounts
    return Buckets(accounts.attempts, accounts.attempts_per_minute / 60)


def url(config: Config, address: tuple[str, int], *, with_tls: bool) -> str:
    """By which HTTP reaches a server that listens at `address`, without a path. Where that is every
    address of the machine, by a name in the settings.
    """
    server = config.server
    if server.url:
        return server.url.removesuffix("/")
    host, port = address
    if host in EVERY_ADDRESS:
        names = [one for one in server.hosts.split() if "*" not in one]
        own = [] if server.name == ServerConfig().name else [server.name]
        host = next(iter([*names, *own]), LOCAL)
    return f"{'https' if with_tls else 'http'}://{readable_address(host, port)}"


def wall_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def tick_ms() -> int:
    """Milliseconds of a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000
