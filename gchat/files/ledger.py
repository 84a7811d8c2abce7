"""How much is kept, for whom and from where: the limits. Holds numbers only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from gchat.config.settings import FilesConfig
from gchat.files.entry import NoRoom, TooLarge, TooMany


@dataclass(slots=True)
class Claim:
    """A file that is on its way, or kept: whose it is, and how many bytes it has so far. `exempt`:
    nothing is counted for its address.
    """

    owner: str
    address: str
    exempt: bool = False
    size: int = 0


class Ledger:
    """Bytes and files of everybody. What is on its way counts as it comes."""

    def __init__(self) -> None:
        self.bytes = self.number = 0
        self.coming = 0  # files that are on their way
        self._bytes: Counter[str] = Counter()  # by owner or address
        self._numbers: Counter[str] = Counter()
        self._coming: Counter[str] = Counter()

    def add(self, claim: Claim) -> None:
        """Counts a file that is kept, whatever the limits are."""
        self._count(claim, claim.size, 1)

    def remove(self, claim: Claim) -> None:
        """It is kept no more."""
        self._count(claim, -claim.size, -1)

    def begin(self, claim: Claim, size: int, limits: FilesConfig) -> None:
        """Lets a file come, of which `size` bytes are announced (0: nobody knows). Raises TooLarge,
        NoRoom and TooMany.
        """
        if size > limits.file_bytes:
            raise too_large(limits)
        if self.coming >= limits.uploads:
            raise TooMany("Too many files are on their way at the moment: try again.")
        if self._coming[_here(claim)] >= limits.uploads_per_address and not claim.exempt:
            raise TooMany(f"At most {limits.uploads_per_address} files at once: try again.")
        self._check(claim, size, 1, limits)
        self.coming += 1
        self._coming[_here(claim)] += 1
        self._count(claim, 0, 1)

    def grow(self, claim: Claim, size: int, limits: FilesConfig) -> None:
        """So many bytes more have come. Raises TooLarge and NoRoom, and counts nothing then."""
        if claim.size + size > limits.file_bytes:
            raise too_large(limits)
        self._check(claim, size, 0, limits)
        claim.size += size
        self._count(claim, size, 0)

    def come(self, claim: Claim, *, kept: bool) -> None:
        """A file has come; or it is given up, and nothing of it counts any more."""
        self.coming -= 1
        _down(self._coming, _here(claim), 1)
        if not kept:
            self.remove(claim)

    def _check(self, claim: Claim, size: int, number: int, limits: FilesConfig) -> None:
        """Raises NoRoom where so much more is too much."""
        owner, here = _own(claim), _here(claim)
        checks = [
            (self._bytes[owner] + size, limits.account_bytes, "Your files have"),
            (self.bytes + size, limits.bytes, "The files of this server have"),
        ]
        counts = [
            (self._numbers[owner] + number, limits.account_files, "You have"),
            (self.number + number, limits.files, "This server has"),
        ]
        if not claim.exempt:
            checks.append((self._bytes[here] + size, limits.address_bytes, "From here came"))
            counts.append((self._numbers[here] + number, limits.address_files, "From here came"))
        for found, most, whose in checks:
            if found > most:
                raise NoRoom(f"There is no more room: {whose.lower()} {readable(most)} at most.")
        for found, most, whose in counts:
            if found > most:
                raise NoRoom(f"There is no more room: {whose.lower()} {most} files at most.")

    def _count(self, claim: Claim, size: int, number: int) -> None:
        self.bytes += size
        self.number += number
        for key in (_own(claim), _here(claim)):
            self._bytes[key] += size
            self._numbers[key] += number
            if not self._numbers[key]:
                del self._bytes[key], self._numbers[key]


def _own(claim: Claim) -> str:
    return f"o {claim.owner}"


def _here(claim: Claim) -> str:
    return f"a {claim.address}"


def _down(counter: Counter[str], key: str, count: int) -> None:
    counter[key] -= count
    if counter[key] <= 0:
        del counter[key]


def readable(size: int) -> str:
    """Bytes as people read them: 100 MiB."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            break
        size /= 1024  # type: ignore[assignment]
    return f"{size:.4g} {unit}"


def too_large(limits: FilesConfig) -> TooLarge:
    """The refusal of a file that is too large."""
    return TooLarge(f"A file may have at most {readable(limits.file_bytes)}.")
