"""The load test: `python loadtest/run.py`. What it does is in `command.py`."""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):  # run as a file, from anywhere
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from loadtest.entry import begin

if __name__ == "__main__":
    sys.exit(begin("loadtest.command"))
