"""Every setting, once: a field with its default, its rule, one line of help, and whether a reload
takes it over. The file, the environment, the messages, `gchat config` and REHASH read them here.

What is read while the server runs is `node.config.<section>.<name>`; there are no copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any

from gchat.config.rules import (
    FLAG,
    HOST,
    PATH,
    SPEAKS,
    VERIFIER,
    Rule,
    are_addresses,
    are_hosts,
    are_origins,
    are_proxies,
    are_spoken,
    integer,
    is_address,
    is_room,
    is_slow_mode,
    is_verifier,
    one_of,
    seconds,
    text,
    word,
)

OPERATORS = "operators"


class ConfigError(ValueError):
    """One line that names the source, the key and what is allowed."""


def _setting(default: Any, rule: Rule, help_: str, *, reload: bool = False) -> Any:
    """`reload`: REHASH and SIGHUP take it over everywhere. Otherwise it is read once, at the start,
    and a reload keeps the old value.
    """
    metadata = {"rule": rule, "help": help_, "reload": reload}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """[server]"""

    host: str = _setting("127.0.0.1", HOST, "The address to listen on; --host.")
    port: int = _setting(
        55555, integer(0, 65535), "The port to listen on, 0 for a free one; --port."
    )
    speaks: str = _setting(
        "",
        Rule(str, "of " + ", ".join(SPEAKS) + " with commas", are_spoken),
        "What is spoken at that address: plain, irc, websocket, with commas; and tls for TLS only."
        ' "" is everything.',
    )
    listen: str = _setting(
        "",
        Rule(str, "addresses like 192.0.2.1:6697,irc,tls or unix:/run/gchat", are_addresses),
        "More addresses, separated by spaces: 192.0.2.1:6697,irc,tls [::1]:6667 unix:/run/gchat",
    )
    proxies: str = _setting(
        "",
        Rule(str, "addresses separated by spaces", are_proxies),
        "Addresses of proxies that use the PROXY protocol, separated by spaces; localhost for those"
        " on a Unix socket.",
    )
    webirc_from: str = _setting(
        "",
        Rule(str, "addresses separated by spaces", are_hosts),
        "Addresses of gateways that may use WEBIRC, separated by spaces.",
        reload=True,
    )
    webirc_password: str = _setting(
        "",
        Rule(str, VERIFIER, lambda v: not v or is_verifier(v)),
        "The WEBIRC password: what `gchat verifier` prints for it.",
        reload=True,
    )
    origins: str = _setting(
        "",
        Rule(str, "origins like https://chat.example", are_origins),
        "Origins of web pages that may connect by WebSocket, besides this server's own, separated"
        ' by spaces; "*" for any.',
        reload=True,
    )
    name: str = _setting("gchat.local", word(63), "The server's name.", reload=True)
    network: str = _setting("gchat", word(32), "The network's name.", reload=True)
    lobby: str = _setting(
        "#lobby",
        Rule(str, "a room name such as #lobby", is_room),
        "The room that plain-text clients are in.",
    )
    motd: str = _setting(
        "", text(10_000), "The message of the day, any number of lines.", reload=True
    )
    password: str = _setting(
        "",
        Rule(str, VERIFIER, lambda v: not v or is_verifier(v)),
        'The password of the server: what `gchat verifier` prints for it; "" for none.',
        reload=True,
    )
    metrics: str = _setting(
        "",
        Rule(str, "an address like 127.0.0.1:9155", is_address),
        'The address of /metrics (Prometheus) and /health, such as 127.0.0.1:9155; "" for none.',
    )
    log_level: str = _setting(
        "info",
        one_of("debug", "info", "warning", "error"),
        "debug, info, warning or error; --log-level. Logs go to stderr.",
        reload=True,
    )
    log_format: str = _setting("text", one_of("text", "json"), "text or json.")


@dataclass(frozen=True, slots=True)
class JournalConfig:
    """[journal]"""

    engine: str = _setting(
        "sqlite", word(32), "sqlite, or memory to keep nothing on disk; --memory."
    )
    data: str = _setting(
        "",
        Rule(str, "a folder's path", lambda v: len(v) <= 4096),
        'The folder of the files, "" for gchat in the user\'s data directory; --data.',
    )
    durability: str = _setting(
        "fsync",
        one_of("fsync", "process"),
        "fsync: what was shown survives a power failure. process: it survives a crash of the server"
        " only.",
    )
    replay: int = _setting(
        10, integer(0, 100), "Messages of a room that somebody who joins it is shown."
    )
    keep_days: int = _setting(
        0, integer(0, 36_500), "Days after which messages are deleted; 0 for never."
    )
    keep_messages: int = _setting(
        0, integer(0, 100_000_000), "Lines that are kept of each room; 0 for all."
    )


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """[tls]"""

    self_signed: bool = _setting(
        False, FLAG, "Make a self-signed certificate on first use; --tls-self-signed."
    )
    certificate: str = _setting("", PATH, "A PEM file with the certificate chain; --tls-cert.")
    key: str = _setting("", PATH, "A PEM file with its key, if that is another file; --tls-key.")
    sts_seconds: int = _setting(
        0,
        integer(0, 1 << 31),
        "Seconds for which clients are to come back by TLS only (IRCv3 STS); 0 for no such policy.",
        reload=True,
    )


@dataclass(frozen=True, slots=True)
class AccountsConfig:
    """[accounts]"""

    registration: bool = _setting(True, FLAG, "Anybody may register an account.", reload=True)
    before_connect: bool = _setting(True, FLAG, "Also before they have a nickname.", reload=True)
    email_required: bool = _setting(
        False, FLAG, "Registration asks for an e-mail address.", reload=True
    )
    rejoin: bool = _setting(
        True, FLAG, "Who logs in is joined to the rooms of their account.", reload=True
    )
    password_length: int = _setting(
        8, integer(1, 128), "Characters of a password, at least.", reload=True
    )
    iterations: int = _setting(
        600_000,
        integer(4096, 10_000_000),
        "PBKDF2 iterations, for passwords that are set from now on.",
        reload=True,
    )
    attempts: int = _setting(
        10,
        integer(0, 10_000),
        "Log-in attempts of one address at once, then at the rate below; 0 for any number.",
        reload=True,
    )
    attempts_per_minute: int = _setting(
        10, integer(1, 10_000), "Log-in attempts of one address in a minute.", reload=True
    )
    certificates: int = _setting(
        10, integer(0, 1000), "Certificates that log in to one account, at most."
    )


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """[limits]"""

    connections: int = _setting(20_000, integer(1, 1_000_000), "Connections, all together.")
    connections_per_address: int = _setting(
        50,
        integer(0, 1_000_000),
        "Connections of one address (IPv6: of one /64 network); 0 for any number.",
    )
    new_connections_burst: int = _setting(
        60,
        integer(0, 1_000_000),
        "New connections of one address at once, then at the rate below; 0 for any number.",
    )
    new_connections_per_minute: int = _setting(
        60, integer(1, 1_000_000), "New connections of one address in a minute."
    )
    connections_per_person: int = _setting(
        10, integer(1, 1000), "Connections of one person under one nickname."
    )
    lines_burst: int = _setting(
        40,
        integer(0, 1_000_000),
        "Lines of one connection at once, then at the rate below; 0 for any number.",
        reload=True,
    )
    lines_per_second: int = _setting(
        10, integer(1, 1_000_000), "Lines of one connection in a second; more wait.", reload=True
    )
    local_exempt: bool = _setting(
        True, FLAG, "This machine is exempt from the limits for addresses, lines and log-ins."
    )
    outbox_bytes: int = _setting(
        1 << 20,
        integer(16_384, 1 << 30),
        "Bytes that may wait for one client; with more it is dropped (SendQ exceeded).",
    )
    nick_length: int = _setting(30, integer(1, 30), "Characters of a nickname.", reload=True)
    rooms_per_user: int = _setting(100, integer(1, 10_000), "Rooms that one person is in.")
    rooms_per_account: int = _setting(100, integer(0, 10_000), "Registered rooms of one account.")
    bans_per_room: int = _setting(
        100, integer(1, 10_000), "Entries of each list (b, e, I) of a room."
    )
    server_bans: int = _setting(10_000, integer(0, 1_000_000), "Bans of the server (KLINE).")
    strangers_per_minute: int = _setting(
        20,
        integer(0, 10_000),
        "First messages of one person to people in none of their rooms, in a minute; 0 for any"
        " number.",
    )
    slow_mode: str = _setting(
        "",
        Rule(str, "messages:seconds, such as 5:10", is_slow_mode),
        "Slow mode (+f) of new rooms: 5:10 is five messages of each person in ten seconds.",
    )
    plain_line_bytes: int = _setting(
        4096, integer(64, 8192), "Bytes of a line of a plain-text client.", reload=True
    )
    line_bytes: int = _setting(
        512, integer(512, 4096), "Bytes of a line of an IRC client, without tags.", reload=True
    )
    multiline_bytes: int = _setting(
        4096, integer(512, 32_768), "Bytes of a message of several lines.", reload=True
    )
    multiline_lines: int = _setting(
        32, integer(2, 256), "Lines of a message of several lines.", reload=True
    )
    monitored: int = _setting(100, integer(1, 10_000), "Nicknames that one person may MONITOR.")
    markers: int = _setting(1000, integer(1, 100_000), "Read markers (MARKREAD) of one person.")
    metadata_keys: int = _setting(50, integer(0, 1000), "METADATA keys of each room and person.")
    redact_seconds: int = _setting(
        86_400,
        integer(0, 1 << 31),
        "Seconds for which somebody may take back their own message.",
        reload=True,
    )


@dataclass(frozen=True, slots=True)
class TimesConfig:
    """[times], in seconds"""

    prompt: float = _setting(
        1.0,
        seconds(0.05, 60),
        "Of silence before a new connection is asked for its nickname.",
        reload=True,
    )
    handshake: float = _setting(
        10.0, seconds(0.1, 3600), "For TLS, WebSocket or PROXY to be agreed on.", reload=True
    )
    registration: float = _setting(
        60.0, seconds(0.1, 3600), "For a nickname to be given.", reload=True
    )
    ping_interval: float = _setting(
        90.0, seconds(0.1, 3600), "Of silence before an IRC client is sent a PING.", reload=True
    )
    ping_timeout: float = _setting(60.0, seconds(0.1, 3600), "For its PONG.", reload=True)
    shutdown: float = _setting(
        3.0, seconds(0.1, 4), "For clients to be told when the server stops.", reload=True
    )


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

    @property
    def sts_seconds(self) -> int:
        """How long clients are to come back by TLS only: 0 also where no TLS is spoken."""
        return self.tls.sts_seconds if self.tls.certificate or self.tls.self_signed else 0

    @property
    def register_before_connect(self) -> bool:
        """Whether accounts can be made before registration: not past the server's password."""
        return self.accounts.before_connect and not self.server.password


def section_names() -> tuple[str, ...]:
    """The tables, but [operators]."""
    return tuple(section.name for section in fields(Config) if section.name != OPERATORS)


def settings() -> Iterator[tuple[str, Field[Any]]]:
    """Every setting: its section and its field."""
    for section in fields(Config):
        if section.name != OPERATORS:
            for one in fields(section.default_factory):  # type: ignore[arg-type]
                yield section.name, one


def reloaded(old: Config, new: Config) -> tuple[Config, list[str]]:
    """What a reload from `old` to `new` makes of the settings, and the names of those that keep
    their old value because they wait for a restart.
    """
    waiting = []
    for section, one in settings():
        before, after = (
            getattr(getattr(old, section), one.name),
            getattr(getattr(new, section), one.name),
        )
        if before != after and not one.metadata["reload"]:
            waiting.append(f"{section}.{one.name}")
            table = replace(getattr(new, section), **{one.name: before})
            new = replace(new, **{section: table})
    return new, waiting
