"""A connection without a socket: dialects are tested on it without an event loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gchat.config import AccountsConfig, Config
from gchat.core.apply import apply
from gchat.core.effects import Effect, Outcome, Refused
from gchat.core.events import Entry, Event
from gchat.core.history import Archive
from gchat.core.hub import Hub
from gchat.core.replay import ReplayBuffer
from gchat.core.turns import Claim, Lane
from gchat.core.visitors import Visitors
from gchat.dialects import plain
from gchat.dialects.irc.render import variant
from gchat.dialects.node import Node
from gchat.dialects.peer import Variant
from gchat.journal.memory.archive import MemoryArchive
from gchat.journal.memory.journal import MemoryJournal
from gchat.wire.address import Address, Origin, parse_address
from gchat.wire.caps import BROADCAST_CAPS, Cap

FORMS = (
    variant(Cap.NONE),
    variant(Cap.MESSAGE_TAGS | Cap.SERVER_TIME),
    variant(BROADCAST_CAPS),
    plain.variant(Config()),
)


T = TypeVar("T")
NOW = 1_700_000_000_000  # milliseconds


class Here:
    """Runs slow jobs at once, on the spot."""

    def ask(self, job: Callable[[], T], claim: Claim) -> T:
        return job()


def fake_node(hub: Hub | None = None, config: Config | None = None) -> Node:
    """A node without sockets, threads and disk."""
    config = config or Config(accounts=AccountsConfig(iterations=4096))
    return Node(
        hub=hub or Hub(config),
        config=config,
        archive=MemoryArchive(),
        replay=ReplayBuffer(0),
        visitors=Visitors(),
        workers=Here(),
        wall_ms=lambda: NOW,
        tick_ms=lambda: NOW,
        unregistered=lambda: 0,
        reload=list,
        boot="boot",
        secret=b"",
    )


class FakePeer:
    """A `Peer` that keeps what is sent. All that share a hub are in one chat, but none of them is
    shown what others do: that is the fan-out's work."""

    def __init__(self, uid: int = 1, node: Node | None = None) -> None:
        self.uid = self.number = uid
        self.origin = Origin(parse_address("127.0.0.1"))
        self.node = node or fake_node()
        self.secure = False
        self.fingerprint = ""
        self.base = "http://127.0.0.1:55555"
        self.trusted = True
        self.sent = b""
        self.closed: str | None = None
        self.variant: Variant | None = None
        self.echo = False
        self.log: list[str] = []
        self._journal = MemoryJournal(self._apply, lambda effects: None, lambda: NOW)
        self._posted: list[tuple[Outcome, Callable[[Refused], None]]] = []

    def _apply(self, entry: Entry) -> Outcome:
        """Renders every effect in every form, so that one that cannot be shown is found."""
        outcome = apply(self.node.hub, entry)
        for effect in outcome.effects:
            for form in FORMS:
                data = form.render(effect)
                assert data == b"" or data.endswith(b"\n")
        return outcome

    def later(self, job: Callable[[], None]) -> None:
        job()

    def yield_if_due(self) -> None:
        """Nobody else is there."""

    def wait_for_room(self) -> None:
        self.log.append("wait_for_room")

    def send(self, data: bytes) -> None:
        self.log.append("send")
        self.sent += data

    def commit(self, event: Event) -> Outcome:
        self.log.append(f"commit {type(event).__name__}")
        return self._journal.append(event).result()

    def post(self, event: Event, refused: Callable[[Refused], None]) -> None:
        self.log.append(f"post {type(event).__name__}")
        self._posted.append((self._journal.append(event).result(), refused))

    def settle(self) -> None:
        self.log.append("settle")
        posted, self._posted = self._posted, []
        for outcome, refused in posted:
            for refusal in outcome.refusals:
                refused(refusal)

    def register(self, variant: Variant, *, echo: bool, private: Callable[[Effect], bytes]) -> None:
        self.variant, self.echo = variant, echo

    @property
    def archive(self) -> Archive:
        return self.node.archive

    @property
    def host(self) -> str:
        return self.origin.host

    def relay(self, address: Address | None) -> None:
        self.origin = Origin(address, relayed=True)

    def attach(self, uid: int) -> None:
        self.uid = uid

    def ask(self, job: Callable[[], T], lane: Lane = Lane.ACCOUNT, who: str = "") -> T:
        known = self.node.familiar.has(who, self.origin.group)
        return self.node.workers.ask(job, Claim(lane, self.origin.group, known))

    def capture(self, event: Event) -> None:
        self.log.append("capture")

    def captured(self) -> bytes:
        return b""

    def may_log_in(self, who: str = "") -> bool:
        return True

    def count_attempt(self, who: str = "") -> None:
        self.log.append("count_attempt")

    def note_login(self, who: str) -> None:
        if who:
            self.node.familiar.note(who, self.origin.group)

    def close(self, reason: str) -> None:
        self.closed = self.closed or reason

    def take(self) -> list[str]:
        """The lines that were sent since the last call."""
        sent, self.sent = self.sent, b""
        return sent.decode().splitlines()
