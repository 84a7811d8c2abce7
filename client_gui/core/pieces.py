"""What comes in several messages: https://ircv3.net/specs/extensions/multiline and the answers to
labelled commands, https://ircv3.net/specs/extensions/labeled-response
"""

from __future__ import annotations

from dataclasses import dataclass

from client_gui.core.limits import BATCHES, LABELS
from gchat.wire.message import Message

PIECES_MAX = 1000  # lines of one message, as the server sends it


@dataclass(slots=True)
class Pieces:
    """A message of several lines, as far as it has come."""

    first: Message  # the BATCH
    lines: list[Message]

    def message(self) -> Message | None:
        """Its lines as one message; `None` if it has no lines."""
        if not self.lines:
            return None
        text = ""
        for number, line in enumerate(self.lines):
            goes_on = "draft/multiline-concat" in line.tags or not number
            text += ("" if goes_on else "\n") + line.params[1]
        head = self.lines[0]
        params = [head.params[0], text]
        return Message(head.command, params, head.source or self.first.source, self.first.tags)


class Assembly:
    """Puts together the messages of one connection that come in pieces."""

    def __init__(self) -> None:
        self._labeled: dict[str, str] = {}  # batch that answers a label → label
        self._pieces: dict[str, Pieces] = {}  # messages of several lines that have not ended

    def label_of(self, message: Message) -> str:
        """The label of the answer that a message is part of, "" for none."""
        return self._labeled.get(message.tags.get("batch", ""), "")

    def take(self, message: Message) -> Message | None:
        """Returns the message, or `None` for a part of something: the lines of a multiline batch
        come as one message when the batch ends.
        """
        words, within = message.params, message.tags.get("batch", "")
        if message.command == "BATCH" and words:
            reference = words[0][1:]
            return (self._begins if words[0][:1] == "+" else self._ends)(message, reference)
        if within in self._pieces and len(words) > 1:
            pieces = self._pieces[within]
            if len(pieces.lines) < PIECES_MAX:
                pieces.lines.append(message)
            return None
        return message

    def _begins(self, message: Message, reference: str) -> Message | None:
        match message.params[1:]:
            case ["labeled-response", *_] if len(self._labeled) < LABELS:
                self._labeled[reference] = message.tags.get("label", "")
            case ["draft/multiline", _, *_] if len(self._pieces) < BATCHES:
                self._pieces[reference] = Pieces(message, [])
            case _:
                return message
        return None

    def _ends(self, message: Message, reference: str) -> Message | None:
        if self._labeled.pop(reference, None) is not None:
            return None
        pieces = self._pieces.pop(reference, None)
        return message if pieces is None else pieces.message()
