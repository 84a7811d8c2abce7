"""The process that carries out one attack: `python -m tests.hostile.attacker NAME PORT SIZE TURN`.
Says `ready` when everything is prepared; `go SECONDS` on standard input begins, and then it prints
as JSON what it did; on the next line it lets go of everything.
"""

from __future__ import annotations

import json
import os
import sys
import time

from tests.hostile.attacks import ATTACKS
from tests.hostile.scene import Scene

NICENESS = 10  # the server and who measures go first, where there are few processors


def main() -> None:
    """The process."""
    name, port, size, turn = sys.argv[1:]
    os.nice(NICENESS)
    scene = Scene(int(port), float(size), int(turn))
    steps = ATTACKS[name].steps(scene)
    next(steps)
    print("ready", flush=True)
    seconds = float(sys.stdin.readline().split()[1])
    scene.until = time.monotonic() + seconds
    next(steps, None)
    print(json.dumps(scene.did), flush=True)
    sys.stdin.readline()
    scene.leave()


if __name__ == "__main__":
    main()
