"""What is read of the file, at every bound: https://ircv3.net/specs/extensions/chathistory"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import gevent
import pytest

from gchat.core.history import Batch, Query, Record, Reference, Search, conversation
from gchat.core.turns import Claim, Turns
from gchat.core.words import searchable
from gchat.journal.memory.archive import MemoryArchive
from gchat.journal.sqlite import reader as reader_module
from gchat.journal.sqlite.archive import StoreArchive
from gchat.journal.sqlite.indexer import Indexer
from gchat.journal.sqlite.reader import Reader, whole
from gchat.journal.sqlite.store import Store
from gchat.journal.sqlite.window import STEP_LINES
from gchat.workers import FairPool, WorkerPool
from tests.support.indexed import indexed
from tests.support.msgids import msgid

T = TypeVar("T")


class Whole:
    """A reader that answers at once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        question = getattr(self._reader, name)
        if name in ("read", "around", "targets", "search"):
            return lambda *parts: whole(question(*parts))
        return question


Archives = StoreArchive | Whole | MemoryArchive


def line(number: int, place: str = "#a", kind: str = "PRIVMSG", **more: object) -> Record:
    """At `number` times ten milliseconds."""
    values: dict[str, Any] = {"nick": "n", "text": f"word{number}", **more}
    at = number * 10
    return Record(at, msgid(at), kind, place, 1, source="n!u@h", target="#A", **values)


