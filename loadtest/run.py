"""The load test: `python loadtest/run.py`. What it does is in `command.py`."""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):  # run as a file, from anywhere
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from loadtest.entry import begin


def main() -> int:
    """The exit status of what the command line says."""
    return begin("loadtest.command")


if __name__ == "__main__":
    sys.exit(main())
