"""The load test's commands as processes: in a terminal of their own, and against servers that stay
silent.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

import psutil

FOLDER = Path(__file__).resolve().parents[2] / "loadtest"
RUN, PEERS = str(FOLDER / "run.py"), str(FOLDER / "peers.py")
WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.01  # between two looks at what cannot be waited on


_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _own_terminal() -> None:
    # The tests may run under nohup, or in the background of a script.
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class InTerminal:
    """`run.py` in a terminal, where Ctrl+C is for all that was started. What it makes for a moment
    belongs in `folder / "made"`.
    """

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.made = folder / "made"
        self.made.mkdir()
        self._terminal, inner = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, RUN, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=folder,
            env=os.environ | {"TMPDIR": str(self.made), "TERM": "xterm", "COLUMNS": "200"},
            start_new_session=True,
            preexec_fn=_own_terminal,  # noqa: PLW1509 - it is one system call
        )
        os.close(inner)
        self._children: list[psutil.Process] = []
        self.shown = ""  # with what moves the cursor

    def __enter__(self) -> InTerminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._terminal)
        for child in self._children:
            if child.is_running():
                child.kill()
        self._process.kill()
        self._process.wait()

    @property
    def children(self) -> list[psutil.Process]:
        """All that it started and that runs."""
        return psutil.Process(self._process.pid).children(recursive=True)

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return _CONTROL.sub("", self.shown)

    def server(self) -> psutil.Process:
        """The server that it started."""
        return next(one for one in self.children if "gchat" in one.cmdline())

    def wait_for(self, text: str) -> None:
        """Waits until the terminal shows a text."""
        while text not in self.shown:
            assert self._read(), f"{text!r} was not shown:\n{self.shown}"

    def wait_until_it_has_a_folder(self) -> None:
        """Waits until its server is being started."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not any(self.made.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(LOOK_SECONDS)

    def press_ctrl_c(self) -> None:
        """As somebody at the keyboard does."""
        self._children = self.children
        os.write(self._terminal, b"\x03")

    def send(self, *numbers: signal.Signals) -> None:
        """Sends signals to this process alone."""
        self._children = self.children
        for number in numbers:
            self._process.send_signal(number)

    def end(self) -> int:
        """Waits for the end, and checks that nothing is left; the exit status."""
        while self._read():
            pass
        status = self._process.wait(WAIT_SECONDS)
        assert "Traceback" not in self.shown, self.shown
        _, left = psutil.wait_procs(self._children, WAIT_SECONDS)
        assert left == []
        assert list(self.made.iterdir()) == []
        return status

    def _read(self) -> bool:
        """Reads on; whether there is more."""
        ready, _, _ = select.select([self._terminal], [], [], WAIT_SECONDS)
        assert ready, f"it says nothing more:\n{self.shown}"
        try:
            self.shown += os.read(self._terminal, 65536).decode()
        except OSError:  # nobody has it open any more
            return False
        return True