# id1 to id8 are messages but for id4, which came between; id3 and id4 are of other places too
LINES = (
    line(1),
    line(2, kind="NOTICE"),
    line(3),
    line(3, "#b", text="elsewhere"),
    line(4, kind="JOIN", text=""),
    line(5, nick="Other"),
    line(6, tags=(("+x", "1"), ("+y", "")), account="An", boot="boot", arg="arg"),
    line(7),
    line(8),
    line(9, conversation("@me", "@you")),
    line(10, conversation("@me", "@her"), kind="NOTICE"),
    line(11, conversation("@you", "@her")),
    line(12, kind="TAGMSG"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    store.write(Batch(LINES))
    yield store
    store.close()


@pytest.fixture(params=["reader", "steps", "archive", "memory"])
def archive(
    request: pytest.FixtureRequest, store: Store, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Archives]:
    """By itself, in small steps, by the thread in which the server asks, and in memory."""
    if request.param == "memory":
        memory = MemoryArchive()
        for one in LINES:
            memory.keep(one)
        yield memory
        return
    if request.param == "steps":  # of which each does next to nothing
        for name in ("LINES", "PLACES", "MATCHES"):
            monkeypatch.setattr(reader_module, f"STEP_{name}", 1)
    if request.param in ("reader", "steps"):
        yield Whole(indexed(store).reader)
        return
    writer = WorkerPool(1)
    archive = StoreArchive(store, Indexer(store, writer))
    yield archive
    archive.close()
    writer.close()


def ids(records: list[Record]) -> str:
    return " ".join(str(int(one.msgid[:12], 16) // 10) for one in records)


def at(number: int) -> Reference:
    return Reference(at=number * 10)


def named(number: int) -> Reference:
    return Reference(msgid=msgid(number * 10))


def test_everything_of_a_line_comes_back(archive: Archives) -> None:
    found = archive.read(Query("#a", 100, events=True))
    assert found == [one for one in LINES if one.place == "#a"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query("#a", 100), "1 2 3 5 6 7 8"),
        (Query("#a", 100, events=True), "1 2 3 4 5 6 7 8 12"),
        (Query("#none", 100), ""),
        (Query("#a", 2), "7 8"),
        (Query("#a", 2, newest=False), "1 2"),
        (Query("#a", 2, events=True), "8 12"),
        # both bounds are excluded, by message and by time
        (Query("#a", 100, after=named(3)), "5 6 7 8"),
        (Query("#a", 100, after=at(3)), "5 6 7 8"),
        (Query("#a", 100, after=Reference(at=29)), "3 5 6 7 8"),
        (Query("#a", 100, before=named(3)), "1 2"),
        (Query("#a", 100, before=at(3)), "1 2"),
        (Query("#a", 100, before=Reference(at=31)), "1 2 3"),
        (Query("#a", 100, after=named(1), before=named(6)), "2 3 5"),
        (Query("#a", 2, after=at(1), before=at(7)), "5 6"),
        (Query("#a", 2, after=at(1), before=at(7), newest=False), "2 3"),
        (Query("#a", 100, after=at(12)), ""),
        (Query("#a", 100, before=at(1)), ""),
        (Query("#a", 100, after=Reference(at=0)), "1 2 3 5 6 7 8"),
        (Query("#a", 100, before=Reference(at=10**12)), "1 2 3 5 6 7 8"),
        # what is not known (any more, or here) bounds everything out
        (Query("#a", 100, after=named(99)), ""),
        (Query("#a", 100, before=named(99)), ""),
        (Query("#b", 100, after=named(1)), ""),
        # none from before a time
        (Query("#a", 100, since=30), "3 5 6 7 8"),
        (Query("#a", 100, since=31), "5 6 7 8"),
        (Query("#a", 100, before=named(6), since=30), "3 5"),
    ],
)
def test_a_page(archive: Archives, query: Query, found: str) -> None:
    assert ids(archive.read(query)) == found


@pytest.mark.parametrize(
    ("limit", "center", "more", "found"),
    [
        (100, named(5), {}, "1 2 3 5 6 7 8"),
        (3, named(5), {}, "3 5 6"),
        (4, named(5), {}, "2 3 5 6"),
        (1, named(5), {}, "5"),
        (3, at(5), {}, "3 5 6"),
        (3, Reference(at=45), {}, "3 5 6"),
        (4, named(1), {}, "1 2 3 5"),
        (4, named(8), {}, "6 7 8"),
        (3, named(5), {"events": True}, "4 5 6"),
        (5, named(5), {"since": 30}, "3 5 6 7 8"),
        (5, named(5), {"since": 31}, "5 6 7 8"),
        (5, named(3), {"since": 50}, "5 6 7 8"),
        (5, named(3), {"since": 51}, "6 7 8"),
        (5, named(99), {}, ""),
        (5, at(99), {}, "7 8"),
    ],
)
def test_around_a_message_or_a_time(
    archive: Archives, limit: int, center: Reference, more: dict[str, int], found: str
) -> None:
    query = Query("#a", limit, **more)  # type: ignore[arg-type]
    assert ids(archive.around(query, center)) == found


@pytest.mark.parametrize(
    ("after", "before", "limit", "found"),
    [
        (0, 1000, 10, "3 8 9 10"),
        (30, 1000, 10, "8 9 10"),
        (29, 1000, 10, "3 8 9 10"),
        (0, 100, 10, "3 8 9"),
        (0, 101, 10, "3 8 9 10"),
        (0, 1000, 2, "3 8"),
    ],
)
def test_targets_by_the_time_of_their_last_message(
    archive: Archives, after: int, before: int, limit: int, found: str
) -> None:
    places = [("#a", 0), ("#b", 0), ("#none", 0)]
    assert ids(archive.targets(iter(places), "@me", after, before, limit)) == found


def test_targets_since_one_was_there(archive: Archives) -> None:
    assert ids(archive.targets([("#a", 80)], "nobody", 0, 1000, 10)) == "8"
    assert ids(archive.targets([("#a", 81)], "nobody", 0, 1000, 10)) == ""


HERE = (("#a", 0),)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(HERE, 100), "1 2 3 5 6 7 8"),
        (Search((), 100), ""),
        (Search((("#a", 0), ("#b", 0)), 100, words=("elsewhere",)), "3"),
        (Search(HERE, 100, words=("elsewhere",)), ""),
        (Search(HERE, 100, words=("WORD5",)), "5"),
        (Search(HERE, 100, words=("word5", "word6")), ""),
        (Search(HERE, 100, words=('wo"rd5',)), ""),
        (Search(HERE, 100, words=("wordx OR word5",)), ""),
        (Search(HERE, 2), "7 8"),
        (Search(HERE, 100, nick="other"), "5"),
        (Search(HERE, 100, nick="o"), ""),
        (Search(HERE, 100, words=("word6",), nick="other"), ""),
        (Search(HERE, 100, after=30), "5 6 7 8"),
        (Search(HERE, 100, after=29), "3 5 6 7 8"),
        (Search(HERE, 100, before=30), "1 2"),
        (Search(HERE, 100, before=31), "1 2 3"),
        (Search(HERE, 1, words=("word7",), after=69, before=71), "7"),
        (Search((("#a", 30),), 100), "3 5 6 7 8"),
        (Search((("#a", 31),), 100), "5 6 7 8"),
        (Search((("#a", 31),), 100, words=("word3",)), ""),
        (Search(((conversation("@me", "@you"), 0),), 100, words=("word9",)), "9"),
    ],
)
def test_a_search(archive: Archives, search: Search, found: str) -> None:
    assert ids(archive.search(search)) == found


