"""Wildcards, matched without being compiled and without backtracking."""

from __future__ import annotations


def matches(mask: str, text: str) -> bool:
    """Whether `text` matches `mask`: "*" is any run, "?" any one character. Both already folded.
    In time that is at most len(mask) + len(text), for "*" alone len(mask) × len(text) of `find`.
    Nothing is kept: a mask that is used once costs no more than one that is used again.
    """
    if "?" in mask:
        return _with_question_marks(mask, text)
    first, *others = mask.split("*")
    if not others:
        return mask == text
    *middle, last = others
    end = len(text) - len(last)
    at = len(first)
    if not (text.startswith(first) and text.endswith(last) and at <= end):
        return False
    # each run where it is found first: the "*" behind it matches all that is left
    for run in middle:
        at = text.find(run, at, end)
        if at < 0:
            return False
        at += len(run)
    return True


def _with_question_marks(mask: str, text: str) -> bool:
    """All positions in the mask at once, as bits: bit n is set if the first n characters of the
    mask, "*" apart, match the text so far.
    """
    stays = 0  # before which characters of the mask there is a "*"
    anything = 0  # which are "?"
    where: dict[str, int] = {}  # of each character
    length = 0
    for char in mask:
        bit = 1 << length
        if char == "*":
            stays |= bit
            continue
        if char == "?":
            anything |= bit
        else:
            where[char] = where.get(char, 0) | bit
        length += 1
    state = 1
    for char in text:
        state = (state & (where.get(char, 0) | anything)) << 1 | state & stays
        if not state:
            return False
    return bool(state >> length)
