"""Limits per address: how many connections at once, and how many new ones in a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from gchat.core.limits import Buckets
from gchat.net.refusals import TOO_FAST, TOO_MANY_OF_YOURS
from gchat.wire.address import Origin


@dataclass(slots=True)
class Admission:
    """`most`: connections of one address at once, 0 for any number. `new`: how many new ones.
    `local_exempt`: connections from this machine are not counted.
    """

    most: int = 0
    new: Buckets = field(default_factory=lambda: Buckets(0, 1.0))
    local_exempt: bool = True
    _here: Counter[str] = field(default_factory=Counter)

    def enter(self, origin: Origin, now: float) -> bytes:
        """Counts a new connection and returns b"". If it is one too many, it is not counted, and
        the refusal to send it is returned. `now` is in seconds.
        """
        if self.local_exempt and origin.is_local:
            return b""
        key = origin.group
        if self.most and self._here[key] >= self.most:
            return TOO_MANY_OF_YOURS
        if not self.new.take(key, now):
            return TOO_FAST
        self._here[key] += 1
        return b""

    def leave(self, origin: Origin) -> None:
        """Counts the end of a connection that was let in."""
        if self.local_exempt and origin.is_local:
            return
        key = origin.group
        if key in self._here:
            self._here[key] -= 1
            if self._here[key] <= 0:
                del self._here[key]

    def move(self, origin: Origin, other: Origin, now: float) -> bytes:
        """Counts a connection that was let in at another address, the one it really comes from. If
        it is one too many there, it stays counted as before, and the refusal is returned.
        """
        refusal = self.enter(other, now)
        if not refusal:
            self.leave(origin)
        return refusal

    def __len__(self) -> int:
        return len(self._here)