SEEN = (
    ("Chào buổi sáng, Tuấn!", "chao BUỔI sang tuan"),
    ("Đúng rồi", "dung DUNG đúng Đung"),
    ("明天的会议推迟了", "会议 推迟了 天"),
    ("東京タワー", "タワ ﾀﾜｰ"),
    ("회의는 내일입니다", "회의 내일"),
    ("สวัสดีครับ", "สวัสดี"),
    ("well done 👍🏽 👨‍👩‍👧 🇻🇳 ❤️", "👍 👍🏿 👨‍👩‍👧 👩 🇻🇳 ❤"),
    ("Straße ﬁne Ærø ＡＢＣ", "strasse FINE aero abc"),
    ("الكِتَابُ שָׁלוֹם", "الكتاب שלום"),
    ("हिन्दी में", "हिन्दी"),
    ("Gchat™ x²", "gchat x2"),
    ("𝐇𝐞𝐥𝐥𝐨 №5 ℋello", "hello no5"),
    ("100₽ a₺b", "100 b"),
    ("so-so", "so-so"),
)
NOT_SEEN = (
    ("Chào buổi sáng", "ch buoisang ảng"),
    ("明天的会议推迟了", "议会 会推"),
    ("well done 👍", "👎 well👎"),
    ("हिन्दी में", "हि"),
)


@pytest.fixture(params=["file", "memory"])
def look_for(request: pytest.FixtureRequest, store: Store) -> Callable[[str, str], bool]:
    """Whether a message with this text, the first argument, is found by the second one."""

    def file(text: str, word: str) -> bool:
        store.write(Batch((line(20, text=text),)))
        return "20" in ids(whole(indexed(store).reader.search(Search(HERE, 9, words=(word,)))))

    def memory(text: str, word: str) -> bool:
        archive = MemoryArchive()
        archive.keep(line(20, text=text))
        return bool(archive.search(Search(HERE, 9, words=(word,))))

    return file if request.param == "file" else memory


@pytest.mark.parametrize(("text", "words"), SEEN)
def test_a_search_finds_what_people_see(
    look_for: Callable[[str, str], bool], text: str, words: str
) -> None:
    for word in words.split(" "):
        assert look_for(text, word), word
    assert "  " not in searchable(text), "one space between two words"


@pytest.mark.parametrize(("text", "words"), NOT_SEEN)
def test_a_search_finds_nothing_else(
    look_for: Callable[[str, str], bool], text: str, words: str
) -> None:
    for word in words.split(" "):
        assert not look_for(text, word), word


