"""One IRC connection: its state, the guards that every command passes, the way to its handler."""

from __future__ import annotations

from gchat.core.effects import Failure, Outcome, Refused
from gchat.core.events import Event
from gchat.core.users import User
from gchat.dialects.irc.render import variant
from gchat.dialects.irc.reply import ReplyBuffer
from gchat.dialects.irc.table import COMMANDS
from gchat.dialects.link import Link
from gchat.wire.caps import Cap
from gchat.wire.lines import MAX_BODY_BYTES
from gchat.wire.message import (
    Message,
    MessageError,
    MessageTooLong,
    check_client_line,
    parse,
)
from gchat.wire.numerics import (
    ERR_INPUTTOOLONG,
    ERR_NEEDMOREPARAMS,
    ERR_NOTREGISTERED,
    ERR_UNKNOWNCOMMAND,
    ERR_UNKNOWNERROR,
    Numeric,
)


class IrcConnection:
    """What handlers are given. Attributes are changed by the handlers of `registration`."""

    __slots__ = (
        "_batches",
        "_replies",
        "caps",
        "hub",
        "link",
        "negotiating",
        "realname",
        "registered",
        "server",
        "username",
        "wanted_nick",
    )

    def __init__(self, link: Link) -> None:
        self.link = link
        self.hub = link.hub
        self.server = link.server
        self.caps = Cap.NONE
        self.registered = False
        # Until registration: what NICK and USER said, and whether CAP holds it up.
        self.wanted_nick = ""
        self.username = ""
        self.realname = ""
        self.negotiating = False
        self._replies = ReplyBuffer(self.server.name)
        self._batches = 0

    @property
    def user(self) -> User:
        """The connection's user; Refused (451) before it has registered."""
        return self.hub.user(self.link.uid)

    @property
    def nick(self) -> str:
        """How replies address the peer: "*" before it has a nickname."""
        if self.registered:
            user = self.hub.users.get(self.link.uid)
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
        head = " ".join((":" + self.server.name, numeric.code, self.nick, *params, ":"))
        return MAX_BODY_BYTES - 2 - len(head.encode())

    def refuse(self, refusal: Refused) -> None:
        """What a refusal carries: its numeric, or a FAIL."""
        if isinstance(refusal, Failure):
            self.fail(refusal.command, refusal.code, *refusal.context, text=refusal.text)
            return
        self.reply(refusal.numeric, *refusal.params, text=refusal.text)

    def say(self, command: str, *params: str, source: str | None = None) -> None:
        """A message that is not a numeric."""
        self._replies.add(command, *params, source=source)

    def fail(self, command: str, code: str, *context: str, text: str) -> None:
        """FAIL, https://ircv3.net/specs/extensions/standard-replies."""
        self._replies.add("FAIL", command, code, *context, text)

    def add_raw(self, line: bytes) -> None:
        """A line as it is, with its ending."""
        self._replies.add_raw(line)

    def batch_reference(self) -> str:
        """A reference that this connection has not seen yet."""
        self._batches += 1
        return str(self._batches)

    def flush(self) -> None:
        """Sends what was answered so far, a long answer as fast as the peer takes it."""
        if not self._replies:
            return
        for number, piece in enumerate(self._replies.take()):
            if number:
                self.link.pace()
            self.link.send(piece)

    def commit(self, event: Event) -> bool:
        """Carries the event out and answers its refusals; whether there were none.

        Waits, so what was answered before is sent before what the event shows.
        """
        self.flush()
        outcome: Outcome = self.link.commit(event)
        for refusal in outcome.refusals:
            self.refuse(refusal)
        return not outcome.refusals

    def post(self, event: Event, *, silent: bool = False) -> None:
        """Sends a message on its way; a refusal is answered later, or (`silent`) never."""
        self.link.post(event, self._ignore if silent else self._refuse_late)

    def _refuse_late(self, refusal: Refused) -> None:
        self.refuse(refusal)
        self.flush()

    def _ignore(self, refusal: Refused) -> None:
        """RFC 2812, section 3.3.2: a NOTICE is never answered."""

    # -- Dialect

    def receive(self, line: bytes | None) -> None:
        """See Dialect."""
        try:
            message = self._parse(line)
            if message is not None:
                self._dispatch(message)
        except Refused as refusal:
            self.refuse(refusal)
        self.flush()

    def ping(self) -> bool:
        """See Dialect."""
        if not self.registered:
            return False
        self.link.send(f":{self.server.name} PING :{self.server.name}\r\n".encode())
        return True

    def last_words(self, reason: str) -> bytes:
        """See Dialect."""
        return f"ERROR :Closing Link: {self.link.host} ({reason})\r\n".encode()

    def become(self) -> None:
        """Tells the link in which form this connection is sent what happens, from now on."""
        self.link.register(variant(self.caps), echo=Cap.ECHO_MESSAGE in self.caps)

    def _parse(self, line: bytes | None) -> Message | None:
        try:
            if line is None:
                raise Refused(ERR_INPUTTOOLONG)
            check_client_line(line)
            text = line.decode()
            return parse(text) if text.strip(" ") else None
        except MessageTooLong:
            raise Refused(ERR_INPUTTOOLONG) from None
        except UnicodeDecodeError:
            # https://ircv3.net/specs/extensions/utf8-only
            words = (line or b"").decode("ascii", "replace").upper().split(" ")
            command = next((word for word in words if word in COMMANDS), "*")
            self.fail(command, "INVALID_UTF8", text="Message rejected: it is not UTF-8")
        except MessageError as error:
            raise Refused(ERR_UNKNOWNERROR, "*", text=f"Message rejected: {error}") from None
        return None

    def _dispatch(self, message: Message) -> None:
        row = COMMANDS.get(message.command)
        if row is None:
            raise Refused(
                ERR_UNKNOWNCOMMAND if self.registered else ERR_NOTREGISTERED, message.command
            )
        if not self.registered and not row.before_registration:
            raise Refused(ERR_NOTREGISTERED, message.command)
        if len(message.params) < row.min_params:
            raise Refused(ERR_NEEDMOREPARAMS, message.command)
        if not row.message:
            self.link.settle()
        row.handler(self, message)
