"""What calls somebody: their nickname, and words of their own choice."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORDS_MOST = 50
WORD_LENGTH = 64  # characters


def words(typed: str) -> list[str]:
    """The words in what somebody has typed, with commas between them. Raises ValueError for more
    than WORDS_MOST, or one that is longer than WORD_LENGTH.
    """
    found = list(dict.fromkeys(filter(None, (" ".join(one.split()) for one in typed.split(",")))))
    if len(found) > WORDS_MOST or any(len(one) > WORD_LENGTH for one in found):
        raise ValueError("too many words, or too long ones")
    return found


class Attention:
    """`words`: that call us beside our nickname: whole, in any case; too many are left out."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = [one for one in words if 0 < len(one) <= WORD_LENGTH][:WORDS_MOST]
        self._nick = ""
        self._calls: re.Pattern[str] | None = None

    def called(self, text: str, nick: str) -> bool:
        """Whether a text calls whoever has this nickname."""
        if self._calls is None or nick != self._nick:
            some = "|".join(re.escape(one) for one in filter(None, [nick, *self._words])) or "(?!)"
            self._nick, self._calls = nick, re.compile(rf"(?<!\w)(?:{some})(?!\w)", re.IGNORECASE)
        return bool(self._calls.search(text))
