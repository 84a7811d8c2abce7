"""One attack from its beginning to its end: a server, ordinary users and an attacker, each in a
process of its own, and what comes of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile.attacks import Row
from tests.hostile.victim import Victim
from tests.hostile.worlds import ORDINARY

WARM_UP = 1.0  # seconds of ordinary talk, before memory is looked at
AFTERWARDS = 5.0  # seconds after an attack, until memory has to be back
# By how much memory may be above then: caches that fill, an allocator that keeps. Where it is more,
# the same is done once more to the same server, and what was kept for nothing is kept twice.
MEMORY_BYTES, AGAIN_BYTES = 16 << 20, 4 << 20
# Milliseconds that an ordinary user may wait for each thing. A log-in is slow by itself: its key is
# made to take a quarter of a second.
LIMITS = {"ping": 100, "message": 100, "arrival": 500, "history": 1000, "login": 3000}
PHASES = ("prepare", "attack", "leave")


@dataclass(slots=True)
class Outcome:
    """Times in milliseconds, memory in bytes."""

    name: str
    did: dict[str, int]
    seconds: float  # of the attack
    waits: dict[str, dict[str, dict[str, float]]]  # by phase and kind
    late: float  # by which the process that measures woke up late, at most
    cpu: float  # share of one processor that the server had during the attack
    starved: float  # for how long it could have run and had no processor, altogether
    written: int  # bytes to disk
    lag: float  # of the server's loop, by its own metric, at the end of the attack
    # before, peak, after, and after it was done again, where that was necessary
    memory: dict[str, int] = field(default_factory=dict)
    repeated: bool = True  # false where the server was too busy to be attacked again

    def worst(self, kind: str) -> tuple[float, str]:
        """The longest wait for something, and in which phase it was."""
        found = [
            (waits[kind]["worst"], phase) for phase, waits in self.waits.items() if kind in waits
        ]
        return max(found, default=(0.0, ""))

    @property
    def unanswered(self) -> int:
        """What was asked and never answered."""
        kinds = [kind for waits in self.waits.values() for kind in waits.values()]
        return int(sum(kind["unanswered"] for kind in kinds))

    @property
    def wrong(self) -> list[str]:
        """What should not be so."""
        found = [
            f"waited {worst:.0f} ms for {kind}"
            for kind, limit in LIMITS.items()
            if (worst := self.worst(kind)[0]) > limit
        ]
        if self.unanswered:
            found.append(f"{self.unanswered} never answered")
        grown = self.memory.get("again", 0) - self.memory["after"]
        if grown > AGAIN_BYTES:
            found.append(f"{grown >> 20} MiB more stay each time")
        if not self.repeated:
            found.append("seconds after the attack the server had no time for it to be repeated")
        return found

    def __str__(self) -> str:
        megabytes = " → ".join(f"{one / 1e6:.0f}" for one in self.memory.values())
        did = ", ".join(f"{count:,} {what}" for what, count in self.did.items())
        chat = max(self.worst("ping"), self.worst("message"))
        others = [
            f"{kind} {self.worst(kind)[0]:.0f} ms"
            for kind in ("history", "login", "arrival")
            if any(kind in waits for waits in self.waits.values())
        ]
        return (
            f"{self.name:<24} wait {chat[0]:6.1f} ms ({chat[1]}){''.join(f', {o}' for o in others)}"
            f"; measured {self.late:.1f} late, server {self.starved:.0f} without a processor; "
            f"cpu {self.cpu:.0%}, lag {self.lag:.1f}; {megabytes} MB; "
            f"{self.written / 1e6:.1f} MB written; {did}"
            + "".join(f"\n    {one}" for one in self.wrong)
        )


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """One of ours that has said that it is ready. It does not outlive the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"tests.hostile.{module}", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str]) -> str:
    """Its next line. Raises RuntimeError where there is none: it has failed."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"process {process.args!r} has failed")
    return line


def run(
    name: str,
    row: Row,
    folder: Path,
    seconds: float,
    size: float = 1.0,
    *,
    afterwards: float = AFTERWARDS,
    warm_up: float = WARM_UP,
) -> Outcome:
    """Carries it out. `size` multiplies its counts; the rest is in seconds. Raises
    RuntimeError where one of the processes fails.
    """
    asks = {"history": ["--lobby"], "login": ["--login", ORDINARY], "arrival": ["--arrive"]}
    measures = [word for measure in row.measures for word in asks[measure]]
    repeated = True
    with Victim(folder, **row.settings) as victim:
        port = str(victim.port)
        with _process("ordinary", port, *measures) as users:
            _hear(users)
            _tell(users, "phase before")
            time.sleep(warm_up)
            memory = {"before": victim.memory}
            victim.forget_peak()
            start = victim.use
            with _process("attacker", name, port, str(size), "0") as attacker:
                _tell(users, "phase prepare")
                _hear(attacker)
                _tell(users, "phase attack")
                began, use = time.monotonic(), victim.use
                _tell(attacker, f"go {seconds}")
                did = json.loads(_hear(attacker))
                took, used = time.monotonic() - began, victim.use.cpu - use.cpu
                lag = victim.lag
                _tell(users, "phase leave")
                _tell(attacker, "leave")
                attacker.wait(30)
            time.sleep(afterwards)
            end = victim.use
            memory |= {"peak": victim.peak, "after": victim.memory}
            _tell(users, "end")
            measured: Mapping[str, Any] = json.loads(_hear(users))
        if memory["after"] - memory["before"] > MEMORY_BYTES:
            try:
                memory["again"] = _again(name, victim, seconds, size, afterwards)
            except RuntimeError:
                repeated = False
    return Outcome(
        name,
        did,
        took,
        {phase: kinds for phase, kinds in measured["waits"].items() if phase in PHASES},
        max((late for phase, late in measured["late"].items() if phase in PHASES), default=0.0),
        used / took,
        (end.starved - start.starved) * 1000,
        end.written - start.written,
        lag,
        memory,
        repeated,
    )


def _again(name: str, victim: Victim, seconds: float, size: float, afterwards: float) -> int:
    """Resident bytes after an attack that is only repeated."""
    with _process("attacker", name, str(victim.port), str(size), "1") as attacker:
        _hear(attacker)
        _tell(attacker, f"go {seconds}")
        _hear(attacker)
        _tell(attacker, "leave")
        attacker.wait(30)
    time.sleep(afterwards)
    return victim.memory
