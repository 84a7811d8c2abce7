"""The SQLite file: what is found in it, in which order, and what is not found any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gchat.core.effects import Saved
from gchat.core.history import Batch, Query, Record, Reference, Search, conversation
from gchat.journal.sqlite import schema
from gchat.journal.sqlite.lock import LOCK
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.retention import Keep, Retention
from gchat.journal.sqlite.schema import StoreError
from gchat.journal.sqlite.store import BUSY_SECONDS, FILE, Durability, Store
from gchat.workers import WorkerPool
from tests.support.indexed import hits, indexed
from tests.support.msgids import msgid


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
    found = whole(store.reader.targets(places, "nobody", 0, 9, 10))
    assert [one.place for one in found] == [*rooms]
    assert whole(store.reader.targets([("#a", 6)], "nobody", 0, 9, 10)) == [], "none from before"


def line(number: int, text: str, place: str = "#a") -> Record:
    return Record(5, msgid(5, number), "PRIVMSG", place, 1, "n", "n!u@h", place, text)


def files(store: Store) -> bytes:
    """Every byte that the store has on disk."""
    found = sorted(store.path.parent.glob(f"{FILE}*"))
    assert len(found) >= 2, "the file and its log"
    return b"".join(path.read_bytes() for path in found)


def sweep(store: Store) -> None:
    worker = WorkerPool(1)
    while not Retention(store, worker, lambda: 0, Keep()).step():
        pass
    worker.close()


def test_what_is_taken_back_is_gone_from_the_file_itself(store: Store) -> None:
    talk = tuple(line(number, f"word{number % 7} more talk {number}") for number in range(3000))
    store.write(Batch(talk))
    store.write(Batch((line(5000, "my Pa55phrase is Xyzzyplugh"),)))
    store.write(Batch((line(5001, "this stays"),)))
    store.write(Batch(tuple(line(number, "later talk") for number in range(6000, 9000))))
    assert b"Xyzzyplugh" in files(indexed(store))
    store.write(Batch(redacted=(("#a", msgid(5, 5000)),)))
    search = Search((("#a", 0),), 10, words=("xyzzyplugh",))
    assert whole(store.reader.search(search)) == []
    assert store.reader.find(msgid(5, 5000)) is None
    sweep(store)
    left = files(store).lower()
    for piece in (b"xyzzypl", b"zzyplugh", b"pa55ph"):
        assert piece not in left
    assert [
        one.text for one in whole(store.reader.search(Search((("#a", 0),), 10, words=("stays",))))
    ]
    assert hits(store, "stays") == 1
    assert len(whole(store.reader.read(Query("#a", 10_000)))) == 6001


def test_what_is_taken_back_in_one_place_stays_in_others(store: Store) -> None:
    store.write(Batch((line(1, "one", "#a"), line(1, "two", "#b"))))
    store.write(Batch(redacted=(("#a", msgid(5, 1)),)))
    found = store.reader.find(msgid(5, 1))
    assert found is not None
    assert found.text == "two"


def test_scrubbing_goes_on_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(Batch((line(1, "Xyzzyplugh"),)))
    indexed(store)
    store.write(Batch(redacted=(("#a", msgid(5, 1)),)))
    store.close()
    store = Store(tmp_path)
    assert not store.scrub(0)
    sweep(store)
    assert store.scrub(0)
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
        if version < 5:  # since then the tables of the index are made when it is written
            old.execute("INSERT INTO words (rowid, text) VALUES (1, 'old words')")
        old.commit()
    store = Store(tmp_path)
    store.write(Batch((line(2, "new words"),)))
    found = whole(indexed(store).reader.search(Search((("#a", 0),), 10, words=("words",))))
    assert [one.text for one in found] == ["old words", "new words"]
    assert whole(store.reader.read(Query("#a", 10))) == found
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
    assert len(whole(indexed(store).reader.search(Search(places, 10, words=("find",))))) == 10
    store.forget(list(range(1, 2001)), 5)
    assert store.reader.conversations("@me") == []


def test_what_one_event_brought_is_behind_and_before_nothing_of_itself(store: Store) -> None:
    """A NICK is kept in each room; paging goes on from it."""
    rows = [
        Record(5, msgid(5, 1), "NICK", place, 1, "n", "n!u@h", "", "", "m")
        for place in ("#a", "#b")
    ]
    store.write(Batch((line(0, "first"), *rows, line(2, "last"))))
    here = Reference(msgid=msgid(5, 1))
    before = whole(store.reader.read(Query("#a", 10, before=here, events=True)))
    after = whole(store.reader.read(Query("#a", 10, after=here, events=True)))
    assert [one.text for one in (*before, *after)] == ["first", "last"]


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.parametrize(("durability", "synchronous"), [("fsync", 2), ("process", 1)])
def test_what_is_written_is_on_disk_as_the_setting_says(
    tmp_path: Path, durability: Durability, synchronous: int
) -> None:
    """https://sqlite.org/pragma.html#pragma_synchronous: with a log, FULL (2) syncs each commit,
    NORMAL (1) keeps everything when the process dies. tests/durability looks from outside."""
    store = Store(tmp_path, durability)
    for connection in (store._writer, store.reader._connection):
        assert pragma(connection, "synchronous") == synchronous
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "secure_delete") == 1
        assert pragma(connection, "busy_timeout") == BUSY_SECONDS * 1000
    store.close()
    store = Store(tmp_path)
    assert pragma(store._writer, "synchronous") == 2, "by default"
    store.close()


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "folder"
    store = Store(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    for name in (FILE, LOCK):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    store.close()


def test_a_folder_is_for_one_server(tmp_path: Path) -> None:
    store = Store(tmp_path)
    sentence = f"{tmp_path} is in use by another server. Stop it, or choose another --data folder."
    with pytest.raises(StoreError) as caught:
        Store(tmp_path)
    assert str(caught.value) == sentence
    store.close()
    Store(tmp_path).close()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path / "file" / "folder")
    assert str(caught.value) == (
        f"{tmp_path / 'file' / 'folder'} cannot be written: Not a directory. Choose another "
        "--data folder, or --memory to keep nothing."
    )


def test_a_file_that_cannot_be_used_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database " * 1000)
    for _ in range(2):  # the folder is not left locked
        with pytest.raises(StoreError) as caught:
            Store(tmp_path)
        assert str(caught.value) == (
            f"{tmp_path / FILE} cannot be used: file is not a database. It was not changed. "
            "Restore a backup, or choose another --data folder."
        )
    assert (tmp_path / FILE).read_bytes() == b"no database " * 1000


def test_a_file_of_somebody_elses_or_of_the_future(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE)) as other:
        other.execute("CREATE TABLE t (x)")
        other.commit()
    with pytest.raises(StoreError) as caught:
        Store(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / FILE} is not a gchat database. Choose another --data folder."
    )
    future = tmp_path / "future"
    Store(future).close()
    with closing(sqlite3.connect(future / FILE)) as file:
        file.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    with pytest.raises(StoreError) as caught:
        Store(future)
    assert str(caught.value) == (
        f"{future / FILE} was written by a newer gchat (file version {schema.VERSION + 1}, "
        f"supported {schema.VERSION}). Use the newer gchat, or choose another --data folder."
    )
    with closing(sqlite3.connect(future / FILE)) as file:
        file.execute(f"PRAGMA user_version = {schema.VERSION}")
    Store(future).close()


def test_a_batch_is_stored_whole_or_not_at_all(store: Store) -> None:
    store.write(Batch((line(1, "one"),), saved=(Saved("room", "#a", "1"),)))
    bad = Record(5, msgid(5, 3), "PRIVMSG", "#a", 1, "n", "n!u@h", "#a", None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        store.write(
            Batch((line(2, "two"), bad), (("#a", msgid(5, 1)),), (Saved("room", "#a", None),))
        )
    assert not store._writer.in_transaction
    assert [one.text for one in whole(store.reader.read(Query("#a", 9)))] == ["one"]
    assert store.reader.state() == [("room", "#a", "1")]
    store.write(Batch((line(4, "four"),)))
    assert store.reader.last() == (2, 5)


def test_who_talked_is_known_and_words_of_messages_only(store: Store) -> None:
    place = conversation("@a", "@b")
    lines = (line(1, "hello", place), line(2, "again", place), line(3, "talk"))
    topic = Record(5, msgid(5, 4), "TOPIC", "#a", 1, "n", "n!u@h", "#a", "hidden")
    store.write(Batch((*lines, topic)))
    indexed(store)
    people = "SELECT person, place FROM participants ORDER BY person"
    assert store._writer.execute(people).fetchall() == [("@a", place), ("@b", place)]
    assert [hits(store, word) for word in ("hello", "talk", "hidden")] == [1, 1, 0]


def test_what_is_forgotten_by_id(store: Store) -> None:
    place = conversation("@a", "@b")
    store.write(Batch((line(1, "one"), line(2, "two", place), line(3, "three", place))))
    store.forget([1, 2], 5)
    assert [one.text for one in whole(store.reader.read(Query(place, 9)))] == ["three"]
    assert whole(store.reader.read(Query("#a", 9))) == []
    assert store.reader.conversations("@a") == [place]
    store.forget([3], 5)
    assert store.reader.conversations("@a") == []
    assert hits(store, "one") == 0


def test_a_conversation_that_begins_again_after_it_was_forgotten(store: Store) -> None:
    place = conversation("@a", "@b")
    for number in (1, 2, 3):
        store.write(Batch((line(number, "hello", place),)))
        store.write(Batch((line(number + 10, "again", place),)))
        assert store.reader.conversations("@a") == [place]
        store.forget([2 * number - 1, 2 * number], 5)
        assert store.reader.conversations("@a") == store.reader.conversations("@b") == []


def test_a_conversation_that_could_not_be_stored(store: Store) -> None:
    place = conversation("@a", "@b")
    bad = Record(6, "m", "PRIVMSG", place, 1, "n", "n", place, None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError):
        store.write(Batch((line(1, "hello", place), bad)))
    assert store.reader.conversations("@a") == []
    store.write(Batch((line(1, "hello", place),)))
    assert store.reader.conversations("@a") == [place]


def test_more_conversations_than_it_remembers(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gchat.journal.sqlite.store.KNOWN_TALKS", 4)
    places = [conversation("@a", f"@b{number}") for number in range(9)]
    for turn in range(2):
        for number, place in enumerate(places):
            store.write(Batch((line(turn * 9 + number + 1, "hello", place),)))
            assert len(store._talks) <= 4 + 1
    assert sorted(store.reader.conversations("@a")) == sorted(places)


def test_what_there_is_to_forget(store: Store) -> None:
    lines = [
        Record(at, msgid(at), "PRIVMSG", place, 1, "n", "n!u@h", place, "x")
        for at in (1, 2, 3, 4)
        for place in ("#a", "#b")
    ]
    store.write(Batch(tuple(lines)))
    assert store.before(3, 10) == [1, 2, 3, 4]
    assert store.before(3, 3) == [1, 2, 3]
    assert store.before(1, 10) == []
    assert store.settle()
    assert store.over("#a", 2, 10) == [1, 3]
    assert store.over("#a", 1, 2) == [1, 3]
    assert store.over("#a", 4, 10) == store.over("#none", 0, 10) == []
    assert [store.place_after(place) for place in ("", "#a", "#b")] == ["#a", "#b", None]


def test_scrubbing_is_done_where_there_is_nothing_to_scrub(store: Store) -> None:
    assert store.scrub(0)
    store.write(Batch((line(1, "one"),)))
    assert store.scrub(0)


def test_tasks_of_the_file_are_no_state_of_the_hub(store: Store) -> None:
    store.write(Batch((line(1, "one"),), saved=(Saved("room", "#a", "1"),)))
    indexed(store).write(Batch(redacted=(("#a", msgid(5, 1)),)))
    tasks = "SELECT key, value FROM state WHERE kind = 'task' AND key GLOB 'stale *'"
    assert store._writer.execute(tasks).fetchall() == [("stale 0", "0")]
    assert store.reader.state() == [("room", "#a", "1")]
    assert not store.scrub(0)
    assert store._writer.execute(tasks).fetchall() == [("stale 0", "-1")]


def test_the_reader_changes_nothing(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.reader._connection.execute("DELETE FROM entries")


def test_only_what_was_said_is_taken_back(store: Store) -> None:
    join = Record(5, msgid(5, 1), "JOIN", "#a", 1, "n", "n!u@h", "#a", "")
    store.write(Batch((join, line(2, "two"))))
    store.write(Batch(redacted=(("#a", msgid(5, 1)), ("#b", msgid(5, 2)))))
    assert len(whole(store.reader.read(Query("#a", 9, events=True)))) == 2
    store.write(Batch(redacted=(("#a", msgid(5, 2)),)))
    assert [one.kind for one in whole(store.reader.read(Query("#a", 9, events=True)))] == ["JOIN"]
