"""Where results go: any encoding, a reader that is gone, a full disk, a path that cannot be."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from rich.console import Console

from loadtest import files, report, results
from loadtest.arguments import parse
from loadtest.output import PLAINER, Output
from tests.loadtest.commands import FOLDER, PEERS, RUN
from tests.loadtest.test_results import outcome

SMALL = ["--clients", "4", "--rate", "100", "--seconds", "0.1", "--max-late-ms", "1e9"]


def run(
    *arguments: str,
    stdout: int | IO[bytes] = subprocess.PIPE,
    environment: dict[str, str] | None = None,
    python: tuple[str, ...] = (sys.executable,),
) -> tuple[int, bytes, str]:
    """Exit status, standard output and standard error."""
    done = subprocess.run(
        [*python, *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=50,
        env=os.environ | {"COLUMNS": "200"} | (environment or {}),
    )
    return done.returncode, done.stdout or b"", done.stderr.decode()


@pytest.fixture
def result(tmp_path: Path) -> str:
    """A result on disk."""
    path = tmp_path / "result.json"
    path.write_text(results.text(results.document([outcome(5.0)], "here")), encoding="utf-8")
    return str(path)


@pytest.fixture
def nobody() -> Iterator[int]:
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def printed_letters() -> set[str]:
    """All letters beyond ASCII in the load test's texts, but for those of its pages."""
    found = set()
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {letter for letter in node.value if not letter.isascii()}
    return found - {"·"}  # on pages, which are UTF-8


def test_every_letter_has_a_plainer_one() -> None:
    assert {"µ", "–", "÷"} <= printed_letters() <= PLAINER.keys()
    assert all(plain.isascii() and len(plain) == 1 for plain in PLAINER.values())


@pytest.mark.parametrize(
    ("encoding", "unit", "dash"),
    [("ascii", "us", "-"), ("cp1252", "µs", "–"), ("latin-1", "µs", "-"), ("utf-8", "µs", "–")],
)
def test_a_report_in_any_encoding(encoding: str, unit: str, dash: str) -> None:
    raw = io.BytesIO()
    out = Output(raw, encoding, errors="loadtest.plainer")
    console = Console(file=out, width=120)
    report.show(console, [outcome(5.0), outcome(6.0)])
    console.print("a file: ẞ \udcff")
    out.flush()
    shown = raw.getvalue().decode(encoding)
    assert f"server CPU for each delivery, {unit} " in shown
    assert f"(5 {dash} 6" in shown or f"(5.00 {dash} 6" in shown
    assert "a file: " in shown
    assert shown.splitlines()[-1].endswith(" ?")


@pytest.mark.parametrize(
    ("environment", "unit"),
    [
        ({"PYTHONIOENCODING": "ascii"}, b"us"),
        ({"PYTHONIOENCODING": "cp1252"}, b"\xb5s"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, b"us"),
    ],
    ids=["ascii", "cp1252", "C"],
)
def test_a_comparison_in_any_encoding(
    result: str, environment: dict[str, str], unit: bytes
) -> None:
    status, out, errors = run(RUN, "compare", result, result, environment=environment)
    assert (status, errors) == (0, "")
    assert b"server CPU for each delivery, " + unit + b" " in out


def test_nobody_reads_a_comparison(nobody: int, result: str) -> None:
    assert run(RUN, "compare", result, result, stdout=nobody) == (0, b"", "")


def test_a_result_for_which_there_is_no_room(tmp_path: Path) -> None:
    """As on a full disk: the files of this process and of its server, which has to keep nothing,
    cannot grow beyond 512 bytes.
    """
    path = tmp_path / "a.json"
    path.write_text("before", encoding="utf-8")
    limited = ("sh", "-c", 'ulimit -f 1; exec "$@"', "sh", sys.executable)
    status, out, errors = run(RUN, *SMALL, "--memory", "--json", str(path), python=limited)
    assert (status, errors) == (5, "")
    assert b"40 of 40" in out
    assert out.decode().endswith(f"could not be written: {path}: File too large\n")
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_nobody_reads_the_table_and_the_result_is_saved(nobody: int, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert run(RUN, *SMALL, "--json", str(path), stdout=nobody) == (0, b"", "")
    (found,) = results.load(path)
    assert found.received == 10 * 4


def test_output_to_a_full_disk(result: str) -> None:
    strict = {"PYTHONDEVMODE": "1"}  # tells of what otherwise fails in silence
    with open("/dev/full", "wb") as full:
        status, _, errors = run(RUN, "compare", result, result, stdout=full, environment=strict)
    assert status == 5
    assert errors == "the output could not be written: No space left on device\n"


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    files.check_writable(path)
    files.write(path, "a result")
    assert os.read(reading, 100) == b"a result"
    os.close(reading)


@pytest.mark.parametrize(("command", "flag"), [(RUN, "--json"), (RUN, "--html"), (PEERS, "--json")])
@pytest.mark.parametrize(
    ("path", "reason"),
    [("missing/a.json", "No such file or directory"), (".", "Is a directory")],
)
def test_a_path_that_cannot_be_written_is_refused_before_the_run(
    tmp_path: Path, command: str, flag: str, path: str, reason: str
) -> None:
    wrong = tmp_path / path
    status, out, errors = run(command, flag, str(wrong))
    assert (status, errors) == (4, "")
    assert out.decode() == f"could not start: {wrong} cannot be written: {reason}\n"


def test_a_file_that_only_others_may_write_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    path.write_text("before", encoding="utf-8")
    files.check_writable(path)
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may always
    with pytest.raises(PermissionError, match="Permission denied"):
        files.check_writable(path)


def test_one_file_for_two_results_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--json", "a", "--html", "./a"])
    assert "--json and --html are the same file" in capsys.readouterr().err


@pytest.mark.parametrize("command", [RUN, PEERS])
def test_without_its_packages_it_says_what_to_install(command: str) -> None:
    status, out, errors = run("-S", command)  # without site-packages
    assert (status, out) == (4, b"")
    assert errors.startswith("not installed: psutil, hdrhistogram, websockets, rich; `")
    assert errors.endswith(" in gchat's folder installs what the load test needs\n")
    assert ' -m pip install ".[loadtest]"` ' in errors
    assert errors.count("\n") == 1
