"""The seam: what web pages, dialects and the rest of the server ask of files. `files.py` keeps them
in a folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from gchat.config.settings import FilesConfig
from gchat.files.entry import Entry, Owner
from gchat.files.tokens import Tokens


class Upload(Protocol):
    """A file that is on its way. `give_up` or `finish` has to be called, in any case."""

    def take(self, data: bytes) -> None:
        """More of it. May switch greenlets. Raises TooLarge, NoRoom and OSError."""

    def finish(self) -> Entry:
        """All of it has come: keeps it. When it returns, it is kept for good. Switches greenlets.
        Raises NoRoom and OSError, and then nothing of it is kept.
        """

    def give_up(self) -> None:
        """Nothing of it is kept. Switches greenlets. Does nothing after `finish`."""


class Files(Protocol):
    """All files of a server. What reads or writes may switch greenlets."""

    tokens: Tokens

    @property
    def settings(self) -> FilesConfig:
        """As they are now."""

    def find(self, id_: str) -> Entry | None:
        """A file by its id. May switch greenlets. Raises OSError."""

    def begin(
        self, owner: Owner, address: str, name: str, size: int, *, exempt: bool = False
    ) -> Upload:
        """Lets somebody send a file; `size` is what they say it has, 0 where they do not. `exempt`:
        limits for each address do not count. Never waits. Raises TooLarge, NoRoom and TooMany.
        """

    def read(self, entry: Entry, start: int, size: int) -> Iterator[bytes]:
        """Its bytes from `start` on, piece by piece; nothing is open between two pieces, so it may
        be removed meanwhile. Raises OSError, FileNotFoundError then.
        """

    def remove(self, entry: Entry) -> None:
        """Removes a file, for good when it returns. Raises OSError, and then it is kept."""

    def take_back(self, ids: Iterable[str], owner: Owner) -> None:
        """Removes those of these files that they may delete. What cannot be removed is logged."""

    def expire(self, before: int) -> None:
        """Removes what was sent before a time in milliseconds. Raises OSError."""
