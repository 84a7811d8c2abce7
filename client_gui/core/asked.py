"""Answers that only come to somebody who has asked: who is this (WHOIS), and what no other part of
the client reads. A part of the client core: no I/O.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from client_gui.core.events import Away, Event, NotSent, ServerText, WhoIs
from client_gui.core.isupport import Isupport
from client_gui.core.limits import WHOIS, WHOIS_LINES, number
from gchat.wire.message import Message

# Numerics that come unasked: of the welcome, of a room that was entered, of what the client itself
# asks (WHO, MONITOR, METADATA), of a login.
_UNASKED = re.compile(
    "00[1-58]|010|04[23]|221|25[0-5]|26[56]|315|32[89]|333|366|37[56]|396|422|670|73[23]|76[0-26]"
    "|77[0-4]|90[0-378]"
)
_NUMERIC = re.compile("[0-9]{3}")
_ENDS_ANSWER = re.compile("315|318|323|366|37[46]")  # and says nothing else
LABEL = "ask"  # begins that of a command whose answer somebody wants to see


@dataclass(slots=True)
class About:
    """What a server has told so far of the person that somebody asked about."""

    nick: str
    address: str = ""
    realname: str = ""
    rooms: list[str] = field(default_factory=list)
    server: str = ""
    account: str = ""
    away: str = ""
    idle: int | None = None
    since: int | None = None
    secure: bool = False
    operator: bool = False
    more: list[str] = field(default_factory=list)

    def told(self) -> WhoIs:
        """All of it."""
        return WhoIs(
            self.nick,
            self.address,
            self.realname,
            tuple(self.rooms),
            self.server,
            self.account,
            self.away,
            self.idle,
            self.since,
            self.secure,
            self.operator,
            tuple(self.more),
        )


def _user(about: About, words: list[str]) -> None:
    about.nick, about.address, about.realname = words[1], f"{words[2]}@{words[3]}", words[-1]


def _server(about: About, words: list[str]) -> None:
    about.server = words[2]


def _operator(about: About, words: list[str]) -> None:
    about.operator = True


def _idle(about: About, words: list[str]) -> None:
    about.idle = number(words[2])
    if len(words) > 4:
        about.since = number(words[3]) or None  # too many digits for a time are none


def _rooms(about: About, words: list[str]) -> None:
    if len(about.rooms) < WHOIS_LINES:
        about.rooms += words[-1].split()


def _account(about: About, words: list[str]) -> None:
    about.account = words[2]


def _away(about: About, words: list[str]) -> None:
    about.away = words[2]


def _secure(about: About, words: list[str]) -> None:
    about.secure = True


def _nothing(about: About, words: list[str]) -> None:
    """The end of an answer."""


def _more(about: About, words: list[str]) -> None:
    """Whatever else a server says of somebody, in its words."""
    if len(about.more) < WHOIS_LINES:
        about.more.append(" ".join(words[2:]))


# Each with how many parameters it must have; the first two are our nickname and theirs.
_WHOIS: dict[str, tuple[Callable[[About, list[str]], None], int]] = {
    "276": (_more, 3),
    "301": (_away, 3),
    "307": (_more, 3),
    "310": (_more, 3),
    "311": (_user, 6),
    "312": (_server, 3),
    "313": (_operator, 2),
    "317": (_idle, 4),
    "318": (_nothing, 2),
    "319": (_rooms, 3),
    "320": (_more, 3),
    "330": (_account, 3),
    "335": (_more, 3),
    "338": (_more, 3),
    "378": (_more, 3),
    "379": (_more, 3),
    "671": (_secure, 2),
}
_BEGINS, _AWAY, _ENDS = "311", "301", "318"


class Questions:
    """Who has been asked about at one connection, and what has come of the answers."""

    def __init__(self, isupport: Isupport) -> None:
        self._isupport = isupport
        self._about: dict[str, About] = {}  # by the folded nickname

    def whois(self, message: Message) -> list[Event] | None:
        """Takes a part of an answer to WHOIS; the last one tells all of it. `None` for any other
        message.
        """
        words, row = message.params, _WHOIS.get(message.command)
        if row is None or len(words) < row[1]:
            return None
        key = self._isupport.fold(words[1])
        if message.command == _ENDS:
            about = self._about.pop(key, None)
            return [about.told()] if about is not None else []
        about = self._about.get(key)
        if about is None:
            if message.command != _BEGINS or len(self._about) >= WHOIS:
                return None
            about = self._about[key] = About(words[1])
        row[0](about, words)
        return [Away(words[1], words[2])] if message.command == _AWAY else []


def shown(message: Message) -> list[Event]:
    """A numeric that nothing else reads, as it is, if somebody must have asked for it."""
    command = message.command
    if not _NUMERIC.fullmatch(command) or _UNASKED.fullmatch(command):
        return []
    return _as_it_is(message)


def answer(label: str, message: Message, found: list[Event]) -> list[Event]:
    """What a message tells; and the message as it is, if it is of the answer to a command with this
    label, and nothing that it tells is shown.
    """
    command = message.command
    if not label.startswith(LABEL) or not _NUMERIC.fullmatch(command):
        return found
    if command in _WHOIS or _ENDS_ANSWER.fullmatch(command):
        return found
    if any(isinstance(one, ServerText | NotSent) for one in found):
        return found
    return [*found, *_as_it_is(message)]


def _as_it_is(message: Message) -> list[Event]:
    text = " ".join(message.params[1:])
    return [ServerText(text)] if text else []
