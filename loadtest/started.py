"""A server that was started for a run, with a folder of its own: neither outlives the run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from loadtest import system
from loadtest.interruption import Interruption

STOP_SECONDS = 10.0


class Started:
    """The folder, and once `start` was called, the process."""

    def __init__(self, interruption: Interruption, parent: Path | None = None) -> None:
        """Makes the folder, in `parent` or where TMPDIR says. Raises OSError."""
        self._interruption = interruption
        self._process: subprocess.Popen[Any] | None = None
        with interruption.held():
            # absolute, since the process may have another current folder
            self.folder = Path(tempfile.mkdtemp(prefix="loadtest-", dir=parent)).absolute()
            interruption.at_once(self._end_now)

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process is not None
        return self._process.pid

    def start(self, command: Sequence[str], **how: Any) -> None:
        """Starts the process. Ctrl+C in our terminal is not for it. Raises OSError."""
        with self._interruption.held():
            self._process = subprocess.Popen(command, **system.OWN_GROUP, **how)

    def kill(self) -> None:
        """Ends the process by force, as a crash does; `start` starts another one in the folder."""
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def ended(self) -> int | None:
        """Its exit status, where it has ended."""
        assert self._process is not None
        return self._process.poll()

    def read_line(self) -> bytes:
        """The next line of its output, b"" once there is none. Raises Interrupted."""
        assert self._process is not None
        out: IO[bytes] | None = self._process.stdout
        assert out is not None
        with self._interruption.waiting():
            return out.readline()

    def stop(self) -> None:
        """Stops the process, at last by force, and removes the folder."""
        if self._process is not None:
            system.ask_to_end(self._process)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._interruption.no_more(self._end_now)

    def _end_now(self) -> None:
        """Within a signal's handler: Popen's own methods may be in the middle of their work."""
        process = self._process
        if process is not None and process.returncode is None:
            system.end_at_once(process.pid)
        shutil.rmtree(self.folder, ignore_errors=True)
