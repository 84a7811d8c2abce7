"""The archive in memory: bounded by lines and by bytes, and what is taken back is gone."""

from __future__ import annotations

import pytest

from gchat.config import Config
from gchat.core.events import (
    AwaySet,
    Connected,
    Event,
    Joined,
    Parted,
    Quit,
    Redacted,
    Renamed,
    RoomRenamed,
    Said,
    TopicSet,
)
from gchat.core.history import Query, Record, Search, conversation
from gchat.core.hub import Hub
from gchat.journal.memory import archive as archive_module
from gchat.journal.memory.archive import LINE_BYTES, MemoryArchive
from gchat.journal.memory.engine import MemoryEngine
from tests.core.likely import START


def line(number: int, place: str = "#a", text: str = "", kind: str = "PRIVMSG") -> Record:
    return Record(number, f"id{number}", kind, place, 1, "n", "n!u@h", "#A", text)


def kept(archive: MemoryArchive, place: str = "#a") -> list[str]:
    return [one.msgid for one in archive.read(Query(place, 100, events=True))]


def test_lines_at_the_bound_and_past_it() -> None:
    archive = MemoryArchive(most_lines=3)
    for number, place in enumerate(("#a", "#b", "#a")):
        archive.keep(line(number, place))
    assert (kept(archive), kept(archive, "#b")) == (["id0", "id2"], ["id1"])
    archive.keep(line(3))
    assert (kept(archive), kept(archive, "#b"), len(archive)) == (["id2", "id3"], ["id1"], 3)
    archive.keep(line(4))
    assert kept(archive, "#b") == []
    assert archive.find("id1") is None
    assert archive.find("id4") == line(4)


def test_bytes_at_the_bound_and_past_it() -> None:
    one = line(1, text="x" * 100)
    size = LINE_BYTES + 100 + len("n!u@h") + len("#A")
    archive = MemoryArchive(most_bytes=2 * size)
    archive.keep(one)
    archive.keep(line(2, text="y" * 100))
    assert kept(archive) == ["id1", "id2"]
    archive.keep(line(3))
    assert kept(archive) == ["id2", "id3"]


def test_the_bounds_of_a_server() -> None:
    archive = MemoryArchive()
    for number in range(archive_module.MOST_LINES + 1):
        archive.keep(line(number))
    assert len(archive) == archive_module.MOST_LINES
    assert archive.find("id0") is None


def test_what_is_taken_back_is_gone_in_its_place_only() -> None:
    archive = MemoryArchive()
    for place in ("#a", "#b"):
        archive.keep(line(1, place, "secret"))
    archive.keep(line(2))
    archive.redact("#a", "id1")
    assert kept(archive) == ["id2"]
    assert kept(archive, "#b") == ["id1"]
    assert len(archive) == 2
    assert archive.find("id1") == line(1, "#b", "secret")
    archive.redact("#b", "id1")
    archive.redact("#b", "id1")
    assert archive.find("id1") is None
    assert archive.search(Search((("#b", 0),), 10, words=("secret",))) == []


def test_only_what_was_said_is_taken_back() -> None:
    archive = MemoryArchive()
    archive.keep(line(1, kind="JOIN"))
    archive.redact("#a", "id1")
    assert kept(archive) == ["id1"]


def test_a_conversation_is_known_as_long_as_something_of_it_is_kept() -> None:
    archive = MemoryArchive(most_lines=1)
    place = conversation("@a", "@b")
    archive.keep(line(1, place))
    assert archive.conversations("@a") == archive.conversations("@b") == [place]
    archive.keep(line(2))
    assert archive.conversations("@a") == []


def test_words_are_found_as_in_the_file() -> None:
    """The same as in tests/journal/test_reader.py, by FTS5's unicode61."""
    archive = MemoryArchive()
    archive.keep(line(1, text='Chào buổi sáng, Tuấn! "so-so"'))
    for words in (("chao",), ("BUỔI",), ("tuan", "sáng"), ("so-so",), ('"so',)):
        assert archive.search(Search((("#a", 0),), 9, words=words)), words
    for words in (("chao", "duy"), ("cha",), ("so-sang",), ("!",)):
        assert not archive.search(Search((("#a", 0),), 9, words=words)), words


def engine_with(*events: Event) -> MemoryEngine:
    hub = Hub()
    engine = MemoryEngine(Config(), hub, lambda effects: None, lambda: 1, "boot")
    for event in events:
        assert not engine.journal.append(event).result().refusals
    return engine


def test_what_is_seen_is_found_where_its_room_was_at_that_moment() -> None:
    """Though it is made into records only when somebody reads."""
    engine = engine_with(
        *START,
        Said(1, "#a", "before"),
        RoomRenamed(1, "#a", "#new", "why"),
        Said(1, "#new", "after"),
        Said(1, "Duy", "psst"),
        Renamed(1, "Linh"),
        Quit(3, "bye"),
    )
    hub = engine.journal._apply.args[0]  # type: ignore[attr-defined]
    place = hub.place("#new")
    found = engine.archive.read(Query(place, 100, events=True))
    kinds = [(one.kind, one.text) for one in found if one.kind not in ("JOIN", "MODE")]
    assert kinds == [
        ("PRIVMSG", "before"),
        ("RENAME", "why"),
        ("PRIVMSG", "after"),
        ("NICK", ""),
        ("QUIT", "bye"),
    ]
    (other,) = engine.archive.conversations(hub.users[2].account_id)
    assert [one.text for one in engine.archive.read(Query(other, 9))] == ["psst"]


