"""What is to be seen in a message's text: links, code, names. Knows no tkinter."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass


class Mark(enum.Enum):
    """How a piece of text is drawn."""

    PLAIN = enum.auto()
    LINK = enum.auto()
    CODE = enum.auto()
    NAME = enum.auto()  # ours


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text. Joined, the pieces are the whole text without the ` around code."""

    mark: Mark
    text: str


# A link ends before what ends a sentence, and before a bracket that was opened outside of it.
_LINK = r"https?://[^\s<>\"`]+|(?<![\w.@/-])www\.[\w-]+\.[^\s<>\"`]+"
_CODE = r"`[^`\n]+`"
_AFTER = ".,;:!?'*_"


def spans(text: str, nick: str = "") -> Iterator[Span]:
    """The pieces of a text; `nick` is what we are called."""
    name = rf"|(?<!\w)@?{re.escape(nick)}(?!\w)" if nick else ""
    at = 0
    for found in re.finditer(f"{_CODE}|{_LINK}{name}", text, re.IGNORECASE):
        start, end = found.span()
        piece = found[0]
        if piece.startswith("`"):
            span = Span(Mark.CODE, piece[1:-1])
        elif piece[:4].lower() == "www." or (piece[:4].lower() == "http" and "://" in piece):
            piece = _trimmed(piece)
            end = start + len(piece)
            span = Span(Mark.LINK, piece)
        else:
            span = Span(Mark.NAME, piece)
        if start > at:
            yield Span(Mark.PLAIN, text[at:start])
        yield span
        at = end
    if at < len(text):
        yield Span(Mark.PLAIN, text[at:])


def _trimmed(link: str) -> str:
    while link[-1] in _AFTER or (link[-1] == ")" and link.count(")") > link.count("(")):
        link = link[:-1]
    return link
