"""The seam to where files are kept: a folder (`shelf.py`) or a bucket (`s3.py`). All of it waits,
so it is done in threads.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gchat.files.entry import Entry

if TYPE_CHECKING:
    from hashlib import _Hash


class Place(Protocol):
    """Files of one server, as others see them too. `part.py` says more of each."""

    def find(self, id_: str) -> Entry | None:
        """A file, if all of it is there. Raises OSError."""

    def has(self, id_: str) -> bool:
        """Whether nobody has taken a file out. Raises OSError, also where nobody can know."""

    def ids(self) -> set[str]:
        """Of all that is kept. Raises OSError."""

    def read(self, sha256: str, start: int, size: int) -> bytes:
        """A piece of contents. Raises OSError, FileNotFoundError where they were removed."""

    def take_out(self, id_: str) -> None:
        """Nobody finds a file any more. Raises OSError."""


class Store(Place, Protocol):
    """A place, as the server has it that keeps files there."""

    def load(self) -> list[Entry]:
        """What is kept; removes what a process that was killed left behind. Raises ShelfError."""

    def incoming(self, name: str) -> Path:
        """Where a file of this name is while it is on its way."""

    def append(self, name: str, data: bytes, digest: _Hash, spare: int = 0) -> None:
        """Writes more of what is on its way, where that leaves `spare` bytes of the disk free.
        Raises OSError.
        """

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of what is on its way. Raises OSError."""

    def give_up(self, name: str) -> None:
        """Removes what was on its way."""

    def keep(self, name: str, entry: Entry) -> None:
        """Keeps what was on its way, for good when it returns. Raises OSError, and then nothing is
        kept.
        """

    def drop(self, entry: Entry) -> None:
        """Removes a file; its contents too, if no other one has the same. Raises OSError."""

    def beat(self) -> float:
        """Shows other nodes that this one is there. Returns when, in seconds. Raises OSError."""

    def close(self) -> None:
        """Lets go of it."""

    def remove(self) -> None:
        """Lets go of it and removes what is on the disk."""


class Shared(Protocol):
    """Where the nodes of a cluster keep files, each in a place of its own."""

    node: str  # this one

    def other(self, id_: str) -> Place | None:
        """Where the file with this id is, if it is at another node; `None` for what is no id."""

    def look_after(self, now: float, before: int) -> None:
        """Removes, in the places of nodes that are not there, what their node would. `now`:
        seconds, as `beat` tells them. `before`: milliseconds; what was sent before that is too old.
        Raises OSError.
        """
