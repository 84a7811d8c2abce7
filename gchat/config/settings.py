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
    are_names,
    are_origins,
    are_proxies,
    are_spoken,
    integer,
    is_address,
    is_bucket,
    is_key_prefix,
    is_node_name,
    is_room,
    is_slow_mode,
    is_url,
    is_verifier,
    is_web_origin,
    one_of,
    seconds,
    text,
    word,
)
from gchat.errors import GchatError
from gchat.wire.log_address import SAYS as LOG_ADDRESS
from gchat.wire.log_address import is_log_address

OPERATORS = "operators"


class ConfigError(GchatError, ValueError):
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
        Rule(str, "a comma-separated list of " + ", ".join(SPEAKS), are_spoken),
        "Protocols accepted at that address, separated by commas: plain, irc, websocket; and tls to"
        ' require TLS. "" accepts all.',
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
    http_proxies: str = _setting(
        "",
        Rule(str, "addresses separated by spaces", are_proxies),
        "Addresses of HTTP proxies that name the client's address in a header, separated by spaces;"
        " localhost for those on a Unix socket.",
        reload=True,
    )
    forwarded_by: str = _setting(
        "X-Forwarded-For",
        one_of("X-Forwarded-For", "Forwarded"),
        "The header in which they do: X-Forwarded-For or Forwarded. The other one is not believed.",
        reload=True,
    )
    url: str = _setting(
        "",
        Rule(str, "an address like https://chat.example", is_url),
        "How others reach this server by HTTP, such as https://chat.example: the addresses of hooks"
        ' begin so. "" for the address and port that are listened on.',
        reload=True,
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
        "Verifier of the WEBIRC password, from `gchat verifier`.",
        reload=True,
    )
    origins: str = _setting(
        "",
        Rule(str, "origins like https://chat.example", are_origins),
        "Origins of web pages that may connect by WebSocket, besides this server's own, separated"
        ' by spaces; "*" for any.',
        reload=True,
    )
    hosts: str = _setting(
        "",
        Rule(str, "host names separated by spaces", are_names),
        "Further names under which web pages reach this server by WebSocket, and Prometheus its"
        ' metrics, separated by spaces: chat.example *.chat.example. Addresses, "localhost", the'
        " server's name and the names in its certificate need not be named.",
        reload=True,
    )
    name: str = _setting("gchat.local", word(63), "The server's name.", reload=True)
    network: str = _setting("gchat", word(32), "The network's name.", reload=True)
    lobby: str = _setting(
        "#lobby",
        Rule(str, "a room name such as #lobby", is_room),
        "The room that plain-text clients join.",
    )
    motd: str = _setting(
        "", text(10_000), "The message of the day, any number of lines.", reload=True
    )
    password: str = _setting(
        "",
        Rule(str, VERIFIER, lambda v: not v or is_verifier(v)),
        'Verifier of the server password (PASS), from `gchat verifier`; "" for no password.',
        reload=True,
    )
    web: bool = _setting(
        True,
        FLAG,
        "A page in the browser to chat with, at http://127.0.0.1:55555/ (the address that is "
        "listened on).",
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
        'The data folder; "" for gchat in the user\'s data directory; --data.',
    )
    durability: str = _setting(
        "fsync",
        one_of("fsync", "process"),
        "fsync: messages survive a power failure. process: messages survive only a crash of the"
        " server.",
    )
    replay: int = _setting(
        10, integer(0, 100), "Number of recent messages shown to a user who joins a room."
    )
    keep_days: int = _setting(
        0, integer(0, 36_500), "Days after which messages are deleted; 0 for never."
    )
    keep_messages: int = _setting(0, integer(0, 100_000_000), "Lines kept per room; 0 for all.")


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """[cluster]: several nodes that are one server; docs/cluster.md"""

    log: str = _setting(
        "",
        Rule(str, LOG_ADDRESS, is_log_address),
        f"Where the shared log is: {LOG_ADDRESS}; --cluster.",
    )
    node: str = _setting(
        "a",
        Rule(str, "1 to 32 letters, digits, - and _, without spaces", is_node_name),
        "The name of this node, different for each; --node.",
    )
    copies: int = _setting(
        1,
        integer(1, 2),
        "On how many of the log's servers a message is before anybody sees it. 2 needs a replica.",
    )
    key: str = _setting("gchat", word(64), "What the log's keys begin with.")
    lease: float = _setting(
        5.0,
        seconds(0.5, 300),
        "Seconds of silence after which the others let a node's people go.",
    )
    patience: float = _setting(
        60.0,
        seconds(1, 86_400),
        "Seconds without the log after which a node closes its connections, so that people go to"
        " another one.",
    )
    log_entries: int = _setting(
        1_000_000,
        integer(1000, 1_000_000_000),
        "Batches that the log keeps at most, also for a node that is far behind.",
    )


