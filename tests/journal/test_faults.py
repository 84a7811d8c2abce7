"""The disk fails and comes back: what cannot be stored is refused and shown to nobody."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import gevent
import pytest

from gchat.core.apply import apply
from gchat.core.effects import Effect, Failure, Redaction, Spoke
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    CertificateSet,
    Connected,
    Event,
    HookSaid,
    HookSet,
    Joined,
    MetadataSet,
    ModeChange,
    ModesSet,
    Opered,
    PasswordSet,
    Redacted,
    RoomRegistered,
    RoomRenamed,
    Said,
    ServerBanSet,
    TopicSet,
    UserModeSet,
)
from gchat.core.history import Batch, Query, Record
from gchat.core.hub import Hub
from gchat.journal.sqlite import journal as sqlite_module
from gchat.journal.sqlite import store as store_module
from gchat.journal.sqlite.journal import LOST_AFTERWARDS, NOT_STORED, SqliteJournal
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool

Fault = Callable[[Store], AbstractContextManager[None]]


@contextmanager
def disk_full(store: Store) -> Iterator[None]:
    pages = store._writer.execute("PRAGMA page_count").fetchone()[0]
    store._writer.execute(f"PRAGMA max_page_count = {pages}")
    yield
    store._writer.execute("PRAGMA max_page_count = 1000000")


@contextmanager
def read_only(store: Store) -> Iterator[None]:
    store._writer.execute("PRAGMA query_only = ON")
    yield
    store._writer.execute("PRAGMA query_only = OFF")


@contextmanager
def locked(store: Store) -> Iterator[None]:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def broken(store: Store) -> Iterator[None]:
    """An I/O error at the moment of the commit."""
    real = store._writer

    class Broken:
        in_transaction = True

        def execute(self, sql: str) -> object:
            if sql == "COMMIT":
                raise sqlite3.OperationalError("disk I/O error")
            return real.execute(sql)

        def executemany(self, sql: str, rows: object) -> object:
            return real.executemany(sql, rows)  # type: ignore[arg-type]

    store._writer = Broken()  # type: ignore[assignment]
    yield
    store._writer = real


class Chat:
    """A hub with two people in #lobby, and what they were shown."""

    def __init__(self, folder: Path) -> None:
        self.store, self.writer = Store(folder), WorkerPool(1)
        self.shown: list[Effect] = []
        self.journal = SqliteJournal(
            self.store, self.writer, partial(apply, Hub()), self.shown.extend, lambda: 1, "boot"
        )
        for uid in (1, 2):
            self.journal.append(Connected(uid, f"n{uid}", "u", "h", "r"))
            self.journal.append(Joined(uid, "#lobby")).result()

    def texts(self) -> list[str]:
        return [effect.text for effect in self.shown if isinstance(effect, Spoke)]

    def kept(self) -> list[str]:
        return [one.text for one in whole(self.store.reader.read(Query("#lobby", 1_000_000)))]

    def rest(self) -> None:
        """Waits until nothing is on its way to the disk."""
        while self.journal._writing:
            gevent.sleep(0)

    def close(self) -> None:
        self.journal.close()
        self.writer.close()
        self.store.close()


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.01)
    chat = Chat(tmp_path)
    yield chat
    chat.close()


@pytest.mark.parametrize("fault", [disk_full, read_only, locked, broken])
def test_a_message_that_cannot_be_stored_is_refused_until_the_disk_is_well_again(
    chat: Chat, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    assert chat.journal.append(Said(1, "#lobby", "before")).result().refusals == ()
    assert (chat.journal.failing, 0 < chat.journal.took < 10) == (False, True)
    with fault(chat.store):
        lost = [chat.journal.append(Said(1, "#lobby", "x" * 80_000)) for _ in range(3)]
        for ticket in lost:
            (refusal,) = ticket.result().refusals
            assert (refusal.params, refusal.text) == (("PRIVMSG",), NOT_STORED)
        assert chat.journal.failing
        # everybody stays, and who comes is seen
        assert chat.journal.append(Connected(3, "n3", "u", "h", "r")).result().refusals == ()
        assert chat.journal.append(Joined(3, "#lobby")).result().effects
        assert chat.texts() == ["before"]
    assert chat.journal.append(Said(3, "#lobby", "after")).result().refusals == ()
    assert chat.texts() == ["before", "after"]
    assert chat.kept() == ["before", "after"]
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in said] == ["ERROR", "WARNING"], "said once, and that it is over"
    assert said[0][1].startswith("messages cannot be stored and are refused: ")
    assert said[0][1].split(": ")[1] not in ("", "None")
    assert said[1][1] == "messages can be stored again"
    caplog.clear()


