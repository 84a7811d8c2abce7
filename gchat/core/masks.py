"""Ban masks: nick!user@host with wildcards, matched without trying again."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MUTE, ACCOUNT = "m:", "a:"  # https://modern.ircdocs.horse/#extban-parameter, without a prefix


def complete(mask: str) -> str:
    """`Tuan` → `Tuan!*@*`, `user@host` → `*!user@host`: every mask has its three parts. One that
    mutes begins with `m:`, and one of an account is `a:NAME`.
    """
    if mask.startswith(MUTE):
        return MUTE + complete(mask.removeprefix(MUTE))
    if mask.startswith(ACCOUNT):
        return mask
    nick, bang, rest = mask.partition("!")
    if not bang:
        if "@" in mask:
            nick, rest = "*", mask
        else:
            rest = "*"
    user, _, host = rest.partition("@")
    return f"{nick or '*'}!{user or '*'}@{host or '*'}"


def fold(text: str) -> str:
    """The form in which masks and sources are compared. Not names.casefold: PRECIS refuses the
    wildcards and separators of a mask.
    """
    return unicodedata.normalize("NFC", text).lower()


def hits(mask: str, source: str, account: str, *, mute: bool = False) -> bool:
    """Whether a folded mask, of those that mute or of the others, is about somebody: their folded
    nick!user@host and account.
    """
    if mask.startswith(MUTE) is not mute:
        return False
    mask = mask.removeprefix(MUTE)
    if mask.startswith(ACCOUNT):
        return bool(account) and matches(mask.removeprefix(ACCOUNT), account)
    return matches(mask, source)


def matches(mask: str, text: str) -> bool:
    """Whether `text` matches `mask`: "*" is any run, "?" any one character. Both already folded.
    In time that is at most len(mask) × len(text).
    """
    pattern = _compiled(mask)
    return pattern.fullmatch(text) is not None if pattern else mask == text


@lru_cache(maxsize=65_536)
def _compiled(mask: str) -> re.Pattern[str] | None:
    """`None` for a mask without wildcards. Each run of characters is looked for once, where it is
    first found: what is in an atomic group is never tried again, and need not be, since a "*" can
    take whatever a later place would have left to it.
    """
    if "*" not in mask and "?" not in mask:
        return None
    first, *others = (_literal(run) for run in mask.split("*"))
    if not others:
        return re.compile(first, re.DOTALL)
    *middle, last = others
    inner = "".join(f"(?>.*?{run})" for run in middle if run)
    return re.compile(f"{first}{inner}.*{last}", re.DOTALL)


def _literal(run: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in run)
