"""Ban masks: nick!user@host with wildcards, matched in linear time."""

from __future__ import annotations

import unicodedata

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

    The last "*" alone is ever tried again, so the time is at most len(mask) × len(text).
    """
    at = here = 0
    star = -1  # where in the mask the last "*" was
    resume = 0  # where in the text that "*" ends for now
    while here < len(text):
        if at < len(mask) and mask[at] == "*":
            star, resume = at, here
            at += 1
        elif at < len(mask) and mask[at] in ("?", text[here]):
            at += 1
            here += 1
        elif star >= 0:
            resume += 1
            at, here = star + 1, resume
        else:
            return False
    return not mask[at:].strip("*")
