"""For whom a connection speaks that comes from an HTTP proxy."""

from __future__ import annotations

from collections.abc import Callable, Container

from gchat.config.settings import ServerConfig
from gchat.wire.address import Address, Origin
from gchat.wire.forwarded import Hop, client, forwarded, x_forwarded

Header = Callable[[str], str]  # the value of a header by its name in lower case, "" for none

# Headers that proxies add. Who sends one is not on this machine, also where it is not believed.
PROXYS = ("forwarded", "via", "x-forwarded-for", "x-real-ip")


def is_relayed(headers: Container[str]) -> bool:
    """Whether a proxy has passed a request on, by the names of its headers in lower case."""
    return any(name in headers for name in PROXYS)


def told(peer: Origin, header: Header, server: ServerConfig) -> Hop | None:
    """What the proxy says; `None` where the peer is none of those in the settings. Of the two
    headers only the one in the settings is read: a proxy passes on the other one as a client has
    sent it.
    """
    if not peer.is_one_of(server.http_proxies):
        return None

    def is_proxy(address: Address) -> bool:
        return Origin(address).is_one_of(server.http_proxies)

    if server.forwarded_by == "Forwarded":
        return client(forwarded(header("forwarded")), is_proxy)
    return client(x_forwarded(header("x-forwarded-for"), header("x-forwarded-proto")), is_proxy)