@dataclass(frozen=True, slots=True)
class TlsConfig:
    """[tls]"""

    self_signed: bool = _setting(
        False, FLAG, "Make a self-signed certificate on first use; --tls-self-signed."
    )
    certificate: str = _setting("", PATH, "A PEM file with the certificate chain; --tls-cert.")
    key: str = _setting(
        "", PATH, "A PEM file with the private key, if it is in another file; --tls-key."
    )
    sts_seconds: int = _setting(
        0,
        integer(0, 1 << 31),
        "Seconds for which clients must connect with TLS only (IRCv3 STS policy); 0 for no policy.",
        reload=True,
    )


@dataclass(frozen=True, slots=True)
class AccountsConfig:
    """[accounts]"""

    registration: bool = _setting(True, FLAG, "Anybody may register an account.", reload=True)
    before_connect: bool = _setting(
        True,
        FLAG,
        "Accounts may also be registered before the connection is complete.",
        reload=True,
    )
    email_required: bool = _setting(
        False, FLAG, "Registration requires an e-mail address.", reload=True
    )
    rejoin: bool = _setting(
        True, FLAG, "Users who log in rejoin the rooms of their account.", reload=True
    )
    password_length: int = _setting(
        8, integer(1, 128), "Minimum length of a password in characters.", reload=True
    )
    iterations: int = _setting(
        600_000,
        integer(4096, 10_000_000),
        "PBKDF2 iterations for new passwords.",
        reload=True,
    )
    attempts: int = _setting(
        10,
        integer(0, 10_000),
        "Burst of login attempts per address, then the rate below applies; 0 for no limit.",
        reload=True,
    )
    attempts_per_minute: int = _setting(
        10, integer(1, 10_000), "Login attempts per address and minute.", reload=True
    )
    certificates: int = _setting(
        10, integer(0, 1000), "Maximum number of certificates per account."
    )


@dataclass(frozen=True, slots=True)
class HooksConfig:
    """[hooks]"""

    enabled: bool = _setting(
        True,
        FLAG,
        "Operators of rooms may make addresses by which programs speak there (ChanServ HOOK).",
        reload=True,
    )
    per_room: int = _setting(10, integer(0, 1000), "Hooks of one room.", reload=True)
    per_account: int = _setting(
        50, integer(0, 100_000), "Hooks of all rooms of one account.", reload=True
    )
    burst: int = _setting(
        20,
        integer(0, 10_000),
        "Burst of messages of one hook, then the rate below applies; 0 for no limit.",
    )
    per_minute: int = _setting(30, integer(1, 10_000), "Messages of one hook per minute.")


