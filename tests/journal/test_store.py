"""The SQLite file: what is found in it, in which order, and what is not found any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gchat.core.effects import Saved
from gchat.core.history import Batch, Query, Record, Reference, Search, conversation
from gchat.journal import schema
from gchat.journal.retention import Keep, Retention
from gchat.journal.store import FILE, Store
from gchat.journal.thread import Worker


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def test_targets_of_one_millisecond_are_in_the_order_of_their_messages(store: Store) -> None:
    rooms = ("#c", "#a", "#b")
    lines = [
        Record(5, f"{n}", "PRIVMSG", room, 1, "n", "n!u@h", room, "text")
        for n, room in enumerate(rooms)
    ]
    store.write(Batch(tuple(lines)))
    places = [(room, 0) for room in sorted(rooms)]
    found = store.reader.targets(places, "nobody", 0, 9, 10)
    assert [one.place for one in found] == [*rooms]
    assert store.reader.targets([("#a", 6)], "nobody", 0, 9, 10) == [], "none from before"


def line(number: int, text: str, place: str = "#a") -> Record:
    return Record(5, f"id{number}", "PRIVMSG", place, 1, "n", "n!u@h", place, text)


def files(store: Store) -> bytes:
    """Every byte that the store has on disk."""
    found = sorted(store.path.parent.glob(f"{FILE}*"))
    assert len(found) >= 2, "the file and its log"
    return b"".join(path.read_bytes() for path in found)


def sweep(store: Store) -> None:
    worker = Worker()
    while not Retention(store, worker, lambda: 0, Keep()).step():
        pass
    worker.close()


def test_what_is_taken_back_is_gone_from_the_file_itself(store: Store) -> None:
    talk = tuple(line(number, f"word{number % 7} more talk {number}") for number in range(3000))
    store.write(Batch(talk))
    store.write(Batch((line(5000, "my Pa55phrase is Xyzzyplugh"),)))
    store.write(Batch((line(5001, "this stays"),)))
    store.write(Batch(tuple(line(number, "later talk") for number in range(6000, 9000))))
    assert b"Xyzzyplugh" in files(store)
    store.write(Batch(redacted=(("#a", "id5000"),)))
    search = Search((("#a", 0),), 10, words=("xyzzyplugh",))
    assert store.reader.search(search) == []
    assert store.reader.find("id5000") is None
    sweep(store)
    left = files(store).lower()
    for piece in (b"xyzzypl", b"zzyplugh", b"pa55ph"):
        assert piece not in left
    assert [one.text for one in store.reader.search(Search((("#a", 0),), 10, words=("stays",)))]
    store._writer.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    assert len(store.reader.read(Query("#a", 10_000))) == 6001


def test_what_is_taken_back_in_one_place_stays_in_others(store: Store) -> None:
    store.write(Batch((line(1, "one", "#a"), line(1, "two", "#b"))))
    store.write(Batch(redacted=(("#a", "id1"),)))
    found = store.reader.find("id1")
    assert found is not None
    assert found.text == "two"


def test_scrubbing_goes_on_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(Batch((line(1, "Xyzzyplugh"),)))
    store.write(Batch(redacted=(("#a", "id1"),)))
    store.close()
    store = Store(tmp_path)
    assert not store.scrub()
    sweep(store)
    assert store.scrub()
    assert b"zzyplugh" not in files(store).lower()
    store.close()


def test_state_is_as_it_was_saved_last(store: Store) -> None:
    store.write(Batch(saved=(Saved("room", "#a", "1"), Saved("room", "#b", "2"))))
    store.write(Batch(saved=(Saved("room", "#a", "3"), Saved("room", "#b", None))))
    assert store.reader.state() == [("room", "#a", "3")]


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_a_file_of_every_older_version_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    """Made as that version made it: with the migrations up to it."""
    with closing(sqlite3.connect(tmp_path / FILE)) as old:
        for script in schema.MIGRATIONS[:version]:
            old.executescript(script)
        old.executescript(
            f"PRAGMA user_version = {version}; PRAGMA application_id = {schema.APPLICATION_ID};"
        )
        old.execute(
            "INSERT INTO entries"
            " (id, at, msgid, kind, place, uid, nick, source, target, text, arg, tags)"
            " VALUES (1, 5, 'id1', 'PRIVMSG', '#a', 1, 'n', 'n!u@h', '#a', 'old words', '', '[]')"
        )
        old.execute("INSERT INTO words (rowid, text) VALUES (1, 'old words')")
        old.commit()
    store = Store(tmp_path)
    store.write(Batch((line(2, "new words"),)))
    found = store.reader.search(Search((("#a", 0),), 10, words=("words",)))
    assert [one.text for one in found] == ["old words", "new words"]
    assert store.reader.read(Query("#a", 10)) == found
    store.close()
    store = Store(tmp_path)
    assert store.reader.last() == (2, 5)
    store.close()


def test_a_search_through_thousands_of_conversations(store: Store) -> None:
    people = [f"boot-{number}" for number in range(2000)]
    talk = [line(number, "find me", conversation("@me", one)) for number, one in enumerate(people)]
    store.write(Batch(tuple(talk)))
    places = tuple((place, 0) for place in store.reader.conversations("@me"))
    assert len(places) == 2000
    assert len(store.reader.search(Search(places, 10, words=("find",)))) == 10
    store.forget(list(range(1, 2001)))
    assert store.reader.conversations("@me") == []


def test_what_one_event_brought_is_behind_and_before_nothing_of_itself(store: Store) -> None:
    """A NICK is kept in each room; paging goes on from it."""
    rows = [Record(5, "id1", "NICK", place, 1, "n", "n!u@h", "", "", "m") for place in ("#a", "#b")]
    store.write(Batch((line(0, "first"), *rows, line(2, "last"))))
    here = Reference(msgid="id1")
    before = store.reader.read(Query("#a", 10, before=here, events=True))
    after = store.reader.read(Query("#a", 10, after=here, events=True))
    assert [one.text for one in (*before, *after)] == ["first", "last"]
