"""Nobody is shown anything before it is stored: for every kind of event, with the hub and the file
as the server has them. What is on disk is looked at by a connection of its own at the moment of
the showing.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gchat.core.apply import apply
from gchat.core.effects import Effect, Outcome, Saved
from gchat.core.events import (
    AccountDropped,
    AwaySet,
    CertificateSet,
    Entry,
    Event,
    Kicked,
    MarkerSet,
    MetadataSet,
    ModeChange,
    ModesSet,
    Parted,
    PasswordSet,
    Quit,
    Redacted,
    Renamed,
    RoomRenamed,
    Said,
    ServerBanSet,
    TopicSet,
)
from gchat.core.hub import Hub
from gchat.core.records import records
from gchat.journal.sqlite.journal import SqliteJournal
from gchat.journal.sqlite.rows import ids_of, record
from gchat.journal.sqlite.schema import COLUMNS
from gchat.journal.sqlite.store import FILE, Store
from gchat.workers import WorkerPool
from tests.core.likely import START

SPOKEN = ("PRIVMSG", "NOTICE", "TAGMSG")
EVENTS: tuple[Event, ...] = (
    *START,
    Said(1, "#a", "hi"),
    Said(2, "@#a", "psst", "NOTICE"),
    Said(1, "Duy", "just you"),
    TopicSet(2, "#b", "News"),
    ModesSet(2, "#b", (ModeChange(True, "l", "9"), ModeChange(True, "v", "Tuan"))),
    MetadataSet(2, "#b", "url", "x"),
    MetadataSet(1, "*", "color", "red"),
    MarkerSet(1, "#a", 5),
    PasswordSet(1, "another"),
    CertificateSet(1, "aa", True),
    ServerBanSet(3, "*@nowhere", "spam"),
    AwaySet(2, "lunch"),
    Renamed(3, "Linh"),
    RoomRenamed(1, "#a", "#new", "why"),
    Kicked(1, "#new", "Linh", "out"),
    Parted(1, "#C", "bye"),
    AccountDropped(2),
    Quit(2, "bye"),
)


class Watcher:
    """A journal whose file is looked at when something is shown."""

    def __init__(self, folder: Path) -> None:
        self.hub = Hub()
        self.store, self.writer = Store(folder), WorkerPool(1)
        self.path = folder / FILE
        self.outcomes: dict[int, Outcome] = {}  # by the entry's number
        self.state: dict[tuple[str, str], str] = {}
        self.shown: Counter[str] = Counter()
        self.journal = SqliteJournal(
            self.store, self.writer, self.apply, self.show, lambda: 1, "boot", self.hub.place
        )

    def apply(self, entry: Entry) -> Outcome:
        outcome = self.outcomes[entry.seq] = apply(self.hub, entry)
        assert not outcome.refusals, entry.event
        self.note(outcome.saved)
        return outcome

    def note(self, saved: tuple[Saved, ...]) -> None:
        for one in saved:
            if one.value is None:
                self.state.pop((one.kind, one.key), None)
            else:
                self.state[one.kind, one.key] = one.value

    def show(self, effects: tuple[Effect, ...]) -> None:
        if not effects:
            return
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as file:
            wanted = list(records(effects, "boot", self.hub.place))
            sql, runs = f"SELECT {COLUMNS} FROM entries WHERE id = ?", {"1": "boot"}
            ids = ids_of(file, effects[0].entry.msgid)
            found = [record(file.execute(sql, (one,)).fetchone(), runs) for one in ids]
            assert found == wanted
            for one in self.outcomes[effects[0].entry.seq].saved:
                row = file.execute(
                    "SELECT value FROM state WHERE kind = ? AND key = ?", (one.kind, one.key)
                ).fetchone()
                assert row == (None if one.value is None else (one.value,))
            for line in wanted:
                if line.kind == "REDACT":
                    sql = f"SELECT count(*) FROM entries WHERE id = ? AND kind IN {SPOKEN}"
                    for number in ids_of(file, line.arg):
                        assert file.execute(sql, (number,)).fetchone() == (0,)
        self.shown.update(type(effect).__name__ for effect in effects)

    def close(self) -> None:
        self.journal.close()
        self.writer.close()
        self.store.close()


@pytest.fixture
def watcher(tmp_path: Path) -> Iterator[Watcher]:
    watcher = Watcher(tmp_path)
    yield watcher
    watcher.close()


def test_each_kind_of_event_is_stored_when_it_is_shown(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked one by one: then each is a batch of its own."""
    for event in EVENTS:
        watcher.journal.append(event).result()
    assert not caplog.records, "what fails while it is shown is logged"
    assert watcher.shown.keys() >= {
        "Spoke",
        "Entered",
        "Left",
        "WasKicked",
        "ChangedTopic",
        "ChangedModes",
        "ChangedNick",
        "ChangedRoomName",
        "ChangedAccount",
        "MarkedRead",
        "Disconnected",
        "ChangedMetadata",
    }
    assert dict_of(watcher.store) == watcher.state


def test_what_is_taken_back_is_gone_when_that_is_shown(
    watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    for event in START:
        watcher.journal.append(event).result()
    (said,) = watcher.journal.append(Said(1, "#a", "oops")).result().effects
    place = watcher.hub.place("#a")
    event = Redacted(1, "#a", said.entry.msgid, "", own=True, place=place)
    (redaction,) = watcher.journal.append(event).result().effects
    assert not caplog.records
    assert watcher.shown["Redaction"] == 1
    assert redaction.entry.msgid != said.entry.msgid


def test_no_batch_of_many_is_lost(watcher: Watcher, caplog: pytest.LogCaptureFixture) -> None:
    """Each is a batch of its own, and there are more than any period that a fault may have."""
    for event in START:
        watcher.journal.append(event).result()
    for number in range(300):
        watcher.journal.append(Said(1, "#a", str(number))).result()
    assert not caplog.records
    sql = "SELECT text FROM entries WHERE kind = 'P' ORDER BY id"
    with closing(sqlite3.connect(watcher.path)) as file:
        assert file.execute(sql).fetchall() == [(str(number),) for number in range(300)]


def dict_of(store: Store) -> dict[tuple[str, str], str]:
    return {(kind, key): value for kind, key, value in store.reader.state()}
