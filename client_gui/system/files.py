"""Small files of JSON, written whole or not at all. A damaged one is put aside, not lost."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def read(path: Path) -> dict[str, Any]:
    """The object in it; empty where there is none, or none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
        if not isinstance(found, dict):
            raise ValueError("not an object")  # which is caught below
        return found
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s cannot be read and is put aside: %s", path, error)
        try:
            path.replace(path.with_suffix(".damaged"))
        except OSError:
            pass  # the defaults will do
        return {}


def write(path: Path, content: dict[str, Any]) -> bool:
    """Writes a file that only this user can read. Returns whether it could; if not, logs why."""
    temporary = path.with_suffix(".new")
    try:
        path.parent.mkdir(0o700, parents=True, exist_ok=True)
        text = json.dumps(content, ensure_ascii=False, indent=2)
        data = f"{text}\n".encode("utf-8", "replace")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
            f.write(data)
        temporary.replace(path)
    except (OSError, ValueError) as error:
        log.warning("%s cannot be written: %s", path, error)
        return False
    return True
