"""The page's programs by themselves: what node's test runner says of tests/web/unit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from gchat.web.page import sizes

UNIT = Path(__file__).with_name("unit")
MOST_BYTES = 60_000  # of everything, compressed


def test_core_and_model(need: Callable[[str], str]) -> None:
    files = sorted(map(str, UNIT.glob("*.test.js")))
    command = [need("node"), "--test", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "# pass 0\n" not in done.stdout


def test_the_page_is_small() -> None:
    assert sum(sizes().values()) < MOST_BYTES
