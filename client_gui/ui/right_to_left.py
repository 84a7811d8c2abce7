"""Right-to-left text in the order in which it is read, its letters joined. Tk does so on Windows
and macOS; on X11 it draws each character as it comes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from client_gui.system import desktop

_RTL = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ARABIC = re.compile("[\u0600-\u08ff]")


def has_rtl(text: str) -> bool:
    """Whether something in it is read from the right, and Tk leaves its order to us."""
    return not desktop.here().orders_text and bool(_RTL.search(text))


@cache
def _reshaper() -> Any:
    from arabic_reshaper import ArabicReshaper  # noqa: PLC0415 - loaded only when needed

    return ArabicReshaper(configuration={"delete_harakat": False, "support_ligatures": True})


def ordered(text: str) -> str:
    """One line as it is to be drawn from the left: the Unicode Bidirectional Algorithm, UAX 9."""
    if not has_rtl(text):
        return text
    return _line(_joined(text), _direction(text))


def in_lines(text: str, measure: Callable[[str], int], width: int) -> str:
    """A text as it is to be drawn: broken into lines of so many pixels, each of which is ordered by
    itself. Lines with nothing from the right stay whole.
    """
    if not has_rtl(text):
        return text
    drawn: list[str] = []
    for paragraph in text.split("\n"):
        if not has_rtl(paragraph):
            drawn.append(paragraph)
            continue
        direction = _direction(paragraph)
        drawn += [_line(one, direction) for one in _broken(_joined(paragraph), measure, width)]
    return "\n".join(drawn)


def _joined(text: str) -> str:
    return str(_reshaper().reshape(text)) if _ARABIC.search(text) else text


def _line(text: str, direction: str) -> str:
    from bidi import get_display  # noqa: PLC0415

    return str(get_display(text, base_dir=direction))


def _direction(text: str) -> str:
    """By the first letter that has one (UAX 9, P2 and P3)."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return "R"
        if kind == "L":
            return "L"
    return "L"


def _broken(text: str, measure: Callable[[str], int], width: int) -> list[str]:
    """Between words; a word that is too long stays whole."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and measure(longer) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]
