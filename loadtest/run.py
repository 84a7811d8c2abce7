"""The load test's command line: `python loadtest/run.py`.

Without arguments it starts a server of its own and 500 simulated clients. Exit status: 0 nothing
was wrong, 1 messages went wrong, 4 it could not start.
"""

from __future__ import annotations

import argparse
import resource
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

if __package__ in (None, ""):  # run as a file, from anywhere
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psutil
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from loadtest.dialects import Dialect, Irc, Plain
from loadtest.generator import CouldNotStart, Generator, Load, Progress
from loadtest.report import result, show
from loadtest.target import OwnTarget, Target

EXIT_WRONG = 1
EXIT_NOT_STARTED = 4
SPARE_DESCRIPTORS = 64
REFRESH_SECONDS = 0.2  # of the progress line


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one load; the exit status."""
    arguments = _parser().parse_args(argv)
    console = Console(stderr=False)
    load = Load(arguments.clients, arguments.rate, arguments.seconds, arguments.size)
    try:
        _allow_descriptors(load.clients)
        target = _target(arguments)
    except (CouldNotStart, OSError, psutil.Error) as error:
        return _fail(console, error)
    room = f"#lt-{secrets.token_hex(4)}"
    make: Callable[[], Dialect] = Plain if arguments.plain else lambda: Irc(room)
    try:
        with _bar(console) as tell:
            run = Generator(target.address, load, make, tell).run(target.begin, target.end)
    except CouldNotStart as error:
        return _fail(console, error)
    finally:
        target.stop()
    outcome = result(run)
    show(console, run, outcome, target.usage)
    return 0 if outcome.good else EXIT_WRONG


def _target(arguments: argparse.Namespace) -> Target:
    if arguments.target is None:
        return OwnTarget()
    host, port = arguments.target
    return Target(host, port, arguments.pid)


def _allow_descriptors(clients: int) -> None:
    """Raises the limit of open files as far as the clients need. Raises CouldNotStart."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = clients + SPARE_DESCRIPTORS
    if hard not in (resource.RLIM_INFINITY,) and needed > hard:
        raise CouldNotStart(f"{clients} clients need {needed} open files; {hard} are allowed")
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[Progress], None]]:
    """A line that shows how far it is."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[deliveries]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, auto_refresh=False) as bar:
        task = bar.add_task("starting", total=None, deliveries="")
        shown = 0.0

        def tell(progress: Progress) -> None:
            nonlocal shown
            now = time.monotonic()
            if now - shown < REFRESH_SECONDS and progress.done < progress.of:
                return
            shown = now
            text = f"{progress.deliveries:,} deliveries" if progress.deliveries else ""
            bar.update(
                task,
                description=progress.phase,
                completed=progress.done,
                total=progress.of,
                deliveries=text,
                refresh=True,
            )

        yield tell


def _fail(console: Console, error: Exception) -> int:
    console.print(f"[bold red]could not start:[/] {escape(str(error))}", soft_wrap=True)
    return EXIT_NOT_STARTED


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(text)
    return host.strip("[]"), int(port)


_address.__name__ = "HOST:PORT"


def _count(low: float, high: float, kind: type[int] | type[float]) -> Callable[[str], float]:
    def convert(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    convert.__name__ = f"number from {low:g} to {high:g}"
    return convert


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="loadtest/run.py",
        description="Loads a chat server with simulated clients and verifies every message.",
    )
    parser.add_argument(
        "--target",
        type=_address,
        metavar="HOST:PORT",
        help="a server that runs already, any IRC server (default: one of our own)",
    )
    parser.add_argument("--pid", type=int, default=0, help="its process, to measure what it uses")
    parser.add_argument("--plain", action="store_true", help="speak gchat's plain text, not IRC")
    number = _count(2, 60_000, int)
    parser.add_argument("--clients", type=number, default=500, help="default: 500")
    rate = _count(0.1, 1e6, float)
    parser.add_argument("--rate", type=rate, default=100.0, help="messages/s (default: 100)")
    seconds = _count(0.1, 3600, float)
    parser.add_argument("--seconds", type=seconds, default=10.0, help="default: 10")
    size = _count(32, 400, int)
    parser.add_argument("--size", type=size, default=100, help="bytes of text (default: 100)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
