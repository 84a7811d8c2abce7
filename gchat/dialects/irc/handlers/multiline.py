"""BATCH from a client: draft/multiline. https://ircv3.net/specs/extensions/multiline"""

from __future__ import annotations

from gchat.core.effects import Failure
from gchat.core.events import Said
from gchat.dialects.irc.commands import command
from gchat.dialects.irc.connection import IrcConnection
from gchat.dialects.irc.render import text_room
from gchat.wire.caps import Cap
from gchat.wire.message import Message
from gchat.wire.text import split_text

TYPE = "draft/multiline"
CONCAT = "draft/multiline-concat"
_VERBS = frozenset({"PRIVMSG", "NOTICE"})


class Multiline:
    """The lines received so far of a message of several lines. Its text has LF between the lines; a
    line that continues the one before it without a break begins with NUL.
    """

    __slots__ = ("_lines", "_reference", "_size", "_tags", "_target", "_verb", "label")

    def __init__(self, message: Message, label: str) -> None:
        self.label = label
        self._reference = message.params[0][1:]
        self._target = message.params[2]
        self._tags = tuple(item for item in message.tags.items() if item[0].startswith("+"))
        self._verb = ""
        self._lines: list[str] = []
        self._size = 0

    def take(self, irc: IrcConnection, message: Message) -> None:
        """One line. Raises Failure, and the message is given up."""
        try:
            self._take(irc, message)
        except Failure:
            irc.multiline = None
            raise

    def _take(self, irc: IrcConnection, message: Message) -> None:
        if message.tags["batch"] != self._reference or message.command not in _VERBS:
            raise _invalid("This command does not belong to the open batch")
        if len(message.params) != 2:
            raise _invalid("A target and a text are required")
        target, text = message.params
        if target.lower() != self._target.lower():
            code, context = "MULTILINE_INVALID_TARGET", (self._target, target)
            raise Failure("BATCH", code, *context, text="Invalid multiline target")
        if self._verb not in ("", message.command):
            raise _invalid("PRIVMSG and NOTICE cannot be mixed")
        concat = CONCAT in message.tags
        if concat and not text:
            raise _invalid("A blank line cannot be concatenated")
        self._verb = message.command
        self._size += len(text.encode()) + (0 if concat or not self._lines else 1)
        most_bytes, most_lines = (
            irc.config.limits.multiline_bytes,
            irc.config.limits.multiline_lines,
        )
        if self._size > most_bytes:
            text = "Multiline batch max-bytes exceeded"
            raise Failure("BATCH", "MULTILINE_MAX_BYTES", str(most_bytes), text=text)
        # a line that is too long for others goes on in the next one
        pieces = split_text(text, text_room(irc.user.source, message.command, target))
        if len(self._lines) + len(pieces) > most_lines:
            text = "Multiline batch max-lines exceeded"
            raise Failure("BATCH", "MULTILINE_MAX_LINES", str(most_lines), text=text)
        self._lines.append("\0" + pieces[0] if concat and self._lines else pieces[0])
        self._lines += ["\0" + piece for piece in pieces[1:]]

    def end(self, irc: IrcConnection, reference: str) -> None:
        """Ends the batch: sends the message. Raises Failure."""
        if reference != self._reference:
            raise _invalid("This batch is not open")
        if not any(self._lines):
            raise _invalid("The message has only blank lines")
        text, number = "\n".join(self._lines), irc.peer.number
        said = Said(irc.peer.uid, self._target, text, self._verb, self._tags, number)
        irc.post(said, silent=self._verb == "NOTICE")


def _invalid(text: str) -> Failure:
    return Failure("BATCH", "MULTILINE_INVALID", text=text)


@command(
    "BATCH",
    min_params=1,
    message=True,
    usage=(
        "BATCH +reference draft/multiline target",
        "BATCH -reference",
    ),
    text=(
        "Starts (+) and ends (-) a message of several lines. The lines in between are PRIVMSG "
        "or NOTICE to the same target, with the tag batch=reference. Request the capabilities "
        "batch and draft/multiline first."
    ),
    url="https://ircv3.net/specs/extensions/multiline",
)
def batch(irc: IrcConnection, message: Message) -> None:
    """BATCH, begin (+) and end (-). The label of the begin is answered at the end."""
    word = message.params[0]
    if Cap.MULTILINE not in irc.caps or Cap.BATCH not in irc.caps:
        raise _invalid("Request the capabilities draft/multiline and batch first")
    if word.startswith("-"):
        open_, irc.multiline = irc.multiline, None
        if open_ is None:
            raise _invalid("No batch is open")
        irc.answer_as(open_.label, lambda: open_.end(irc, word[1:]))
        return
    if irc.multiline is not None:
        irc.multiline = None
        raise _invalid("Only one batch may be open at a time")
    if not word.startswith("+") or len(message.params) != 3 or message.params[1] != TYPE:
        raise _invalid("Only draft/multiline batches are supported")
    irc.multiline = Multiline(message, irc.label)
    irc.label = ""  # answered when the batch ends
