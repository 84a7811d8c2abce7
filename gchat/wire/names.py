"""Which nicknames and room names are valid, and which of them are the same one.

Names are compared as RFC 8265 (PRECIS), section 3.3 "UsernameCaseMapped" prepares them. For ASCII
that is: letters without their case, nothing else folded (CASEMAPPING=ascii).
https://modern.ircdocs.horse/#clients and #channels give the forbidden characters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import precis_i18n

from gchat.errors import WireError
from gchat.wire.confusables import mixed

NICK_LENGTH = 30  # characters
NICK_BYTES = 60  # of UTF-8: lines are bounded in bytes, and several names have to fit
ROOM_LENGTH = 64  # bytes, "#" included
USER_LENGTH = 20  # characters, which are ASCII
_LONGEST_NAME = 128  # characters; what is longer is nobody's name and is not worth a cache entry

_MAPPED = precis_i18n.get_profile("UsernameCaseMapped")
_PRESERVED = precis_i18n.get_profile("UsernameCasePreserved")

# ":" starts a trailing parameter, "!" and "@" part the source, "," parts lists, "*" and "?" are
# wildcards of masks, "." tells a server from a person, "/" starts a slash command.
_NICK_FORBIDDEN = re.compile(r"[\s,*?!@:./]")
_NICK_FORBIDDEN_FIRST = re.compile(r"[0-9#&$~%+=-]")
_ROOM_FORBIDDEN = re.compile(r"[\s,:*?\x00-\x1f\x7f]")
_SIGNS = re.compile(r"([\[\]{}\\|^`_-]+)")
_BIDI_RULE = "DISALLOWED/bidi_rule"
_ASCII_PRINTABLE = re.compile(r"[!-~]+")


class InvalidName(WireError):
    """A name that cannot be used; the text says why, as a sentence's end: "is empty"."""


def casefold(name: str) -> str:
    """The form in which names are compared. A name that PRECIS refuses stays as it is: it is
    nobody's, since what PRECIS prepared is never one that it refuses.
    """
    if name.isascii():
        return name.lower()
    if len(name) > _LONGEST_NAME:
        return name
    return _fold_unicode(name)


def _enforced(profile: Any, name: str) -> str:
    """What PRECIS makes of a name. Its Bidi Rule (RFC 5893) is meant for the labels of host names,
    and refuses right-to-left names that end with "_", which clients add when a name is taken. So
    a name that breaks the rule is split at its ASCII signs, and each part has to keep it. Raises
    UnicodeEncodeError.
    """
    try:
        return str(profile.enforce(name))
    except UnicodeEncodeError as error:
        if error.reason != _BIDI_RULE:
            raise
        parts = _SIGNS.split(name)
        if len(parts) == 1:
            raise
        return "".join(
            part if _SIGNS.fullmatch(part) or not part else str(profile.enforce(part))
            for part in parts
        )


@lru_cache(maxsize=4096)
def _fold_unicode(name: str) -> str:
    bare = name.lstrip("#")
    try:
        return name[: len(name) - len(bare)] + _enforced(_MAPPED, bare)
    except UnicodeEncodeError:
        return name


@lru_cache(maxsize=4096)
def _prepared(name: str) -> str:
    """`name` as it is shown: NFC, its case kept. Raises InvalidName."""
    if _ASCII_PRINTABLE.fullmatch(name):
        return name
    try:
        _enforced(_MAPPED, name)
        return _enforced(_PRESERVED, name)
    except UnicodeEncodeError as error:
        if error.reason == _BIDI_RULE:
            raise InvalidName("mixes letters written from right to left with others") from None
        char = name[error.start : error.start + 1]
        raise InvalidName(f"has a character that is not allowed in names: {char!a}") from None


def check_nickname(name: str, limit: int = NICK_LENGTH) -> str:
    """The nickname as it will be shown. Raises InvalidName with the reason."""
    _check_nick_form(name, limit)
    # again as it will be shown: PRECIS turns the wide forms of "!" and ":" into the forbidden ones
    shown = _prepared(name)
    _check_nick_form(shown, limit)
    scripts = mixed(shown)
    if scripts:
        raise InvalidName(f"mixes {' and '.join(one.title() for one in scripts)} letters")
    return shown


def _check_nick_form(name: str, limit: int) -> None:
    if not name:
        raise InvalidName("is empty")
    if len(name) > limit:
        raise InvalidName(f"is longer than {limit} characters")
    if len(name.encode("utf-8", "replace")) > NICK_BYTES:
        raise InvalidName(f"is longer than {NICK_BYTES} bytes")
    found = _NICK_FORBIDDEN.search(name)
    if found:
        char = found[0]
        raise InvalidName("has a space in it" if char.isspace() else f"has {char!r} in it")
    if _NICK_FORBIDDEN_FIRST.match(name):
        raise InvalidName(f"begins with {name[0]!r}")


def check_room(name: str, limit: int = ROOM_LENGTH) -> str:
    """The room name as it will be shown. Raises InvalidName with the reason."""
    _check_room_form(name, limit)
    bare = name.lstrip("#")
    shown = name[: len(name) - len(bare)] + _prepared(bare)
    _check_room_form(shown, limit)
    return shown


def _check_room_form(name: str, limit: int) -> None:
    if not name.startswith("#"):
        raise InvalidName("does not begin with '#'")
    if len(name.encode("utf-8", "replace")) > limit:
        raise InvalidName(f"is longer than {limit} bytes")
    if _ROOM_FORBIDDEN.search(name):
        raise InvalidName("has a character that is not allowed in room names")
    if not name.lstrip("#"):
        raise InvalidName("is empty")


def is_room(name: str) -> bool:
    """Whether `name` is meant as a room's name (CHANTYPES=#)."""
    return name.startswith("#")


_USERNAME_DROPPED = re.compile(r"[^A-Za-z0-9._\[\]{}\\|^`-]")


def clean_username(name: str) -> str:
    """The user name that is shown: ASCII only, at most USER_LENGTH characters with the "~" that
    says that nobody verified it (RFC 1413 is not asked).
    """
    return "~" + (_USERNAME_DROPPED.sub("", name)[: USER_LENGTH - 1] or "user")
