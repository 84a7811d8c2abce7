"""A proxy, as people write it: `socks5://user:password@host:1080` or `http://host:8080`."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from client_gui.core.places import Place, places, written

KINDS = {"socks5": 1080, "http": 8080}  # SOCKS5 (RFC 1928), HTTP CONNECT; and their usual ports
WORD_LENGTH = 255  # bytes of a name or a password, RFC 1929, section 2


class NotAProxy(ValueError):
    """The text is no proxy."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Of one of KINDS. `str()` is how it is written, without the password."""

    kind: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        return f"{self.kind}://{user}{written(self.place)}"

    @property
    def place(self) -> Place:
        """Where it listens."""
        return self.host, self.port


def proxy(text: str) -> Proxy:
    """Raises NotAProxy."""
    kind, found, rest = text.strip().partition("://")
    # curl's socks5h looks names up at the proxy; so do we, always
    kind = {"socks5h": "socks5"}.get(kind.lower(), kind.lower())
    if not found or kind not in KINDS or "," in rest:
        raise NotAProxy(text)
    who, _at, where = rest.rstrip("/").rpartition("@")
    user, _colon, password = who.partition(":")
    user, password = unquote(user), unquote(password)
    try:
        ((host, port),) = places(where, KINDS[kind])
    except ValueError:
        raise NotAProxy(text) from None
    for word in (user, password):
        if len(word.encode()) > WORD_LENGTH or not word.isprintable():
            raise NotAProxy(text)
    if password and not user:
        raise NotAProxy(text)
    return Proxy(kind, host, port, user, password)
