"""One IRC connection as its handlers know it: its state, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from gchat.config import Config
from gchat.core.effects import Failure, Outcome, Refused
from gchat.core.events import Event
from gchat.core.users import User
from gchat.dialects.irc.exchange import Exchange
from gchat.dialects.irc.reply import ReplyBuffer
from gchat.dialects.peer import Peer
from gchat.wire.caps import Cap
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.message import (
    Message,
)
from gchat.wire.numerics import (
    Numeric,
)

T = TypeVar("T")

ITEMS_PER_TURN = 50  # looked at before it is asked whether others are due


class OpenBatch(Protocol):
    """A multiline BATCH from the client that has not ended yet."""

    label: str

    def take(self, irc: IrcConnection, message: Message) -> None:
        """One line. Raises Failure, and the message is given up."""

    def end(self, irc: IrcConnection, reference: str) -> None:
        """Ends the batch: sends the message. Raises Failure."""


class IrcConnection:
    """What handlers are given. Attributes are changed by the handlers that they belong to."""

    __slots__ = (
        "_batches",
        "_replies",
        "account",
        "account_id",
        "account_verifier",
        "asked_nick",
        "away",
        "caps",
        "cleared",
        "exchange",
        "failures",
        "hub",
        "label",
        "metadata",
        "multiline",
        "negotiating",
        "node",
        "password",
        "peer",
        "realname",
        "registered",
        "reloaded_since",
        "subs",
        "username",
        "version",
        "wanted_nick",
    )

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.node = peer.node
        self.hub = peer.node.hub
        self.caps = Cap.NONE
        self.version = 301  # of capability negotiation
        self.registered = False
        # Until registration: what NICK, USER and the like said, and whether CAP holds it up.
        self.wanted_nick = ""
        self.asked_nick = ""  # the nickname of the last NICK, whether it was free or not
        self.username = ""
        self.realname = ""
        self.password = ""
        self.account = self.account_id = self.account_verifier = ""
        self.away: str | None = None
        self.metadata: dict[str, str] = {}
        self.negotiating = False
        self.exchange: Exchange | None = None  # of SASL, while there is one
        self.failures = 0  # to log in
        self.cleared: tuple[str, str, int] | None = None  # what no ban of the server was found for
        self.multiline: OpenBatch | None = None  # that is being received
        self.subs: dict[str, None] = {}  # keys of METADATA that it is told of
        self.label = ""  # of the command that is being carried out
        self.reloaded_since: Config | None = None  # settings before a reload not yet announced
        self._replies = ReplyBuffer(self.config.server.name)
        self._batches = 0

    @property
    def config(self) -> Config:
        """The settings; a REHASH replaces them."""
        return self.node.config

    @property
    def user(self) -> User:
        """The connection's user; Refused (451) before it has registered."""
        return self.hub.user(self.peer.uid)

    @property
    def watching(self) -> Mapping[str, str]:
        """What this connection monitors: nicknames by their folded form."""
        user = self.hub.users.get(self.peer.uid)
        own = user.connections.get(self.peer.number) if user is not None else None
        return own.watching if own is not None else {}

    @property
    def nick(self) -> str:
        """How replies address the peer: "*" before it has a nickname."""
        if self.registered:
            user = self.hub.users.get(self.peer.uid)
            return user.nick if user else "*"
        return self.wanted_nick or "*"

    # -- answering

    def reply(self, numeric: Numeric, *params: str, text: str | None = None) -> None:
        """A numeric with its text (or another one; `""` for none) as the last parameter."""
        trailing = numeric.text if text is None else text
        if trailing or not params:
            params = (*params, trailing)
        self._replies.add(numeric.code, self.nick, *params)

    def space(self, numeric: Numeric, *params: str) -> int:
        """How many bytes of text fit behind these parameters in one line."""
        head = " ".join((":" + self.config.server.name, numeric.code, self.nick, *params, ":"))
        return MAX_BODY_BYTES - 2 - len(head.encode())

    def refuse(self, refusal: Refused) -> None:
        """What a refusal carries: its numeric, or a FAIL."""
        if isinstance(refusal, Failure):
            self.fail(refusal.command, refusal.code, *refusal.context, text=refusal.text)
            return
        self.reply(refusal.numeric, *refusal.params, text=refusal.text)

    def say(
        self,
        command: str,
        *params: str,
        source: str | None = None,
        tags: str = "",
        text: bool = False,
    ) -> None:
        """A message that is not a numeric, or a numeric whose text is among its parameters. `text`
        as for `format_message`.
        """
        self._replies.add(command, *params, source=source, tags=tags, text=text)

    def fail(self, command: str, code: str, *context: str, text: str) -> None:
        """FAIL, https://ircv3.net/specs/extensions/standard-replies."""
        self._replies.add("FAIL", command, code, *context, text)

    def warn(self, command: str, code: str, *context: str, text: str) -> None:
        """WARN, https://ircv3.net/specs/extensions/standard-replies, or a NOTICE without that
        capability: the command was carried out, but not exactly as given.
        """
        if Cap.STANDARD_REPLIES in self.caps:
            self._replies.add("WARN", command, code, *context, text)
        else:
            self._replies.add("NOTICE", self.nick, text)

    def in_turns(self, items: Iterable[T]) -> Iterator[T]:
        """The items that there are now; others have their turns in between. May switch greenlets:
        what an item is about may be gone by then.
        """
        for number, item in enumerate(tuple(items), 1):
            yield item
            if number % ITEMS_PER_TURN == 0:
                self.peer.yield_if_due()

    def add_raw(self, lines: bytes) -> None:
        """Lines as they are, with their endings."""
        self._replies.add_raw(lines)

    def batch_reference(self) -> str:
        """A reference that this connection has not seen yet."""
        self._batches += 1
        return str(self._batches)

    def flush(self) -> None:
        """Sends what was answered so far, a long answer as fast as the peer takes it. The answer to
        a labeled command is sent whole, at its end.
        """
        if not self._replies or self.label:
            return
        for number, piece in enumerate(self._replies.take()):
            if number:
                self.peer.wait_for_room()
            self.peer.send(piece)

    def commit(self, event: Event) -> bool:
        """Carries the event out and answers its refusals. Returns whether there were none. May
        switch greenlets.

        What was answered before is sent first, so it comes before what the event shows.
        """
        if self.label:
            self.peer.capture(event)
            outcome: Outcome = self.peer.commit(event)
            self.add_raw(self.peer.captured())
        else:
            self.flush()
            outcome = self.peer.commit(event)
        for refusal in outcome.refusals:
            self.refuse(refusal)
        return not outcome.refusals

    def post(self, event: Event, *, silent: bool = False) -> None:
        """Posts a message; a refusal is answered later, or (`silent`) never. A labeled one is
        answered at once, and may switch greenlets.
        """
        if not self.label:
            self.peer.post(event, self._ignore if silent else self._refuse_late)
            return
        self.peer.capture(event)
        outcome = self.peer.commit(event)
        self.add_raw(self.peer.captured())
        for refusal in () if silent else outcome.refusals:
            self.refuse(refusal)

    def _refuse_late(self, refusal: Refused) -> None:
        self.refuse(refusal)
        self.flush()

    def _ignore(self, refusal: Refused) -> None:
        """RFC 2812, section 3.3.2: a NOTICE is never answered."""

    def answer_as(self, label: str, act: Callable[[], None]) -> None:
        """Runs `act`; what it replies is the answer to an earlier command with this label."""
        if not label:
            act()
            return
        self.peer.settle()
        self.label = label
        try:
            act()
        except Refused as refusal:
            self.refuse(refusal)
        finally:
            self.label = ""
        self._replies.label(label, self.batch_reference())
