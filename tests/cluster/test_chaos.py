"""Two rounds of `python -m tests.cluster.chaos`; more by hand."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.cluster.chaos import Chaos, one_round
from tests.cluster.scene import Scene


@pytest.mark.timeout(120)
def test_whatever_breaks_nothing_is_lost(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print(f"python -m tests.cluster.chaos --rounds 2 --nodes 2 --seed {seed}")
    with Scene(tmp_path) as scene:
        scene.people(2)
        chaos = Chaos(scene, random.Random(seed))
        for number in range(2):
            print(one_round(chaos, restart=number == 1))
