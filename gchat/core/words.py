"""The words of a text as searches compare them: what looks the same to a reader is the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Raised when the same text gives other words than before: then indexes are made anew.
RULES = f"2, Unicode {unicodedata.unidata_version}"

_BETWEEN = {code: " " for code in range(128) if not chr(code).isalnum()}
# What decomposing leaves, though readers take it for a letter with a sign, or for two letters.
_LETTERS = {
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "ŧ": "t",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "\N{ARABIC TATWEEL}": "",
}
_LETTER = re.compile(f"[{''.join(_LETTERS)}]")
# Accents, the vowel signs of Hebrew and Arabic, what chooses the look of an emoji, and what is
# invisible.
_SIGNS = re.compile(
    "[\u00ad\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u200b-\u200f\u20e3\u2060\ufe00-\ufe0f"
    "\U0001f3fb-\U0001f3ff]"
)
# Signs that would become letters of the word before them.
_MARKS = re.compile("[\u2120\u2122]")
# Scripts that have no spaces between words, or none that a reader looks for: each character is a
# word, and words are found as several of them in a row. Thai, Lao, Tibetan, Burmese, Khmer; kana,
# Bopomofo, Han, Yi, Hangul.
_NO_SPACES = re.compile(
    "([\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"
    "\u3005\u3041-\u30ff\u3105-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua48f\uac00-\ud7a3"
    "\uf900-\ufaff])"
)
# Symbols, emoji and the rarer Han characters: each is a word, written so that any tokenizer takes
# it for one.
_SYMBOLS = re.compile(
    "[\u00a9\u00ae\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff]"
)
_OTHERS = re.compile(r"[^\w\s]|_")  # than letters, digits and spaces


def searchable(text: str) -> str:
    """The words of a text, with one space between two."""
    return " ".join(words_of(text))


def words_of(text: str) -> list[str]:
    """The words of a text, in their order, without case, accents and the like."""
    if text.isascii():
        return text.lower().translate(_BETWEEN).split()
    text = unicodedata.normalize("NFKD", _MARKS.sub(" ", text).casefold())
    text = _LETTER.sub(lambda letter: _LETTERS[letter[0]], text.casefold())
    text = unicodedata.normalize("NFC", _SIGNS.sub("", text))
    if text.isascii():  # as most of what is written in Latin letters is by now
        return text.translate(_BETWEEN).split()
    text = _NO_SPACES.sub(r" \1 ", text)
    text = _SYMBOLS.sub(lambda symbol: f" u{ord(symbol[0]):x} ", text)
    return _OTHERS.sub(_mark_or_space, text).split()


def _mark_or_space(found: re.Match[str]) -> str:
    char = found[0]
    return char if unicodedata.category(char)[0] == "M" else " "


def phrases(words: Iterable[str]) -> list[list[str]]:
    """What has to be in a text that is looked for, each as words that follow each other. What has
    no words in it, such as "!", is left out.
    """
    return [found for word in words if (found := words_of(word))]
