"""What the instructions of a Dockerfile leave: a folder, and how programs are run in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.container.dockerfile import Instruction

PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# starts a program in a network of its own, which has only a loopback
LONELY = ("unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")


@dataclass
class Stage:
    """What one `FROM` begins, as the instructions behind it have left it."""

    root: Path
    folder: str = "/"
    user: str = "root"
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)  # of the build: ARG
    said: dict[str, Instruction] = field(default_factory=dict)  # the last of each name

    def set(self, one: Instruction) -> None:
        """`ARG` is for the build alone, `ENV` for whatever runs."""
        target = self.arguments if one.name == "ARG" else self.environment
        for word in one.words():
            name, _, value = word.partition("=")
            target[name] = value

    def host(self, path: str) -> Path:
        """A path of the container, on this machine."""
        return self.root / str(Path(self.folder) / path).lstrip("/")


def chroot(stage: Stage) -> list[str]:
    """Runs a command in the root, as its user."""
    return ["chroot", f"--userspec={stage.user}", str(stage.root)]


def within(pid: int) -> list[str]:
    """Runs a command in the network of a process."""
    return ["nsenter", f"--net=/proc/{pid}/ns/net"]
