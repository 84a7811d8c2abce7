"""A screen for the window: Xvfb, started once, unless there is a display already."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.client_gui.ui import Ui


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The display to draw on; always our own, so that nothing pops up on anybody's desktop."""
    program = shutil.which("Xvfb")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Xvfb is not installed")
        pytest.skip("Xvfb is not installed")
    read, write = os.pipe()
    process = subprocess.Popen(
        [program, "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = f":{number}"
    yield os.environ["DISPLAY"]
    if before is None:
        del os.environ["DISPLAY"]
    else:
        os.environ["DISPLAY"] = before
    process.terminate()
    process.wait()


@pytest.fixture
def open_ui(display: str) -> Iterator[Callable[..., Ui]]:
    """Opens windows: `open_ui(port, nick=…)`."""
    opened: list[Ui] = []

    def open_one(port: int, **options: object) -> Ui:
        opened.append(Ui(port, **options))
        return opened[-1]

    yield open_one
    for ui in opened:
        ui.close()
        assert not ui.errors, f"errors in Tk callbacks: {ui.errors}"
