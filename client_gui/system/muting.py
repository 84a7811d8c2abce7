"""Which rooms are muted: in the settings each is written as its server's name, a space and the
room's folded name, so that rooms of the same name on two servers are two. One without a server was
kept before there were several, and is meant on all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

Fold = Callable[[str], str]


def muted(entries: Iterable[str], server: str, fold: Fold) -> frozenset[str]:
    """The keys of the muted rooms of one server; `fold` is how it compares names."""
    found = (one.rpartition(" ") for one in entries)
    return frozenset(fold(room) for name, _space, room in found if name in ("", server))


def toggle(entries: list[str], server: str, key: str, fold: Fold) -> None:
    """Mutes a room, or unmutes it."""
    same = [one for one in entries if key in muted([one], server, fold)]
    for one in same:
        entries.remove(one)
    if not same:
        entries.append(f"{server} {key}")
