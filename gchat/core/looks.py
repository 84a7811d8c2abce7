"""Which names are taken by one that looks the same."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from gchat.wire.confusables import looks


@dataclass(slots=True)
class Looks:
    """Of folded names. Those of ASCII look like themselves, and need not be kept here."""

    _others: dict[str, str] = field(default_factory=dict)  # by what they look like

    def add(self, key: str) -> None:
        """It is taken."""
        if not key.isascii():
            for look in looks(key):
                self._others[look] = key

    def remove(self, key: str) -> None:
        """It is free."""
        if not key.isascii():
            for look in looks(key):
                if self._others.get(look) == key:
                    del self._others[look]

    def taken(self, key: str, taken: Container[str]) -> str:
        """The other name that looks like this one, of those that are `taken`; "" for none."""
        if not self._others and key.isascii():
            return ""
        for look in looks(key):
            if look != key and look in taken:
                return look
            other = self._others.get(look, key)
            if other != key:
                return other
        return ""
