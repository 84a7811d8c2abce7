"""What is written of a line, and where a moment is in the file."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gchat.core.history import Batch, Record
from gchat.journal.sqlite.order import first_since, ids_at, time_of
from gchat.journal.sqlite.rows import ids_of, record, written
from gchat.journal.sqlite.store import Store
from tests.support.msgids import msgid

LINE = Record(
    1_700_000_000_007,
    msgid(1_700_000_000_007, 3),
    "PRIVMSG",
    "#room",
    1,
    "Tuan",
    "Tuan!~tuan@203.0.113.1",
    "#room",
    "Chào!",
    "",
    (("+x", "1"),),
    "Tuan",
    "18bcfe56807",
)


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        replace(LINE, kind="NOTICE", tags=()),
        replace(LINE, kind="KICK", arg="Duy", target="#Room"),
        replace(LINE, msgid="of another server", source="", nick=""),
        replace(LINE, source="Tuans!~t@h"),
        replace(LINE, source="server.example", nick="server.example"),
        replace(LINE, place="@a @b", target="Duy", account=""),
    ],
)
def test_a_line_is_read_as_it_was_written(line: Record) -> None:
    assert record(written(1, line, "1")[1:], {"1": line.boot}) == line


def test_nothing_is_written_twice() -> None:
    assert written(7, LINE, "1") == (
        *(
            7,
            1_700_000_000_007,
            "0003",
            "P",
            "#room",
            1,
            "Tuan",
            "!~tuan@203.0.113.1",
            "=",
            "Chào!",
        ),
        *("", '[["+x", "1"]]', "Tuan", "1"),
    )


def test_a_row_of_an_older_version_is_read() -> None:
    row = (5, msgid(5, 1), "PRIVMSG", "#a", 1, "n", "n!u@h", "#a", "x", "", "[]", "", "boot")
    assert record(row, {"1": "other"}) == Record(
        5, msgid(5, 1), "PRIVMSG", "#a", 1, "n", "n!u@h", "#a", "x", boot="boot"
    )


@given(
    st.lists(st.integers(0, 30), max_size=40).map(sorted),
    st.sets(st.integers(1, 40)),
    st.integers(-1, 31),
)
def test_a_moment_is_found_whatever_was_deleted(
    times: list[int], deleted: set[int], wanted: int
) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, at INTEGER)")
    kept = [(number, at) for number, at in enumerate(times, 1) if number not in deleted]
    connection.executemany("INSERT INTO entries VALUES (?, ?)", kept)
    later = [number for number, at in kept if at >= wanted]
    assert first_since(connection, wanted) == (later[0] if later else None)
    start, end = ids_at(connection, wanted)
    assert [number for number, at in kept if at == wanted] == [
        number for number, _ in kept if start <= number < end
    ]
    connection.close()


class Shrinking:
    """A connection, while another one deletes the last lines."""

    def __init__(self, connection: sqlite3.Connection, deletes: str) -> None:
        self._connection = connection
        self._deletes = deletes

    def execute(self, sql: str, values: tuple[int, ...] = ()) -> list[Any] | sqlite3.Cursor:
        found = self._connection.execute(sql, values)
        if "max" not in sql:
            return found
        rows = found.fetchall()
        self._connection.execute(self._deletes)
        return self._connection.execute("SELECT ?, ?", rows[0])


@pytest.mark.parametrize(("left", "found"), [(9, 5), (5, 5), (4, None), (0, None)])
def test_lines_that_are_deleted_meanwhile_are_no_damage(left: int, found: int | None) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, at INTEGER)")
    connection.executemany("INSERT INTO entries VALUES (?, ?)", [(n, n) for n in range(1, 10)])
    shrinking: Any = Shrinking(connection, f"DELETE FROM entries WHERE id > {left}")
    assert first_since(shrinking, 5) == found
    connection.close()


@pytest.mark.parametrize("text", ["", "id1", "x" * 16, "123"])
def test_an_id_that_is_none_of_ours_names_nothing(tmp_path: Path, text: str) -> None:
    store = Store(tmp_path)
    store.write(Batch((LINE,)))
    connection = store.reader._connection
    assert ids_of(connection, text) == []
    assert ids_of(connection, LINE.msgid) == [1]
    assert ids_of(connection, LINE.msgid, "#other") == []
    assert (time_of(text) is None) is (text != "123")
    store.close()


def test_runs_have_short_names_also_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(Batch((LINE,)))
    store.close()
    store = Store(tmp_path)
    later = replace(LINE, at=LINE.at + 1, msgid=msgid(LINE.at + 1), boot="18bcfe56999")
    store.write(Batch((replace(later, boot=LINE.boot), later)))
    rows = store.reader._connection.execute("SELECT boot FROM entries ORDER BY id").fetchall()
    assert rows == [("1",), ("1",), ("2",)]
    assert store.reader.find(LINE.msgid) == LINE
    store.close()


def test_the_name_of_a_run_is_known_before_its_lines_can_be_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    known: list[dict[str, str]] = []
    store._writer.set_trace_callback(
        lambda sql: known.append(dict(store._runs)) if sql == "COMMIT" else None
    )
    store.write(Batch((LINE,)))
    assert known == [{"1": LINE.boot}]
    store.close()


def test_what_is_said_and_taken_back_in_one_batch_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(Batch((LINE,), redacted=((LINE.place, LINE.msgid),)))
    assert store.reader.find(LINE.msgid) is None
    store.close()
