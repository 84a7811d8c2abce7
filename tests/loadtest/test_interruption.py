"""A load test that is interrupted: what was measured is reported, and nothing is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import psutil
import pytest

from loadtest.arguments import parse, settings
from loadtest.bursts import Bursts
from loadtest.generator import Generator, Merged
from loadtest.interruption import Interrupted, Interruption
from loadtest.latency import Latencies
from loadtest.orders import Share
from loadtest.outcome import Outcome, Used
from loadtest.plan import Plan
from loadtest.scenarios import SCENARIOS
from loadtest.servers import Peer, PeerTarget
from loadtest.settings import Settings
from loadtest.stage import Stage
from loadtest.system import SIGNALS
from loadtest.target import Target
from loadtest.verify import Faults, Receiver
from tests.loadtest.commands import PEERS, InTerminal
from tests.loadtest.test_verify import FIND, LINES, stream

LOAD = ["--clients", "4", "--rate", "200", "--max-late-ms", "1e9", "--json", "a.json"]
LONG = [*LOAD, "--seconds", "60"]


@pytest.fixture
def interruption() -> Iterator[Callable[[], Interruption]]:
    """Makes one that notices signals until the test ends."""
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def make() -> Interruption:
        found = Interruption()
        found.notice()
        return found

    yield make
    for number, handler in before.items():
        signal.signal(number, handler)


def saved(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "a.json").read_text(encoding="utf-8"))
    return found


def test_what_was_measured_until_ctrl_c_is_reported(tmp_path: Path) -> None:
    page = ["--html", "a.html"]
    with InTerminal(tmp_path, *LONG, *page, "--processes", "2") as run:
        run.wait_for("loading")
        run.press_ctrl_c()
        assert run.end() == 128 + signal.SIGINT
    assert "Interrupted: these are the figures until then." in run.text
    assert saved(tmp_path)["interrupted"] is True
    (outcome,) = saved(tmp_path)["rounds"]
    assert outcome["interrupted"] is True
    assert 0 < outcome["sent"] < 60 * 200
    assert outcome["received"] == outcome["expected"] == outcome["sent"] * 4
    assert outcome["faults"] == {"lost": 0, "duplicated": 0, "reordered": 0, "altered": 0}
    assert outcome["dropped"] == 0
    assert 0 < outcome["seconds"] < 30
    assert outcome["latency"]["p99"] > 0
    assert "Interrupted: these are" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_rounds_that_were_whole_are_kept(tmp_path: Path) -> None:
    with InTerminal(tmp_path, *LOAD, "--seconds", "0.1", "--rounds", "100") as run:
        run.wait_for("round 2 of 100: ")
        run.send(signal.SIGTERM)
        assert run.end() == 128 + signal.SIGTERM
    assert "rounds whole." in run.text
    assert saved(tmp_path)["interrupted"] is True
    first, *_ = saved(tmp_path)["rounds"]
    assert first["interrupted"] is False
    assert first["received"] == first["expected"] == 20 * 4


def test_while_the_server_starts(tmp_path: Path) -> None:
    with InTerminal(tmp_path, *LONG) as run:
        run.wait_until_it_has_a_folder()
        run.press_ctrl_c()
        assert run.end() == 128 + signal.SIGINT
    assert "Interrupted: nothing was measured yet." in run.text
    assert saved(tmp_path)["interrupted"] is True
    assert saved(tmp_path)["rounds"] == []


def test_while_clients_log_in(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        target = ["--target", f"127.0.0.1:{silent.getsockname()[1]}"]
        with InTerminal(tmp_path, *LONG, *target) as run:
            client, _ = silent.accept()
            with client:
                run.press_ctrl_c()
                assert run.end() == 128 + signal.SIGINT
    assert "Interrupted: nothing was measured yet." in run.text


def test_idling_until_the_terminal_is_closed(tmp_path: Path) -> None:
    with InTerminal(tmp_path, "idle", *LONG) as run:
        run.wait_for("idling")
        run.send(signal.SIGHUP)
        assert run.end() == 128 + signal.SIGHUP
    (outcome,) = saved(tmp_path)["rounds"]
    assert outcome["interrupted"] is True
    assert outcome["seconds"] < 30
    assert "memory for each connection, KiB" in outcome["extra"]


def test_a_second_signal_does_not_wait_for_a_server_that_hangs(tmp_path: Path) -> None:
    with InTerminal(tmp_path, *LONG) as run:
        run.wait_for("starting")
        run.server().suspend()
        run.send(signal.SIGINT, signal.SIGTERM)  # carried out in this order
        assert run.end() == 128 + signal.SIGTERM
    assert "Interrupted" not in run.text
    assert run.shown.endswith("\x1b[?25h")  # the cursor is back


class Cut(Stage):
    """A stage on which the load with this number is interrupted."""

    at: int = 0
    loads: int = 0

    def generator(self, plan: Plan, *, echo: bool = True) -> Generator:
        return cast("Generator", Still(self))

    def load(
        self,
        generator: Generator,
        *,
        churn: tuple[int, ...] = (),
        bursts: Bursts | None = None,
        settings: Settings | None = None,
        watch: Callable[[float], None] | None = None,
    ) -> tuple[Merged, Used]:
        cut = self.loads == self.at
        self.loads += 1
        latencies = Latencies()
        latencies.add([0.001])
        merged = Merged([Share(1, 1, 1)], latencies, Faults(), 1.0, [], interrupted=cut)
        return merged, Used(0.0, 0, known=False)


class Still:
    """A generator that does nothing, and as the real one nothing more once it was interrupted."""

    def __init__(self, stage: Cut) -> None:
        self._stage = stage

    def __enter__(self) -> Still:
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing."""

    def enter(self, clients: range, *, join: bool) -> None:
        """Nothing."""

    def call(self, name: str, *arguments: object) -> None:
        if self._stage.loads > self._stage.at:
            raise Interrupted


