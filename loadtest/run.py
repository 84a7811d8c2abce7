"""The load test's command line: `python loadtest/run.py`.

Without arguments it starts a server of its own and 500 simulated clients in one room. Exit status:
0 nothing was wrong, 1 messages went wrong, 2 a threshold was missed, 3 the run is invalid (the
generator was the bottleneck), 4 it could not start.
"""

from __future__ import annotations

import argparse
import resource
import secrets
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import get_args

if __package__ in (None, ""):  # run as a file, from anywhere
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import psutil
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loadtest import page, report, results
from loadtest.crowd import CouldNotStart
from loadtest.generator import LATE_MS
from loadtest.orders import Arrivals
from loadtest.outcome import Outcome
from loadtest.progress import progress
from loadtest.scenarios import SCENARIOS, Stage
from loadtest.settings import Settings
from loadtest.target import OwnTarget, Target

EXIT_WRONG = 1
EXIT_THRESHOLD = 2
EXIT_INVALID = 3
EXIT_NOT_STARTED = 4
SPARE_DESCRIPTORS = 64

_DEFAULTS = {"clients": 500, "rate": 100.0, "seconds": 10.0, "size": 100}
_DEFAULTS_OF = {
    "direct": {"rate": 2000.0},
    "find-max": {"clients": 300, "rate": 2000.0, "seconds": 4.0},
    # enough that a client which does not read exceeds the server's limit for unsent bytes
    "slow-readers": {"clients": 300, "rate": 1000.0, "size": 400},
}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a scenario, or compares two results; the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    console = Console()
    if words[:1] == ["compare"]:
        return _compare(console, words[1:])
    arguments = parse(words)
    try:
        allow_descriptors(arguments.clients)
        target = _target(arguments)
    except (CouldNotStart, OSError, psutil.Error) as error:
        return _fail(console, error)
    try:
        outcomes = _rounds(console, arguments, target)
    except CouldNotStart as error:
        return _fail(console, error)
    finally:
        target.stop()
    report.show(console, outcomes)
    _write(console, arguments, outcomes)
    return _status(console, arguments, outcomes)


def _rounds(console: Console, arguments: argparse.Namespace, target: Target) -> list[Outcome]:
    outcomes = []
    for number in range(1, arguments.rounds + 1):
        prefix = f"round {number} of {arguments.rounds}: " if arguments.rounds > 1 else ""
        with progress(console, prefix) as tell:
            stage = Stage(settings(arguments), target, tell)
            outcomes.append(SCENARIOS[arguments.scenario](stage))
    return outcomes


def settings(arguments: argparse.Namespace) -> Settings:
    """What the command line asks for, with a new name for the rooms."""
    return Settings(
        clients=arguments.clients,
        rate=arguments.rate,
        seconds=arguments.seconds,
        size=arguments.size,
        processes=arguments.processes,
        plain=arguments.plain,
        beneath=beneath(arguments),
        arrivals=arguments.arrivals,
        room_size=min(arguments.room_size, arguments.clients),
        slow=min(arguments.slow, arguments.clients - 2),
        churn=min(arguments.churn, arguments.clients - 2),
        churn_rate=arguments.churn_rate,
        max_p99_ms=arguments.max_p99_ms or 100.0,
        max_late_ms=arguments.max_late_ms,
        prefix=f"#lt-{secrets.token_hex(4)}-",
    )


