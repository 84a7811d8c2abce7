"""How the SQLite file is written: several statements, all of them or none. Blocks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from gchat.journal.sqlite.schema import TASK

SAVE = "INSERT OR REPLACE INTO state (kind, key, value) VALUES (?, ?, ?)"

_SAVED = "SELECT value FROM state WHERE kind = ? AND key = ?"

Step = tuple[str, Sequence[Sequence[Any]]]  # a statement, and each set of its parameters


def transact(writer: sqlite3.Connection, *steps: Step) -> None:
    """Carries out all steps, or (raising sqlite3.Error) none."""
    try:
        writer.execute("BEGIN IMMEDIATE")
        for sql, rows in steps:
            if rows:
                writer.executemany(sql, rows)
        writer.execute("COMMIT")
    except BaseException:
        if writer.in_transaction:
            writer.execute("ROLLBACK")
        raise


def saved_task(connection: sqlite3.Connection, key: str) -> str | None:
    """What was saved of a task of the store itself."""
    row = connection.execute(_SAVED, (TASK, key)).fetchone()
    return row[0] if row else None
