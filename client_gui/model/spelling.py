"""Which words of what somebody types a dictionary may be asked about. Knows no dictionary, and no
tkinter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

TEXT_LENGTH = 20_000  # characters of a text that are looked at
WORD_LENGTH = 64  # characters; what is longer is no word that anybody has misspelled
# Languages by the script that they are written in; all others are written in Latin letters.
_SCRIPTS = {
    "CYRILLIC": "be bg kk ky mk mn ru sr tg uk",
    "GREEK": "el",
    "HEBREW": "he yi",
    "ARABIC": "ar fa ps ur ug",
    "DEVANAGARI": "hi mr ne sa",
    "BENGALI": "as bn",
    "GURMUKHI": "pa",
    "GUJARATI": "gu",
    "ORIYA": "or",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "ETHIOPIC": "am ti",
    "HANGUL": "ko",
    "": "ja km lo my th zh",  # no spaces stand between words
}
_LATIN_TOO = frozenset({"sr"})
_SPOKEN = {"me": 0, "msg": 1}  # commands that say something, and how many words stand before it
_COMMAND = re.compile(r"/([\w-]+)\s*")
_TOKEN = re.compile(r"`[^`\n]+`|\S+")
_APOSTROPHES = "'’"
_BESIDE = "*_~\"'“”„«»‘’()[]<>,;!?.…"
_AROUND = "".join(chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum()) + "…“”„«»‘’–—"
# Within what stands between two spaces: then it is an address, a path, a name, or a program's.
_NO_WORDS = re.compile(r"[\d_@/\\#&=+~<>{}|^$%*]|[^\W_][.:][^\W_]|^:\w|^--?\w|\w\(")


@dataclass(frozen=True, slots=True)
class Word:
    """`start` and `length` are in characters of the text; `text` is how a dictionary is asked;
    `token` is what stands there between spaces.
    """

    start: int
    length: int
    text: str
    token: str

    @property
    def names(self) -> frozenset[str]:
        """Whose name it may be, or be a part of."""
        whole = self.token.rstrip(".,:;!?")
        bare = [self.text, self.token.strip(_AROUND), whole]
        return frozenset([*bare, *(one.removesuffix("'s") for one in bare)])

    def touches(self, place: int) -> bool:
        """Whether a cursor there is in it, or at its edge."""
        return self.start <= place <= self.start + self.length


def scripts_of(languages: Collection[str]) -> frozenset[str]:
    """The scripts of languages, such as en_GB, by their names in Unicode."""
    found = set()
    for language in languages:
        short = re.split(r"[-_@.]", language.lower())[0]
        script = next((one for one, some in _SCRIPTS.items() if short in some.split()), "LATIN")
        found |= {script, "LATIN"} if short in _LATIN_TOO else {script}
    return frozenset(found - {""})


def words(typed: str, scripts: Collection[str]) -> Iterator[Word]:
    """The words in these scripts, in order: no command, link, address, room, emoji's name or code,
    and nothing that is all in capitals or has some in its middle.
    """
    if len(typed) > TEXT_LENGTH:
        typed = typed[:TEXT_LENGTH].rstrip().rpartition(" ")[0]  # the last word may be cut
    for found in _TOKEN.finditer(typed, _start(typed)):
        token = found[0]
        if token[0] in "`#&/" or token.endswith("()") or _NO_WORDS.search(token.strip(_BESIDE)):
            continue
        for start, word in _letters(token):
            if len(word) > WORD_LENGTH or not _is_word(word, scripts):
                continue
            asked = unicodedata.normalize("NFC", word).replace("’", "'")
            yield Word(found.start() + start, len(word), asked, token)


def _start(typed: str) -> int:
    """Where what is said begins: behind a command, at the end where it says nothing."""
    found = _COMMAND.match(typed)
    if found is None:
        return 0
    if found[1].lower() not in _SPOKEN:
        return len(typed)
    at = found.end()
    for _word in range(_SPOKEN[found[1].lower()]):
        behind = re.compile(r"\S+\s*").match(typed, at)
        at = behind.end() if behind else len(typed)
    return at


def _letters(token: str) -> Iterator[tuple[int, str]]:
    """The runs of letters, with their marks, and apostrophes between them."""
    start = None
    for at, char in enumerate(f"{token} "):
        inside = unicodedata.category(char)[0] in "LM" or (
            char in _APOSTROPHES and start is not None and token[at + 1 : at + 2].isalpha()
        )
        if inside and start is None:
            start = at
        elif not inside and start is not None:
            yield start, token[start:at]
            start = None


def _is_word(word: str, scripts: Collection[str]) -> bool:
    if (
        len(word) < 2
        or word.isupper()
        or not (word[1:].islower() or not word[1:].upper().isupper())
    ):
        return False
    return all(
        unicodedata.name(char, "").partition(" ")[0] in scripts for char in word if char.isalpha()
    )
