"""Settings: defaults, environment, TOML file, flags.

A setting is a field of a dataclass here and nothing more: its name, its default and what is allowed
are read from there by the file, the environment and the command line alike.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gchat.wire.names import InvalidName, check_room
from gchat.wire.sasl import Verifier

ENV_PREFIX = "GCHAT_"
OPERATORS = "operators"


class ConfigError(ValueError):
    """One line that names the source, the key and what is allowed."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What values a setting takes: `says` for people, `check` for machines."""

    type: type
    says: str
    check: Callable[[Any], bool]


def _integer(low: int, high: int) -> Allowed:
    return Allowed(int, f"a whole number from {low} to {high}", lambda v: low <= v <= high)


def _seconds(low: float, high: float) -> Allowed:
    return Allowed(float, f"seconds from {low:g} to {high:g}", lambda v: low <= v <= high)


def _one_of(*values: str) -> Allowed:
    return Allowed(str, "one of " + ", ".join(values), lambda v: v in values)


def _word(length: int) -> Allowed:
    return Allowed(
        str,
        f"text of 1 to {length} printable characters without spaces, not beginning with ':'",
        lambda v: (
            0 < len(v) <= length and v.isprintable() and " " not in v and not v.startswith(":")
        ),
    )


_HOST = Allowed(
    str,
    "an address or host name of 1 to 255 characters",
    lambda v: 0 < len(v) <= 255 and v.isprintable() and " " not in v,
)


def _is_room(value: str) -> bool:
    try:
        check_room(value)
    except InvalidName:
        return False
    return True


VERIFIER = "what `gchat verifier` prints for a password"


def _is_verifier(value: str) -> bool:
    try:
        Verifier.parse(value)
    except ValueError:
        return False
    return True


UNIX = "unix:"
SPEAKS = ("plain", "irc", "websocket", "tls")


def addresses(value: str) -> list[tuple[tuple[str, int] | str, list[str]]]:
    """Of `server.listen`: host and port, or a path, each with what is spoken there. Raises
    ValueError.
    """
    found: list[tuple[tuple[str, int] | str, list[str]]] = []
    for word in value.split():
        address, *speaks = word.split(",")
        if not _are_spoken(",".join(speaks)):
            raise ValueError(word)
        if address.startswith(UNIX):
            found.append((address.removeprefix(UNIX), speaks))
            continue
        host, _, port = address.rpartition(":")
        if not host or not 0 <= int(port) <= 65535:
            raise ValueError(word)
        found.append(((host.strip("[]"), int(port)), speaks))
    return found


def host_and_port(value: str) -> list[tuple[str, int]]:
    """Of a setting that is one address, none where it is empty. Raises ValueError."""
    return [where for where, _ in addresses(value) if isinstance(where, tuple)]


def _are_spoken(value: str) -> bool:
    return not value or all(word in SPEAKS for word in value.split(","))


def _are_addresses(value: str) -> bool:
    try:
        addresses(value)
    except ValueError:
        return False
    return True


def _is_address(value: str) -> bool:
    return _are_addresses(value) and len(host_and_port(value)) == len(value.split()) < 2


def _are_hosts(value: str) -> bool:
    try:
        return all(ipaddress.ip_address(word) for word in value.split())
    except ValueError:
        return False


def _are_proxies(value: str) -> bool:
    return _are_hosts(" ".join(word for word in value.split() if word != "localhost"))


def _are_origins(value: str) -> bool:
    return all(one == "*" or "://" in one for one in value.split())


def slow_mode(value: str) -> tuple[int, int]:
    """Messages and seconds of `limits.slow_mode`, zeros for none. Raises ValueError."""
    if not value:
        return 0, 0
    most, seconds = (int(one) for one in value.split(":"))
    if not (1 <= most <= 100 and 1 <= seconds <= 3600):
        raise ValueError(value)
    return most, seconds


def _is_slow_mode(value: str) -> bool:
    try:
        slow_mode(value)
    except ValueError:
        return False
    return True


