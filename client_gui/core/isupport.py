"""What the server said about itself in RPL_ISUPPORT, as far as the client needs it."""

from __future__ import annotations

import re
from dataclasses import replace

from client_gui.core.folding import Fold
from client_gui.core.limits import number

_ADDRESS = re.compile(r"https?://[^\s/]+/\S*")


class Isupport:
    """https://modern.ircdocs.horse/#rplisupport-parameters; until the server speaks, the defaults
    that the document names.
    """

    def __init__(self) -> None:
        self.network = ""
        self.fold = Fold()  # the form in which the server compares names
        self.chantypes = "#&"
        self.prefixes = "@+"  # highest first
        self._ranks = {"o": "@", "v": "+"}  # by their modes
        self._arguments = frozenset("bkeIq")  # modes with an argument, always
        self._when_set = frozenset("l")  # only when they are set
        self.filehost = ""  # where files are sent to, draft/FILEHOST
        self.whox = False
        self.monitor = False
        self.history = 0  # messages that one CHATHISTORY brings, 0 for any number

    def update(self, tokens: list[str]) -> None:
        """Takes in the tokens of one 005."""
        for token in tokens:
            name, _, value = token.partition("=")
            self._update_fold(name, value)
            match name:
                case "NETWORK":
                    self.network = value
                case "CHATHISTORY":
                    self.history = number(value)
                case "draft/FILEHOST" if _ADDRESS.fullmatch(value):
                    self.filehost = value
                case "WHOX":
                    self.whox = True
                case "MONITOR":
                    self.monitor = True
                case "CHANTYPES":
                    self.chantypes = value
                case "PREFIX":
                    modes, _, self.prefixes = value.removeprefix("(").partition(")")
                    self._ranks = dict(zip(modes, self.prefixes, strict=False))
                case "CHANMODES" if value:
                    lists, always, when_set = (*value.split(","), "", "")[:3]
                    self._arguments, self._when_set = frozenset(lists + always), frozenset(when_set)

    def _update_fold(self, name: str, value: str) -> None:
        if name == "CASEMAPPING" and value:
            self.fold = replace(self.fold, casemapping=value)
        elif name == "UTF8MAPPING":
            self.fold = replace(self.fold, unicode_names=value == "rfc8265")

    def ranks(self, modes: str, arguments: list[str]) -> list[tuple[bool, str, str]]:
        """What a MODE changes in ranks: (given, prefix, nickname)."""
        found = []
        given, rest = True, iter(arguments)
        for mode in modes:
            if mode in "+-":
                given = mode == "+"
            elif mode in self._ranks:
                nick = next(rest, "")
                if nick:
                    found.append((given, self._ranks[mode], nick))
            elif mode in self._arguments or (given and mode in self._when_set):
                next(rest, "")
        return found

    def is_room(self, name: str) -> bool:
        """Whether it is a room's name and not a person's."""
        return name[:1] in self.chantypes if name else False

    def split_prefix(self, name: str) -> tuple[str, str]:
        """`@+Tuan` → (`@+`, `Tuan`)."""
        nick = name.lstrip(self.prefixes) if self.prefixes else name
        return name[: len(name) - len(nick)], nick
