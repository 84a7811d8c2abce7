"""The server's bans, found by address without looking at each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gchat.core import masks
from gchat.core.accounts import ServerBan
from gchat.core.events import Entry

Bits = tuple[int, int]  # an IP version and the length of a prefix
ANYBODY = "*@"


class ServerBans(Mapping[str, ServerBan]):
    """By folded mask (user@host), in the order in which they were set.

    Bans of one address or host and of a network are in tables, so to find one takes as long with
    10,000 as with one. Only others (of a username, or with wildcards in the host) are looked at one
    after the other.
    """

    __slots__ = ("_bans", "_networks", "_others", "changes")

    def __init__(self) -> None:
        self._bans: dict[str, ServerBan] = {}
        # for each length of prefix, the masks by the number that the addresses begin with
        self._networks: dict[Bits, dict[int, str]] = {}
        self._others: dict[str, None] = {}
        self.changes = 0  # grows with each of them

    def __getitem__(self, mask: str) -> ServerBan:
        return self._bans[mask]

    def __iter__(self) -> Iterator[str]:
        return iter(self._bans)

    def __len__(self) -> int:
        return len(self._bans)

    def __repr__(self) -> str:
        return f"ServerBans({self._bans!r})"

    def set(self, mask: str, ban: ServerBan) -> None:
        """Adds a ban, or replaces the one of this folded mask."""
        self._bans[mask] = ban
        self.changes += 1
        network = _network(mask)
        if network is not None:
            bits, start = network
            self._networks.setdefault(bits, {})[start] = mask
        elif not _is_one_host(mask):
            self._others[mask] = None

    def remove(self, mask: str) -> bool:
        """Whether there was a ban of this folded mask."""
        if self._bans.pop(mask, None) is None:
            return False
        self.changes += 1
        self._others.pop(mask, None)
        network = _network(mask)
        if network is not None:
            bits, start = network
            del self._networks[bits][start]
            if not self._networks[bits]:
                del self._networks[bits]
        return True

    def of(self, source: str, entry: Entry) -> ServerBan | None:
        """A ban of this folded user@host that is not over; `None` for none."""
        for mask in self._candidates(source):
            ban = self._bans[mask]
            if not ban.is_over(entry):
                return ban
        return None

    def _candidates(self, source: str) -> Iterator[str]:
        host = source.rpartition("@")[2]
        if ANYBODY + host in self._bans:
            yield ANYBODY + host
        address = masks.as_address(host) if self._networks else None
        if address is not None:
            number, length = int(address), address.max_prefixlen
            for (version, bits), found in self._networks.items():
                if version == address.version:
                    mask = found.get(number >> (length - bits))
                    if mask is not None:
                        yield mask
        for mask in self._others:
            if masks.is_from(mask, source):
                yield mask


def _is_one_host(mask: str) -> bool:
    rest = mask.removeprefix(ANYBODY)
    return rest != mask and not set("*?/@") & set(rest)


def _network(mask: str) -> tuple[Bits, int] | None:
    """The prefix that a mask of a whole network is about, `None` for any other mask."""
    host = mask.removeprefix(ANYBODY)
    network = masks.as_network(host) if host != mask and "/" in host else None
    if network is None or str(network) != host:
        return None
    length = network.prefixlen
    start = int(network.network_address) >> (network.max_prefixlen - length)
    return (network.version, length), start
