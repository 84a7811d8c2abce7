"""What is said of a damaged file."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from time import perf_counter

from gchat.journal.sqlite.log import behind
from gchat.journal.sqlite.schema import StoreError

COMPLAIN_SECONDS = 60.0  # between two lines in the log about the same thing
# What goes wrong where a value is not of its kind, beside what SQLite notices.
DAMAGED = (
    sqlite3.Error,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)

log = logging.getLogger(__name__)


def unusable(path: Path, why: object) -> StoreError:
    """Where the server cannot start on a file."""
    return StoreError(
        f"{path} cannot be used: {why}. It was not changed. Restore a backup, or choose another "
        "--data folder."
    )


class Complaint:
    """One line in the log for what goes wrong again and again."""

    def __init__(self, sentence: str) -> None:
        self._sentence = sentence
        self._next = 0.0

    def about(self, error: object) -> None:
        """Something went wrong."""
        now = perf_counter()
        if now >= self._next:
            self._next = now + COMPLAIN_SECONDS
            log.error("%s: %s", self._sentence, error)


def check_log(connection: sqlite3.Connection, path: Path) -> None:
    """Says what is lost of the write-ahead log. Without it pages of the file may not fit together:
    then raises StoreError.
    """
    rest = behind(path)
    if not rest.lost:
        if rest.size:
            log.info("the last write to %s was cut short: what it had, nobody was shown", path.name)
        return
    log.error(
        "%s-wal is damaged: the %d writes behind the damage (%d bytes) are lost. What was stored "
        "before them is kept",
        path,
        rest.commits,
        rest.size,
    )
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise unusable(path, f"parts of it were in the damaged log ({first_line(found)})")


def check_last(path: Path, noted: int, last: int) -> None:
    """Says how much of what was stored last is missing."""
    if noted > last:
        log.error(
            "%s lacks the last %d lines and changes that were stored: it or its log was damaged or "
            "cut off, or it is an older copy. A backup may have them",
            path,
            noted - last,
        )


def first_line(text: str) -> str:
    """Of what SQLite says of damage, which may be many lines."""
    lines = [line for line in str(text).splitlines() if not line.startswith("***")]
    return lines[0] if lines else str(text)
