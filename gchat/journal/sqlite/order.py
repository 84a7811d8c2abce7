"""Where in the file a moment is. Times never go back from one line to the next, so the order of ids
is that of times, and a search by halves finds a time without an index of them.
"""

from __future__ import annotations

import sqlite3

_ENDS = "SELECT (SELECT min(id) FROM entries), (SELECT max(id) FROM entries)"
_NEXT = "SELECT id, at FROM entries WHERE id >= ? ORDER BY id LIMIT 1"
TIME_DIGITS = 12  # hexadecimal, of a msgid: the time that it begins with


def first_since(connection: sqlite3.Connection, at: int) -> int | None:
    """The id of the first line that is not older than a time in milliseconds; `None` for none."""
    low, high = connection.execute(_ENDS).fetchone()
    if high is None:
        return None
    found = None
    while low <= high:
        middle = (low + high) // 2
        row = connection.execute(_NEXT, (middle,)).fetchone()
        if row is None and (connection.execute(_ENDS).fetchone()[1] or 0) < middle:
            high = middle - 1  # the last ones were deleted meanwhile
            continue
        if row is None or type(row[1]) is not int:
            raise sqlite3.DatabaseError(f"the line behind number {middle} is damaged")
        if row[1] >= at:
            found, high = row[0], middle - 1
        else:
            low = row[0] + 1
    return found


def ids_at(connection: sqlite3.Connection, at: int) -> tuple[int, int]:
    """The lines of one millisecond: their ids are not less than the first of these numbers, and
    less than the second.
    """
    first = first_since(connection, at)
    if first is None:
        return 0, 0
    after = first_since(connection, at + 1)
    if after is None:
        (last,) = connection.execute("SELECT max(id) FROM entries").fetchone()
        after = last + 1
    return first, after


def time_of(msgid: str) -> int | None:
    """The time in milliseconds that is in a msgid; `None` for what is no msgid of ours."""
    try:
        return int(msgid[:TIME_DIGITS], 16)
    except ValueError:
        return None
