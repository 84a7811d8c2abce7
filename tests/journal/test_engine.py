"""An engine as the server uses it: what it shows, keeps and finds again. Each row of ENGINES."""

from __future__ import annotations

import errno
import gc
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import ANY

import gevent
import platformdirs
import pytest

from gchat.config import Config, ConfigError, JournalConfig
from gchat.core.effects import Effect, Spoke
from gchat.core.events import AccountMade, Connected, Joined, RoomRegistered, Said, TopicSet
from gchat.core.history import Query
from gchat.core.hub import Hub
from gchat.journal.base import Engine, JournalError
from gchat.journal.engines import ENGINES, engine_of
from gchat.journal.sqlite import retention
from gchat.journal.sqlite.engine import SECRET, SECRET_BYTES, SqliteEngine, data_folder
from gchat.journal.sqlite.schema import StoreError

NOW = 1_700_000_000_000
OpenEngine = Callable[..., "Open"]


class Open:
    """An engine with a hub, and what it has shown."""

    def __init__(self, config: Config) -> None:
        self.hub = Hub(config)
        self.shown: list[Effect] = []
        self._closed = False
        self.engine: Engine = engine_of(config)(
            config, self.hub, self.shown.extend, lambda: NOW, "boot"
        )

    def close(self) -> None:
        """Ends it, once."""
        if not self._closed:
            self._closed = True
            self.engine.close()

    def said(self) -> list[str]:
        return [effect.text for effect in self.shown if isinstance(effect, Spoke)]

    def talk(self, *texts: str) -> None:
        """Tuan comes to #a and says these."""
        append = self.engine.journal.append
        append(Connected(1, "Tuan", "~t", "host", "T")).result()
        append(Joined(1, "#a")).result()
        for text in texts:
            append(Said(1, "#a", text)).result()


@pytest.fixture(params=sorted(ENGINES))
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenEngine]:
    opened: list[Open] = []

    def make(**journal: object) -> Open:
        settings = {"engine": request.param, "data": str(tmp_path), **journal}
        opened.append(Open(Config(journal=JournalConfig(**settings))))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_what_is_shown_can_be_read(open_engine: OpenEngine) -> None:
    one = open_engine()
    one.engine.start()
    one.talk("first", "second")
    assert one.said() == ["first", "second"]
    place = one.hub.place("#a")
    found = one.engine.archive.read(Query(place, 10))
    assert [(line.text, line.place, line.boot) for line in found] == [
        ("first", place, "boot"),
        ("second", place, "boot"),
    ]
    assert found[0].at == NOW


def test_every_engine_says_where_messages_are_kept_and_what_it_measures(
    open_engine: OpenEngine, tmp_path: Path
) -> None:
    one = open_engine()
    one.talk("first")
    sentence, gauges = one.engine.keeps, one.engine.gauges()
    assert len(one.engine.secret) == 32
    if isinstance(one.engine, SqliteEngine):
        assert sentence == f"Messages are kept in {tmp_path / 'journal.sqlite'}"
        assert gauges == {
            "journal_queue": ("Events waiting to be stored", 0),
            "journal_seconds": ("Seconds taken to store the last batch", ANY),
            "index_behind": ("Lines stored and not yet indexed for searches", ANY),
            "journal_failing": ("1 if the last batch could not be stored, else 0", False),
        }
        assert gauges["journal_seconds"][1] > 0
    else:
        assert sentence == "Messages are kept in memory only"
        assert gauges == {"archive_lines": ("Lines kept in memory", 2)}, "who came, and the message"


def test_nothing_is_taken_in_after_the_end(open_engine: OpenEngine) -> None:
    one = open_engine()
    one.engine.start()
    one.close()
    with pytest.raises(RuntimeError, match="closed"):
        one.engine.journal.append(Said(1, "#a", "late"))


@pytest.mark.parametrize("open_engine", ["sqlite"], indirect=True)
def test_the_next_run_finds_rooms_messages_and_the_secret(open_engine: OpenEngine) -> None:
    first = open_engine()
    first.talk("first")
    append = first.engine.journal.append
    assert not append(AccountMade(1, "Tuan", "a verifier")).result().refusals
    append(TopicSet(1, "#a", "Welcome")).result()
    assert not append(RoomRegistered(1, "#a", adding=True)).result().refusals
    place = first.hub.place("#a")
    first.close()
    second = open_engine()
    assert second.hub.rooms["#a"].topic == first.hub.rooms["#a"].topic
    assert second.hub.place("#a") == place
    assert [line.text for line in second.engine.archive.read(Query(place, 10))] == ["first"]
    assert second.engine.secret == first.engine.secret


