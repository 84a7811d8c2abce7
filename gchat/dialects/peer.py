"""What a dialect asks of the connection it is spoken on, and what is asked of a dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from gchat.config import Config
from gchat.core.effects import Effect, Outcome, Refused
from gchat.core.events import Event
from gchat.core.history import Archive
from gchat.core.turns import Lane
from gchat.dialects.node import Node
from gchat.wire.address import Address, Origin

Render = Callable[[Effect], bytes]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One wire form. All connections with the same Variant are sent the same bytes object. Two are
    never equal, so a dialect makes each form only once.
    """

    dialect: str
    caps: int
    render: Render


class Peer(Protocol):
    """One connection, as its dialect knows it."""

    node: Node
    uid: int  # of its user
    number: int  # the connection's own; the same as uid, except for a user's further connections
    origin: Origin

    @property
    def host(self) -> str:
        """The host in nick!user@host."""

    @property
    def secure(self) -> bool:
        """Whether the connection uses TLS."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the peer's certificate in hexadecimal, "" where it has shown none."""

    @property
    def base(self) -> str:
        """The origin by which the peer reaches this server by HTTP, such as https://chat.example;
        "" where that is not known.
        """

    @property
    def archive(self) -> Archive:
        """The node's, which takes turns by the address of who asks."""

    @property
    def trusted(self) -> bool:
        """Whether it is exempt from rate limits."""

    def relay(self, address: Address | None) -> None:
        """Notes that the peer is a gateway for a client at this address (`None`: the gateway does
        not say at which).
        """

    def send(self, data: bytes) -> None:
        """Queues bytes for the peer. Never waits."""

    def later(self, job: Callable[[], None]) -> None:
        """Has a job that never waits done soon, after others have had their turn; not at all if the
        connection has ended by then. Never waits.
        """

    def yield_if_due(self) -> None:
        """If this connection has used up its turn, lets others run. May switch greenlets."""

    def wait_for_room(self) -> None:
        """Waits, for a bounded time, until the peer has taken what is queued. May switch
        greenlets.
        """

    def commit(self, event: Event) -> Outcome:
        """Appends the event and waits until its effects are shown. May switch greenlets."""

    def post(self, event: Event, refused: Callable[[Refused], None]) -> None:
        """Appends the event and goes on; `refused` is called with each refusal, by `settle`."""

    def settle(self) -> None:
        """Waits until the effects of everything posted are shown. May switch greenlets."""

    def register(self, variant: Variant, *, echo: bool, private: Callable[[Effect], bytes]) -> None:
        """From now on the connection is sent what its user sees, in this form. Called before the
        event Connected, so that nothing is missed, and again when the form changes. `echo`: whether
        it is sent its own messages. `private`: renders effects that are not the same for all
        connections with this form.
        """

    def attach(self, uid: int) -> None:
        """Makes this a further connection of the user `uid`. Call `register` after it."""

    def capture(self, event: Event) -> None:
        """What this event, one of the user's own, shows the connection is not sent but kept, until
        `captured`.
        """

    def captured(self) -> bytes:
        """Returns what was kept, and ends the capture."""

    def ask(self, job: Callable[[], T], lane: Lane = Lane.ACCOUNT, who: str = "") -> T:
        """What a slow job answers, done by the node's workers. Switches greenlets. Raises what the
        job raises, and Busy. If it takes long, the peer's PINGs are answered meanwhile. `who`: the
        account's `ident` or the like, "" for nobody; they go first if they have logged in from the
        peer's address before.
        """

    def may_log_in(self, who: str = "") -> bool:
        """Whether one more attempt to log in as `who` may be made from the peer's address. Somebody
        who has logged in from there before has an allowance of their own.
        """

    def count_attempt(self, who: str = "") -> None:
        """Counts one attempt: a failed one, or one that counts though it succeeded."""

    def note_login(self, who: str) -> None:
        """They have logged in from the peer's address; "" is nobody."""

    def close(self, reason: str) -> None:
        """Ends the connection once everything queued is sent; no more input is read. If it was the
        last connection of its user, the user quits with `reason`.
        """


class Dialect(Protocol):
    """One connection's way of speaking."""

    def receive(self, line: bytes | None) -> None:
        """Carries out one line, without its ending; `None` is one that was too long."""

    def ping(self) -> bool:
        """Asks the peer for a sign of life; False where the dialect knows no way to ask."""

    def reloaded(self, before: Config) -> None:
        """The settings have changed; `before` are the old ones. Never waits."""

    def pong(self, line: bytes) -> bytes:
        """The answer to a line that only asks for a sign of life, b"" for any other line."""

    def last_words(self, reason: str) -> bytes:
        """What the peer reads last when the server ends the connection."""
