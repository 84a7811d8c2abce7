"""What the server's operator reads. What people write, and their secrets, are never logged."""

from __future__ import annotations

import logging
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_RENAMED = {"asctime": "time", "levelname": "level", "name": "logger"}


class _OneLine(logging.Formatter):
    """What strangers chose (a nickname, an address) cannot begin a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        text = super().formatMessage(record)
        return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def log_to(stream: TextIO, level: str, form: str) -> None:
    """Sets logging up, in the `form` "text" or "json": a JSON object for each line."""
    handler = logging.StreamHandler(stream)
    if form == "json":
        handler.setFormatter(JsonFormatter(_TEXT, rename_fields=_RENAMED))
    else:
        handler.setFormatter(_OneLine(_TEXT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level.upper())
