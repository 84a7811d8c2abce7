"""A load test that is interrupted: what was measured is reported, and nothing is left."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from loadtest.arguments import parse, settings
from loadtest.generator import Generator, Merged
from loadtest.interruption import Interrupted, Interruption
from loadtest.latency import Latencies
from loadtest.orders import Share
from loadtest.outcome import Used
from loadtest.scenarios import Search, Stage
from loadtest.settings import Settings
from loadtest.target import Target
from loadtest.verify import Faults, Receiver
from tests.loadtest.commands import RUN, InTerminal
from tests.loadtest.test_verify import FIND, LINES, stream

LOAD = ["--clients", "4", "--rate", "200", "--max-late-ms", "1e9", "--json", "a.json"]
LONG = [*LOAD, "--seconds", "60"]


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
    with InTerminal(tmp_path, *LONG, "--disk") as run:
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
    with InTerminal(tmp_path, *LONG, "--disk") as run:
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

    def load(
        self, generator: Generator, *, churn: tuple[int, ...] = (), settings: Settings | None = None
    ) -> tuple[Merged, Used]:
        cut = self.loads == self.at
        self.loads += 1
        latencies = Latencies()
        latencies.add([0.001])
        merged = Merged([Share(1, 1, 1)], latencies, Faults(), 1.0, [], interrupted=cut)
        return merged, Used(0.0, 0, known=False)


@pytest.mark.parametrize(
    ("at", "tried", "highest"),
    [(0, ["200: interrupted"], 0), (1, ["200: fine", "300: interrupted"], 200)],
)
def test_find_max_reports_its_attempts(at: int, tried: list[str], highest: int) -> None:
    class Still:
        def call(self, name: str) -> None:
            """Nothing."""

    stage = Cut(
        settings(parse(["find-max", "--rate", "200"])), Target("", 0), print, Interruption()
    )
    stage.at = at
    search = Search(stage)
    with pytest.raises(Interrupted):
        search.run(cast("Generator", Still()))
    assert [one.partition(",")[0] for one in search.tried] == tried
    assert search.good == highest
    assert search.best is not None
    assert search.best.interrupted is (at == 0)


def test_what_nohup_ignores_stays_ignored() -> None:
    code = (
        "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from loadtest.interruption import Interruption\n"
        "with Interruption() as one: signal.raise_signal(signal.SIGHUP)\n"
        "sys.exit(one.number)"
    )
    root = Path(RUN).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_what_was_on_its_way_is_not_lost() -> None:
    def cut(*lines: bytes) -> Faults:
        common = stream()
        Receiver(common, 100, FIND).receive(b"".join(LINES))
        late = Receiver(common, 101, FIND)
        late.receive(b"".join(lines))
        return late.finish(cut=True)

    assert cut(*LINES[:2]) == Faults()
    assert cut(LINES[0], LINES[2]) == Faults(lost=1)
    assert cut(LINES[0], LINES[0]) == Faults(duplicated=1)