def cut(scenario: str, at: int) -> Outcome:
    """The outcome of a scenario whose load with this number is interrupted."""
    words = [scenario, "--rate", "200"]
    stage = Cut(settings(parse(words)), Target("", 0), lambda *_: None, Interruption())
    stage.at = at
    return SCENARIOS[scenario](stage)


@pytest.mark.parametrize(
    ("at", "tried", "highest"),
    [(0, ["200: interrupted"], 0), (1, ["200: fine", "300: interrupted"], 200)],
)
def test_find_max_reports_its_attempts(at: int, tried: list[str], highest: int) -> None:
    outcome = cut("find-max", at)
    assert outcome.interrupted
    attempts = outcome.extra["tried"].split("; ")
    assert [one.partition(",")[0] for one in attempts] == tried
    assert outcome.extra["highest rate, messages/s"] == highest


def test_slow_readers_are_not_blamed() -> None:
    first, second = cut("slow-readers", 0), cut("slow-readers", 1)
    assert first.interrupted
    assert second.interrupted
    assert first.problems == second.problems == []
    assert second.extra["p99 while all read, ms"] == 1.0


def test_what_nohup_ignores_stays_ignored(interruption: Callable[[], Interruption]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    one = interruption()
    signal.raise_signal(signal.SIGHUP)
    assert not one
    signal.raise_signal(signal.SIGTERM)
    assert one.status == 128 + signal.SIGTERM


def test_what_was_on_its_way_is_not_lost() -> None:
    def until(*lines: bytes) -> Faults:
        common = stream()
        Receiver(common, 100, FIND).receive(b"".join(LINES))
        late = Receiver(common, 101, FIND)
        late.receive(b"".join(lines))
        return late.finish(cut=True)

    assert until(*LINES[:2]) == Faults()
    assert until(LINES[0], LINES[2]) == Faults(lost=1)
    assert until(LINES[0], LINES[0]) == Faults(duplicated=1)


def test_beside_other_servers(tmp_path: Path) -> None:
    program = tmp_path / "miniircd"
    program.write_text("#!/bin/sh\nkill -TERM $PPID\nexec sleep 60\n", encoding="utf-8")
    program.chmod(0o755)
    done = subprocess.run(
        [sys.executable, PEERS, "--servers", "miniircd", "--json", "a.json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "")
    assert "Interrupted: these are the figures until then." in done.stdout
    assert saved(tmp_path)["interrupted"] is True
    assert saved(tmp_path)["works"] == {}


# the signal may come within Python's create_connection, which then does not close its socket
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_while_another_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: Callable[[], Interruption]
) -> None:
    program = tmp_path / "slow"
    program.write_text(
        f"#!/bin/sh\necho $$ > {tmp_path}/pid\nkill -TERM $PPID\nexec sleep 60\n", encoding="utf-8"
    )
    program.chmod(0o755)
    (tmp_path / "made").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "made"))
    peer = Peer("slow", str(program), "", ("PROGRAM",), ("PROGRAM",))
    one = interruption()
    with pytest.raises(Interrupted):
        PeerTarget(peer, one)
    assert one.status == 128 + signal.SIGTERM
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text(encoding="utf-8")))
    assert list((tmp_path / "made").iterdir()) == []
