"""The server under test: one of our own, started for the run, or one that runs already."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

STOP_SECONDS = 10.0


@dataclass(slots=True)
class Usage:
    """What the server used during the load; CPU in seconds, memory in bytes."""

    cpu: float
    memory: int


class Target:
    """Where the load goes. `pid` is of the server's process, 0 where it is not known."""

    def __init__(self, host: str, port: int, pid: int = 0) -> None:
        self.address = (host, port)
        self._process = psutil.Process(pid) if pid else None
        self._before = 0.0
        self.usage: Usage | None = None

    def begin(self) -> None:
        """The load begins."""
        if self._process is not None:
            self._before = self._cpu(self._process)

    def end(self) -> None:
        """The load has ended."""
        if self._process is not None:
            with suppress(psutil.NoSuchProcess):
                memory = self._process.memory_info().rss
                self.usage = Usage(self._cpu(self._process) - self._before, memory)

    def stop(self) -> None:
        """Nothing: the server is not ours."""

    @staticmethod
    def _cpu(process: psutil.Process) -> float:
        times = process.cpu_times()
        return float(times.user + times.system)


class OwnTarget(Target):
    """A gchat server of our own, on a free port."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "gchat", "--port", "0", "--log-level", "warning"],
            stdout=subprocess.PIPE,
            text=True,
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