def test_what_the_hub_saves_is_owed_until_the_disk_is_well_again(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    with disk_full(chat.store):
        assert chat.journal.append(Said(1, "#lobby", "x" * 80_000)).result().refusals
        topic = "y" * 300
        for number in range(40):  # more than fits
            outcome = chat.journal.append(TopicSet(1, "#lobby", f"{topic}{number}")).result()
            assert [one.text for one in outcome.refusals] in ([], [LOST_AFTERWARDS])
            assert outcome.effects, "it is shown all the same"
    chat.journal.append(Said(1, "#lobby", "after")).result()
    saved = {key: value for kind, key, value in chat.store.reader.state() if kind == "room"}
    assert f"{topic}39" in saved["#lobby"]
    caplog.clear()


def test_what_is_owed_is_saved_in_the_end_though_nobody_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store_module, "BUSY_SECONDS", 0.01)
    monkeypatch.setattr(sqlite_module, "OWED_SECONDS", 0.01)
    chat = Chat(tmp_path)
    with locked(chat.store):
        chat.journal.append(TopicSet(1, "#lobby", "owed")).result()
    while not [key for _, key, value in chat.store.reader.state() if "owed" in value]:
        gevent.sleep(0.01)
    monkeypatch.setattr(sqlite_module, "OWED_SECONDS", 1000)
    with locked(chat.store):
        chat.journal.append(TopicSet(1, "#lobby", "at the end")).result()
    chat.close()
    again = Store(tmp_path)
    assert [key for _, key, value in again.reader.state() if "at the end" in value]
    again.close()
    caplog.clear()


def test_a_reader_of_the_file_makes_no_message_wait(tmp_path: Path) -> None:
    """While somebody reads the log cannot be emptied: that is left for later, not waited for."""
    store = Store(tmp_path)
    store.write(Batch((Record(5, "id1", "PRIVMSG", "#a", 1, "n", "n!u@h", "#a", "x"),)))
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM entries").fetchone()
    store.write(Batch(redacted=(("#a", "id1"),)))
    assert store.scrub(0)
    assert store.unclean(), "it is still to be done"
    other.close()
    assert store.scrub(0)
    assert not store.unclean()
    assert store.path.with_name(f"{store.path.name}-wal").stat().st_size == 0
    store.close()


def test_what_nobody_thought_of_costs_one_batch(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def write(batch: object) -> None:
        raise ValueError("surprise")

    with monkeypatch.context() as patch:
        patch.setattr(chat.store, "write", write)
        assert chat.journal.append(Said(1, "#lobby", "lost")).result().refusals
        failing = [chat.journal.failing]
    assert chat.journal.append(Said(1, "#lobby", "kept")).result().refusals == ()
    assert chat.texts() == chat.kept() == ["kept"]
    assert [*failing, chat.journal.failing] == [True, False]
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "a batch of 1 cannot be stored and is refused"),
        ("WARNING", "messages can be stored again"),
    ]
    caplog.clear()


def test_what_was_said_in_one_turn_is_written_at_once(chat: Chat) -> None:
    batches: list[int] = []
    write = chat.store.write

    def counting(batch: Batch) -> None:
        batches.append(len(batch.records))
        write(batch)

    chat.store.write = counting  # type: ignore[method-assign]
    tickets = [chat.journal.append(Said(1, "#lobby", str(n))) for n in range(500)]
    assert chat.texts() == [], "nobody is shown what is not stored"
    tickets[-1].result()
    assert batches == [500]
    assert chat.texts() == chat.kept() == [str(n) for n in range(500)]


def test_who_waits_goes_on_before_others_are_shown_more(chat: Chat) -> None:
    import gevent  # noqa: PLC0415 - only here

    seen: list[list[str]] = []

    def wait_for_first() -> None:
        first.result()
        seen.append(chat.texts())

    first = chat.journal.append(Said(1, "#lobby", "first"))
    waiting = gevent.spawn(wait_for_first)
    second = chat.journal.append(Said(1, "#lobby", "second"))
    second.result()
    waiting.join()
    assert seen == [["first"]]


