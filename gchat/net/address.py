"""Whom an address stands for, as far as limits are concerned."""

from __future__ import annotations

import ipaddress

IPV6_PREFIX = 64  # what one customer of a provider has at least


def group(host: str) -> str:
    """One for all addresses that are somebody's: an IPv4 address, an IPv6 network of 64 bits."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host  # a Unix socket's
    if isinstance(address, ipaddress.IPv4Address):
        return host
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))


def is_local(host: str) -> bool:
    """Whether it is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True  # a Unix socket's


def readable_host(address: str) -> str:
    """An address as the host of nick!user@host: it must not begin with ":", which would end the
    source, https://modern.ircdocs.horse/#source.
    """
    address = address.removeprefix("::ffff:")
    return f"0{address}" if address.startswith(":") else address
