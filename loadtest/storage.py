"""Where a server that was started for a run keeps what is said: on disk, or nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import psutil

IN_MEMORY = ("tmpfs", "ramfs")  # file systems whose files are not on any disk


@dataclass(frozen=True, slots=True)
class Storage:
    """`folder` is the one in which the server's own was made, "" where it keeps nothing."""

    folder: str = ""
    filesystem: str = ""  # of the folder, as the system calls it: "ext4"

    @classmethod
    def at(cls, folder: Path) -> Storage:
        """Storing beneath a folder."""
        return cls(str(folder), _filesystem(folder))

    @property
    def kept(self) -> str:
        """In a word, as results have it."""
        return "disk" if self.folder else "nothing"

    @property
    def sentence(self) -> str:
        """For people."""
        if not self.folder:
            return "keeps nothing"
        return f"stores in {self.folder} ({self.filesystem})"

    @property
    def warning(self) -> str:
        """What makes figures of storing worthless; empty where nothing does."""
        if self.filesystem not in IN_MEMORY:
            return ""
        return f"{self.folder} is in memory, not on a disk: choose another one by --data-folder"

    def saved(self) -> dict[str, str]:
        """As results have it."""
        return {"kept": self.kept, "folder": self.folder, "filesystem": self.filesystem}


def _filesystem(folder: Path) -> str:
    """Of the mount that is nearest above the folder."""
    path = folder.resolve()
    mounts = {Path(one.mountpoint): one.fstype for one in psutil.disk_partitions(all=True)}
    for place in (path, *path.parents):
        if place in mounts:
            return mounts[place]
    return "unknown"
