"""For whom an HTTP proxy speaks: `Forwarded` (RFC 7239) and `X-Forwarded-For`. A client may send
either itself, and a proxy adds what it knows at the end: so only the end is worth anything, as far
as it was written by proxies that are known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gchat.wire.address import Address, parse_address

HEADER_BYTES = 2048  # of the header that are looked at; of a longer one, only its end
HOPS_MOST = 20  # proxies in a row
_TOKEN = r"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
# RFC 7239, section 4: pairs with ";" between them, a quoted value may have anything in it
_PAIR = re.compile(rf'\s*({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*")\s*')


@dataclass(frozen=True, slots=True)
class Hop:
    """What one proxy says: the address of who asked it (`None` where it hides or does not know it),
    and by which protocol.
    """

    address: Address | None
    proto: str = ""


def client(hops: Sequence[Hop], is_proxy: Callable[[Address], bool]) -> Hop:
    """For whom the nearest proxy speaks: who asked the first of all those that are known. `hops`:
    the nearest one is the last.
    """
    found = Hop(None)
    for hop in reversed(hops[-HOPS_MOST:]):
        found = hop
        if hop.address is None or not is_proxy(hop.address):
            break
    return found


def x_forwarded(addresses: str, protos: str = "") -> list[Hop]:
    """The hops of `X-Forwarded-For`, with `X-Forwarded-Proto`, in which a proxy may have put one
    for all.
    """
    words = _parts(addresses)
    named = [word.strip().lower() for word in _parts(protos)] or [""]
    if len(named) != len(words):
        named = named[-1:] * len(words)
    return [Hop(_node(word.strip()), proto) for word, proto in zip(words, named, strict=True)]


def forwarded(header: str) -> list[Hop]:
    """The hops of `Forwarded`. One that cannot be understood hides whom it names; so does a comma
    within quotation marks, which no address has: a client that opens them cannot swallow what
    proxies have added behind them.
    """
    return [_hop(element) for element in _parts(header)]


def _parts(header: str) -> list[str]:
    """What commas divide, of the end of a header."""
    if not header.strip():
        return []
    parts = header[-HEADER_BYTES:].split(",")
    return parts if len(header) <= HEADER_BYTES else parts[1:]


def _hop(element: str) -> Hop:
    values: dict[str, str] = {}
    at = 0
    while at < len(element):
        pair = _PAIR.match(element, at)
        if pair is None or (pair.end() < len(element) and element[pair.end()] != ";"):
            return Hop(None)
        name, value = pair[1].lower(), pair[2]
        if name in values:
            return Hop(None)
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        values[name] = value
        at = pair.end() + 1
    return Hop(_node(values.get("for", "")), values.get("proto", "").lower())


def _node(text: str) -> Address | None:
    """RFC 7239, section 6: an address with or without a port; IPv6 in brackets, which proxies leave
    out in X-Forwarded-For.
    """
    name, port = text, ""
    if text.startswith("["):
        name, end, port = text[1:].partition("]")
        if not end or (port and not port.startswith(":")):
            return None
        port = port[1:]
    elif text.count(":") == 1:
        name, _, port = text.partition(":")
    if port and not re.fullmatch(r"[0-9]{1,5}|_[A-Za-z0-9._-]+", port):
        return None
    try:
        return parse_address(name)
    except ValueError:
        return None