def test_what_cannot_be_taken_back_is_said_so(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    with read_only(chat.store):
        ticket = chat.journal.append(Redacted(1, "#lobby", "id", own=True, place="#lobby"))
        (refusal,) = ticket.result().refusals
    assert (refusal.params, refusal.text) == (("REDACT",), NOT_STORED)
    assert not [effect for effect in chat.shown if isinstance(effect, Redaction)]
    caplog.clear()


def test_what_cannot_be_shown_is_logged_and_what_comes_after_is_shown(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(effects: tuple[Effect, ...]) -> None:
        raise ValueError("surprise")

    show = chat.journal._show
    chat.journal._show = fails
    assert chat.journal.append(Said(1, "#lobby", "first")).result().refusals == ()
    chat.journal._show = show
    chat.journal.append(Said(1, "#lobby", "second")).result()
    assert (chat.texts(), chat.kept()) == (["second"], ["first", "second"])
    assert [record.getMessage() for record in caplog.records] == ["an event could not be delivered"]
    caplog.clear()


def test_what_needs_no_storing_does_not_overtake(chat: Chat) -> None:
    """It is shown at once where nothing waits, and otherwise behind what does."""
    chat.rest()
    before = len(chat.shown)
    chat.journal.append(UserModeSet(1, True, "i"))
    assert len(chat.shown) == before + 1
    chat.journal.append(Said(1, "#lobby", "first"))
    last = chat.journal.append(UserModeSet(1, False, "i"))
    gevent.sleep(0)  # the batch is on its way, and nothing is in the queue
    later = chat.journal.append(UserModeSet(1, True, "i"))
    assert len(chat.shown) == before + 1
    last.result()
    later.result()
    kinds = [type(effect).__name__ for effect in chat.shown[before + 1 :]]
    assert kinds == ["Spoke", "ChangedUserModes", "ChangedUserModes"]
    chat.rest()
    chat.journal.append(UserModeSet(1, False, "i"))
    assert len(chat.shown) == before + 5, "nothing waits any more"


def test_times_go_on_behind_what_is_stored(chat: Chat, tmp_path: Path) -> None:
    (said,) = chat.journal.append(Said(1, "#lobby", "x")).result().effects
    store = chat.store
    assert store.last_at == 0, "of when it was opened"
    chat.close()
    again = Chat(tmp_path)
    (next_,) = again.journal.append(Said(1, "#lobby", "y")).result().effects
    assert next_.entry.at == said.entry.at + 1
    assert next_.entry.msgid > said.entry.msgid
    again.close()
    chat.__init__(tmp_path)  # type: ignore[misc]


DURABLE: dict[str, Event] = {
    "REGISTER": AccountMade(1, "n1", "verifier"),
    "PASSWD": PasswordSet(1, "another"),
    "CERT": CertificateSet(1, "f" * 64, True),
    "REGISTER #mine": RoomRegistered(1, "#mine"),
    "TOPIC": TopicSet(1, "#mine", "ours"),
    "MODE": ModesSet(1, "#mine", (ModeChange(True, "m"),)),
    "METADATA": MetadataSet(1, "#mine", "url", "https://here"),
    "HOOK": HookSet(1, "#mine", "ci", "digest"),
    "RENAME": RoomRenamed(1, "#mine", "#ours", ""),
    "KLINE": ServerBanSet(1, "*@elsewhere", "spam"),
    "DROP": AccountDropped(1),
}


def test_what_a_hook_says_is_refused_where_it_is_not_stored(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    for event in (
        AccountMade(1, "n1", "verifier"),
        Joined(1, "#mine"),
        RoomRegistered(1, "#mine"),
        HookSet(1, "#mine", "ci", "digest"),
    ):
        assert chat.journal.append(event).result().refusals == ()
    with locked(chat.store):
        outcome = chat.journal.append(HookSaid("digest", "lost")).result()
        assert (outcome.effects, [one.text for one in outcome.refusals]) == ((), [NOT_STORED])
    assert chat.journal.append(HookSaid("digest", "kept")).result().refusals == ()
    assert chat.texts() == ["kept"]
    caplog.clear()


def test_nothing_is_said_to_be_done_that_is_not_stored(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    """Disk full: REGISTER said SUCCESS, PASSWD "changed"; after a restart none of it was so."""
    chat.journal.append(Joined(1, "#mine")).result()
    chat.journal.append(Opered(1, "admin")).result()
    with locked(chat.store):
        for command, event in DURABLE.items():
            (refusal,) = chat.journal.append(event).result().refusals
            assert isinstance(refusal, Failure)
            assert refusal.command == command.split()[0]
            assert (refusal.code, refusal.text) == ("TEMPORARILY_UNAVAILABLE", LOST_AFTERWARDS)
    for event in (AccountMade(1, "n1", "verifier"), PasswordSet(1, "another"), AccountDropped(1)):
        assert chat.journal.append(event).result().refusals == ()
    kept = {(kind, key) for kind, key, _ in chat.store.reader.state()}
    assert ("ban", "*@elsewhere") in kept, "what was owed is stored with the next batch"
    caplog.clear()
