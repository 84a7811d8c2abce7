"""The way from a line to its handler: the guards that every command passes."""

from __future__ import annotations

from functools import partial

from gchat.config import Config
from gchat.core.effects import Failure, Refused
from gchat.dialects.irc import handlers
from gchat.dialects.irc.commands import COMMANDS, Command
from gchat.dialects.irc.connection import IrcConnection
from gchat.wire.caps import Cap
from gchat.wire.message import (
    MAX_CLIENT_TAGS_BYTES,
    Message,
    MessageError,
    MessageTooLong,
    check_client_line,
    encode,
    format_message,
    parse,
    parse_tags,
)
from gchat.wire.numerics import (
    ERR_INPUTTOOLONG,
    ERR_NEEDMOREPARAMS,
    ERR_NOTREGISTERED,
    ERR_UNKNOWNCOMMAND,
    ERR_UNKNOWNERROR,
)
from gchat.wire.text import decode

LABEL_BYTES = 64  # https://ircv3.net/specs/extensions/labeled-response: longer ones are ignored


class IrcDialect(IrcConnection):
    """A `Dialect`."""

    __slots__ = ()

    def receive(self, line: bytes | None) -> None:
        try:
            message = self._parse(line)
        except Refused as refusal:
            self.answer_as(self._label_of(line), partial(self.refuse, refusal))
            message = None
        try:
            if message is not None:
                self._carry_out(message)
        except Refused as refusal:
            self.refuse(refusal)
        self.flush()
        if self.reloaded_since is not None:
            before, self.reloaded_since = self.reloaded_since, None
            self.reloaded(before)

    def ping(self) -> bool:
        if not self.registered:
            return False
        self.peer.send(f":{self.config.server.name} PING :{self.config.server.name}\r\n".encode())
        return True

    def pong(self, line: bytes) -> bytes:
        try:
            message = self._parse(line) if self.registered else None
        except Refused:
            return b""
        if message is None or message.command != "PING" or message.tags or not message.params:
            return b""
        name, token = self.config.server.name, message.params[0]
        line_text = format_message("PONG", name, token, source=name, text=True)
        return encode(line_text) if token else b""

    def last_words(self, reason: str) -> bytes:
        return f"ERROR :Closing Link: {self.peer.host} ({reason})\r\n".encode()

    def reloaded(self, before: Config) -> None:
        if self.label:  # what is said now would be taken for part of an answer
            self.reloaded_since = self.reloaded_since or before
            return
        self._replies.server = self.config.server.name
        handlers.registration.announce_changes(self, before)
        self.flush()

    def _parse(self, line: bytes | None) -> Message | None:
        try:
            if line is None:
                raise Refused(ERR_INPUTTOOLONG)
            check_client_line(line, self.config.limits.line_bytes)
            text = decode(line)
            return parse(text) if text.strip(" ") else None
        except MessageTooLong:
            raise Refused(ERR_INPUTTOOLONG) from None
        except UnicodeDecodeError:
            # https://ircv3.net/specs/extensions/utf8-only
            words = (line or b"").decode("ascii", "replace").upper().split(" ")
            command = next((word for word in words if word in COMMANDS), "*")
            text = "Message rejected: it is not UTF-8"
            raise Failure(command, "INVALID_UTF8", text=text) from None
        except MessageError as error:
            raise Refused(ERR_UNKNOWNERROR, "*", text=f"Message rejected: {error}") from None

    def _label(self, tags: dict[str, str]) -> str:
        """The label to answer a command with these tags with, "" for none."""
        if not tags or Cap.LABELED_RESPONSE not in self.caps or "batch" in tags:
            return ""
        label = tags.get("label", "")
        return label if len(label.encode("utf-8", "replace")) <= LABEL_BYTES else ""

    def _label_of(self, line: bytes | None) -> str:
        """The same for a line that could not be parsed: only what can be sent back as it came."""
        if line is None or not line.startswith(b"@"):
            return ""
        tags, space, _ = line[1 : MAX_CLIENT_TAGS_BYTES + 1].partition(b" ")
        if not space and len(line) > MAX_CLIENT_TAGS_BYTES:
            tags = tags.rpartition(b";")[0]  # the last one may have been cut
        try:
            return self._label(parse_tags(decode(tags))) if b"\0" not in tags else ""
        except UnicodeDecodeError:
            return ""

    def _carry_out(self, message: Message) -> None:
        label = self._label(message.tags)
        if not label:
            self._dispatch(message)
            return
        self.peer.settle()  # earlier messages are shown, and their refusals sent, first
        self.label = label
        try:
            self._dispatch(message)
        except Refused as refusal:
            self.refuse(refusal)
        finally:
            label, self.label = self.label, ""
        if label:  # otherwise it is answered later
            self._replies.label(label, self.batch_reference())

    def _dispatch(self, message: Message) -> None:
        if self.multiline is not None and "batch" in message.tags:
            self.multiline.take(self, message)
            return
        row = COMMANDS.get(message.command)
        if row is None:
            raise Refused(
                ERR_UNKNOWNCOMMAND if self.registered else ERR_NOTREGISTERED, message.command
            )
        if not self.registered and not self._may_before(row):
            raise Refused(ERR_NOTREGISTERED, message.command)
        if len(message.params) < row.min_params:
            raise Refused(ERR_NEEDMOREPARAMS, message.command)
        if not row.message:
            self.peer.settle()
        row.handler(self, message)

    def _may_before(self, row: Command) -> bool:
        """Whether a command can be given before registration."""
        return row.before_registration or bool(row.before_with & self.caps)
