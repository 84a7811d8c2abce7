"""The index of places: behind the commits, and every answer is as if it was not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import gevent
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gchat.core.history import (
    MESSAGES,
    Batch,
    Query,
    Record,
    Reference,
    Search,
    conversation,
    participants,
)
from gchat.journal.sqlite import indexer as indexer_module
from gchat.journal.sqlite import lookover as lookover_module
from gchat.journal.sqlite import places as places_module
from gchat.journal.sqlite import reader as reader_module
from gchat.journal.sqlite import window as window_module
from gchat.journal.sqlite.archive import StoreArchive
from gchat.journal.sqlite.export import backup
from gchat.journal.sqlite.indexer import Indexer
from gchat.journal.sqlite.places import TABLES
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.store import FILE, Store
from gchat.journal.sqlite.transaction import saved_task
from gchat.wire.names import casefold
from gchat.workers import WorkerPool
from tests.support.indexed import indexed, wrong_places
from tests.support.msgids import msgid

TALK = conversation("@a", "@b")
PLACES = ("#a", "#b", "@#a", TALK)
NICKS = ("Ann", "ann", "Đào", "đào", "Bob", "[x]")
OFTEN = st.sampled_from(("#a", "#a", "#a", *PLACES)), st.sampled_from(("Ann", "Ann", *NICKS))
KINDS = ("PRIVMSG", "PRIVMSG", "NOTICE", "TAGMSG", "JOIN")
SPOKEN = MESSAGES | {"TAGMSG"}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps and blocks of a few lines."""
    for module in (places_module, window_module, lookover_module):
        monkeypatch.setattr(module, "BLOCK_LINES", 4)
    monkeypatch.setattr(places_module, "STEP_LINES", 5)
    monkeypatch.setattr(lookover_module, "STEP_LINES", 3)
    for module in (window_module, reader_module):
        monkeypatch.setattr(module, "STEP_LINES", 3)
    monkeypatch.setattr(reader_module, "STEP_SECONDS", 0.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def line(number: int, place: str = "#a", nick: str = "Ann", kind: str = "PRIVMSG") -> Record:
    """At `number` milliseconds."""
    at = number
    return Record(at, msgid(at), kind, place, 1, nick, f"{nick}!u@h", place, f"word{number}")


class Model:
    """A list of what is stored."""

    def __init__(self) -> None:
        self.lines: dict[int, Record] = {}
        self.last = 0

    def read(self, query: Query) -> list[Record]:
        after = query.after.at if query.after else -1
        before = query.before.at if query.before else 10**9
        found = [
            one
            for one in self.lines.values()
            if one.place == query.place
            and after < one.at < before
            and one.at >= query.since
            and (query.events or one.kind in MESSAGES)
        ]
        return (found[::-1][: query.limit])[::-1] if query.newest else found[: query.limit]

    def search(self, search: Search) -> list[Record]:
        since = dict(search.places)
        found = [
            one
            for one in self.lines.values()
            if one.kind in MESSAGES
            and one.at >= since.get(one.place, 10**9)
            and one.at > search.after
            and (not search.before or one.at < search.before)
            and (not search.nick or casefold(one.nick) == casefold(search.nick))
        ]
        return found[-search.limit :]

    def targets(self, person: str, limit: int) -> list[Record]:
        talks = [TALK] if person in participants(TALK) else []
        last = [self.read(Query(place, 1)) for place in ("#a", "#b", *talks)]
        return sorted((one for found in last for one in found), key=lambda one: one.at)[:limit]

    def places(self) -> set[str]:
        return {one.place for one in self.lines.values()}


def compare(store: Store, model: Model, limit: int, moment: int) -> None:
    """Every kind of question."""
    reader = store.reader
    for place in PLACES:
        for newest in (True, False):
            for more in (
                {},
                {"after": Reference(at=moment)},
                {"before": Reference(at=moment)},
                {"since": moment, "events": True},
                {"after": Reference(at=moment), "before": Reference(at=moment + 7)},
            ):
                query = Query(place, limit, newest=newest, **more)
                assert whole(reader.read(query)) == model.read(query), query
        before = model.read(Query(place, limit // 2, before=Reference(at=moment)))
        rest = limit - len(before)
        after = model.read(Query(place, rest, after=Reference(at=moment - 1), newest=False))
        around = whole(reader.around(Query(place, limit), Reference(at=moment)))
        assert around == before + after
    everywhere = tuple((place, 0) for place in PLACES)
    for nick in ("", "ANN", "ĐÀO", "bob", "[X]", "nobody"):
        for search in (
            Search(everywhere, limit, nick=nick),
            Search((("#a", moment),), limit, nick=nick),
            Search(everywhere, limit, nick=nick, after=moment),
            Search(everywhere, limit, nick=nick, before=moment),
        ):
            assert whole(reader.search(search)) == model.search(search), search
    for person in ("@a", "nobody"):
        found = whole(reader.targets((("#a", 0), ("#b", 0)), person, -1, 10**9, limit))
        assert found == model.targets(person, limit)


LINE = st.tuples(*OFTEN, st.sampled_from(KINDS))
PICK = st.integers(0, 999)
DOINGS = st.one_of(
    st.tuples(st.just("write"), st.lists(LINE, min_size=1, max_size=12)),
    st.tuples(st.just("step"), PICK),
    st.tuples(st.just("settle"), st.just(0)),
    st.tuples(st.just("redact"), st.lists(PICK, min_size=1, max_size=4)),
    st.tuples(st.just("forget"), st.lists(PICK, min_size=1, max_size=8)),
    st.tuples(st.just("forget_first"), PICK),
    st.tuples(st.just("renew"), st.just(0)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("compare"), PICK),
)


class Doer:
    """Does the same to a store and to its model."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder, "process")
        self.model = Model()

    def write(self, lines: list[tuple[str, str, str]]) -> None:
        new = {
            self.store.last + n: line(self.store.last + n, *one) for n, one in enumerate(lines, 1)
        }
        self.store.write(Batch(tuple(new.values())))
        self.model.lines |= new

    def step(self, count: int) -> None:
        self.store.places.step(min(self.store.last, self.store.places.until + count % 9))

    def settle(self, _: int) -> None:
        while not self.store.settle():
            pass

    def redact(self, picks: list[int]) -> None:
        chosen = self._chosen(picks)
        lines = [self.model.lines[number] for number in chosen]
        self.store.write(Batch(redacted=tuple((one.place, one.msgid) for one in lines)))
        for number, one in zip(chosen, lines, strict=True):
            if one.kind in SPOKEN:
                del self.model.lines[number]

    def forget(self, picks: list[int]) -> None:
        if chosen := self._chosen(picks):
            self.store.forget(chosen, 5)
        talked = TALK in {self.model.lines.pop(number).place for number in chosen}
        # who talked is forgotten with what they said
        if talked and TALK not in self.model.places():
            assert self.store.reader.conversations("@a") == []

    def forget_first(self, count: int) -> None:
        self.forget(list(range(count % (len(self.model.lines) + 1))))

    def renew(self, _: int) -> None:
        self.store.places.renew()

    def restart(self, _: int) -> None:
        before = self.store.places.until, self.store.last
        self.store.close()
        self.store = Store(self.store.path.parent, "process")
        assert (self.store.places.until, self.store.last) == before

    def compare(self, number: int) -> None:
        compare(self.store, self.model, 1 + number % 17, number % (self.store.last + 2))
        assert wrong_places(self.store.path) == ""

    def _chosen(self, picks: list[int]) -> list[int]:
        ids = list(self.model.lines)
        return sorted({ids[one % len(ids)] for one in picks}) if ids else []


@settings(max_examples=120, deadline=None)
@given(st.lists(LINE, max_size=20), st.lists(DOINGS, min_size=3, max_size=20), PICK)
def test_whatever_is_done_every_answer_is_that_of_a_plain_list(
    lines: list[tuple[str, str, str]], doings: list[tuple[str, object]], number: int
) -> None:
    with TemporaryDirectory() as folder:
        doer = Doer(Path(folder))
        try:
            doer.write(lines)
            doer.settle(0)
            for what, how in (*doings, ("compare", number), ("settle", 0), ("compare", number)):
                getattr(doer, what)(how)
            found, kept = doer.store.places, doer.model.lines
            assert found.names_after("", 99) == sorted(doer.model.places())
            for place in PLACES:
                ids = [number for number, one in kept.items() if one.place == place]
                assert found.over(place, 0, 999) == ids
                assert found.over(place, 3, 4) == ids[:-3][:4]
        finally:
            doer.store.close()


def test_what_it_has_is_gone_with_the_lines(store: Store) -> None:
    """Nobody's name, and no room's, is left in it."""
    store.write(Batch(tuple(line(n, PLACES[n % 4], NICKS[n % 6]) for n in range(1, 40))))
    while not store.settle():
        pass
    store.forget(list(range(1, 40)), 5)
    for table in TABLES:
        assert store._writer.execute(f"SELECT * FROM {table}").fetchall() == []


def test_what_of_it_is_not_in_it_yet_is_known_when_other_lines_go(store: Store) -> None:
    store.write(Batch((line(1, TALK), line(2, TALK, kind="JOIN"), line(3))))
    assert store.settle()
    store.write(Batch((line(4, TALK),)))
    store.write(Batch(redacted=((TALK, msgid(2)),)))
    assert len(whole(store.reader.read(Query(TALK, 9, events=True)))) == 3, "nobody said it"
    assert wrong_places(store.path) == ""
    store.forget([1, 2], 5)
    assert store.reader.conversations("@a") == [TALK]
    assert [one.at for one in whole(store.reader.read(Query(TALK, 9)))] == [4]
    assert store.places.names_after("", 9) == ["#a"]
    assert store.settle()
    assert store.places.names_after("", 9) == ["#a", TALK]


def test_a_step_is_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write(Batch(tuple(line(n) for n in range(1, 12))))
    store.settle()
    assert store.places.until == 5
    with monkeypatch.context() as patch:
        patch.setattr(places_module, "SAVE", "INSERT INTO nowhere VALUES (?, ?, ?)")
        with pytest.raises(sqlite3.OperationalError):
            store.settle()
    assert store.places.until == 5
    assert store._writer.execute("SELECT count(*) FROM placed").fetchone() == (5,)
    assert not store._writer.in_transaction
    assert len(whole(store.reader.read(Query("#a", 99)))) == 11


def test_by_other_rules_it_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.write(Batch(tuple(line(n) for n in range(1, 5))))
    assert store.settle()
    store.close()
    monkeypatch.setattr(places_module, "BLOCK_LINES", 7)
    store = Store(tmp_path)
    assert store.places.until == 0
    assert len(whole(store.reader.read(Query("#a", 99)))) == 4
    store.close()


def test_one_that_has_who_spoke_in_conversations_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was made until version 2 of the rules. What it has goes with the lines."""
    with monkeypatch.context() as before:
        by_rules_1 = places_module._made_by(1)
        before.setattr(places_module, "_made_by", lambda rules=1: by_rules_1)
        before.setattr(
            places_module,
            "_SPEAKERS",
            places_module._SPEAKERS.replace("instr(place, ' ') = 0", "1"),
        )
        store = Store(tmp_path)
        store.write(Batch(tuple(line(n, TALK, NICKS[n % 2 * 4]) for n in range(1, 13))))
        indexed(store)
        store.close()
    store = Store(tmp_path)
    assert store.places.until == 12
    talk = Search(((TALK, 0),), 99, nick="ann")
    assert [one.at for one in whole(store.reader.search(talk))] == [2, 4, 6, 8, 10, 12]
    store.write(Batch(tuple(line(n, TALK, NICKS[n % 2 * 4]) for n in range(13, 25))))
    indexed(store)
    assert [one.at for one in whole(store.reader.search(talk))] == list(range(2, 25, 2))
    assert spoken(store) > 0
    made_by = saved_task(store._writer, places_module.PLACED)
    assert made_by == f"24 {places_module._made_by()}"
    assert wrong_places(store.path) == ""
    store.forget(range(1, 25), 5)
    assert spoken(store) == 0
    store.close()


def test_a_backup_has_none_and_makes_it_anew(store: Store, tmp_path: Path) -> None:
    store.write(Batch(tuple(line(n) for n in range(1, 5))))
    assert store.settle()
    copy = tmp_path / "copy" / FILE
    backup(store.path.parent, copy)
    with closing(sqlite3.connect(copy)) as file:
        names = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
        assert not names & TABLES.keys()
    other = Store(copy.parent)
    assert other.places.until == 0
    assert len(whole(other.reader.read(Query("#a", 99)))) == 4
    assert other.settle()
    assert len(whole(other.reader.read(Query("#a", 99)))) == 4
    other.close()


def test_the_index_moves_on_while_somebody_reads(store: Store) -> None:
    """Each step of the answer is read at another moment."""
    store.write(Batch(tuple(line(n, nick=NICKS[n % 2]) for n in range(1, 60))))
    for search in (False, True):
        store.places.renew()
        steps = (
            store.reader.search(Search((("#a", 0),), 99, nick="ann"))
            if search
            else store.reader.read(Query("#a", 99, newest=False))
        )
        found: list[Record] = []
        while not found:
            try:
                next(steps)
            except StopIteration as end:
                found = end.value
            store.settle()
        assert [one.at for one in found] == list(range(1, 60))


def spoken(store: Store) -> int:
    return int(store._writer.execute("SELECT count(*) FROM spoken").fetchone()[0])


def test_of_conversations_it_does_not_have_who_spoke(store: Store) -> None:
    store.write(Batch(tuple(line(n, TALK) for n in range(1, 30))))
    assert spoken(indexed(store)) == 0
    store.write(Batch(tuple(line(n, place) for n in range(30, 50) for place in ("#a", "@#a"))))
    assert spoken(indexed(store)) > 0


def test_who_is_looked_for_in_a_room_is_found_without_looking_at_every_line(store: Store) -> None:
    """Steps of a search: in a conversation each few lines are one, in a room each few blocks."""
    for place, most in (("#a", 3), (TALK, 99)):
        first = store.last + 1
        lines = [line(first + n, place, "Bob" if n == 0 else "Ann") for n in range(120)]
        store.write(Batch(tuple(lines)))
        indexed(store)
        search = Search(((place, 0),), 9, nick="bob")
        found: list[Record] = []

        def answer(search: Search = search, found: list[Record] = found) -> Iterator[None]:
            found += yield from store.reader.search(search)

        steps = sum(1 for _ in answer())
        assert [one.at for one in found] == [first]
        assert steps <= most
    assert steps > 20, "and a long answer lets others have their turn"


@pytest.fixture
def indexer(store: Store) -> Iterator[Indexer]:
    writer = WorkerPool(1)
    yield Indexer(store, writer)
    writer.close()


def until(condition: Callable[[], bool]) -> None:
    with gevent.Timeout(60):
        while not condition():
            gevent.sleep(0.01)


def test_it_is_written_when_there_is_enough_for_a_step(
    store: Store, indexer: Indexer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer_module, "STEP_LINES", 5)
    store.write(Batch(tuple(line(n) for n in range(1, 14))))
    running = gevent.spawn(indexer.run_places)
    until(lambda: store.places.until == 10)
    store.write(Batch((line(14),)))
    gevent.sleep(3 * indexer_module.PLACES_SECONDS)
    assert (store.places.until, indexer.places_behind) == (10, 4)
    store.write(Batch((line(15),)))
    until(lambda: indexer.places_behind == 0)
    running.kill()


@pytest.mark.parametrize("seconds", [5.0, 0.0])
def test_where_it_is_far_behind_a_question_waits_or_is_answered_all_the_same(
    store: Store, indexer: Indexer, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    monkeypatch.setattr(indexer_module, "TAIL_LINES", 10)
    monkeypatch.setattr(indexer_module, "STEP_LINES", 5)
    monkeypatch.setattr(indexer_module, "SEARCH_SECONDS", seconds)
    archive = StoreArchive(store, indexer)
    store.write(Batch(tuple(line(n) for n in range(1, 10))))
    assert len(archive.read(Query("#a", 99))) == 9
    assert store.places.until == 0, "it is not far behind"
    store.write(Batch(tuple(line(n) for n in range(10, 40))))
    assert len(archive.read(Query("#a", 99))) == 39
    assert (indexer.places_behind < 5) is bool(seconds)
    archive.close()


def test_an_index_that_cannot_be_written_costs_no_answer(
    store: Store,
    indexer: Indexer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(indexer_module, "TAIL_LINES", 10)
    monkeypatch.setattr(places_module, "SAVE", "INSERT INTO nowhere VALUES (?, ?, ?)")
    monkeypatch.setattr(indexer_module, "STEP_LINES", 5)
    archive = StoreArchive(store, indexer)
    store.write(Batch(tuple(line(n) for n in range(1, 40))))
    for _ in range(2):
        assert len(archive.read(Query("#a", 99))) == 39
    said = [one.getMessage() for one in caplog.records]
    assert said == ["places could not be indexed, will try again: no such table: nowhere"]
    archive.close()
