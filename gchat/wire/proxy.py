"""The PROXY protocol, versions 1 and 2: a proxy says first for whom it connects.
https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
"""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

from gchat.errors import WireError
from gchat.wire.address import Address, normal, parse_address

V1_BYTES = 107  # the longest line of version 1, section 2.1
V2_BYTES = 16 + 1024  # the longest header of version 2 that is taken, with its extensions
_V1 = b"PROXY "
_V2 = b"\r\n\r\n\0\r\nQUIT\n"  # section 2.2
_FIXED = len(_V2) + 4
_LOCAL, _PROXY = 0x20, 0x21
_Kind = type[ipaddress.IPv4Address] | type[ipaddress.IPv6Address]
_ADDRESSES: dict[int, tuple[str, _Kind]]
_ADDRESSES = {0x11: ("!4s4sHH", ipaddress.IPv4Address), 0x21: ("!16s16sHH", ipaddress.IPv6Address)}
_FAMILIES = {"TCP4": ipaddress.IPv4Address, "TCP6": ipaddress.IPv6Address}


class BadProxy(WireError):
    """It is no header of the PROXY protocol."""


@dataclass(frozen=True, slots=True)
class Proxied:
    """`address` is the client's, `None` if the proxy does not give it; `size` is the number of
    bytes of the header.
    """

    address: Address | None
    size: int


def proxied(data: bytes) -> Proxied | None:
    """The header that `data` begins with; `None` where more must come. Raises BadProxy."""
    if data.startswith(_V2[: len(data)]):
        return _second(data)
    if data.startswith(_V1[: len(data)]):
        return _first(data)
    raise BadProxy("no PROXY header")


def _first(data: bytes) -> Proxied | None:
    line, ending, _ = data[:V1_BYTES].partition(b"\r\n")
    if not ending:
        if len(data) >= V1_BYTES:
            raise BadProxy("the PROXY line is too long")
        return None
    size = len(line) + len(ending)
    words = line.decode("ascii", "replace").split(" ")
    if words[1] == "UNKNOWN":
        return Proxied(None, size)
    if len(words) != 6 or words[1] not in _FAMILIES:
        raise BadProxy("invalid PROXY line of version 1")
    try:
        for word in words[2:4]:
            parse_address(word)
            _FAMILIES[words[1]](word)
    except ValueError as error:
        raise BadProxy(str(error)) from None
    if not all(port.isascii() and port.isdigit() and int(port[:6]) < 1 << 16 for port in words[4:]):
        raise BadProxy("a port is not valid")
    return Proxied(parse_address(words[2]), size)


def _second(data: bytes) -> Proxied | None:
    if len(data) < _FIXED:
        return None
    command, family, length = struct.unpack_from("!BBH", data, len(_V2))
    size = _FIXED + length
    if command not in (_LOCAL, _PROXY):
        raise BadProxy("the version or command of the PROXY header is not valid")
    if size > V2_BYTES:
        raise BadProxy("the PROXY header is too long")
    if len(data) < size:
        return None
    if command == _LOCAL or family not in _ADDRESSES:
        return Proxied(None, size)
    form, address = _ADDRESSES[family]
    if length < struct.calcsize(form):
        raise BadProxy("the PROXY header is too short for its addresses")
    return Proxied(normal(address(struct.unpack_from(form, data, _FIXED)[0])), size)
