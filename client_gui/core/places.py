"""The addresses of a server, as people write them: `a.example.org:6697, b.example.org:6697`.

It has several where several machines are one server: any of them will do.
"""

from __future__ import annotations

from gchat.wire.address import readable_address

Place = tuple[str, int]  # host, port

MOST = 10  # addresses of one server
HOST_LENGTH = 253  # characters of a name, RFC 1035, section 2.3.4
PORT_MAX = 65535


class NotAPlace(ValueError):
    """A part of the text is no address; the exception's text is that part."""


class TooMany(ValueError):
    """There are more than MOST."""


def places(text: str, port: int) -> list[Place]:
    """Those in a text, each once, in their order; `port` is that of those that name none. Empty
    parts do not count. Names are in small letters: they are the same in any, RFC 4343. Raises
    NotAPlace, TooMany.
    """
    found: dict[Place, None] = {}
    for part in text.split(","):
        if part.strip():
            found[_place(part.strip(), port)] = None
    if len(found) > MOST:
        raise TooMany(text)
    return list(found)


def _place(part: str, port: int) -> Place:
    host, digits = part, ""
    if part.startswith("["):
        host, closed, rest = part[1:].partition("]")
        if not closed or rest[:1] not in ("", ":"):
            raise NotAPlace(part)
        digits = rest[1:]
    elif part.count(":") == 1:  # with more it is an IPv6 address, and has no port
        host, _, digits = part.partition(":")
        if not digits:
            raise NotAPlace(part)
    if digits:
        if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:6]) <= PORT_MAX):
            raise NotAPlace(part)
        port = int(digits)
    if not 0 < len(host) <= HOST_LENGTH or not host.isprintable() or set(host) & set(" /@[]"):
        raise NotAPlace(part)
    return host.lower(), port


def written(place: Place) -> str:
    """The inverse, of one that names its port."""
    return readable_address(*place)
