"""A line of a transcript, and how it reads."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from client_gui.texts import _, n_

LINE_LENGTH = 4000  # characters shown of one line: a longer one makes Tk slow
NAMES_IN_RUN = 3  # people named in a run of comings and goings; of more, two and a count


class Look(enum.Enum):
    """How a line is drawn."""

    MESSAGE = enum.auto()
    ACTION = enum.auto()
    NOTICE = enum.auto()
    INFO = enum.auto()  # renames, topics and the like
    CAME = enum.auto()
    LEFT = enum.auto()
    ERROR = enum.auto()


# why a message has failed that may have arrived all the same
NOT_CONFIRMED = n_("Not confirmed: the connection was lost")
SPOKEN = frozenset({Look.MESSAGE, Look.ACTION, Look.NOTICE})
PASSING = frozenset({Look.CAME, Look.LEFT})  # a run of these is one row


class Fate(enum.Enum):
    """What became of a message of ours."""

    SENT = enum.auto()
    PENDING = enum.auto()  # the server has not confirmed it
    FAILED = enum.auto()  # it was refused, or the connection was lost before


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `at` is in seconds since 1970, `number` tells it from all others."""

    look: Look
    at: float
    text: str
    nick: str = ""
    own: bool = False
    mention: bool = False
    msgid: str = ""
    number: int = 0
    reply_to: str = ""  # the msgid of the message that it answers
    label: str = ""  # of a message of ours that is not confirmed
    fate: Fate = Fate.SENT
    why: str = ""  # it has failed, a sentence
    redacted: bool = False
    raw: str = ""  # as it was typed, of a message of ours that may not have arrived

    def __str__(self) -> str:
        """As it reads: `Tuan: Hello, Duy!`"""
        match self.look:
            case Look.ACTION:
                return f"* {self.nick} {self.text}"
            case Look.MESSAGE:
                return f"{self.nick}: {self.text}"
            case Look.NOTICE:
                return f"-{self.nick}- {self.text}"
        return self.text


def summary(run: Sequence[Line]) -> str:
    """A run of comings and goings in one sentence. Somebody who did both is named once, with what
    they did last.
    """
    if len(run) == 1:
        return str(run[0])
    last: dict[str, Look] = {}
    for line in run:
        last.pop(line.nick, None)
        last[line.nick] = line.look
    came = [nick for nick, look in last.items() if look is Look.CAME]
    left = [nick for nick, look in last.items() if look is Look.LEFT]
    told = ((came, _("{names} joined")), (left, _("{names} left")))
    parts = [text.format(names=_names(nicks)) for nicks, text in told if nicks]
    return " · ".join(parts)


def _names(nicks: list[str]) -> str:
    if len(nicks) <= NAMES_IN_RUN:
        first, last = ", ".join(nicks[:-1]), nicks[-1]
        return _("{first} and {last}").format(first=first, last=last) if first else last
    first, count = ", ".join(nicks[: NAMES_IN_RUN - 1]), len(nicks) - NAMES_IN_RUN + 1
    return _("{first} and {count} others").format(first=first, count=count)


# Formatting codes (https://modern.ircdocs.horse/formatting.html) and control characters.
_UNPRINTABLE = re.compile(
    r"\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6})?|[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]"
)


def clean(text: str) -> str:
    """Text as it can be shown. Only messages of several lines have LF in them."""
    text = _UNPRINTABLE.sub("", text.replace("\t", " "))
    return text if len(text) <= LINE_LENGTH else text[:LINE_LENGTH] + " …"
