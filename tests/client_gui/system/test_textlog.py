"""What was said, in text files."""

from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_gui.system import textlog
from client_gui.system.textlog import LINES_MOST, TextLog, safe_name, written

AT = 1_795_834_800.0


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "localtime", time.gmtime)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("#lobby", "#lobby"),
        ("tuan", "tuan"),
        ("đúng", "đúng"),
        ("chat.example:6697", "chat.example_6697~"),
        ("../../etc", "_.._.._etc~"),
        ("con", "_con~"),
        ("lpt1.txt", "_lpt1.txt~"),
        ("a.", "a~"),
        ("", "_~"),
        ("x" * 300, "x" * 80 + "~"),
    ],
)
def test_names_of_files(name: str, safe: str) -> None:
    found = safe_name(name)
    assert found == safe if not safe.endswith("~") else found.startswith(safe)
    assert len(found) < 100


@given(st.text(max_size=100), st.text(max_size=100))
def test_two_names_are_two_files(one: str, other: str) -> None:
    for name in (one, other):
        found = safe_name(name)
        assert found not in ("", ".", "..")
        assert not set(found) & set('<>:"/\\|?*\0\n')
    if one.lower() != other.lower():
        assert safe_name(one.lower()) != safe_name(other.lower())


def test_how_it_reads() -> None:
    assert written(AT, "Tuan: Hello, Duy!") == "[2026-11-28 03:00:00] Tuan: Hello, Duy!\n"
    assert written(AT, "Tuan: a\nb\n\nc") == "[2026-11-28 03:00:00] Tuan: a\n    b\n    \n    c\n"


def test_a_file_for_each_server_room_and_month(tmp_path: Path) -> None:
    log = TextLog(tmp_path / "logs")
    log.keep("one", "#lobby", AT, "a: 1")
    log.keep("one", "#lobby", AT + 1, "a: 2 \ud800")
    log.keep("one", "#lobby", AT + 86400 * 10, "a: 3")
    log.keep("two", "#lobby", AT, "a: 4")
    log.keep("one", "duy", AT, "a: 5")
    log.close()
    found = {
        str(path.relative_to(tmp_path / "logs")): path.read_text()
        for path in tmp_path.rglob("*.log")
    }
    assert found == {
        "one/#lobby 2026-11.log": "[2026-11-28 03:00:00] a: 1\n[2026-11-28 03:00:01] a: 2 ?\n",
        "one/#lobby 2026-12.log": "[2026-12-08 03:00:00] a: 3\n",
        "one/duy 2026-11.log": "[2026-11-28 03:00:00] a: 5\n",
        "two/#lobby 2026-11.log": "[2026-11-28 03:00:00] a: 4\n",
    }
    assert not log.trouble
    for path in tmp_path.rglob("*.log"):
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(path.parent).st_mode) == 0o700
    log.keep("one", "#lobby", AT, "a: again")
    log.close()
    assert (tmp_path / "logs/one/#lobby 2026-11.log").read_text().endswith("a: again\n")


def test_what_cannot_be_written_is_known(tmp_path: Path) -> None:
    file = tmp_path / "logs"
    file.write_text("in the way")
    log = TextLog(file)
    log.keep("one", "#lobby", AT, "a: 1")
    log.close()
    assert log.trouble == "Not a directory"
    file.unlink()
    log.keep("one", "#lobby", AT, "a: 2")
    log.close()
    assert log.trouble == ""


def test_so_much_waits_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that does not answer costs memory up to a bound, and keeps nobody waiting."""
    answers, wrote = threading.Event(), []

    def append(entry: object) -> None:
        answers.wait()
        wrote.append(entry)

    monkeypatch.setattr(textlog, "_append", append)
    log = TextLog(tmp_path)
    log.keep("one", "#lobby", AT, "the first")
    while log._bytes:  # the thread has taken it
        pass
    for number in range(LINES_MOST):
        log.keep("one", "#lobby", AT, str(number))
    assert log.trouble == ""
    log.keep("one", "#lobby", AT, "one more")
    assert log.trouble == "too much waits to be written"
    answers.set()
    log.close()
    assert len(wrote) == LINES_MOST + 1
    answers.clear()
    monkeypatch.setattr(textlog, "BYTES_MOST", 100)
    log = TextLog(tmp_path)
    log.keep("one", "#lobby", AT, "x" * 101)
    assert log.trouble == "too much waits to be written"
    answers.set()
    log.close()
