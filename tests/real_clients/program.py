"""A real program that is put through the restart of the server: how it is started, what it has
seen, how it is held while the server is away.

Knows nothing of what is said in the room: story.py does.
"""

from __future__ import annotations

import enum
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PASSWORD = "correcthorse"
ROOM = "#kitchen"
COMMAND = "!answer"  # a bot answers "!answer 3" with "answer 3"
LINE = re.compile(r"\bline (\d+)\b")  # what a person says, and programs have to see
LOOK_SECONDS = 0.05  # between two looks at a file; programs cannot be waited on
STOP_SECONDS = 10.0
UNPRIVILEGED = "nobody"  # who programs run as, where we are root


class Away(enum.Enum):
    """What becomes of what is said while a program is away."""

    SEEN = "is sent it, shows it"
    LEFT_ASIDE = (
        "is sent it, leaves it aside"  # by its time, or because it is in a batch of history
    )
    NOT_SENT = "is not sent it"  # it has no server-time, and would take it for new


class Missing(Exception):
    """A program is not installed; the text says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program runs: its own folder, and the server's port."""

    folder: Path
    port: int


def wait_until(done: Callable[[], object], seconds: float) -> bool:
    """Waits for a condition; whether it came true."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def installed(program: str) -> str:
    """The path of a program. Raises Missing."""
    path = shutil.which(program)
    if path is None:
        raise Missing(program)
    return path


class Program(ABC):
    """One program, from its start to its end. The class says what is expected of it."""

    name: str
    nick: str
    login: str  # how it logs in
    back: str  # how it comes back
    away: Away
    obeys = False  # it also carries out commands of that time, once
    seconds = 60.0  # in which it has to come back

    def __init__(self, place: Place) -> None:
        self.place = place
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] | None = None

    @classmethod
    @abstractmethod
    def find(cls) -> None:
        """Looks for what it needs. Raises Missing."""

    @abstractmethod
    def start(self) -> None:
        """Writes its settings and starts it; does not wait until it is in the room."""

    @abstractmethod
    def seen(self) -> str:
        """All that it has seen in the room so far."""

    def answer(self, number: int) -> None:  # noqa: B027 — most programs need nothing
        """Makes it answer, where it does not do so by itself as a bot does."""

    def wrong(self) -> list[str]:
        """What else is wrong with it; asked when the last line was seen."""
        return []

    def lines(self) -> list[int]:
        """The numbers of the person's lines that it has seen, in order."""
        return [int(number) for number in LINE.findall(self.seen())]

    def hold(self) -> None:
        """Stops it in its tracks."""
        self._signal(signal.SIGSTOP)

    def let_go(self) -> None:
        """Lets it run on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Ends it, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            if process.stdin is not None:
                process.stdin.close()
        if self._output is not None:
            self._output.close()

    @property
    def output(self) -> str:
        """What it wrote to its terminal."""
        return read(self.place.folder / "output")

    def run(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        """Starts the process in its folder, with settings of its own, whatever ours are, and not as
        root: some programs refuse that, and ZNC waits for half a minute.
        """
        folder = self.place.folder
        variables = {"HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        variables["LOGNAME"] = UNPRIVILEGED
        variables |= {f"XDG_{kind}_HOME": f"{folder}/{kind}" for kind in XDG}
        variables |= environment or {}
        self._output = (folder / "output").open("wb")
        user = group = None
        if os.geteuid() == 0:
            owner = pwd.getpwnam(UNPRIVILEGED)
            user, group = owner.pw_uid, owner.pw_gid
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user, group)
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )

    def _signal(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


XDG = ("CONFIG", "DATA", "CACHE")


def read(path: Path) -> str:
    """What is in a file; nothing where there is none."""
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
