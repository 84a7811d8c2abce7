"""What SQLite does not say of its write-ahead log: where it is damaged, all behind that is ignored.
Only reads. https://sqlite.org/fileformat2.html#walformat and https://sqlite.org/walformat.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = struct.Struct(">8I")  # magic, version, page size, sequence, two salts, two checksums
_FRAME = struct.Struct(
    ">6I"
)  # page, pages of the file after a commit or 0, two salts, two checksums
_MAGIC = 0x377F0682  # the last bit tells the byte order of the checksums
_FRAMES_AT = 16  # in the index beside the log: how many frames SQLite reads
_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Behind:
    """What is behind the last frame that SQLite reads, and was written after it."""

    size: int  # bytes
    commits: int  # ends of transactions
    ends: bool  # whether the last of these frames is the end of a transaction

    @property
    def lost(self) -> bool:
        """Whether something was lost that was stored. A transaction begins when the one before is
        safe, so at most one of them is cut short by a loss of power, and nothing is behind it.
        """
        return self.commits > 1 or (self.commits == 1 and not self.ends)


NOTHING = Behind(0, 0, ends=False)


def behind(file: Path) -> Behind:
    """What the log of an SQLite file has behind the frames that are read. The file has to be open
    and was read from, so that SQLite knows how many these are.
    """
    try:
        with file.with_name(f"{file.name}-wal").open("rb") as log:
            header = log.read(_HEADER.size)
            if len(header) < _HEADER.size:
                return NOTHING
            whole = _is_whole(header)
            _, _, size, _, *salts, _, _ = _HEADER.unpack(header)
            if not whole:  # then SQLite reads nothing of it
                size, salts = _first(log.read(_FRAME.size), size)
            known = _read(file) if whole else 0
            return _walk(log, known, size, tuple(salts))
    except (OSError, struct.error):
        return NOTHING


def _is_whole(header: bytes) -> bool:
    magic, *_, one, other = _HEADER.unpack(header)
    if magic | 1 != _MAGIC | 1:
        return False
    words = struct.unpack(">6I" if magic & 1 else "<6I", header[:24])
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & _MASK
        second = (second + odd + first) & _MASK
    return (first, second) == (one, other)


def _first(frame: bytes, size: int) -> tuple[int, list[int]]:
    """Page size and salts, where the header cannot be believed."""
    _, _, *salts, _, _ = _FRAME.unpack(frame)
    good = 512 <= size <= 65536 and size & (size - 1) == 0
    return size if good else 4096, salts


def _read(file: Path) -> int:
    with file.with_name(f"{file.name}-shm").open("rb") as index:
        index.seek(_FRAMES_AT)
        (frames,) = struct.unpack("=I", index.read(4))
    return int(frames)


def _walk(log: BinaryIO, known: int, size: int, salts: tuple[int, ...]) -> Behind:
    """Frames of older logs, of which this one takes the place, have other salts."""
    at = start = _HEADER.size + known * (_FRAME.size + size)
    end, commits, ends = start, 0, False
    while True:
        log.seek(at)
        frame = log.read(_FRAME.size)
        if len(frame) < _FRAME.size:
            return Behind(end - start, commits, ends)
        _, pages, one, other, _, _ = _FRAME.unpack(frame)
        at += _FRAME.size + size
        if (one, other) == salts:
            end, ends = at, pages > 0
            commits += ends
