"""A moment of three attacks, so that the command works when it is needed. No wait is too long here:
that figures come out, and that the ordinary users are answered, is all that is looked at.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.attacks import ATTACKS
from tests.hostile.running import Outcome, run
from tests.hostile.worlds import World, make

SECONDS, SIZE = 0.5, 0.1


def _run(name: str, folder: Path) -> Outcome:
    return run(name, ATTACKS[name], folder, SECONDS, SIZE, afterwards=0.0, warm_up=0.2)


@pytest.mark.parametrize("name", ["websocket-pings", "rename"])
def test_figures_come_out(tmp_path: Path, name: str) -> None:
    make(World.EMPTY, tmp_path)
    outcome = _run(name, tmp_path)
    assert outcome.did["bytes"] > 0
    for kind in ("ping", "message"):
        assert outcome.waits["attack"][kind]["count"] > 0
        assert outcome.worst(kind)[0] > 0
    assert outcome.unanswered == 0
    assert outcome.memory["peak"] >= outcome.memory["before"] > 0
    assert outcome.name in str(outcome)


def test_who_logs_in_is_measured(tmp_path: Path) -> None:
    make(World.EMPTY, tmp_path)
    outcome = _run("scram-guesses", tmp_path)
    assert outcome.worst("login")[0] > 0
    assert outcome.unanswered == 0


def test_what_is_wrong_is_said() -> None:
    waits = {"ping": {"worst": 101.0, "unanswered": 1}, "login": {"worst": 300.0, "unanswered": 0}}
    memory = {"before": 1, "peak": 2 << 24, "after": 2 << 24, "again": 3 << 24}
    outcome = Outcome("x", {}, 1, {"attack": waits}, 0, 0, 0, 0, 0, memory)
    assert outcome.wrong == [
        "waited 101 ms for ping",
        "1 never answered",
        "16 MiB more stay each time",
    ]
    assert Outcome("x", {}, 1, {}, 0, 0, 0, 0, 0, dict.fromkeys(memory, 1)).wrong == []


def test_every_attack_says_what_it_is() -> None:
    assert all(row.text.endswith(".") for row in ATTACKS.values())
