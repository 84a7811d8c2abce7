"""The page's programs by themselves: what node's test runner says of tests/web/unit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from gchat.web.exchange import Request
from gchat.web.page import FOLDER, page, sizes

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


def test_only_comments_are_left_out() -> None:
    """What is sent has the lines of the files, and is the same program."""
    resources = page("#lobby")
    for path in FOLDER.rglob("*.js"):
        name = path.relative_to(FOLDER).as_posix()
        sent = next(
            one(Request("GET", "/", {})).body
            for address, one in resources.items()
            if address.endswith(f"/{name}")
        )
        assert isinstance(sent, bytes)
        written = path.read_bytes()
        assert sent.count(b"\n") == written.count(b"\n")
        for ours, theirs in zip(written.split(b"\n"), sent.split(b"\n"), strict=True):
            assert ours == theirs or (
                theirs == b"" and ours.lstrip()[:2] in (b"//", b"/*", b"* ", b"*/", b"*")
            )
