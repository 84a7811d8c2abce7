"""Which names are taken by one that looks the same."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from gchat.wire.confusables import skeletons


@dataclass(slots=True)
class SkeletonIndex:
    """Folded names that are taken. An ASCII name is its own skeleton, and is not kept here."""

    others: dict[str, str] = field(default_factory=dict)  # skeleton → name

    def add(self, key: str) -> None:
        """It is taken."""
        if not key.isascii():
            for skeleton in skeletons(key):
                self.others[skeleton] = key

    def remove(self, key: str) -> None:
        """It is free."""
        if not key.isascii():
            for skeleton in skeletons(key):
                if self.others.get(skeleton) == key:
                    del self.others[skeleton]

    def taken(self, key: str, taken: Container[str]) -> str:
        """The other name that looks like this one, of those that are `taken`; "" for none."""
        if not self.others and key.isascii():
            return ""
        for skeleton in skeletons(key):
            if skeleton != key and skeleton in taken:
                return skeleton
            other = self.others.get(skeleton, key)
            if other != key:
                return other
        return ""
