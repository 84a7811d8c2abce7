"""A screen that nobody sees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def screen(program: str, size: str = "1280x800") -> Iterator[str]:
    """Runs Xvfb (`program` is its path) and sets DISPLAY for as long. It does not start anew when
    its last program leaves: one that is just coming would be cut off by that.
    """
    read, write = os.pipe()
    words = ["-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(
        [program, *words],
        pass_fds=[write],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # else, if we are killed, our reader waits for Xvfb to end
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as pipe:
        number = pipe.readline().strip()
    before = os.environ.get("DISPLAY")
    os.environ["DISPLAY"] = f":{number}"
    try:
        yield os.environ["DISPLAY"]
    finally:
        if before is None:
            del os.environ["DISPLAY"]
        else:
            os.environ["DISPLAY"] = before
        process.terminate()
        process.wait()
