"""Ban masks: nick!user@host with wildcards or networks, and masks of accounts."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from functools import lru_cache

from gchat.core.wildcards import matches
from gchat.errors import GchatError
from gchat.wire.address import Address, Origin, normal, parse_address

MUTE, ACCOUNT = "m:", "a:"  # https://modern.ircdocs.horse/#extban-parameter, without a prefix


Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")  # IPv4 in IPv6's clothes


_IPV4 = re.compile(r"[0-9*?]+(?:\.[0-9*?]+){3}")


class BadMask(GchatError):
    """A mask that could never match; the text says why, as a sentence's end."""


def complete(mask: str) -> str:
    """`Tuan` → `Tuan!*@*`, `user@host` → `*!user@host`: every mask has its three parts, an address
    or network in the form in which addresses are compared. One that mutes begins with `m:`, and one
    of an account is `a:NAME`. Raises BadMask.
    """
    if mask.startswith(MUTE):
        return MUTE + complete(mask.removeprefix(MUTE))
    if mask.startswith(ACCOUNT):
        return mask
    nick, bang, rest = mask.partition("!")
    if not bang:
        if "@" in mask:
            nick, rest = "*", mask
        elif ":" in mask or "/" in mask or _IPV4.fullmatch(mask):
            nick, rest = "*", f"*@{mask}"  # no nickname is like that
        else:
            rest = "*"
    user, _, host = rest.partition("@")
    return f"{nick or '*'}!{user or '*'}@{normal_host(host or '*')}"


def normal_host(host: str) -> str:
    """The host of a mask, normalized: an address as it is in a user's source, a network as
    `2001:db8::/32`. Raises BadMask for what looks like an address or network but is not valid.
    """
    start = host.removesuffix(":*")
    if start != host and "::" not in start and "*" not in start:
        groups = start.split(":")  # 2001:db8:* is what its first groups say
        host = f"{start}{'::' if len(groups) < 7 else ':0'}/{16 * len(groups)}"
    if "/" in host:
        return _normal_network(host)
    if ":" not in host:
        return host
    try:
        return Origin(parse_address(host)).host
    except ValueError:
        text = "has an IPv6 address that cannot match: write it whole, or as a network"
        raise BadMask(text) from None


def _normal_network(host: str) -> str:
    try:
        found: Network = ipaddress.ip_network(host, strict=False)
        if isinstance(found, ipaddress.IPv6Network) and found.subnet_of(_MAPPED):
            inner = normal(found.network_address)
            found = ipaddress.ip_network((inner, found.prefixlen - _MAPPED.prefixlen))
    except ValueError:
        raise BadMask("has a network that is not valid") from None
    return str(found)


def fold(text: str) -> str:
    """The form in which masks and sources are compared. Not names.casefold: PRECIS refuses the
    wildcards and separators of a mask.
    """
    return unicodedata.normalize("NFC", text).lower()


def hits(mask: str, source: str, account: str, *, mute: bool = False) -> bool:
    """Whether a folded mask matches somebody's folded nick!user@host or account. With `mute` only
    masks that mute match, without it only the others.
    """
    if mask.startswith(MUTE) is not mute:
        return False
    mask = mask.removeprefix(MUTE)
    if mask.startswith(ACCOUNT):
        return bool(account) and matches(mask.removeprefix(ACCOUNT), account)
    return is_from(mask, source)


def account(mask: str) -> str:
    """The name of the account that a mask is about, "" where it is about no one account."""
    before, kind, name = mask.removeprefix(MUTE).partition(ACCOUNT)
    return name if kind and not before and not {"*", "?"} & set(name) else ""


def is_from(mask: str, source: str) -> bool:
    """Whether a folded mask with a host is about a folded source; the host may be a network."""
    who, _, host = mask.rpartition("@")
    network = as_network(host) if "/" in host else None
    if network is None:
        return matches(mask, source)
    start, _, end = source.rpartition("@")
    address = as_address(end)
    # one that is of the other version is in no network
    return address is not None and address in network and matches(who, start)


@lru_cache(maxsize=4096)
def as_network(host: str) -> Network | None:
    """The network that is written so; `None` for anything else."""
    try:
        return ipaddress.ip_network(host)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def as_address(host: str) -> Address | None:
    """The address that is written so; `None` for anything else."""
    try:
        return parse_address(host)
    except ValueError:
        return None
