"""Whether the desktop is dark, where that can be known."""

from __future__ import annotations

import shutil
import subprocess

from client_gui.system import desktop

SECONDS = 0.5  # to answer


def is_dark() -> bool:
    """False where nobody can tell."""
    question = desktop.here().asks_for_dark
    if shutil.which(question[0]) is None:
        return False
    try:
        answer = subprocess.run(  # noqa: S603 - one of desktop.py
            question,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            **desktop.quiet_process(),
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "dark" in answer.lower() or "0x0" in answer
