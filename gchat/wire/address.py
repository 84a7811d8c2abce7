"""Where a connection comes from, in one form, however the address was written."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
IPV6_PREFIX = 64  # what one customer of a provider has at least


def parse_address(text: str) -> Address:
    """The address; an IPv4 address written as IPv6 (::ffff:192.0.2.1) is IPv4. Raises ValueError,
    also for one with a zone, which means something on its own machine only.
    """
    if "%" in text:
        raise ValueError("an address has a zone")
    return normal(ipaddress.ip_address(text))


def readable_address(host: str, port: int) -> str:
    """127.0.0.1:55555 or [::1]:55555."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def normal(address: Address) -> Address:
    """The address, as IPv4 where it is one in IPv6's clothes. RFC 4291, section 2.5.5.2"""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped


@dataclass(frozen=True, slots=True)
class Origin:
    """`address` is `None` for a Unix socket. `relayed`: the connection came through a proxy or a
    gateway. `address` is then the client's or, if it was not given, the proxy's: so even a local
    one does not show that the client is on this machine.
    """

    address: Address | None
    relayed: bool = False
    # As the host of nick!user@host: it must not begin with ":", which would end the source,
    # https://modern.ircdocs.horse/#source.
    host: str = field(init=False, compare=False)
    # What per-address limits count by, since one customer may have many addresses: the IPv4
    # address, or the /64 network of an IPv6 address.
    group: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        host = group = "localhost" if self.address is None else str(self.address)
        if isinstance(self.address, ipaddress.IPv6Address):
            host = f"0{host}" if host.startswith(":") else host
            group = str(ipaddress.ip_network((self.address, IPV6_PREFIX), strict=False))
        object.__setattr__(self, "host", host)
        object.__setattr__(self, "group", group)

    @property
    def is_local(self) -> bool:
        """Whether it is a program of this machine that speaks for itself."""
        return not self.relayed and (self.address is None or self.address.is_loopback)

    def is_one_of(self, words: str) -> bool:
        """Whether it is among addresses with spaces between them; `localhost` is a Unix socket."""
        return self.address in _parsed(words)


@lru_cache(maxsize=16)  # settings, asked about for every connection
def _parsed(words: str) -> frozenset[Address | None]:
    return frozenset(None if word == "localhost" else parse_address(word) for word in words.split())
