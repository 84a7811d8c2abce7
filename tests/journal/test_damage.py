"""A damaged file is refused in one sentence, or what is lost is said, or nothing is lost."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from gchat.config import Config, load
from gchat.core.effects import Saved
from gchat.core.history import Batch, Query, Record, Search, Unreadable, conversation
from gchat.journal.base import JournalError
from gchat.journal.sqlite import damage as damage_module
from gchat.journal.sqlite.checkup import Checkup
from gchat.journal.sqlite.damage import COMPLAIN_SECONDS, Complaint
from gchat.journal.sqlite.engine import SECRET, SqliteEngine
from gchat.journal.sqlite.export import backup, export
from gchat.journal.sqlite.lock import LOCK
from gchat.journal.sqlite.log import behind
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.schema import StoreError
from gchat.journal.sqlite.store import FILE, Store
from gchat.server import Server
from tests.support.indexed import indexed
from tests.support.msgids import msgid

PAGE, FRAME = 4096, 4096 + 24
TALK = conversation("@a", "@b")
PLACES = ("#lobby", "@#lobby", TALK)
IN_FILE, IN_LOG = 300, 20  # messages
Damage = Callable[[Path], None]


def say(store: Store, first: int, count: int, each: int) -> None:
    for start in range(first, first + count, each):
        lines = [
            Record(9, msgid(9, n), "PRIVMSG", PLACES[n % 3], 1, "n", "n!u@h", "x", f"said {n} " * 9)
            for n in range(start, start + each)
        ]
        store.write(Batch(tuple(lines), saved=(Saved("marker", f"k{start}", "1"),)))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it is when the server was killed: a part is in the log only."""
    folder, copy = tmp_path_factory.mktemp("made"), tmp_path_factory.mktemp("sound")
    store = Store(folder)
    say(store, 0, IN_FILE, 50)
    store.write(Batch(saved=tuple(Saved("marker", f"k{n}", None) for n in range(0, IN_FILE, 50))))
    indexed(store).scrub(0)
    say(store, IN_FILE, IN_LOG, 1)
    gone = [Saved("marker", f"k{n}", None) for n in range(IN_FILE, IN_FILE + IN_LOG)]
    store.write(Batch(saved=tuple(gone)))
    for name in (FILE, f"{FILE}-wal", LOCK):
        shutil.copy(folder / name, copy / name)
    store.close()
    return copy


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "data"))


def at(where: int, data: bytes, name: str = FILE) -> Damage:
    """Bytes overwritten; a place below 0 is counted from the end."""

    def damage(folder: Path) -> None:
        whole = bytearray((folder / name).read_bytes())
        start = where if where >= 0 else len(whole) + where
        whole[start : start + len(data)] = data[: len(whole) - start]
        (folder / name).write_bytes(whole)

    return damage


def cut(size: float, name: str = FILE) -> Damage:
    """Shortened to so many bytes, to a share of them, or (below 0) by so many."""

    def damage(folder: Path) -> None:
        whole = (folder / name).read_bytes()
        kept = int(len(whole) * size) if 0 < size < 1 else int(size)
        (folder / name).write_bytes(whole[:kept])

    return damage


def sql(script: str) -> Damage:
    def damage(folder: Path) -> None:
        with closing(sqlite3.connect(folder / FILE)) as file:
            file.executescript(script)

    return damage


def replaced(name: str, data: bytes | None) -> Damage:
    """Other bytes, or (`None`) a folder in its place."""

    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        if data is None:
            (folder / name).mkdir()
        else:
            (folder / name).write_bytes(data)

    return damage


