"""The index of words: behind the commits, and never wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gchat.core.history import Batch, Record, Search, Unreadable
from gchat.core.words import searchable
from gchat.journal.sqlite import index as index_module
from gchat.journal.sqlite import indexer as indexer_module
from gchat.journal.sqlite.archive import StoreArchive
from gchat.journal.sqlite.index import STEP_LINES
from gchat.journal.sqlite.indexer import Indexer
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool
from tests.support.indexed import hits, indexed
from tests.support.msgids import msgid


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


@pytest.fixture
def writer() -> Iterator[WorkerPool]:
    writer = WorkerPool(1)
    yield writer
    writer.close()


def line(number: int, text: str, kind: str = "PRIVMSG") -> Record:
    return Record(5, msgid(5, number), kind, "#a", 1, "n", "n!u@h", "#a", text)


def fill(store: Store, count: int) -> None:
    store.write(Batch(tuple(line(number, f"word{number}") for number in range(count))))


def found(store: Store, word: str) -> list[str]:
    return [one.text for one in whole(store.reader.search(Search((("#a", 0),), 9, words=(word,))))]


def check(store: Store) -> None:
    hits(store, "x")


def test_a_step_takes_so_many_lines_and_none_twice(store: Store) -> None:
    fill(store, STEP_LINES + 10)
    store.index.step(store.last)
    assert store.index.until == STEP_LINES
    assert found(store, f"word{STEP_LINES - 1}")
    assert not found(store, f"word{STEP_LINES}")
    store.index.step(store.last)
    assert store.index.until == store.last == STEP_LINES + 10
    assert found(store, f"word{STEP_LINES + 9}") == [f"word{STEP_LINES + 9}"]
    store.index.step(store.last)
    assert found(store, "word3") == ["word3"]


@given(st.text(st.characters(max_codepoint=0x7F), max_size=80))
def test_of_ascii_the_tokenizer_finds_the_same_words(text: str) -> None:
    """So it is given the text itself (`_WORDS`), whatever is in it."""
    with closing(sqlite3.connect(":memory:")) as file:
        file.create_function("searchable", 1, searchable)
        file.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, kind, text)")
        file.execute("INSERT INTO entries VALUES (1, 'P', ?)", (text,))
        made = {}
        for name, index in (
            ("itself", index_module._INDEX),
            ("prepared", index_module._INDEX.replace(index_module._WORDS, "searchable(text)")),
        ):
            file.execute(index_module._MAKE.format(name))
            file.execute(index.format(name), (0, 1))
            file.execute(f"CREATE VIRTUAL TABLE {name}_words USING fts5vocab({name}, instance)")
            made[name] = file.execute(f"SELECT * FROM {name}_words ORDER BY offset").fetchall()
    assert made["itself"] == made["prepared"]
    assert [word for word, *_ in made["itself"]] == searchable(text).split()


def test_it_goes_no_further_than_asked_and_passes_gaps(store: Store) -> None:
    fill(store, 20)
    store.index.step(7)
    assert (store.index.until, found(store, "word6"), found(store, "word7")) == (7, ["word6"], [])
    store.forget(list(range(8, 18)), 5)
    store.index.step(store.last)
    assert (store.index.until, found(store, "word18")) == (20, ["word18"])


def test_it_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store, 20)
    store.index.step(7)
    store.close()
    store = Store(tmp_path)
    assert store.index.until == 7
    assert found(indexed(store), "word15") == ["word15"]
    assert found(store, "word3") == ["word3"]
    store.close()


def test_by_other_rules_it_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    fill(store, 5)
    indexed(store).close()
    monkeypatch.setattr(index_module, "RULES", "others")
    store = Store(tmp_path)
    assert store.index.until == 0
    assert not found(store, "word3")
    assert found(indexed(store), "word3") == ["word3"]
    store.close()
    store = Store(tmp_path)
    assert store.index.until == 5
    check(store)
    store.close()


@pytest.mark.parametrize("steps", [0, 1])
def test_what_was_taken_back_is_not_found_whether_it_was_indexed_or_not(
    store: Store, steps: int
) -> None:
    store.write(Batch((line(1, "Đúng one"), line(2, "two"), line(3, "three", "NOTICE"))))
    for _ in range(steps):
        store.index.step(2)
    store.write(Batch(redacted=(("#a", msgid(5, 1)), ("#a", msgid(5, 3)))))
    indexed(store)
    assert found(store, "dung") == found(store, "three") == []
    assert found(store, "two") == ["two"]
    assert hits(store, "dung OR one OR three") == 0


def test_a_step_that_fails_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, 5)
    with monkeypatch.context() as patch:
        patch.setattr(index_module, "SAVE", "INSERT INTO nowhere VALUES (?, ?, ?)")
        with pytest.raises(sqlite3.OperationalError):
            store.index.step(store.last)
    assert store.index.until == 0
    assert not store._writer.in_transaction
    assert found(indexed(store), "word3") == ["word3"]


def test_who_searches_waits_for_what_is_stored(store: Store, writer: WorkerPool) -> None:
    fill(store, 3 * STEP_LINES)
    indexer = Indexer(store, writer)
    archive = StoreArchive(store, indexer)
    assert indexer.behind == 3 * STEP_LINES
    last = f"word{3 * STEP_LINES - 1}"
    assert [one.text for one in archive.search(Search((("#a", 0),), 9, words=(last,)))] == [last]
    assert indexer.behind == 0
    archive.close()


def test_who_searches_by_no_word_waits_for_nothing(store: Store, writer: WorkerPool) -> None:
    fill(store, 5)
    indexer = Indexer(store, writer)
    archive = StoreArchive(store, indexer)
    assert len(archive.search(Search((("#a", 0),), 9))) == 5
    assert indexer.behind == 5
    archive.close()


def test_who_would_wait_too_long_is_told(
    store: Store, writer: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 3 * STEP_LINES)
    monkeypatch.setattr(indexer_module, "SEARCH_SECONDS", 0.0)
    archive = StoreArchive(store, Indexer(store, writer))
    with pytest.raises(Unreadable, match="the index of words is being made"):
        archive.search(Search((("#a", 0),), 9, words=("word1",)))
    archive.close()


def test_an_index_that_cannot_be_written_is_no_answer_of_nothing(
    store: Store, writer: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 5)
    monkeypatch.setattr(index_module, "SAVE", "INSERT INTO nowhere VALUES (?, ?, ?)")
    archive = StoreArchive(store, Indexer(store, writer))
    with pytest.raises(Unreadable, match="nowhere"):
        archive.search(Search((("#a", 0),), 9, words=("word1",)))
    archive.close()


def test_ids_and_times_are_given_once_also_when_the_last_lines_were_deleted(tmp_path: Path) -> None:
    """Otherwise new lines would count as indexed, and taking them out would damage the index."""
    store = Store(tmp_path)
    fill(store, 30)
    indexed(store).forget(list(range(1, 31)), 5)
    store.close()
    store = Store(tmp_path)
    assert (store.last, store.last_at) == (30, 5)
    store.write(Batch((line(31, "hello"),)))
    assert found(indexed(store), "hello") == ["hello"]
    store.write(Batch(redacted=(("#a", msgid(5, 31)),)))
    assert found(store, "hello") == []
    check(store)
    store.close()


def test_a_slower_step_does_not_take_it_back(store: Store) -> None:
    """Two wait for the index, one for less than the other has reached by then."""
    fill(store, 20)
    store.index.step(20)
    store.index.step(12)
    assert store.index.until == 20
    store.write(Batch(redacted=(("#a", msgid(5, 15)),)))
    assert found(store, "word15") == []
    check(store)
