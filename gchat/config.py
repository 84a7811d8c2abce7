"""Settings: defaults, environment, TOML file, flags.

A setting is a field of a dataclass here and nothing more: its name, its default and what is allowed
are read from there by the file, the environment and the command line alike.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gchat.allowed import (
    FLAG,
    HOST,
    PATH,
    SPEAKS,
    VERIFIER,
    Allowed,
    are_addresses,
    are_hosts,
    are_origins,
    are_proxies,
    are_spoken,
    convert,
    integer,
    is_address,
    is_room,
    is_slow_mode,
    is_verifier,
    one_of,
    seconds,
    word,
)

ENV_PREFIX = "GCHAT_"
OPERATORS = "operators"


class ConfigError(ValueError):
    """One line that names the source, the key and what is allowed."""


def _set(default: Any, allowed: Allowed) -> Any:
    return field(default=default, metadata={"allowed": allowed})


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """[server]"""

    host: str = _set("127.0.0.1", HOST)
    port: int = _set(55555, integer(0, 65535))
    # what is spoken at that address, separated by commas: plain, irc, websocket; and tls, where
    # nothing is to be spoken otherwise than by TLS. "" is everything, by TLS or not
    speaks: str = _set("", Allowed(str, "of " + ", ".join(SPEAKS) + " with commas", are_spoken))
    # more addresses to listen on, separated by spaces: HOST:PORT, [HOST]:PORT or unix:/PATH, each
    # with what is spoken there behind a comma, as in 192.0.2.1:6697,irc,tls
    listen: str = _set(
        "", Allowed(str, "addresses like 192.0.2.1:6697,irc,tls or unix:/run/gchat", are_addresses)
    )
    # addresses of proxies that say by the PROXY protocol for whom they connect, with spaces;
    # "localhost" is who comes by a Unix socket
    proxies: str = _set("", Allowed(str, "addresses separated by spaces", are_proxies))
    name: str = _set("gchat.local", word(63))
    network: str = _set("gchat", word(32))
    lobby: str = _set("#lobby", Allowed(str, "a room name such as #lobby", is_room))
    motd: str = _set(
        "", Allowed(str, "text of at most 10000 characters", lambda v: len(v) <= 10000)
    )
    # what `gchat verifier` prints for the password that everybody has to give; "" for none
    password: str = _set("", Allowed(str, VERIFIER, lambda v: not v or is_verifier(v)))
    # gateways that tell by WEBIRC for whom they speak: their addresses, separated by spaces, and
    # what `gchat verifier` prints for their password
    webirc_from: str = _set("", Allowed(str, "addresses separated by spaces", are_hosts))
    webirc_password: str = _set("", Allowed(str, VERIFIER, lambda v: not v or is_verifier(v)))
    # of web pages that may connect by WebSocket, separated by spaces; "*" for any
    origins: str = _set("", Allowed(str, "origins like https://chat.example", are_origins))
    # where Prometheus reads /metrics and a health check /health, as HOST:PORT; "" for nowhere
    metrics: str = _set("", Allowed(str, "an address like 127.0.0.1:9155", is_address))
    log_level: str = _set("info", one_of("debug", "info", "warning", "error"))
    log_format: str = _set("text", one_of("text", "json"))


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """[journal]"""

    engine: str = _set("sqlite", one_of("sqlite", "memory"))
    # the folder; "" is gchat's own in the user's data directory
    data: str = _set("", Allowed(str, "a folder's path", lambda v: len(v) <= 4096))
    # "fsync": what was shown survives a power cut; "process": it survives the end of the server
    durability: str = _set("fsync", one_of("fsync", "process"))
    # what is older, or over the number for each room, is forgotten; 0 keeps everything
    keep_days: int = _set(0, integer(0, 36_500))
    keep_messages: int = _set(0, integer(0, 100_000_000))
    replay: int = _set(10, integer(0, 100))  # messages of a room that who enters it is shown


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """[tls]"""

    self_signed: bool = _set(False, FLAG)  # made on first use, in the data folder
    certificate: str = _set("", PATH)  # PEM, with its chain; "" for no TLS
    key: str = _set("", PATH)
    # for how long clients are to come back by TLS only; 0 for no such policy
    sts_seconds: int = _set(0, integer(0, 1 << 31))


@dataclass(frozen=True, slots=True)
class AccountsConfig:
    """[accounts]"""

    registration: bool = _set(True, FLAG)  # by anybody
    before_connect: bool = _set(True, FLAG)  # also before they have a nickname
    email_required: bool = _set(False, FLAG)
    rejoin: bool = _set(True, FLAG)  # who logs in is in the rooms again in which they were
    password_length: int = _set(8, integer(1, 128))
    # of PBKDF2, for each password that is set from now on: OWASP's Password Storage Cheat Sheet
    iterations: int = _set(600_000, integer(4096, 10_000_000))
    attempts: int = _set(10, integer(0, 10_000))  # to log in, for each address at once; 0: any
    attempts_per_minute: int = _set(10, integer(1, 10_000))


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """[limits]"""

    connections: int = _set(20_000, integer(1, 1_000_000))
    # of one address (IPv6: of one network of 64 bits), and new ones of it; 0 for any number
    connections_per_address: int = _set(50, integer(0, 1_000_000))
    new_connections_burst: int = _set(60, integer(0, 1_000_000))
    new_connections_per_minute: int = _set(60, integer(1, 1_000_000))
    # lines of one connection at once, then in a second: what is more waits; 0 for any number
    lines_burst: int = _set(40, integer(0, 1_000_000))
    lines_per_second: int = _set(10, integer(1, 1_000_000))
    local_exempt: bool = _set(True, FLAG)  # this machine, from limits for each address and rates
    outbox_bytes: int = _set(1 << 20, integer(16_384, 1 << 30))
    nick_length: int = _set(30, integer(1, 30))
    rooms_per_user: int = _set(100, integer(1, 10_000))
    rooms_per_account: int = _set(100, integer(0, 10_000))  # that are registered
    bans_per_room: int = _set(100, integer(1, 10_000))  # entries of each list
    plain_line_bytes: int = _set(4096, integer(64, 8192))
    line_bytes: int = _set(512, integer(512, 4096))
    multiline_bytes: int = _set(4096, integer(512, 32_768))
    multiline_lines: int = _set(32, integer(2, 256))
    # first messages to people who share no room with the writer, in a minute; 0 for any number
    strangers_per_minute: int = _set(20, integer(0, 10_000))
    # of rooms that are made from now on, as 5:10 for five messages of one person in ten seconds,
    # which operators of a room change by +f; "" for any number
    slow_mode: str = _set("", Allowed(str, "messages:seconds, such as 5:10", is_slow_mode))
    monitored: int = _set(100, integer(1, 10_000))
    metadata_keys: int = _set(50, integer(0, 1000))
    redact_seconds: int = _set(86_400, integer(0, 1 << 31))


@dataclass(frozen=True, slots=True)
class TimesConfig:
    """[times], in seconds"""

    prompt: float = _set(1.0, seconds(0.05, 60))
    handshake: float = _set(10.0, seconds(0.1, 3600))  # of TLS, WebSocket, a proxy
    registration: float = _set(60.0, seconds(0.1, 3600))
    ping_interval: float = _set(90.0, seconds(0.1, 3600))
    ping_timeout: float = _set(60.0, seconds(0.1, 3600))
    shutdown: float = _set(3.0, seconds(0.1, 4))


@dataclass(frozen=True, slots=True)
class Config:
    """All settings."""

    server: ServerConfig = field(default_factory=ServerConfig)
    journal: JournalConfig = field(default_factory=JournalConfig)
    tls: TlsConfig = field(default_factory=TlsConfig)
    accounts: AccountsConfig = field(default_factory=AccountsConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    times: TimesConfig = field(default_factory=TimesConfig)
    operators: Mapping[str, str] = field(default_factory=dict)  # [operators]: verifiers by name


def _section_names() -> tuple[str, ...]:
    return tuple(section.name for section in fields(Config) if section.name != OPERATORS)


def load(
    path: Path | None = None,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """The settings: defaults, then the file, then the environment, then the flags (by section and
    name, "server.host"; `None` is not given). Raises ConfigError.
    """
    config = Config()
    if path is not None:
        config = _from_file(config, path)
    config = _from_environment(config, os.environ if environment is None else environment)
    for key, value in (flags or {}).items():
        if value is not None:
            section, _, name = key.partition(".")
            flag = name.replace("_", "-")
            config = _with(config, section, name, value, f"--{flag}")
    return config


def _from_file(config: Config, path: Path) -> Config:
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None
    for section, table in tables.items():
        if section == OPERATORS and isinstance(table, dict):
            config = replace(config, operators=_operators(table, f"{path}: {OPERATORS}"))
            continue
        if section not in _section_names() or not isinstance(table, dict):
            allowed = ", ".join(f"[{name}]" for name in (*_section_names(), OPERATORS))
            raise ConfigError(f"{path}: {section}: unknown; allowed are the tables {allowed}")
        for key, value in table.items():
            config = _with(config, section, key, value, f"{path}: {section}.{key}")
    return config


def _operators(table: Mapping[str, Any], source: str) -> dict[str, str]:
    for name, value in table.items():
        if not isinstance(value, str) or not is_verifier(value):
            raise ConfigError(f"{source}.{name}: is not allowed; it takes {VERIFIER}")
    return dict(table)


def _from_environment(config: Config, environment: Mapping[str, str]) -> Config:
    """GCHAT_PORT for server.port, GCHAT_LIMITS_CONNECTIONS for limits.connections."""
    for variable, text in environment.items():
        if not variable.startswith(ENV_PREFIX):
            continue
        section, key = "server", variable.removeprefix(ENV_PREFIX).lower()
        for name in _section_names():
            if key.startswith(f"{name}_"):
                section, key = name, key.removeprefix(f"{name}_")
        config = _with(config, section, key, text, f"environment: {variable}")
    return config


def _with(config: Config, section: str, key: str, value: Any, source: str) -> Config:
    table = getattr(config, section)
    allowed = {item.name: item.metadata["allowed"] for item in fields(table)}
    if key not in allowed:
        known = ", ".join(allowed)
        raise ConfigError(f"{source}: unknown setting; allowed in [{section}] are {known}")
    rule: Allowed = allowed[key]
    converted = convert(value, rule)
    if converted is None or not rule.check(converted):
        raise ConfigError(f"{source}: {value!r} is not allowed; it takes {rule.says}")
    return replace(config, **{section: replace(table, **{key: converted})})
