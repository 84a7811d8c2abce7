"""What the server said about itself in RPL_ISUPPORT, as far as the client needs it."""

from __future__ import annotations

from gchat.wire.names import casefold

_RFC1459 = str.maketrans("[]\\~", "{}|^")
_STRICT = str.maketrans("[]\\", "{}|")


class Isupport:
    """https://modern.ircdocs.horse/#rplisupport-parameters; until the server speaks, the defaults
    that the document names.
    """

    def __init__(self) -> None:
        self.network = ""
        self.casemapping = "rfc1459"
        self.unicode_names = False  # UTF8MAPPING=rfc8265: names are compared as PRECIS does
        self.chantypes = "#&"
        self.prefixes = "@+"  # highest first
        self.whox = False
        self.history = 0  # messages that one CHATHISTORY brings, 0 for any number

    def update(self, tokens: list[str]) -> None:
        """Takes in the tokens of one 005."""
        for token in tokens:
            name, _, value = token.partition("=")
            match name:
                case "NETWORK":
                    self.network = value
                case "CHATHISTORY" if value.isascii() and value.isdigit():
                    self.history = int(value[:9])
                case "WHOX":
                    self.whox = True
                case "CASEMAPPING" if value:
                    self.casemapping = value
                case "UTF8MAPPING":
                    self.unicode_names = value == "rfc8265"
                case "CHANTYPES":
                    self.chantypes = value
                case "PREFIX":
                    self.prefixes = value.partition(")")[2]

    def fold(self, name: str) -> str:
        """The form in which the server compares names."""
        if self.casemapping == "rfc1459":
            name = name.translate(_RFC1459)
        elif self.casemapping == "rfc1459-strict":
            name = name.translate(_STRICT)
        if self.unicode_names:
            return casefold(name)
        return "".join(char.lower() if char.isascii() else char for char in name)

    def is_room(self, name: str) -> bool:
        """Whether it is a room's name and not a person's."""
        return name[:1] in self.chantypes if name else False

    def split_prefix(self, name: str) -> tuple[str, str]:
        """`@+Tuan` → (`@+`, `Tuan`)."""
        nick = name.lstrip(self.prefixes) if self.prefixes else name
        return name[: len(name) - len(nick)], nick
