"""What a dialect asks of the connection it is spoken on, and what is asked of a dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gchat.config import Config
from gchat.core.effects import Effect, Outcome, Refused
from gchat.core.events import Event
from gchat.dialects.node import Node
from gchat.wire.address import Address, Origin

Render = Callable[[Effect], bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """One wire form. Everybody who has the same one is sent the same bytes object, so a dialect
    makes each only once.
    """

    dialect: str
    caps: int
    render: Render


class Peer(Protocol):
    """One connection, as its dialect knows it."""

    node: Node
    uid: int  # of its user
    number: int  # the connection's own, and the uid until it is one more connection of a user
    origin: Origin

    @property
    def host(self) -> str:
        """Of nick!user@host."""

    @property
    def secure(self) -> bool:
        """Whether it is by TLS."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the peer's certificate in hexadecimal, "" where it has shown none."""

    @property
    def trusted(self) -> bool:
        """Whether it is exempt from rate limits."""

    def relay(self, address: Address | None) -> None:
        """The peer is a gateway that speaks for somebody at this address, or (`None`) it does not
        say at which.
        """

    def send(self, data: bytes) -> None:
        """Queues bytes for the peer. Never waits."""

    def yield_if_due(self) -> None:
        """Gives others their turn, where this one is over. May switch greenlets."""

    def wait_for_room(self) -> None:
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

    def may_log_in(self) -> bool:
        """Whether one more attempt may be made from where the peer is."""

    def count_attempt(self) -> None:
        """One has failed, or is to count all the same."""

    def close(self, reason: str) -> None:
        """Ends the connection when what is queued was sent. Its user, if it has one, quits with
        `reason`. More input is not read.
        """


class Dialect(Protocol):
    """One connection's way of speaking."""

    def receive(self, line: bytes | None) -> None:
        """Carries out one line, without its ending; `None` is one that was too long."""

    def ping(self) -> bool:
        """Asks the peer for a sign of life; False where the dialect knows no way to ask."""

    def reloaded(self, before: Config) -> None:
        """The settings are others than `before`. Never waits."""

    def last_words(self, reason: str) -> bytes:
        """What the peer reads last when the server ends the connection."""