@pytest.mark.parametrize(("words", "seen"), [(("...", "word5"), True), (("...",), False)])
def test_signs_are_no_words(archive: Archives, words: tuple[str, ...], seen: bool) -> None:
    """Beside words they are not looked for, and by themselves they are nothing to look for."""
    assert bool(archive.search(Search(HERE, 9, words=words))) is seen


def test_a_message_by_its_id(archive: Archives) -> None:
    assert archive.find(msgid(50)) == LINES[5]
    assert archive.find(msgid(120)) == LINES[-1]
    assert archive.find(msgid(40)) is None, "nobody said it"
    assert archive.find(msgid(990)) is None


def test_conversations_of_a_person(archive: Archives) -> None:
    assert sorted(archive.conversations("@me")) == ["@her @me", "@me @you"]
    assert archive.conversations("@you @me") == archive.conversations("nobody") == []


def test_what_was_stored_last(store: Store, tmp_path: Path) -> None:
    assert store.reader.last() == (13, 120)
    store.write(Batch((line(13),)))
    assert [one.msgid for one in whole(store.reader.read(Query("#a", 1)))] == [msgid(130)]
    assert store.reader.last() == (14, 130)
    empty = Store(tmp_path / "empty")
    assert (empty.reader.last(), empty.last_at) == ((0, 0), 0)
    empty.close()


def test_a_long_search_keeps_nobody_waiting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that is everywhere, looked for by somebody who may read none of it."""
    monkeypatch.setattr(reader_module, "STEP_MATCHES", 1)
    store.write(Batch(tuple(line(number, "#b", text="common") for number in range(20, 520))))
    writer = WorkerPool(1)
    archive = StoreArchive(indexed(store), Indexer(store, writer))
    long = gevent.spawn(archive.search, Search(HERE, 9, words=("common",)))
    gevent.sleep(0)
    assert archive.read(Query("#a", 1))
    assert not long.ready()
    assert long.get(timeout=60) == []
    archive.close()
    writer.close()


@pytest.mark.parametrize("newest", [True, False])
def test_what_is_older_than_one_may_read_is_not_looked_through(store: Store, newest: bool) -> None:
    """Whoever has just entered a room with a long past."""
    old = tuple(line(number, "#b") for number in range(20, 20 + 4 * STEP_LINES))
    entered = old[-1].at + 10
    store.write(Batch((*old, line(entered // 10, "#b"))))
    query = Query("#b", 10, newest=newest, since=entered)
    assert [one.at for one in whole(store.reader.read(query))] == [entered]
    steps = store.reader.read(query)
    assert len(list(islice(steps, 3))) < 3


class Noting(FairPool):
    """Notes from which address each step was."""

    def __init__(self) -> None:
        super().__init__(1, Turns[Any](), 10.0)
        self.steps: list[str] = []

    def ask(self, job: Callable[[], T], claim: Claim) -> T:
        def noted() -> T:
            self.steps.append(claim.address)
            return job()

        return super().ask(noted, claim)


def test_an_address_that_asks_much_waits_for_itself(tmp_path: Path) -> None:
    """Ten askers at one address kept another's history back for 17 s."""
    store, writer, pool = Store(tmp_path), WorkerPool(1), Noting()
    events = tuple(line(number, kind="NICK") for number in range(3 * STEP_LINES))
    store.write(Batch((*events, line(3 * STEP_LINES, "#b"))))
    archive = StoreArchive(indexed(store), Indexer(store, writer), pool)
    greedy = [gevent.spawn(archive.of("greedy").read, Query("#a", 100)) for _ in range(10)]
    for asker in greedy:
        asker.start()
    gevent.sleep(0)
    before = len(pool.steps)
    assert len(archive.of("other").read(Query("#b", 1))) == 1
    assert "other" in pool.steps[before : before + 3]
    assert not any(asker.dead for asker in greedy)
    assert all(asker.get() == [] for asker in greedy)
    archive.close()
    writer.close()
    store.close()
