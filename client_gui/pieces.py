"""Messages of several lines, as they come: https://ircv3.net/specs/extensions/multiline"""

from __future__ import annotations

from dataclasses import dataclass

from gchat.wire.message import Message

PIECES_MAX = 1000  # lines of one message, as the server sends it


@dataclass(slots=True)
class Pieces:
    """A message of several lines, as far as it has come."""

    first: Message  # the BATCH
    lines: list[Message]

    def message(self) -> Message | None:
        """As if it had come in one."""
        if not self.lines:
            return None
        text = ""
        for number, line in enumerate(self.lines):
            goes_on = "draft/multiline-concat" in line.tags or not number
            text += ("" if goes_on else "\n") + line.params[1]
        head = self.lines[0]
        params = [head.params[0], text]
        return Message(head.command, params, head.source or self.first.source, self.first.tags)