def beneath(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The layers below the simulated clients' dialect, the lowest first."""
    return tuple(name for name in ("tls", "websocket") if getattr(arguments, name))


def _target(arguments: argparse.Namespace) -> Target:
    if arguments.target is None:
        return OwnTarget(disk=arguments.disk, tls=arguments.tls)
    host, port = arguments.target
    return Target(host, port, arguments.pid)


def allow_descriptors(clients: int) -> None:
    """Raises the limit of open files as far as the clients need. Raises CouldNotStart."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = clients + SPARE_DESCRIPTORS
    if hard != resource.RLIM_INFINITY and needed > hard:
        raise CouldNotStart(f"{clients} clients need {needed} open files; {hard} are allowed")
    if soft != resource.RLIM_INFINITY and needed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def _write(console: Console, arguments: argparse.Namespace, outcomes: list[Outcome]) -> None:
    target = "{}:{}".format(*arguments.target) if arguments.target else "gchat, started for the run"
    document = results.document(outcomes, target)
    if arguments.json:
        results.save(arguments.json, outcomes, target)
        console.print(f"saved {arguments.json}", soft_wrap=True)
    if arguments.html:
        machine = f"{document['machine']['cpu']}, {document['machine']['cores']} cores"
        arguments.html.write_text(page.page(outcomes, target, machine), encoding="utf-8")
        console.print(f"saved {arguments.html}", soft_wrap=True)


def _status(console: Console, arguments: argparse.Namespace, outcomes: list[Outcome]) -> int:
    if not all(outcome.good for outcome in outcomes):
        return EXIT_WRONG
    if any(outcome.invalid for outcome in outcomes):
        return EXIT_INVALID
    missed = list(_missed(arguments, outcomes))
    for sentence in missed:
        console.print(f"[bold red]threshold missed:[/] {sentence}", soft_wrap=True)
    return EXIT_THRESHOLD if missed else 0


def _missed(arguments: argparse.Namespace, outcomes: list[Outcome]) -> Sequence[str]:
    """Thresholds hold for the median of the rounds."""
    found = []
    for flag, name, most in (
        ("max_p99_ms", "latency p99, ms", True),
        ("max_cpu_us", "server CPU for each delivery, µs", True),
        ("min_rate", "deliveries/s", False),
    ):
        limit = getattr(arguments, flag)
        if limit is None:
            continue
        values = [value for o in outcomes if (value := o.figures().get(name)) is not None]
        if not values:
            found.append(f"{name} is not known for this run")
        elif (median(values) > limit) is most and median(values) != limit:
            word = "more" if most else "less"
            found.append(f"{name} is {report.number(median(values))}, {word} than {limit:g}")
    return found


def _compare(console: Console, words: list[str]) -> int:
    command = argparse.ArgumentParser(prog="loadtest/run.py compare")
    command.add_argument("first", type=Path)
    command.add_argument("second", type=Path)
    arguments = command.parse_args(words)
    try:
        first, second = results.load(arguments.first), results.load(arguments.second)
    except results.BadResults as error:
        return _fail(console, error)
    table = Table("", arguments.first.name, arguments.second.name, "ratio", "")
    for one in results.compare(first, second):
        table.add_row(
            one.name,
            report.number(one.first),
            report.number(one.second),
            f"{one.ratio:.2f}",
            one.verdict,
        )
    console.print(table)
    return 0


def _fail(console: Console, error: Exception) -> int:
    console.print(f"[bold red]could not start:[/] {escape(str(error))}", soft_wrap=True)
    return EXIT_NOT_STARTED


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(text)
    return host.strip("[]"), int(port)


_address.__name__ = "HOST:PORT"


def _within(low: float, high: float, kind: type[int] | type[float]) -> Callable[[str], float]:
    def convert(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    convert.__name__ = f"number from {low:g} to {high:g}"
    return convert


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line, with the scenario's defaults for what is not said."""
    arguments = _parser().parse_args(words)
    if arguments.plain and arguments.websocket:
        _parser().error("plain text is not spoken by WebSocket")
    for name, value in (_DEFAULTS | _DEFAULTS_OF.get(arguments.scenario, {})).items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    return arguments


def _parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="loadtest/run.py",
        description="Loads a chat server with simulated clients and verifies every message.",
        epilog="`run.py compare A.json B.json` compares two results.",
    )
    add = found.add_argument
    add("scenario", nargs="?", default="room", choices=SCENARIOS, help="default: room")
    add(
        "--target",
        type=_address,
        metavar="HOST:PORT",
        help="a server that runs already, any IRC server (default: one of our own)",
    )
    add("--pid", type=int, default=0, help="its process, to measure what it uses")
    add("--disk", action="store_true", help="our own server stores every message on disk")
    add("--plain", action="store_true", help="speak gchat's plain text, not IRC (one room)")
    add("--tls", action="store_true", help="by TLS, whatever the server's certificate is")
    add("--websocket", action="store_true", help="by WebSocket")
    add("--clients", type=_within(2, 60_000, int), help="default: 500")
    add("--rate", type=_within(0.1, 1e6, float), help="messages/s (default: 100)")
    add("--seconds", type=_within(0.1, 3600, float), help="default: 10")
    add("--size", type=_within(48, 400, int), help="bytes of text (default: 100)")
    add(
        "--arrivals", choices=get_args(Arrivals), default="even", help="of messages (default: even)"
    )
    add("--rounds", type=_within(1, 100, int), default=1, help="default: 1")
    add("--processes", type=_within(1, 64, int), default=1, help="of the generator (default: 1)")
    add("--room-size", type=_within(2, 10_000, int), default=10, help="rooms (default: 10)")
    add("--slow", type=_within(1, 10_000, int), default=10, help="slow-readers (default: 10)")
    add("--churn", type=_within(1, 10_000, int), default=20, help="churn (default: 20)")
    add("--churn-rate", type=_within(0.1, 1000, float), default=20.0, help="comings and goings/s")
    limit = _within(0, 1e9, float)
    add("--max-p99-ms", type=limit, help="threshold; for find-max what is too slow (100)")
    add("--max-late-ms", type=limit, default=LATE_MS, help="later messages are INVALID (20)")
    add("--max-cpu-us", type=limit, help="threshold: server CPU for each delivery")
    add("--min-rate", type=limit, help="threshold: deliveries/s")
    add("--json", type=Path, metavar="FILE", help="save everything")
    add("--html", type=Path, metavar="FILE", help="save a page with charts")
    return found


if __name__ == "__main__":
    sys.exit(main())