def _set(default: Any, allowed: Allowed) -> Any:
    return field(default=default, metadata={"allowed": allowed})


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """[server]"""

    host: str = _set("127.0.0.1", _HOST)
    port: int = _set(55555, _integer(0, 65535))
    # what is spoken at that address, separated by commas: plain, irc, websocket; and tls, where
    # nothing is to be spoken otherwise than by TLS. "" is everything, by TLS or not
    speaks: str = _set("", Allowed(str, "of " + ", ".join(SPEAKS) + " with commas", _are_spoken))
    # more addresses to listen on, separated by spaces: HOST:PORT, [HOST]:PORT or unix:/PATH, each
    # with what is spoken there behind a comma, as in 192.0.2.1:6697,irc,tls
    listen: str = _set(
        "", Allowed(str, "addresses like 192.0.2.1:6697,irc,tls or unix:/run/gchat", _are_addresses)
    )
    # addresses of proxies that say by the PROXY protocol for whom they connect, with spaces;
    # "localhost" is who comes by a Unix socket
    proxies: str = _set("", Allowed(str, "addresses separated by spaces", _are_proxies))
    name: str = _set("gchat.local", _word(63))
    network: str = _set("gchat", _word(32))
    lobby: str = _set("#lobby", Allowed(str, "a room name such as #lobby", _is_room))
    motd: str = _set(
        "", Allowed(str, "text of at most 10000 characters", lambda v: len(v) <= 10000)
    )
    # what `gchat verifier` prints for the password that everybody has to give; "" for none
    password: str = _set("", Allowed(str, VERIFIER, lambda v: not v or _is_verifier(v)))
    # gateways that tell by WEBIRC for whom they speak: their addresses, separated by spaces, and
    # what `gchat verifier` prints for their password
    webirc_from: str = _set("", Allowed(str, "addresses separated by spaces", _are_hosts))
    webirc_password: str = _set("", Allowed(str, VERIFIER, lambda v: not v or _is_verifier(v)))
    # of web pages that may connect by WebSocket, separated by spaces; "*" for any
    origins: str = _set("", Allowed(str, "origins like https://chat.example", _are_origins))
    # where Prometheus reads /metrics and a health check /health, as HOST:PORT; "" for nowhere
    metrics: str = _set("", Allowed(str, "an address like 127.0.0.1:9155", _is_address))
    log_level: str = _set("info", _one_of("debug", "info", "warning", "error"))
    log_format: str = _set("text", _one_of("text", "json"))


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """[journal]"""

    engine: str = _set("sqlite", _one_of("sqlite", "memory"))
    # the folder; "" is gchat's own in the user's data directory
    data: str = _set("", Allowed(str, "a folder's path", lambda v: len(v) <= 4096))
    # "fsync": what was shown survives a power cut; "process": it survives the end of the server
    durability: str = _set("fsync", _one_of("fsync", "process"))
    # what is older, or over the number for each room, is forgotten; 0 keeps everything
    keep_days: int = _set(0, _integer(0, 36_500))
    keep_messages: int = _set(0, _integer(0, 100_000_000))
    replay: int = _set(10, _integer(0, 100))  # messages of a room that who enters it is shown


_FLAG = Allowed(bool, "true or false", lambda v: True)


_PATH = Allowed(str, "a file's path", lambda v: len(v) <= 4096)


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """[tls]"""

    self_signed: bool = _set(False, _FLAG)  # made on first use, in the data folder
    certificate: str = _set("", _PATH)  # PEM, with its chain; "" for no TLS
    key: str = _set("", _PATH)
    # for how long clients are to come back by TLS only; 0 for no such policy
    sts_seconds: int = _set(0, _integer(0, 1 << 31))


