"""The server under test: one of our own, started for the run, or one that runs already."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

STOP_SECONDS = 10.0


class Target:
    """Where the load goes. `pid` is of the server's process, 0 where it is not known."""

    def __init__(self, host: str, port: int, pid: int = 0) -> None:
        self.address = (host, port)
        self._process = psutil.Process(pid) if pid else None

    @property
    def known(self) -> bool:
        """Whether what the server uses can be measured."""
        return self._process is not None

    def usage(self) -> tuple[float, int]:
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
    """A gchat server of our own, on a free port. With `disk` it stores messages, in a folder that
    is removed afterwards; otherwise it keeps them in memory only.
    """

    def __init__(self, *, disk: bool = False, tls: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="loadtest-")
        keeps = [] if disk else ["--memory"]
        if tls:
            keeps.append("--tls-self-signed")
        self._server = subprocess.Popen(
            [sys.executable, "-m", "gchat", "--port", "0", "--log-level", "warning", *keeps],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"GCHAT_JOURNAL_DATA": self._folder.name},
            cwd=Path(__file__).resolve().parent.parent,  # where gchat is found, installed or not
        )
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise OSError(f"the server ended with status {self._server.wait()}")
        super().__init__("127.0.0.1", int(line.rsplit(":", 1)[1]), self._server.pid)

    def stop(self) -> None:
        """Stops the server."""
        self._server.terminate()
        try:
            self._server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        assert self._server.stdout is not None
        self._server.stdout.close()
        self._folder.cleanup()
