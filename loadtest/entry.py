"""How the load test's commands begin and end: signals, missing packages, standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from loadtest import output
from loadtest.interruption import Interruption

EXIT_NOT_STARTED = 4
EXIT_NOT_WRITTEN = 5
PACKAGES = {"psutil": "psutil", "hdrh": "hdrhistogram", "websockets": "websockets", "rich": "rich"}

Main = Callable[[list[str], Interruption], int]


def begin(module: str) -> int:
    """Runs `main` of a module, which is only imported once all that it needs is known to be there;
    the exit status.
    """
    interruption = Interruption()
    interruption.notice()
    out = output.take_over()
    try:
        status = _run(module, interruption)
    finally:
        out.flush()
    if interruption:
        return interruption.status
    if out.failed:
        _say(f"the output could not be written: {out.failed.strerror}")
        return status or EXIT_NOT_WRITTEN
    return status


def _run(module: str, interruption: Interruption) -> int:
    missing = [name for package, name in PACKAGES.items() if find_spec(package) is None]
    if missing:
        _say(
            f"not installed: {', '.join(missing)}; `{sys.executable} -m pip install "
            '".[loadtest]"` in gchat\'s folder installs what the load test needs'
        )
        return EXIT_NOT_STARTED
    main: Main = import_module(module).main
    try:
        return main(sys.argv[1:], interruption)
    except SystemExit as end:  # by argparse
        return end.code if isinstance(end.code, int) else 0


def _say(sentence: str) -> None:
    """On standard error, if there is one."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass
