"""The tables of several servers, and how our own ones are measured beside them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from loadtest.comparison import table
from loadtest.interruption import Interruption
from loadtest.scenarios import SCENARIOS
from loadtest.servers import PEERS, PeerTarget, starters
from loadtest.works import WORKS, Work
from tests.loadtest.commands import PEERS as COMMAND
from tests.loadtest.test_results import outcome

WORK = Work("a", "room", 300, 2000, 5, ("latency p99, ms",), ("latency p99, ms",))


def rows(text: str) -> dict[str, list[str]]:
    """A table's rows by server, and "server" for the head."""
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line[:1] == "|"
    ]
    return {cells[0]: cells[1:] for cells in lines}


def test_each_of_our_servers_is_put_beside_all_others() -> None:
    found = {
        "gchat": [outcome(6.0), outcome(8.0), outcome(9.0)],
        "gchat --memory": [outcome(3.0), outcome(2.0), outcome(3.0)],
        "other": [outcome(12.0), outcome(8.0), outcome(9.0)],
        "silent": [],
    }
    text = table(WORK, found, ["gchat", "gchat --memory"], {"silent": "does not start"})
    assert text.splitlines()[1] == "### a: room, 300 clients, 2,000 messages/s"
    read = rows(text)
    assert read["server"] == [
        "latency p99, ms",
        "gchat ÷ it: latency p99, ms",
        "gchat − it: latency p99, ms",
        "gchat --memory ÷ it: latency p99, ms",
        "gchat --memory − it: latency p99, ms",
        "wrong",
    ]
    assert read["gchat"][1:] == [""] * 5
    assert read["gchat --memory"][1] == "3.00 (2.00 – 4.00)"
    assert read["gchat --memory"][2].startswith("6.00 (3.00 – 6.0")
    assert read["other"][1] == "1.00 (0.50 – 1.00)"
    assert read["other"][3] == "0.25 (0.25 – 0.33)"
    assert "silent" not in read
    assert text.endswith("\nsilent: does not start")


def test_works_name_scenarios_and_figures_of_theirs() -> None:
    for work in WORKS.values():
        assert work.scenario in SCENARIOS
        assert set(work.differences) <= set(work.figures)


def test_a_gchat_that_keeps_nothing_only_where_it_is_asked_for() -> None:
    names = list(starters(["ergo"], Interruption(), memory=False, parent=None))
    assert names == ["gchat", "ergo"]
    names = list(starters(["ergo"], Interruption(), memory=True, parent=None))
    assert names == ["gchat", "gchat --memory", "ergo"]


def test_several_nodes_stand_before_the_one() -> None:
    """So that their figures are divided by its."""
    several = {"nodes": [2, 3], "copies": [1, 2]}
    names = list(starters([], Interruption(), memory=False, parent=None, **several))
    assert names == [
        "gchat --nodes 3 --copies 2",
        "gchat --nodes 3",
        "gchat --nodes 2 --copies 2",
        "gchat --nodes 2",
        "gchat",
    ]


def test_our_own_servers_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    flags = ["--servers", "--memory", "--works", "direct-20", "--rounds", "1", "--stretch", "0.02"]
    files = ["--json", "a.json", "--data-folder", "data"]
    done = subprocess.run(
        [sys.executable, COMMAND, *flags, *files],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode in (0, 1), done.stdout  # 1: the machine is too slow for any figures
    assert done.stderr == ""
    read = rows(done.stdout)
    assert {"gchat", "gchat --memory"} <= set(read)
    document = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    kept = {name: one["storage"]["kept"] for name, one in document["servers"].items()}
    assert kept == {"gchat": "disk", "gchat --memory": "nothing"}
    assert set(document["works"]["direct-20"]) == set(kept)
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize(("name", "stores"), [("ergo", "false"), ("ergo-sqlite", "true")])
def test_a_peer_is_told_whether_to_store(
    name: str, stores: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in the place of the peer's keeps its configuration and ends."""
    program = tmp_path / "ergo"
    program.write_text(f'#!/bin/sh\ncp "$3" {tmp_path}/seen\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "data").mkdir()
    with pytest.raises(Exception, match=f"{name} does not start"):
        PeerTarget(PEERS[name], Interruption(), tmp_path / "data")
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert seen.count(f"enabled: {stores}\n") >= 3
    keys = [line for line in seen.splitlines() if line[:1].isalpha()]
    assert len(set(keys)) == len(keys), "Ergo takes the last of two"
    assert "@" not in seen.replace("user@", "")
    assert list((tmp_path / "data").iterdir()) == []
