"""The way from a line to its handler: the guards that every command passes."""

from __future__ import annotations

from gchat.config import Config
from gchat.core.effects import Refused
from gchat.dialects.irc import handlers
from gchat.dialects.irc.commands import COMMANDS, Command
from gchat.dialects.irc.connection import IrcConnection
from gchat.wire.caps import Cap
from gchat.wire.message import Message, MessageError, MessageTooLong, check_client_line, parse
from gchat.wire.numerics import (
    ERR_INPUTTOOLONG,
    ERR_NEEDMOREPARAMS,
    ERR_NOTREGISTERED,
    ERR_UNKNOWNCOMMAND,
    ERR_UNKNOWNERROR,
)

LABEL_BYTES = 64  # https://ircv3.net/specs/extensions/labeled-response: longer ones are ignored


class IrcDialect(IrcConnection):
    """A `Dialect`."""

    __slots__ = ()

    def receive(self, line: bytes | None) -> None:
        try:
            message = self._parse(line)
            if message is not None:
                self._carry_out(message)
        except Refused as refusal:
            self.refuse(refusal)
        self.flush()

    def ping(self) -> bool:
        if not self.registered:
            return False
        self.peer.send(f":{self.config.server.name} PING :{self.config.server.name}\r\n".encode())
        return True

    def last_words(self, reason: str) -> bytes:
        return f"ERROR :Closing Link: {self.peer.host} ({reason})\r\n".encode()

    def reloaded(self, before: Config) -> None:
        self._replies.server = self.config.server.name
        handlers.registration.announce_changes(self, before)
        self.flush()

    def _parse(self, line: bytes | None) -> Message | None:
        try:
            if line is None:
                raise Refused(ERR_INPUTTOOLONG)
            check_client_line(line, self.config.limits.line_bytes)
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

    def _carry_out(self, message: Message) -> None:
        label = ""
        if message.tags and Cap.LABELED_RESPONSE in self.caps and "batch" not in message.tags:
            label = message.tags.get("label", "")
        if not label or len(label.encode()) > LABEL_BYTES:
            self._dispatch(message)
            return
        self.peer.settle()  # what was said before is shown, and refused, before
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
