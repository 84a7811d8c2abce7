"""A folder that the nodes of a cluster share. Each keeps its files in a part of its own,
`nodes/<name>/`, locked by it and counted by it; the others read them there, and take them out. What
is in `content/` and `entries/` beside `nodes/` is from a single server that used the folder before.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from gchat.files.entry import keeper
from gchat.files.part import Part
from gchat.files.shelf import LOCK, Shelf, ShelfError

log = logging.getLogger(__name__)

NODES = "nodes"
SILENT_SECONDS = 3600.0  # of a node, after which the others look after its part


class SharedFolder:
    """A `Shared`: all parts, as one node sees them."""

    def __init__(self, folder: Path, node: str, *, durable: bool = True) -> None:
        self.node = node
        self._folder = folder
        self._durable = durable

    @property
    def own(self) -> Path:
        """Where this node keeps its files."""
        return self._folder / NODES / self.node

    def other(self, id_: str) -> Part | None:
        """Where the file with this id is, if it is at another node; `None` for what is no id."""
        node = keeper(id_)
        if node is None or node == self.node:
            return None
        folder = self._folder / NODES / node if node else self._folder
        return Part(folder, durable=self._durable)

    def look_after(self, now: float, before: int) -> None:
        """Removes, in the parts of nodes that are not there, what their node would: contents that
        nobody finds any more, and what was sent before a time in milliseconds (0: nothing). `now`
        is the time in seconds by the clock of the disk. Waits for the disk, for long. Raises
        OSError.
        """
        for folder in self._others():
            try:
                last = (folder / LOCK).stat().st_mtime
            except FileNotFoundError:
                last = 0.0
            if now - last < SILENT_SECONDS:
                continue  # it may be there, whatever locks say: not all disks of a network have any
            try:
                shelf = Shelf(folder, durable=self._durable)
            except ShelfError:
                continue  # it is there
            try:
                for entry in shelf.load():
                    if entry.at < before:
                        shelf.drop(entry)
            except ShelfError as error:
                log.warning("files of another node: %s", error)
            finally:
                shelf.close()

    def _others(self) -> Iterator[Path]:
        if (self._folder / "entries").is_dir():
            yield self._folder
        for folder in sorted((self._folder / NODES).iterdir()):
            if folder.name != self.node and (folder / "entries").is_dir():
                yield folder
