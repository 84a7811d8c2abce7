"""Whether an HTTP request is meant for this server. A browser that was told that evil.example is
at this server's address (DNS rebinding) lets a page from there speak to it, but says in `Host` for
whom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from gchat.config.rules import addresses
from gchat.config.settings import ServerConfig
from gchat.wire.address import parse_address

LOCAL = "localhost"


def own_names(server: ServerConfig, certified: Iterable[str] = ()) -> frozenset[str]:
    """What the server is called, in lower case: in the settings, and in its certificate. `*.`
    stands for one label.
    """
    listening = [where[0] for where, _ in addresses(server.listen) if isinstance(where, tuple)]
    metrics = [where[0] for where, _ in addresses(server.metrics) if isinstance(where, tuple)]
    named = (LOCAL, server.name, server.network, server.host, *listening, *metrics)
    return frozenset(name.lower() for name in (*named, *server.hosts.split(), *certified))


def is_own(host: str, names: Collection[str]) -> bool:
    """Whether a `Host` header is an address, which no page can have pointed elsewhere, or one of
    the names; with or without a port.
    """
    try:
        name = _name(host)
    except ValueError:
        return False
    try:
        parse_address(name)
    except ValueError:
        return name in names or f"*.{name.partition('.')[2]}" in names
    return True


def _name(host: str) -> str:
    """Raises ValueError."""
    host = host.strip().lower()
    if host.startswith("["):
        name, end, port = host[1:].partition("]")
        if not end or ":" not in name:
            raise ValueError(host)
    else:
        name, colon, port = host.partition(":")
        port = colon + port
    if port and not (port[0] == ":" and port[1:].isascii() and port[1:].isdigit()):
        raise ValueError(host)
    return name.removesuffix(".")