@dataclass(frozen=True, slots=True)
class LimitsConfig:
    """[limits]"""

    connections: int = _setting(20_000, integer(1, 1_000_000), "Connections in total.")
    connections_per_address: int = _setting(
        50,
        integer(0, 1_000_000),
        "Connections per address (IPv6: per /64 network); 0 for no limit.",
    )
    new_connections_burst: int = _setting(
        60,
        integer(0, 1_000_000),
        "Burst of new connections per address, then the rate below applies; 0 for no limit.",
    )
    new_connections_per_minute: int = _setting(
        60, integer(1, 1_000_000), "New connections per address and minute."
    )
    connections_per_person: int = _setting(
        10, integer(1, 1000), "Connections that may share one nickname."
    )
    lines_burst: int = _setting(
        40,
        integer(0, 1_000_000),
        "Burst of lines per connection, then the rate below applies; 0 for no limit.",
        reload=True,
    )
    lines_per_second: int = _setting(
        10,
        integer(1, 1_000_000),
        "Lines per connection and second; further lines are delayed.",
        reload=True,
    )
    local_exempt: bool = _setting(
        True,
        FLAG,
        "This machine is exempt from the limits on connections per address, lines and logins.",
    )
    outbox_bytes: int = _setting(
        1 << 20,
        integer(16_384, 1 << 30),
        "Bytes queued for one client; above that it is disconnected (SendQ exceeded).",
    )
    nick_length: int = _setting(
        30, integer(1, 30), "Maximum length of a nickname in characters.", reload=True
    )
    rooms_per_user: int = _setting(100, integer(1, 10_000), "Rooms that one person may be in.")
    rooms_per_account: int = _setting(100, integer(0, 10_000), "Registered rooms per account.")
    bans_per_room: int = _setting(
        100, integer(1, 10_000), "Entries of each list (b, e, I) of a room."
    )
    list_bytes: int = _setting(
        16_384,
        integer(1024, 1 << 20),
        "Bytes of the three lists of a room that is not registered; one person may make as many "
        "such rooms as they may be in.",
    )
    server_bans: int = _setting(10_000, integer(0, 1_000_000), "Server bans (KLINE).")
    strangers_per_minute: int = _setting(
        20,
        integer(0, 10_000),
        "People without a common room to whom a user may send a first message, per minute; 0 for no"
        " limit.",
    )
    slow_mode: str = _setting(
        "",
        Rule(str, "messages:seconds, such as 5:10", is_slow_mode),
        "Slow mode (+f) of new rooms: 5:10 allows each user five messages in ten seconds.",
    )
    plain_line_bytes: int = _setting(
        4096, integer(64, 8192), "Maximum line length of plain-text clients in bytes.", reload=True
    )
    line_bytes: int = _setting(
        512,
        integer(512, 4096),
        "Maximum line length of IRC clients in bytes, without tags. Messages and other texts may "
        "be longer: they are split or cut.",
        reload=True,
    )
    message_bytes: int = _setting(
        4096,
        integer(512, 8192),
        "Maximum size of an IRC client's message in bytes; one that is too long for a line is "
        "sent as several.",
        reload=True,
    )
    multiline_bytes: int = _setting(
        4096, integer(512, 32_768), "Maximum size of a multiline message in bytes.", reload=True
    )
    multiline_lines: int = _setting(
        32, integer(2, 256), "Maximum number of lines of a multiline message.", reload=True
    )
    monitored: int = _setting(100, integer(1, 10_000), "Nicknames that one person may MONITOR.")
    markers: int = _setting(1000, integer(1, 100_000), "Read markers (MARKREAD) of one person.")
    metadata_keys: int = _setting(50, integer(0, 1000), "METADATA keys of each room and person.")
    redact_seconds: int = _setting(
        86_400,
        integer(0, 1 << 31),
        "Seconds within which users may delete their own messages (REDACT).",
        reload=True,
    )


