"""What is taken back is gone from the file for the price of a small part of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from gchat.core.effects import Saved
from gchat.core.history import Batch, Record, Search
from gchat.journal.sqlite import index as index_module
from gchat.journal.sqlite.index import AGAIN_MS, tables
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.retention import Keep, Retention
from gchat.journal.sqlite.store import DAY_MS, FILE, Store
from gchat.workers import WorkerPool
from tests.support.indexed import hits, indexed
from tests.support.msgids import msgid

SHARD = 100
NOW = 1_000_000


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(index_module, "SHARD_LINES", SHARD)
    store = Store(tmp_path)
    yield store
    store.close()


def line(number: int, text: str, kind: str = "PRIVMSG") -> Record:
    return Record(5, msgid(5, number), kind, "#a", 1, "n", "n!u@h", "#a", text)


def fill(store: Store, count: int) -> None:
    """Lines with ids from 1 on, each with a word of its own."""
    first = store.last + 1
    lines = (line(number, f"own{number}y talk") for number in range(first, first + count))
    store.write(Batch(tuple(lines)))
    indexed(store)


def take_back(store: Store, *numbers: int) -> None:
    store.write(Batch(redacted=tuple(("#a", msgid(5, number)) for number in numbers)))


def scrub(store: Store, now: int = NOW) -> int:
    """How many steps it took."""
    steps = 0
    while not store.scrub(now):
        steps += 1
    return steps


def on_disk(store: Store) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(store.path.parent.glob(f"{FILE}*")))


def rows(store: Store, table: str) -> list[tuple[int, bytes]]:
    return store._writer.execute(f"SELECT id, block FROM {table}_data ORDER BY id").fetchall()


def stale(store: Store) -> dict[str, str]:
    sql = "SELECT key, value FROM state WHERE kind = 'task' AND key GLOB 'stale *'"
    return dict(store._writer.execute(sql))


def found(store: Store, word: str) -> list[str]:
    search = Search((("#a", 0),), 1000, words=(word,))
    return [one.text for one in whole(store.reader.search(search))]


def test_so_many_lines_have_a_table_of_their_own(store: Store) -> None:
    fill(store, 2 * SHARD)
    assert tables(store._writer) == ["words2", "words1", "words0"]
    assert hits(store, "talk") == 2 * SHARD
    assert len(found(store, "talk")) == 2 * SHARD
    for number in (SHARD - 1, SHARD):
        assert found(store, f"own{number}y") == [f"own{number}y talk"]


def test_only_the_table_of_what_is_taken_back_is_written_anew(store: Store) -> None:
    fill(store, 10 * SHARD)
    before = {name: rows(store, name) for name in tables(store._writer)}
    take_back(store, 350)
    scrub(store)
    changed = [name for name, kept in before.items() if rows(store, name) != kept]
    assert changed == ["words3"]
    assert b"own350y" not in on_disk(store)
    assert b"own351y" in on_disk(store)
    assert stale(store) == {}


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_left_of_any_of_them(store: Store, seed: int) -> None:
    """Short and long, of any age, taken back and grown too old, while others go on talking."""
    chance = random.Random(seed)
    gone: list[int] = []
    for _ in range(3):
        first = store.last + 1
        texts = {
            number: f"own{number}y " + "talk " * chance.choice((0, 1, 30, 900))
            for number in range(first, first + 150)
        }
        store.write(Batch(tuple(line(number, text) for number, text in texts.items())))
        indexed(store)
        some = chance.sample(range(1, store.last + 1), 20)
        take_back(store, *some)
        old = chance.sample(range(1, store.last + 1), 20)
        store.forget(old, NOW - DAY_MS)
        gone += some + old
        scrub(store)
    disk = on_disk(store)
    assert [number for number in gone if f"own{number}y".encode() in disk] == []
    left = set(range(1, store.last + 1)) - set(gone)
    assert all(f"own{number}y".encode() in disk for number in left)
    assert hits(store, "talk OR own1y") <= len(left)


def test_more_that_is_taken_back_does_not_begin_it_anew(store: Store) -> None:
    """At 300 MB it began from the start with each of them, and never came to the end."""
    fill(store, SHARD)
    take_back(store, 3)
    assert not store.scrub(NOW)
    steps = 1
    while stale(store)["stale 0"] in ("-1", "-2"):
        take_back(store, 4)
        store.scrub(NOW)
        steps += 1
        assert steps < 100
    assert stale(store) == {"stale 0": str(NOW + AGAIN_MS)}
    assert b"own3y" not in on_disk(store) or store.unclean()
    assert store.scrub(NOW + AGAIN_MS - 1), "not yet"
    assert not store.scrub(NOW + AGAIN_MS)
    scrub(store, NOW + AGAIN_MS)
    assert stale(store) == {}
    assert b"own3y" not in on_disk(store)
    assert b"own4y" not in on_disk(store)


def test_words_of_what_is_forgotten_go_within_a_day(store: Store) -> None:
    fill(store, SHARD)
    store.forget([7], NOW)
    assert scrub(store, NOW + DAY_MS - 1) == 0
    assert b"own7y" in on_disk(store)
    assert found(store, "own7y") == []
    store.forget([8], NOW + 5)
    assert scrub(store, NOW + DAY_MS) > 0, "the first of them says when"
    assert b"own7y" not in on_disk(store)
    assert b"own8y" not in on_disk(store)
    take_back(store, 9)
    store.forget([10], NOW)
    assert stale(store) == {"stale 0": "0"}, "what is taken back does not wait for a day"


def test_a_table_without_lines_is_dropped(store: Store) -> None:
    fill(store, 3 * SHARD)
    store.forget(list(range(1, SHARD)), NOW)
    scrub(store, NOW + DAY_MS)
    assert tables(store._writer) == ["words3", "words2", "words1"]
    assert len(found(store, "talk")) == 2 * SHARD + 1
    store.forget([*range(SHARD, 3 * SHARD + 1)], NOW)
    scrub(store, NOW + DAY_MS)
    assert tables(store._writer) == ["words3"], "lines are still to come there"
    fill(store, 1)
    assert found(store, "talk") == [f"own{3 * SHARD + 1}y talk"]


def test_a_gap_of_many_ids_is_passed(store: Store) -> None:
    store.write(Batch((line(1, "first"),)))
    store.last = 10 * SHARD
    store.write(Batch((line(2, "second"),)))
    indexed(store)
    assert tables(store._writer) == ["words10", "words0"]
    assert (found(store, "first"), found(store, "second")) == (["first"], ["second"])


def test_a_search_meets_a_table_that_is_dropped_meanwhile(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 2 * SHARD)
    monkeypatch.setattr("gchat.journal.sqlite.reader.TABLE_MATCHES", 500)
    steps = store.reader.search(Search((("#a", 0),), 1000, words=("talk",)))
    next(steps)
    store.forget(list(range(1, SHARD)), NOW)
    scrub(store, NOW + DAY_MS)
    assert len(whole(steps)) == SHARD + 1


def test_what_is_replaced_or_deleted_is_gone_from_the_log(store: Store) -> None:
    """Also of accounts, topics and metadata: a password's verifier, for example."""
    store.write(
        Batch(saved=(Saved("account", "a", '"Verifier1"'), Saved("account", "b", '"Verifier2"')))
    )
    store.write(Batch(saved=(Saved("account", "a", '"New"'), Saved("account", "b", None))))
    assert store.unclean()
    assert b"Verifier1" in on_disk(store)
    sweeper = Retention(store, WorkerPool(1), lambda: NOW, Keep())
    assert sweeper.step()
    assert not store.unclean()
    assert b"Verifier" not in on_disk(store)
