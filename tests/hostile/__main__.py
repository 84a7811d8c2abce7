"""Attacks on a real server, started as it is shipped, one after the other: for each of them a line
that says how long ordinary users waited meanwhile, and what became of the server's memory.

Exit status 1: somebody waited for too long, or memory stayed. Where other programs run on the
machine, look at how late the measuring itself was, and repeat it with `--only`.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from tests.hostile.attacks import ATTACKS
from tests.hostile.running import LIMITS, MEMORY_BYTES, Outcome, run
from tests.hostile.worlds import World, make

DESCRIPTORS = 8192  # of the attacker and the server each


def attack(names: list[str], seconds: float, out: TextIO) -> tuple[list[Outcome], list[str]]:
    """Carries them out and prints each to `out`. Also gives the names of those that could not be
    carried out.
    """
    found: list[Outcome] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as top:
        made: dict[World, Path] = {}
        for name in names:
            row = ATTACKS[name]
            if row.world not in made:
                made[row.world] = Path(top, row.world.name)
                made[row.world].mkdir()
                make(row.world, made[row.world])
            folder = Path(top, name)  # the server before must not have left anything in it
            shutil.copytree(made[row.world], folder)
            try:
                outcome = run(name, row, folder, seconds)
            except RuntimeError as error:
                print(f"{name:<24} {error}", file=out, flush=True)
                failed.append(name)
            else:
                print(outcome, file=out, flush=True)
                found.append(outcome)
            shutil.rmtree(folder)
    return found, failed


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--only", action="append", metavar="NAME", help="may be repeated")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each attack (default: 3)")
    parser.add_argument("--list", action="store_true", help="name the attacks, and do nothing")
    parser.add_argument(
        "--json",
        action="store_true",
        help="prints all figures on standard output, lines on the other",
    )
    asked = parser.parse_args()
    if asked.list:
        for name, row in ATTACKS.items():
            print(f"{name:<24} {row.text}")
        return 0
    if unknown := set(asked.only or ()) - set(ATTACKS):
        parser.error(f"there is no attack {min(unknown)}; --list names them")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, hard), hard))
    out = sys.stderr if asked.json else sys.stdout
    outcomes, failed = attack(asked.only or list(ATTACKS), asked.seconds, out)
    if asked.json:
        print(json.dumps([asdict(one) for one in outcomes]))
    bad = [one.name for one in outcomes if one.wrong]
    limits = ", ".join(f"{kind} {limit} ms" for kind, limit in LIMITS.items())
    print(f"{len(outcomes)} attacks; limits: {limits}; {MEMORY_BYTES >> 20} MiB stay", file=out)
    for names, what in ((bad, "not within the limits"), (failed, "not carried out")):
        if names:
            print(f"{what}: {', '.join(names)}", file=out)
    return 1 if bad or failed else 0


if __name__ == "__main__":
    sys.exit(main())