def test_what_is_seen_is_bounded_before_it_is_read() -> None:
    engine = engine_with(*START)
    for number in range(archive_module.MOST_LINES + 5):
        engine.journal.append(Said(1, "#a", str(number)))
    assert len(engine.archive) == archive_module.MOST_LINES
    hub = engine.journal._apply.args[0]  # type: ignore[attr-defined]
    (last,) = engine.archive.read(Query(hub.place("#a"), 1))
    assert last.text == str(archive_module.MOST_LINES + 4)
    big = MemoryArchive("boot", most_bytes=3 * (LINE_BYTES + 100))
    effects = engine.journal.append(Said(1, "#a", "x" * 100)).result().effects
    for _ in range(5):
        big.see(effects[0], "#a")
    assert len(big) == 3


def test_what_is_taken_back_before_it_was_read_is_not_found() -> None:
    engine = engine_with(*START)
    (said,) = engine.journal.append(Said(1, "#a", "oops")).result().effects
    hub = engine.journal._apply.args[0]  # type: ignore[attr-defined]
    place = hub.place("#a")
    event = Redacted(1, "#a", said.entry.msgid, "", own=True, place=place)
    engine.journal.append(event)
    assert engine.archive.read(Query(place, 9)) == []
    assert engine.archive.find(said.entry.msgid) is None


def test_what_leaves_no_line_takes_no_room() -> None:
    """An AWAY, typing or a read marker must not push out what was said."""
    engine = engine_with(*START)
    engine.journal.append(Said(1, "#a", "kept"))
    before = len(engine.archive)
    typing = (("+typing", "active"),)
    for number in range(archive_module.MOST_LINES + 1):
        engine.journal.append(AwaySet(2, f"away {number}"))
        if number % 1000 == 0:
            engine.journal.append(Said(2, "#a", "", "TAGMSG", typing))
    assert len(engine.archive) == before
    hub = engine.journal._apply.args[0]  # type: ignore[attr-defined]
    (last,) = engine.archive.read(Query(hub.place("#a"), 1))
    assert last.text == "kept"


def test_what_is_counted_is_what_it_may_take() -> None:
    engine = engine_with(*START)
    text, tags = "ấ" * 100, (("+x", "y" * 500),)
    (effect,) = engine.journal.append(Said(1, "#a", text, "PRIVMSG", tags)).result().effects
    size = LINE_BYTES + 4 * 100 + 502
    archive = MemoryArchive("boot", most_bytes=3 * size)
    for _ in range(4):
        archive.see(effect, "#a")
    assert len(archive) == 3
    archive.catch_up()
    assert archive._bytes <= 3 * size


def test_what_is_taken_back_while_somebody_searches_is_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = engine_with(*START)
    (said,) = engine.journal.append(Said(1, "#a", "secret")).result().effects
    engine.journal.append(Said(1, "#a", "more"))
    hub = engine.journal._apply.args[0]  # type: ignore[attr-defined]
    place = hub.place("#a")
    engine.archive.catch_up()
    event = Redacted(1, "#a", said.entry.msgid, "", own=True, place=place)

    def meanwhile(seconds: float) -> None:
        monkeypatch.setattr("gchat.yielding.gevent.sleep", lambda seconds: None)
        engine.journal.append(event)

    monkeypatch.setattr(archive_module, "TURN_SECONDS", -1.0)
    monkeypatch.setattr("gchat.yielding.gevent.sleep", meanwhile)
    found = engine.archive.search(Search(((place, 0),), 10))
    assert [one.text for one in found] == ["more"]


def test_others_have_their_turn_while_somebody_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    archive = MemoryArchive()
    for number in range(100):
        archive.keep(line(number, text="Chào " * 50))
    turns: list[float] = []
    monkeypatch.setattr(archive_module, "TURN_SECONDS", -1.0)
    monkeypatch.setattr("gchat.yielding.gevent.sleep", turns.append)
    assert archive.search(Search((("#a", 0),), 10, words=("nothing",))) == []
    assert len(turns) == 100


@pytest.mark.parametrize(
    ("event", "texts"),
    [
        (Said(1, "#a", "x" * 100), 100),
        (Said(1, "#a", "ế" * 100), 400),
        (Said(1, "#a", "", "TAGMSG", (("+k", "v" * 50),)), 52),
        (TopicSet(1, "#a", "x" * 70), 70),
        (Parted(1, "#a", "x" * 30), 30),
        (Joined(1, "#b"), 1),  # the real name
    ],
)
def test_what_is_seen_is_counted_with_its_texts(event: Event, texts: int) -> None:
    engine = engine_with(Connected(1, "Tuan", "~t", "host", "T"), Joined(1, "#a"))
    before = engine.archive._bytes
    lines = len(engine.archive)
    engine.journal.append(event).result()
    assert len(engine.archive) - lines in (1, 2)
    assert (engine.archive._bytes - before) % 1000 == texts


def test_what_is_forgotten_is_not_counted_any_more() -> None:
    """Read or not: what is counted is what is there."""
    engine = engine_with(Connected(1, "Tuan", "~t", "host", "T"), Joined(1, "#a"))
    for number in range(5):
        engine.journal.append(Said(1, "#a", "ế" * number, tags=(("+k", "v"),))).result()
    archive = engine.archive
    archive.catch_up()
    assert archive._bytes == sum(archive_module._size(one) for one in archive._order)
    said = [one for one in archive._order if one.kind == "PRIVMSG"]
    tag = len("+k") + len("v")
    texts = [1000 + 4 * number + len("Tuan!~t@host") + len("#a") + tag for number in range(5)]
    assert [archive_module._size(one) for one in said] == texts
    for one in said:
        archive.redact(one.place, one.msgid)
    assert archive._bytes == sum(archive_module._size(one) for one in archive._order)
    while len(archive):
        archive._forget_first()
    assert archive._bytes == 0
