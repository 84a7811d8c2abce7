"""The form in which a server compares names: the one place where names are folded in the client."""

from __future__ import annotations

from dataclasses import dataclass

from gchat.wire.names import casefold

_RFC1459 = str.maketrans("[]\\~", "{}|^")
_STRICT = str.maketrans("[]\\", "{}|")


@dataclass(frozen=True, slots=True)
class Fold:
    """`fold(name)` is the same for all names that the server takes for one.

    https://modern.ircdocs.horse/#casemapping-parameter
    """

    casemapping: str = "rfc1459"
    unicode_names: bool = False  # UTF8MAPPING=rfc8265: names are compared as PRECIS does

    def __call__(self, name: str) -> str:
        """The folded name."""
        if self.casemapping == "rfc1459":
            name = name.translate(_RFC1459)
        elif self.casemapping == "rfc1459-strict":
            name = name.translate(_STRICT)
        if self.unicode_names:
            return casefold(name)
        return "".join(char.lower() if char.isascii() else char for char in name)


UNTIL_TOLD = Fold("ascii", unicode_names=True)  # what the window uses before a server has spoken
