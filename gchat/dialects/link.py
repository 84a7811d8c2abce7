"""What a dialect asks of the connection it is spoken on, and what is asked of a dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from gchat.core.effects import Effect, Outcome, Refused, Spoke
from gchat.core.events import Event
from gchat.core.history import Archive, Record
from gchat.core.hub import Hub
from gchat.wire import names


@dataclass(frozen=True, slots=True)
class AccountsInfo:
    """How accounts are made."""

    registration: bool = True  # by anybody
    before_connect: bool = True  # also before they have a nickname
    email_required: bool = False
    rejoin: bool = True  # who logs in is in the rooms again in which they were
    password_length: int = 8  # characters, at least
    iterations: int = 600_000  # of PBKDF2: https://cheatsheetseries.owasp.org, Password Storage


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """What every connection may know of the server. Lengths are in characters."""

    name: str = "gchat.local"
    network: str = "gchat"
    version: str = "gchat"
    lobby: str = "#lobby"
    created: int = 0  # milliseconds since 1970
    motd: tuple[str, ...] = ()
    nick_length: int = names.NICK_LENGTH
    room_length: int = names.ROOM_LENGTH
    topic_length: int = 390
    reason_length: int = 390  # of AWAY, KICK, PART and QUIT
    realname_length: int = 150
    rooms_per_user: int = 100
    bans_per_room: int = 100
    targets_per_message: int = 4
    modes_per_command: int = 20
    history_per_command: int = 100  # lines, of CHATHISTORY; 0 where nothing is kept
    plain_line_bytes: int = 4096
    redact_seconds: int = 86_400  # for how long somebody may take back what they wrote
    line_bytes: int = 512  # of a client's line, tags apart, its ending included
    monitored: int = 100  # nicknames, MONITOR
    metadata_keys: int = 50  # of each room and person
    metadata_bytes: int = 300  # of a value
    metadata_subs: int = 100  # keys that a connection is told of
    multiline_bytes: int = 4096
    multiline_lines: int = 32
    accounts: AccountsInfo = field(default_factory=AccountsInfo)
    operators: Mapping[str, str] = field(default_factory=dict)  # verifiers by name
    webirc_from: tuple[str, ...] = ()  # addresses of gateways
    webirc_password: str = ""  # the verifier of their password
    sts: int = 0  # seconds for which clients are to come back by TLS only; 0 for no such policy
    port: int = 0  # where TLS is spoken
    origins: tuple[str, ...] = ()  # of web pages that may connect, besides the server's own
    secret: bytes = b""  # that nobody can guess, the same in every run
    password: str = ""  # the verifier of the server's password, "" for none


Render = Callable[[Effect], bytes]
T = TypeVar("T")


class Busy(Exception):
    """Too much of it is being done already."""


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One wire form. Everybody who has the same one is sent the same bytes object, so a dialect
    makes each only once.
    """

    dialect: str
    caps: int
    render: Render


class Link(Protocol):
    """One connection, as its dialect knows it."""

    uid: int  # of its user
    number: int  # the connection's own, and the uid until it is one more connection of a user
    host: str
    hub: Hub
    archive: Archive | None  # None where nothing is kept
    boot: str  # different for each run of the server

    @property
    def server(self) -> ServerInfo:
        """What there is to know of the server."""

    @property
    def secure(self) -> bool:
        """Whether it is by TLS."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the peer's certificate in hexadecimal, "" where it has shown none."""

    def become_host(self, host: str) -> None:
        """The peer is a gateway that speaks for somebody at this address."""

    def send(self, data: bytes) -> None:
        """Queues bytes for the peer. Never waits."""

    def breathe(self) -> None:
        """Lets others have their turn, where this one is over. May switch greenlets."""

    def pace(self) -> None:
        """Waits, for a bounded time, until the peer has taken what is queued. May switch
        greenlets.
        """

    def commit(self, event: Event) -> Outcome:
        """Appends the event and waits until it is applied. May switch greenlets."""

    def post(self, event: Event, refused: Callable[[Refused], None]) -> None:
        """Appends the event and goes on; `refused` is called with each refusal, by `settle`."""

    def settle(self) -> None:
        """Waits until everything posted is applied. May switch greenlets."""

    def register(self, variant: Variant, *, echo: bool, private: Callable[[Effect], bytes]) -> None:
        """From here on the connection sees what its user sees, in this form. Called before the
        user is connected, so that nothing is missed, and again when the form changes. `echo`:
        whether it sees its own messages. `private`: renders what is not the same for all who have
        the form.
        """

    def attach(self, uid: int) -> None:
        """Makes it one more connection of a user. `register` follows."""

    def capture(self, event: Event) -> None:
        """From here on keeps what this event of the user's shows the connection, until
        `captured`.
        """

    def captured(self) -> bytes:
        """What was kept, and ends the keeping."""

    def compute(self, job: Callable[[], T]) -> T:
        """What a job answers that takes its time, done elsewhere. May switch greenlets; raises
        Busy where too many are waiting.
        """

    def reload(self) -> list[str]:
        """Reads the configuration again; sentences that say what came of it."""

    @property
    def trusted(self) -> bool:
        """Whether limits are for others."""

    def may_log_in(self) -> bool:
        """Whether one more attempt may be made from where the peer is; counts it."""

    def close(self, reason: str) -> None:
        """Ends the connection when what is queued was sent. Its user, if it has one, quits with
        `reason`. More input is not read.
        """

    def tail(self, room: str) -> list[Spoke]:
        """The last messages of a room, by its folded name, that who enters it is shown."""

    def find(self, msgid: str) -> Record | None:
        """A message, by its place. May switch greenlets; raises Unreadable."""

    def unregistered(self) -> int:
        """How many connections have no nickname yet."""

    def wall_ms(self) -> int:
        """Milliseconds since 1970."""


class Dialect(Protocol):
    """One connection's way of speaking."""

    def receive(self, line: bytes | None) -> None:
        """Carries out one line, without its ending; `None` is one that was too long."""

    def ping(self) -> bool:
        """Asks the peer for a sign of life; False where the dialect knows no way to ask."""

    def reloaded(self, before: ServerInfo) -> None:
        """The server's settings are others than `before`. Never waits."""

    def last_words(self, reason: str) -> bytes:
        """What the peer reads last when the server ends the connection."""
