"""A terminal program in tmux: type, and wait for what the screen shows."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

WAIT_SECONDS = 20.0
LOOK_SECONDS = 0.05  # between two looks at the screen; tmux cannot be waited on


class Terminal:
    """One program in a tmux server of its own."""

    def __init__(self, tmux: str, folder: Path, command: str) -> None:
        self._tmux = [tmux, "-f", "/dev/null", "-S", str(folder / "tmux")]
        environment = [f"HOME={folder}", "LANG=C.UTF-8", "TERM=screen-256color"]
        # Its own settings, whatever the environment of the tests says.
        environment += [f"XDG_{kind}_HOME={folder}/{kind}" for kind in ("CONFIG", "DATA", "CACHE")]
        options = [word for pair in environment for word in ("-e", pair)]
        size = ["-x", "120", "-y", "40"]
        self._run("new-session", "-d", *size, *options, command)

    def type(self, line: str) -> None:
        """Types a line and presses Enter."""
        self._run("send-keys", "-l", line)
        self._run("send-keys", "Enter")

    def paste(self, text: str) -> None:
        """Pastes several lines at once and presses Enter when the last of them is there."""
        self._run("set-buffer", text)
        self._run("paste-buffer", "-p", "-r")
        self.wait_for(text.rpartition("\n")[2])
        self._run("send-keys", "Enter")

    def screen(self) -> str:
        """What is on the screen."""
        return self._run("capture-pane", "-p")

    def wait_for(self, text: str) -> str:
        """Waits until the screen shows `text`; the screen."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            screen = self.screen()
            if text in screen:
                return screen
            assert time.monotonic() < deadline, f"{text!r} is not on the screen:\n{screen}"
            time.sleep(LOOK_SECONDS)

    def wait_for_the_end(self) -> None:
        """Waits until the program has ended, and tmux with it."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (
            subprocess.run(
                [*self._tmux, "has-session"], capture_output=True, check=False
            ).returncode
            == 0
        ):
            assert time.monotonic() < deadline, f"still running:\n{self.screen()}"
            time.sleep(LOOK_SECONDS)

    def close(self) -> None:
        """Ends it, whatever it does."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments], capture_output=True, text=True, check=True, timeout=20
        )
        return done.stdout