@dataclass(frozen=True, slots=True)
class AccountsConfig:
    """[accounts]"""

    registration: bool = _set(True, _FLAG)  # by anybody
    before_connect: bool = _set(True, _FLAG)  # also before they have a nickname
    email_required: bool = _set(False, _FLAG)
    rejoin: bool = _set(True, _FLAG)  # who logs in is in the rooms again in which they were
    password_length: int = _set(8, _integer(1, 128))
    # of PBKDF2, for each password that is set from now on: OWASP's Password Storage Cheat Sheet
    iterations: int = _set(600_000, _integer(4096, 10_000_000))
    attempts: int = _set(10, _integer(0, 10_000))  # to log in, for each address at once; 0: any
    attempts_per_minute: int = _set(10, _integer(1, 10_000))


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """[limits]"""

    connections: int = _set(20_000, _integer(1, 1_000_000))
    # of one address (IPv6: of one network of 64 bits), and new ones of it; 0 for any number
    connections_per_address: int = _set(50, _integer(0, 1_000_000))
    new_connections_burst: int = _set(60, _integer(0, 1_000_000))
    new_connections_per_minute: int = _set(60, _integer(1, 1_000_000))
    # lines of one connection at once, then in a second: what is more waits; 0 for any number
    lines_burst: int = _set(40, _integer(0, 1_000_000))
    lines_per_second: int = _set(10, _integer(1, 1_000_000))
    local_exempt: bool = _set(True, _FLAG)  # this machine, from limits for each address and rates
    outbox_bytes: int = _set(1 << 20, _integer(16_384, 1 << 30))
    nick_length: int = _set(30, _integer(1, 30))
    rooms_per_user: int = _set(100, _integer(1, 10_000))
    rooms_per_account: int = _set(100, _integer(0, 10_000))  # that are registered
    bans_per_room: int = _set(100, _integer(1, 10_000))  # entries of each list
    plain_line_bytes: int = _set(4096, _integer(64, 8192))
    line_bytes: int = _set(512, _integer(512, 4096))
    multiline_bytes: int = _set(4096, _integer(512, 32_768))
    multiline_lines: int = _set(32, _integer(2, 256))
    # first messages to people who share no room with the writer, in a minute; 0 for any number
    strangers_per_minute: int = _set(20, _integer(0, 10_000))
    # of rooms that are made from now on, as 5:10 for five messages of one person in ten seconds,
    # which operators of a room change by +f; "" for any number
    slow_mode: str = _set("", Allowed(str, "messages:seconds, such as 5:10", _is_slow_mode))
    monitored: int = _set(100, _integer(1, 10_000))
    metadata_keys: int = _set(50, _integer(0, 1000))
    redact_seconds: int = _set(86_400, _integer(0, 1 << 31))


@dataclass(frozen=True, slots=True)
class TimesConfig:
    """[times], in seconds"""

    prompt: float = _set(1.0, _seconds(0.05, 60))
    handshake: float = _set(10.0, _seconds(0.1, 3600))  # of TLS, WebSocket, a proxy
    registration: float = _set(60.0, _seconds(0.1, 3600))
    ping_interval: float = _set(90.0, _seconds(0.1, 3600))
    ping_timeout: float = _set(60.0, _seconds(0.1, 3600))
    shutdown: float = _set(3.0, _seconds(0.1, 4))


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
        if not isinstance(value, str) or not _is_verifier(value):
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
    converted = _convert(value, rule)
    if converted is None or not rule.check(converted):
        raise ConfigError(f"{source}: {value!r} is not allowed; it takes {rule.says}")
    return replace(config, **{section: replace(table, **{key: converted})})


_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _convert(value: Any, rule: Allowed) -> Any:
    """The value in the setting's type, from TOML's own or from text; `None` where it has none."""
    if rule.type is str:
        return value if isinstance(value, str) else None
    if rule.type is bool:
        if isinstance(value, str):
            return _FLAGS.get(value.lower())
        return value if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            return rule.type(value)
        except ValueError:
            return None
    if rule.type is float and isinstance(value, int | float):
        return float(value)
    return value if isinstance(value, rule.type) else None
