"""Lines to services such as NickServ, which may have a password in them: they are never kept, and
are shown without what may be secret. Knows no tkinter and no network.
"""

from __future__ import annotations

import re

from client_gui.model.rooms import ROOM_PREFIXES

HIDDEN = "••••"  # in the place of each word that may be secret
# Services by the networks' own names, beside all that end in "serv".
_OTHERS = frozenset({"q", "x", "q@cserve.quakenet.org", "x@channels.undernet.org"})
# Typed by people who know other clients: none is a command of ours, and none may be kept.
_ELSEWHERE = frozenset(
    {"identify", "login", "oper", "pass", "password", "quote", "raw", "register"}
)
_SHORT = {"ns": "NickServ", "nickserv": "NickServ", "cs": "ChanServ", "chanserv": "ChanServ"}
_TO_SOMEBODY = frozenset({"msg", "notice", "query"})
_PLACE = re.compile(r"\$[1-9*]")  # in an alias: whoever is named there later
_TYPED = re.compile(r"\s*/(\w+)(?:\s+(\S+))?", re.DOTALL)


def is_service(name: str) -> bool:
    """Whether it is the name of a service, on any network."""
    nick = name.lower()
    bare = nick.partition("@")[0]
    return name[:1] not in ROOM_PREFIXES and (bare.endswith("serv") or nick in _OTHERS)


def secret_from(typed: str, room: str) -> int | None:
    """Where in what is typed into `room` begins what nobody may see; `None` if nothing is secret.
    A command within a text of several lines counts too: it may have been pasted.
    """
    found = _TYPED.match(typed)
    if found is None and "\n" in typed:
        first, _line, rest = typed.partition("\n")
        later = secret_from(rest, room)
        if not is_service(room):
            return None if later is None else len(first) + 1 + later
    if found is None or typed.lstrip().startswith("//"):
        return _after_word(typed, 0) if is_service(room) else None
    name, target = found[1].lower(), found[2] or ""
    if name in _TO_SOMEBODY:
        start = _after_word(typed, found.end())
        to_anybody = _PLACE.fullmatch(target) and typed[found.end() : start].strip().lower()
        return start if is_service(target) or to_anybody in _ELSEWHERE else None
    if name in _SHORT:
        return _after_word(typed, found.end(1))
    return found.end(1) if name in _ELSEWHERE else None


def is_secret(typed: str, room: str) -> bool:
    """Whether what is typed into `room` must not be kept: neither as a draft nor to be recalled."""
    return secret_from(typed, room) is not None


def masked(text: str) -> str:
    """What was said to a service, as it is shown: its command, and nothing of the rest."""
    words = text.split()
    return f"{words[0]} {HIDDEN}" if len(words) > 1 else text


def service_of(command: str) -> str:
    """The service that a command such as /ns is for."""
    return _SHORT[command]


def _after_word(typed: str, start: int) -> int:
    """Where the word after `start` ends: a service's command is not secret."""
    found = re.compile(r"\s*\S*").match(typed, start)
    return len(typed) if found is None else found.end()