@pytest.mark.parametrize("open_engine", ["sqlite"], indirect=True)
def test_the_secret_is_for_the_owner_alone_and_made_again_where_it_is_cut(
    open_engine: OpenEngine, tmp_path: Path
) -> None:
    first = open_engine()
    first.close()
    path = tmp_path / SECRET
    assert path.read_bytes() == first.engine.secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"x" * (SECRET_BYTES - 1))
    second = open_engine()
    assert path.read_bytes() == second.engine.secret
    assert len(second.engine.secret) == SECRET_BYTES
    assert second.engine.secret != first.engine.secret


@pytest.mark.parametrize("open_engine", ["sqlite"], indirect=True)
def test_a_secret_that_cannot_be_written_ends_the_start_with_a_sentence(
    open_engine: OpenEngine, tmp_path: Path
) -> None:
    (tmp_path / SECRET).mkdir(parents=True)
    with pytest.raises(JournalError) as raised:
        open_engine()
    assert str(raised.value) == (
        f"{tmp_path / SECRET} cannot be used: {os.strerror(errno.EISDIR)}. Choose another --data "
        "folder, or --memory to keep nothing."
    )
    (tmp_path / SECRET).rmdir()
    assert len(open_engine().engine.secret) == SECRET_BYTES, "the folder was let go of"


@pytest.mark.parametrize("open_engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("step", "calls"),
    [("sqlite.store.migrate", 0), ("sqlite.store.migrate", 1), ("sqlite.storage.restore", 0)],
)
def test_a_start_that_fails_lets_go_of_the_folder(
    open_engine: OpenEngine, monkeypatch: pytest.MonkeyPatch, step: str, calls: int
) -> None:
    """On 3.13 a connection that is left open fails the test as well."""
    first = open_engine()
    first.talk()
    append = first.engine.journal.append
    assert not append(AccountMade(1, "Tuan", "a verifier")).result().refusals
    first.close()

    made: list[object] = []

    def fail(*arguments: object) -> None:
        made.append(arguments)
        if len(made) > calls:
            raise StoreError("as it is wanted")

    with monkeypatch.context() as patch:
        patch.setattr(f"gchat.journal.{step}", fail)
        with pytest.raises(StoreError, match="as it is wanted"):
            open_engine()
        gc.collect()
    assert "tuan" in open_engine().hub.accounts


@pytest.mark.parametrize("open_engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("settings", "left"),
    [({"keep_messages": 2}, ["3", "4"]), ({}, ["0", "1", "2", "3", "4"])],
)
def test_what_is_too_much_is_deleted_once_the_engine_is_started(
    open_engine: OpenEngine,
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, int],
    left: list[str],
) -> None:
    swept: list[bool] = []
    step = retention.Retention.step

    def counted(self: retention.Retention) -> bool:
        swept.append(step(self))
        return swept[-1]

    monkeypatch.setattr(retention.Retention, "step", counted)
    one = open_engine(**settings)
    one.talk(*"01234")
    assert not swept
    one.engine.start()
    with gevent.Timeout(30):
        while True not in swept:
            gevent.sleep(0.001)
    found = one.engine.archive.read(Query(one.hub.place("#a"), 10))
    assert [line.text for line in found] == left


def test_the_data_folder() -> None:
    assert data_folder("/somewhere") == Path("/somewhere")
    assert data_folder("") == Path(platformdirs.user_data_dir("gchat", appauthor=False))
    assert data_folder("").name == "gchat"


def test_an_unknown_engine_is_refused() -> None:
    assert [engine_of(Config(journal=JournalConfig(engine=name))) for name in ENGINES] == list(
        ENGINES.values()
    )
    with pytest.raises(ConfigError) as raised:
        engine_of(Config(journal=JournalConfig(engine="tape")))
    assert str(raised.value) == (
        "journal.engine: invalid value 'tape'; expected one of sqlite, memory"
    )


@pytest.mark.parametrize(("durability", "level"), [("fsync", 2), ("process", 1)])
def test_the_file_is_as_durable_as_the_setting_says(
    tmp_path: Path, durability: str, level: int
) -> None:
    journal = JournalConfig(engine="sqlite", data=str(tmp_path), durability=durability)
    one = Open(Config(journal=journal))
    assert isinstance(one.engine, SqliteEngine)
    writer = one.engine._storage.store._writer
    assert writer.execute("PRAGMA synchronous").fetchone() == (level,)
    one.close()
