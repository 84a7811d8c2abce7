"""Whether the desktop is dark, where that can be known."""

from __future__ import annotations

import shutil
import subprocess
import sys

SECONDS = 0.5  # to answer

_QUESTIONS = {
    "darwin": ["defaults", "read", "-g", "AppleInterfaceStyle"],
    "linux": ["gsettings", "get", "org.gnome.desktop.interface", "color-scheme"],
    "win32": [
        "reg",
        "query",
        r"HKCU\Software\Microsoft\Windows\CurrentVersion\Themes\Personalize",
        "/v",
        "AppsUseLightTheme",
    ],
}


def is_dark() -> bool:
    """False where nobody can tell."""
    question = _QUESTIONS.get(sys.platform)
    if question is None or shutil.which(question[0]) is None:
        return False
    try:
        answer = subprocess.run(  # noqa: S603 - one of the above
            question, capture_output=True, text=True, timeout=SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "dark" in answer.lower() or "0x0" in answer
