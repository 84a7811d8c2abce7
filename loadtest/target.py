"""The server under test: one of our own, started for the run, or one that runs already."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil

from loadtest import system
from loadtest.interruption import Interruption
from loadtest.started import Started
from loadtest.storage import Storage

Address = tuple[str, int]
Usage = tuple[float, int]


class Target:
    """Where the load goes. `pid` is of the server's process, 0 where it is not known."""

    def __init__(self, host: str, port: int, pid: int = 0) -> None:
        self.addresses: tuple[Address, ...] = ((host, port),)  # of its nodes
        self._process = system.measured(psutil.Process(pid)) if pid else None
        self.storage: Storage | None = None  # None where it is not ours to know

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        return "gchat"

    @property
    def known(self) -> bool:
        """Whether what the server uses can be measured."""
        return self._process is not None

    def parts(self) -> dict[str, Usage]:
        """The same of each process by itself, where the server is several."""
        return {}

    def usage(self) -> Usage:
        """CPU seconds so far and bytes of memory now; zeros where they cannot be known."""
        if self._process is None:
            return 0.0, 0
        try:
            times = self._process.cpu_times()
            return float(times.user + times.system), int(self._process.memory_info().rss)
        except psutil.NoSuchProcess:
            self._process = None
            return 0.0, 0

    def stop(self) -> None:
        """Nothing: the server is not ours."""


class OwnTarget(Target):
    """A gchat server of our own, on a free port, as it is shipped: it stores what is said, in a
    folder that is removed afterwards. With `memory` it keeps nothing.
    """

    def __init__(
        self,
        interruption: Interruption,
        *,
        memory: bool = False,
        tls: bool = False,
        parent: Path | None = None,
    ) -> None:
        """Starts it; its folder is made in `parent`, or where TMPDIR says. Raises OSError,
        Interrupted.
        """
        flags = ["--memory"] if memory else []
        if tls:
            flags.append("--tls-self-signed")
        self._server = Started(interruption, parent)
        try:
            self._server.start(
                [sys.executable, "-m", "gchat", "--port", "0", "--log-level", "warning", *flags],
                stdout=subprocess.PIPE,
                env=os.environ | {"GCHAT_JOURNAL_DATA": str(self._server.folder)},
                cwd=Path(__file__).resolve().parent.parent,  # where gchat is found
            )
            line = self._server.read_line()
            if not line:
                raise OSError("the server ended before it had started")
            super().__init__("127.0.0.1", int(line.rsplit(b":", 1)[1]), self._server.pid)
            self.storage = Storage() if memory else Storage.at(self._server.folder.parent)
        except BaseException:
            self._server.stop()
            raise

    def stop(self) -> None:
        """Stops the server."""
        self._server.stop()
