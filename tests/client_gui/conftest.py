"""A screen for the window: an Xvfb of our own, so that nothing pops up on anybody's desktop."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.client_gui.driver import Ui
from tests.support.xvfb import screen


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """The display to draw on, the same for all tests."""
    if sys.platform in ("win32", "darwin"):  # there the windows are seen
        yield ""
        return
    program = shutil.which("Xvfb")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Xvfb is not installed")
        pytest.skip("Xvfb is not installed")
    with screen(program) as name:
        yield name


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
