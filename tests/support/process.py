"""A real server in a process of its own."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO

START_SECONDS = 20.0
STOP_SECONDS = 10.0


# Below those that the system gives to sockets that ask for any: what other tests do at the same
# time never takes one from under the test that found it free.
PORTS = range(20_000, 30_000)


def free_port() -> int:
    """A port on which nothing listens."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


class ServerProcess:
    """`python -m gchat --port 0`. `stop` checks that its log has no traceback."""

    module = "gchat"  # or another module, which runs gchat

    def __init__(self, *flags: str, **settings: object) -> None:
        self._flags = flags if "--data" in flags else ("--memory", *flags)
        self._environment = {f"GCHAT_{key.upper()}": str(value) for key, value in settings.items()}
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str] | None = None
        self.port = 0

    def __enter__(self) -> ServerProcess:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def process(self) -> subprocess.Popen[str]:
        """The running process."""
        assert self._process is not None
        return self._process

    @property
    def log(self) -> str:
        """What came on stderr so far."""
        assert self._log is not None
        return Path(self._log.name).read_text(encoding="utf-8")

    def start(self) -> ServerProcess:
        """Starts it and waits for its first line."""
        self._log = tempfile.NamedTemporaryFile("w", suffix=".log", delete=False)  # noqa: SIM115
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GCHAT_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module, "--port", "0", *self._flags],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=environment | self._environment,
            # on Windows a signal can only be sent to a whole group
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("Server started on 127.0.0.1:"), (line, self.log)
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stops it with a signal and gives the exit status; 0 where it ended before."""
        if self._process is None or self._log is None:
            return 0
        process, self._process = self._process, None
        if process.poll() is None:
            # there SIGTERM ends a process at once
            windows = getattr(signal, "CTRL_BREAK_EVENT", None)
            process.send_signal(number if windows is None else windows)
        try:
            status = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            assert process.stdout is not None
            process.stdout.close()
            log = self.log
            self._log.close()
            Path(self._log.name).unlink()
        assert "Traceback" not in log, log
        return status