@dataclass(frozen=True, slots=True)
class FilesConfig:
    """[files]"""

    enabled: bool = _setting(
        True, FLAG, "Files can be sent, and are kept by this server (draft/FILEHOST)."
    )
    folder: str = _setting(
        "",
        Rule(str, "a folder's path", lambda v: len(v) <= 4096),
        'The folder in which they are kept; "" for `files` in the data folder. Nodes of a cluster'
        " may name the same one, on a disk that all of them have: docs/cluster.md. With --memory it"
        " is a temporary one.",
    )
    s3_bucket: str = _setting(
        "",
        Rule(str, "a bucket's name: 3 to 63 small letters, digits, - and .", is_bucket),
        'A bucket of S3 in which they are kept, instead of a folder; "" for none. Needs the extra'
        " s3, and credentials as boto3 finds them (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).",
    )
    s3_prefix: str = _setting(
        "gchat/",
        Rule(str, "at most 200 letters, digits, -, _, . and /", is_key_prefix),
        "What names in the bucket begin with: one for each server, the same for all of a cluster.",
    )
    s3_endpoint: str = _setting(
        "",
        Rule(str, "an address like https://s3.example", is_url),
        "The address of the bucket's server; \"\" for Amazon's.",
    )
    s3_region: str = _setting(
        "",
        Rule(str, "a region like eu-central-1", is_key_prefix),
        'The region of the bucket; "" for what boto3 finds.',
    )
    address: str = _setting(
        "",
        Rule(str, "an origin like https://chat.example", is_web_origin),
        "The origin by which clients reach files, such as https://chat.example behind a proxy; its"
        ' name has to be one of the server\'s. "" for the one by which each has connected.',
        reload=True,
    )
    guests: bool = _setting(True, FLAG, "Users without an account may send files too.", reload=True)
    file_bytes: int = _setting(
        100 << 20, integer(1, 1 << 40), "Maximum size of a file in bytes.", reload=True
    )
    account_bytes: int = _setting(
        512 << 20,
        integer(1, 1 << 50),
        "Bytes of all files of one account, or of one user without an account.",
        reload=True,
    )
    address_bytes: int = _setting(
        1 << 30,
        integer(1, 1 << 50),
        "Bytes of all files sent from one address (IPv6: from a /64 network).",
        reload=True,
    )
    bytes: int = _setting(4 << 30, integer(1, 1 << 50), "Bytes of all files.", reload=True)
    spare_bytes: int = _setting(
        256 << 20,
        integer(0, 1 << 50),
        "Bytes of the disk that files leave free, so that messages can be stored there too.",
        reload=True,
    )
    account_files: int = _setting(
        1000, integer(1, 1_000_000), "Files of one account, or of one user without.", reload=True
    )
    address_files: int = _setting(
        2000, integer(1, 1_000_000), "Files sent from one address.", reload=True
    )
    files: int = _setting(10_000, integer(1, 1_000_000), "Files in total.", reload=True)
    uploads: int = _setting(
        20, integer(1, 1000), "Files that are on their way at once.", reload=True
    )
    uploads_per_address: int = _setting(
        4, integer(1, 1000), "Files that are on their way at once from one address.", reload=True
    )
    picture_pixels: int = _setting(
        24_000_000,
        integer(0, 200_000_000),
        "Maximum number of pixels of a picture that pages and windows show; others can only be "
        "saved. 0 for no pictures: none is looked at.",
        reload=True,
    )


@dataclass(frozen=True, slots=True)
class TimesConfig:
    """[times], in seconds"""

    prompt: float = _setting(
        1.0,
        seconds(0.05, 60),
        "Silence before a new connection is asked for its nickname.",
        reload=True,
    )
    handshake: float = _setting(
        10.0,
        seconds(0.1, 3600),
        "Timeout of the TLS, WebSocket or PROXY handshake, and for an HTTP request to come.",
        reload=True,
    )
    http_idle: float = _setting(
        60.0,
        seconds(0.1, 3600),
        "Time for which a browser's connection is kept for its next request.",
        reload=True,
    )
    upload: float = _setting(
        30.0,
        seconds(0.1, 3600),
        "Silence after which a file that is being sent is given up; also the head start of those "
        "that are slower than 4096 bytes a second.",
        reload=True,
    )
    registration: float = _setting(
        60.0, seconds(0.1, 3600), "Timeout for a new connection to give its nickname.", reload=True
    )
    ping_interval: float = _setting(
        90.0, seconds(0.1, 3600), "Silence before an IRC client is sent a PING.", reload=True
    )
    web_ping_interval: float = _setting(
        45.0,
        seconds(0.1, 3600),
        "The same for one by WebSocket, where it is shorter: proxies end connections that are "
        "silent, nginx after 60 seconds.",
        reload=True,
    )
    ping_timeout: float = _setting(
        60.0, seconds(0.1, 3600), "Timeout for the PONG of the client.", reload=True
    )
    shutdown: float = _setting(
        3.0, seconds(0.1, 4), "Time to notify the clients when the server stops.", reload=True
    )


@dataclass(frozen=True, slots=True)
class Config:
    """All settings."""

    server: ServerConfig = field(default_factory=ServerConfig)
    journal: JournalConfig = field(default_factory=JournalConfig)
    cluster: ClusterConfig = field(default_factory=ClusterConfig)
    tls: TlsConfig = field(default_factory=TlsConfig)
    accounts: AccountsConfig = field(default_factory=AccountsConfig)
    hooks: HooksConfig = field(default_factory=HooksConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    files: FilesConfig = field(default_factory=FilesConfig)
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