def without(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


WAL = f"{FILE}-wal"
GARBAGE = bytes(range(255, 127, -1))
DAMAGES: dict[str, Damage] = {
    **{f"file cut to {size}": cut(size) for size in (0, 1, 99, 100, 512, 4095, 4096, 8192, 0.5)},
    **{f"file cut by {-size}": cut(size) for size in (-1, -100, -4096, -20_000)},
    **{f"header {where}": at(where, b"\xff" * 4) for where in (0, 16, 18, 20, 24, 28, 32, 36)},
    **{f"header {where}": at(where, b"\xff" * 4) for where in (40, 44, 48, 52, 56, 68, 92, 100)},
    **{f"page {number} zero": at(number * PAGE, b"\0" * PAGE) for number in range(0, 40, 4)},
    **{f"page {number} head": at(number * PAGE, GARBAGE) for number in range(1, 40, 4)},
    **{f"page {number} tail": at(number * PAGE - 200, GARBAGE) for number in range(2, 40, 6)},
    "file of zeros": replaced(FILE, b"\0" * 50_000),
    "file of text": replaced(FILE, b"not a database " * 999),
    "file is a folder": replaced(FILE, None),
    "file is missing": without(FILE),
    "a newer version": sql("PRAGMA user_version = 99"),
    "somebody else's": sql("PRAGMA application_id = 7"),
    **{f"no table {name}": sql(f"DROP TABLE {name}") for name in
       ("entries", "participants", "runs", "state")},
    **{f"no table {name}": sql(f"DROP TABLE {name}") for name in ("places", "placed", "spoken")},
    "no index": sql("DROP TABLE places; DROP TABLE placed; DROP TABLE spoken"),
    "a line is in no place": sql("DELETE FROM placed WHERE line = 200"),
    "a place is missing": sql("DELETE FROM places WHERE name = '#lobby'"),
    "a place has another name": sql("UPDATE places SET name = '#x' WHERE name = '#lobby'"),
    "a line is in another place": sql("UPDATE placed SET number = 9 WHERE line = 200"),
    "a line too many": sql("INSERT INTO placed SELECT number, 7 FROM placed WHERE line = 200"),
    "a speaker is missing": sql("DELETE FROM spoken WHERE number = 1"),
    "an index of nothing": sql("UPDATE state SET value = 'x' WHERE key = 'placed'"),
    "an index of too much": sql("UPDATE state SET value = 9 || value WHERE key = 'placed'"),
    "an index of too little": sql("UPDATE state SET value = substr(value, 2) WHERE key = 'placed'"),
    "a line of another type": sql("UPDATE entries SET at = 'x' WHERE id = 200"),
    "a line of no text": sql("UPDATE entries SET text = x'ff' WHERE id = 200"),
    "tags that are none": sql("UPDATE entries SET tags = '[1' WHERE id = 200"),
    "an unknown kind of state": sql("INSERT INTO state VALUES ('x', 'y', '1')"),
    "an account that is none": sql("INSERT INTO state VALUES ('account', 'y', '[1')"),
    "a room that is none": sql("INSERT INTO state VALUES ('room', '#y', '{}')"),
    "a task that is none": sql("INSERT OR REPLACE INTO state VALUES ('task', 'last', 'x')"),
    **{f"log cut to {size}": cut(size, WAL) for size in (0, 1, 31, 32, 100, 0.3, 0.5, 0.9)},
    **{f"log cut to {n} frames": cut(32 + n * FRAME, WAL) for n in (1, 5, 20)},
    **{f"log header {where}": at(where, b"\xff" * 4, WAL) for where in (0, 4, 8, 16, 20, 24, 28)},
    **{f"log frame {n} salt": at(32 + n * FRAME + 8, b"\xff" * 8, WAL) for n in (0, 3, 11)},
    **{f"log frame {n} sum": at(32 + n * FRAME + 16, b"\xff" * 8, WAL) for n in (0, 3, 11)},
    **{f"log frame {n} page": at(32 + n * FRAME + 900, GARBAGE, WAL) for n in (0, 3, 11, 30)},
    "log of zeros": at(0, b"\0" * 999_999, WAL),
    "log is missing": without(WAL),
    "log is a folder": replaced(WAL, None),
    "lock is garbage": replaced(LOCK, GARBAGE),
    "lock is a folder": replaced(LOCK, None),
    "secret is short": replaced(SECRET, b"x"),
    "secret is a folder": replaced(SECRET, None),
}  # fmt: skip


def config_of(folder: Path) -> Config:
    flags = {"journal.data": str(folder), "server.port": "0", "files.enabled": "false"}
    return load(None, environment={}, flags=flags)


def used(folder: Path) -> set[str]:
    """Starts a server on it and reads everything; what was found."""
    server = Server(config_of(folder))
    engine = server._engine
    assert isinstance(engine, SqliteEngine)
    found: set[str] = set()
    try:
        engine._storage.checkup.run()
        for place in PLACES:
            try:
                found |= {one.text for one in engine.archive.read(Query(place, 1000, events=True))}
            except Unreadable:
                logging.getLogger("test").error("unreadable")
        try:
            engine.archive.search(
                Search(tuple((place, 0) for place in PLACES), 10, words=("said",))
            )
            engine.archive.conversations("@a")
            engine.archive.find(msgid(9, 5))
            engine._storage.retention.step()
            engine._storage.unreachable.sweep()
        except (Unreadable, sqlite3.Error):
            logging.getLogger("test").error("unreadable")
    finally:
        engine.close()
        server._workers.close()
    return found


WHOLE = {f"said {n} " * 9 for n in range(IN_FILE + IN_LOG)}


@pytest.mark.parametrize("name", DAMAGES)
def test_no_damage_is_silent(folder: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    DAMAGES[name](folder)
    sentence, found = "", set[str]()
    try:
        found = used(folder)
    except JournalError as refusal:
        sentence = str(refusal)
    finally:
        said = [one for one in caplog.records if one.levelno >= logging.WARNING]
        caplog.clear()
    assert not any(one.exc_info for one in said)
    assert sentence.endswith(".") or found >= WHOLE or said, len(found)
    assert "\n" not in sentence


def test_nothing_is_said_of_a_sound_file(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        assert used(folder) >= WHOLE
    assert caplog.records == []


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    found = [one.getMessage() for one in caplog.records]
    caplog.clear()
    return found


def test_a_write_cut_short_is_no_loss_and_one_behind_it_is(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """After a loss of power the last transaction may be there in part: nobody was shown it."""
    caplog.set_level(logging.INFO)
    log = folder / WAL
    ends = [
        number
        for number in range((log.stat().st_size - 32) // FRAME)
        if log.read_bytes()[32 + number * FRAME + 4 : 32 + number * FRAME + 8] != b"\0" * 4
    ]
    whole = log.read_bytes()
    (folder / LOCK).unlink()  # as if it was never shown
    at(32 + ends[-1] * FRAME + 100, GARBAGE, WAL)(folder)
    Store(folder).close()
    assert lines(caplog) == [
        f"the last write to {FILE} was cut short: what it had, nobody was shown"
    ]
    log.write_bytes(whole)
    (folder / LOCK).unlink()
    at(32 + ends[-2] * FRAME + 100, GARBAGE, WAL)(folder)
    Store(folder).close()
    (sentence,) = lines(caplog)
    assert sentence.startswith(f"{log} is damaged: the 2 writes behind the damage (")


def test_what_sqlite_does_not_read_of_the_log(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as file:
        file.execute("SELECT * FROM entries").fetchone()
        assert behind(folder / FILE).size == 0
    assert behind(folder / FILE).size == 0, "there is no log any more"


@pytest.mark.parametrize(("missing", "words"), [(0, []), (1, ["lacks the last 1 lines"])])
def test_what_was_stored_last_is_noted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, missing: int, words: list[str]
) -> None:
    """Lines, and changes without lines."""
    store = Store(tmp_path)
    say(store, 0, 2, 1)
    store.write(Batch(saved=(Saved("marker", "k0", None),)))
    last = store.last
    assert last == 3
    store.close()
    assert (tmp_path / LOCK).read_text() == f"{last:020}"
    (tmp_path / LOCK).write_text(f"{last + missing:020}")
    Store(tmp_path).close()
    said = lines(caplog)
    assert len(said) == len(words)
    assert all(word in line for word, line in zip(words, said, strict=True))
    Store(tmp_path).close()
    assert lines(caplog) == [], "said once"


def test_a_file_that_was_emptied_is_not_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    store = Store(tmp_path)
    say(store, 0, 1, 1)
    store.close()
    (tmp_path / FILE).write_bytes(b"")
    with pytest.raises(StoreError) as caught:
        Store(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / FILE} is empty, and messages were stored in it. Restore a backup, or delete "
        "it to begin anew."
    )
    assert (tmp_path / FILE).read_bytes() == b""


EXPORTED = [name for name in DAMAGES if not name.startswith(("log ", "lock ", "secret "))]


@pytest.mark.parametrize("name", EXPORTED[::2])
def test_export_and_backup_of_a_damaged_file_end_in_a_sentence(
    folder: Path, tmp_path: Path, name: str
) -> None:
    DAMAGES[name](folder)
    for what in (lambda: list(export(folder)), lambda: backup(folder, tmp_path / "copy")):
        refused = ""
        try:
            what()
        except StoreError as refusal:
            refused = str(refusal)
        assert refused.endswith(".") or not refused
    assert not ((tmp_path / "copy").exists() and refused), "no half of a backup is left"


def test_the_same_complaint_is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(damage_module, "perf_counter", lambda: now)
    complaint = Complaint("it cannot be read")
    for now in (1.0, 2.0, 1.0 + COMPLAIN_SECONDS - 0.1, 1.0 + COMPLAIN_SECONDS):
        complaint.about(f"at {now}")
    assert lines(caplog) == ["it cannot be read: at 1.0", "it cannot be read: at 61.0"]


def test_the_checkup_says_once_what_is_damaged_and_nothing_when_it_is_ended(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(folder / FILE)) as file:
        (page,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'state'").fetchone()
    at((page - 1) * PAGE, b"\0" * PAGE)(folder)
    for ended in (False, True):
        checkup = Checkup(folder / FILE)
        if ended:
            checkup._closed = True
        checkup.run()
        checkup.close()
        said = lines(caplog)
        assert len(said) == (not ended)
        assert all(one.startswith(f"{folder / FILE} is damaged: ") for one in said)


def test_an_index_of_places_that_lacks_something_is_said_and_made_anew(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sql("DELETE FROM placed WHERE line = 200")(folder)
    store = Store(folder)
    assert store.places.until > 0
    for left in ("line 200 is not in it", ""):
        checkup = Checkup(store.path, store.places.renew)
        checkup.run()
        checkup.close()
        said = f"the index of places in {store.path} is damaged: {left}. It is made anew"
        assert lines(caplog) == ([said] if left else [])
    assert store.places.until == 0
    lobby = whole(store.reader.read(Query("#lobby", 1000)))
    assert "said 198 " * 9 in {one.text for one in lobby}
    store.close()


def test_an_index_that_cannot_be_made_anew_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def renew() -> None:
        raise sqlite3.OperationalError("disk full")

    sql("DELETE FROM placed WHERE line = 200")(folder)
    checkup = Checkup(folder / FILE, renew)
    checkup.run()
    checkup.close()
    assert lines(caplog)[1:] == ["the index of places could not be made anew: disk full"]
