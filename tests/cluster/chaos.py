"""Breaks nodes, the log and the wires between them at random while people talk, and verifies after
each round that nothing was lost, nothing came twice, and all nodes are equal.

`python -m tests.cluster.chaos --rounds 50`; with the `--seed` that it prints, the same faults again
(when they strike is not the same to the microsecond).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.cluster.nodes import LEASE
from tests.cluster.scene import Scene
from tests.support import clients

FAULTS_OF_A_ROUND = 4
BETWEEN = 0.05, 0.5  # seconds of talk between two faults
SHORT, LONG = 0.05, 2.5 * LEASE  # seconds that one lasts
MEMORY = 100_000  # bytes: less than an empty log takes
RESTART_EVERY = 5  # rounds: then all nodes are stopped as usual, and compared byte for byte

Fault = Callable[["Chaos"], None]


class Chaos:
    """A scene in which things go wrong. One fault may strike while another lasts."""

    def __init__(self, scene: Scene, chance: random.Random) -> None:
        self.scene = scene
        self.chance = chance
        self.undone: dict[
            str, Callable[[], None]
        ] = {}  # what ends a fault that lasts, by its place

    def strike(self) -> str:
        """Does something; its name."""
        name = self.chance.choice(sorted(FAULTS))
        FAULTS[name](self)
        return name

    def talk(self) -> None:
        """Until the next one."""
        seconds = self.chance.uniform(*BETWEEN)
        if self.undone and self.chance.random() < 0.5:
            seconds = self.chance.uniform(SHORT, LONG)
        self.scene.crowd.talk_for(seconds)
        if self.undone and self.chance.random() < 0.7:
            self.mend(self.chance.choice(sorted(self.undone)))
        self.look()

    def look(self) -> None:
        """Reads the log before any of it is trimmed."""
        if "log" not in self.undone and self.scene.valkey.runs:
            self.scene.audit.follow(self.scene.valkey)

    def mend(self, place: str) -> None:
        """Ends a fault that lasts."""
        if (undo := self.undone.pop(place, None)) is not None:
            undo()

    def mend_all(self) -> None:
        """Ends all."""
        for place in sorted(self.undone):
            self.mend(place)

    def start(self, name: str) -> None:
        """Starts a node again. The log has to be there for that."""
        self.mend(f"wire {name}")
        self.mend("log")
        self.scene.nodes[name].start()

    def restart_log(self) -> None:
        """Starts it again."""
        self.scene.valkey.start()

    def lasts(self, place: str, undo: Callable[[], None]) -> None:
        """A fault goes on until `undo`."""
        self.undone[place] = undo

    def node(self) -> str:
        """One of them, which is well."""
        well = [name for name in sorted(self.scene.nodes) if name not in self.undone]
        return self.chance.choice(well) if well else ""

    def wire(self) -> str:
        """One of the wires, which is well."""
        well = [name for name in sorted(self.scene.wires) if f"wire {name}" not in self.undone]
        return self.chance.choice(well) if well else ""


def _node_killed(chaos: Chaos) -> None:
    if name := chaos.node():
        node = chaos.scene.nodes[name]
        node.die()
        chaos.lasts(name, lambda: chaos.start(name))


def _node_stopped(chaos: Chaos) -> None:
    if name := chaos.node():
        node = chaos.scene.nodes[name]
        if not chaos.undone:  # with the log away it takes its time, which is another test's subject
            node.stop()
            chaos.lasts(name, lambda: chaos.start(name))


def _node_paused(chaos: Chaos) -> None:
    if name := chaos.node():
        node = chaos.scene.nodes[name]
        node.pause()
        chaos.lasts(name, node.resume)


def _wire(how: str) -> Fault:
    def fault(chaos: Chaos) -> None:
        if name := chaos.wire():
            wire = chaos.scene.wires[name]
            getattr(wire, how)()
            if how != "cut":
                chaos.lasts(f"wire {name}", wire.release)

    return fault


def _log_killed(chaos: Chaos) -> None:
    if "log" not in chaos.undone:
        chaos.scene.valkey.kill()
        chaos.lasts("log", chaos.restart_log)


def _log_paused(chaos: Chaos) -> None:
    if "log" not in chaos.undone:
        chaos.scene.valkey.pause()
        chaos.lasts("log", chaos.scene.valkey.resume)


def _log_full(chaos: Chaos) -> None:
    valkey = chaos.scene.valkey
    if "log" not in chaos.undone:
        valkey.ask("CONFIG", "SET", "maxmemory", MEMORY)
        chaos.lasts("log", partial(valkey.ask, "CONFIG", "SET", "maxmemory", 0))


FAULTS: dict[str, Fault] = {
    "node killed": _node_killed,
    "node stopped": _node_stopped,
    "node paused": _node_paused,
    "connections cut": _wire("cut"),
    "wire held": _wire("hold"),
    "wire away": _wire("away"),
    "answers swallowed": _wire("swallow"),
    "log killed": _log_killed,
    "log paused": _log_paused,
    "log full": _log_full,
}


def one_round(chaos: Chaos, *, restart: bool) -> dict[str, object]:
    """Some faults; then all is mended and verified. What happened. Raises AssertionError."""
    began, scene = time.monotonic(), chaos.scene
    before = scene.crowd.echoed, scene.crowd.refused
    names: list[str] = []
    for _ in range(FAULTS_OF_A_ROUND):
        names.append(chaos.strike())
        chaos.talk()
    chaos.mend_all()
    mended = time.monotonic()
    scene.crowd.talk_on(10)
    back = time.monotonic() - mended
    if restart:
        scene.settle()
        for node in scene.nodes.values():
            node.start()
    else:
        scene.compare()
    return {
        "faults": ", ".join(names),
        "echoed": scene.crowd.echoed - before[0],
        "refused": scene.crowd.refused - before[1],
        "acknowledged": sum(len(one.acknowledged) for one in scene.crowd.talkers),
        "unknown": sum(len(one.unknown) for one in scene.crowd.talkers),
        "back": round(back, 2),
        "seconds": round(time.monotonic() - began, 1),
    }


def main() -> int:
    """Many rounds; exit status 1 where a guarantee is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--nodes", type=int, default=3, choices=(2, 3))
    parser.add_argument("--people", type=int, default=2, help="who talk, on each node")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each round")
    parser.add_argument("--keep", action="store_true", help="leave the folder there")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    print(f"--seed {arguments.seed}", file=sys.stderr if arguments.json else sys.stdout, flush=True)
    folder = tempfile.mkdtemp() if arguments.keep else ""
    with tempfile.TemporaryDirectory() as temporary:
        where = Path(folder or temporary)
        with Scene(where, arguments.nodes) as scene:
            scene.people(arguments.people)
            chaos = Chaos(scene, chance)
            for number in range(1, arguments.rounds + 1):
                try:
                    found = one_round(chaos, restart=number % RESTART_EVERY == 0)
                except (AssertionError, TimeoutError) as error:
                    _say({"round": number, "wrong": str(error)}, arguments.json)
                    for name, node in scene.nodes.items():
                        print(f"--- {name}\n{node.log if node.runs else ''}", file=sys.stderr)
                    return 1
                _say({"round": number, **found}, arguments.json)
                clients.OPEN.clear()
    return 0


def _say(found: dict[str, object], as_json: bool) -> None:
    if as_json:
        print(json.dumps(found), flush=True)
    elif "wrong" in found:
        print(f"round {found['round']}: WRONG: {found['wrong']}", flush=True)
    else:
        words = "{echoed} echoed, {refused} refused; {faults}; back after {back} s"
        print(f"round {found['round']}: {words.format(**found)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
