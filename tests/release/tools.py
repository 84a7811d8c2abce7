"""What the checks of a release are made of: commands outside the checkout, and Pythons."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
COMMAND_SECONDS = 300.0


class Failed(Exception):
    """Something is not as it has to be; the text says what."""


def project() -> Any:
    """What pyproject.toml says of the project."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def environment(folder: Path) -> dict[str, str]:
    """That of the user, without what would find the checkout or the user's own settings."""
    without = ("GCHAT_", "PYTHONPATH", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(without)}
    own = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config"}
    places = {name: str(folder / place) for name, place in own.items()}
    return kept | places | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}


def run(*words: str, folder: Path) -> str:
    """What a command writes. Raises Failed with all of it where it fails."""
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment(folder) if folder != ROOT else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    if done.returncode:
        raise Failed(f"{' '.join(words)}\n{done.stdout}")
    return done.stdout


def interpreters(version: str) -> list[str]:
    """Where there may be a Python of this version: on PATH, or pyenv's."""
    on_path = shutil.which(f"python{version}")
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = root.glob(f"versions/{version}.*/bin/python{version}")
    return [on_path, *map(str, found)] if on_path else [*map(str, found)]


def works(python: str) -> bool:
    """Whether it is one, and no stand-in that only says how to get it; with Tkinter."""
    code = "import tkinter, venv"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0
