"""The node's own archive, which is written behind what is shown: who reads waits for that."""

from __future__ import annotations

from collections.abc import Iterable

from gchat.core.history import Archive, Query, Record, Reference, Search
from gchat.journal.cluster.keeper import Keeper


class BehindArchive:
    """Every question waits until what was shown when it was asked is stored."""

    def __init__(self, archive: Archive, keeper: Keeper) -> None:
        self._archive = archive
        self._keeper = keeper

    def of(self, address: str) -> BehindArchive:
        return BehindArchive(self._archive.of(address), self._keeper)

    def read(self, query: Query) -> list[Record]:
        self._keeper.wait_until_stored()
        return self._archive.read(query)

    def around(self, query: Query, center: Reference) -> list[Record]:
        self._keeper.wait_until_stored()
        return self._archive.around(query, center)

    def targets(
        self, places: Iterable[tuple[str, int]], person: str, after: int, before: int, limit: int
    ) -> list[Record]:
        self._keeper.wait_until_stored()
        return self._archive.targets(places, person, after, before, limit)

    def search(self, search: Search) -> list[Record]:
        self._keeper.wait_until_stored()
        return self._archive.search(search)

    def find(self, msgid: str) -> Record | None:
        self._keeper.wait_until_stored()
        return self._archive.find(msgid)

    def conversations(self, person: str) -> list[str]:
        self._keeper.wait_until_stored()
        return self._archive.conversations(person)
