"""Limits per address: how many connections at once, and how many new ones in a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from gchat.core.limits import Buckets
from gchat.net.refusals import TOO_FAST, TOO_MANY_OF_YOURS
from gchat.wire.address import Origin

UNTOLD_MOST = 1000  # connections of one gateway at once that have not said yet for whom they are


@dataclass(slots=True)
class Admission:
    """`most`: connections of one address at once, 0 for any number. `new`: how many new ones.
    `local_exempt`: connections from this machine are not counted.
    """

    most: int = 0
    new: Buckets = field(default_factory=lambda: Buckets(0, 1.0))
    local_exempt: bool = True
    untold_most: int = UNTOLD_MOST
    _here: Counter[str] = field(default_factory=Counter)
    _untold: Counter[str] = field(default_factory=Counter)

    def enter(self, origin: Origin, now: float, *, new: bool = True) -> bytes:
        """Counts a connection and returns b"". If it is one too many, it is not counted, and the
        refusal to send it is returned. `now` is in seconds. With `new` off it is only one of so
        many at once.
        """
        if self.local_exempt and origin.is_local:
            return b""
        key = origin.group
        if self.most and self._here[key] >= self.most:
            return TOO_MANY_OF_YOURS
        if new and not self.new.take(key, now):
            return TOO_FAST
        self._here[key] += 1
        return b""

    def enter_untold(self, origin: Origin) -> bytes:
        """The same for a connection of a gateway, which says by WEBIRC for whom it is: until then
        it is not counted as one of the gateway's own address, on which all its users would share
        one limit.
        """
        if self._untold[origin.group] >= self.untold_most:
            return TOO_MANY_OF_YOURS
        self._untold[origin.group] += 1
        return b""

    def leave(self, origin: Origin, *, untold: bool = False) -> None:
        """Counts the end of a connection that was let in, `untold` by `enter_untold`."""
        if untold:
            _count_down(self._untold, origin.group)
            return
        if self.local_exempt and origin.is_local:
            return
        _count_down(self._here, origin.group)

    def move(
        self, origin: Origin, other: Origin, now: float, *, untold: bool = False, new: bool = True
    ) -> bytes:
        """Counts a connection that was let in at another address, the one it really comes from. If
        it is one too many there, it stays counted as before, and the refusal is returned.
        """
        refusal = self.enter(other, now, new=new)
        if not refusal:
            self.leave(origin, untold=untold)
        return refusal

    def __len__(self) -> int:
        return len(self._here) + len(self._untold)


def _count_down(counter: Counter[str], key: str) -> None:
    if key in counter:
        counter[key] -= 1
        if counter[key] <= 0:
            del counter[key]
