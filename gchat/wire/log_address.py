"""Where the log is: redis://, rediss:// (TLS) or sentinel:// and sentinels://, as one setting."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from gchat.wire.address import readable_address

PORT, SENTINEL_PORT = 6379, 26379
SCHEMES = {
    "redis": (False, False),
    "valkey": (False, False),
    "rediss": (True, False),
    "valkeys": (True, False),
    "sentinel": (False, True),
    "sentinels": (True, True),
}
SAYS = (
    'redis://host:6379, rediss:// for TLS, or sentinel://host:26379,other:26379/name; "" for no '
    "cluster"
)


@dataclass(frozen=True, slots=True)
class LogAddress:
    """One address, or those of Sentinels that know it by a name."""

    hosts: tuple[tuple[str, int], ...]
    tls: bool = False
    master: str = ""  # what the Sentinels call it; "" where `hosts` is the address itself
    username: str = ""
    password: str = field(default="", repr=False)
    database: int = 0

    def __str__(self) -> str:
        hosts = ",".join(readable_address(host, port) for host, port in self.hosts)
        return f"{self.master} of the Sentinels {hosts}" if self.master else hosts


def log_address(text: str) -> LogAddress:
    """What the setting says. Raises ValueError with what is wrong."""
    scheme, found, rest = text.partition("://")
    if not found or scheme not in SCHEMES:
        raise ValueError(f"it begins with none of {', '.join(f'{one}://' for one in SCHEMES)}")
    tls, by_sentinel = SCHEMES[scheme]
    # not by urlsplit: it takes one host, and newer ones refuse "[" within it
    authority, _, path = rest.partition("/")
    path = path.strip("/")
    login, _, places = authority.rpartition("@")
    username, _, password = login.partition(":")
    hosts = tuple(_host(one, SENTINEL_PORT if by_sentinel else PORT) for one in places.split(","))
    if by_sentinel:
        if not path:
            raise ValueError("the name that the Sentinels know is missing: sentinel://host/name")
    elif len(hosts) > 1:
        raise ValueError("several addresses are for sentinel:// only")
    elif path and not (path.isascii() and path.isdigit()):
        raise ValueError("after the address comes the number of a database, or nothing")
    return LogAddress(
        hosts,
        tls,
        path if by_sentinel else "",
        unquote(username),
        unquote(password),
        0 if by_sentinel or not path else int(path),
    )


def _host(text: str, port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("a host is missing")
    return parts.hostname, parts.port or port  # raises ValueError where it is no port


def is_log_address(text: str) -> bool:
    """Whether it is an address, or "" for none."""
    if not text:
        return True
    try:
        log_address(text)
    except ValueError:
        return False
    return True
