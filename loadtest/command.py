"""What `python loadtest/run.py` does.

Without arguments it starts a server of its own and 500 simulated clients in one room. Exit status:
0 nothing was wrong, 1 messages went wrong, 2 a threshold was missed or the arguments make no sense,
3 the run is invalid (the generator was the bottleneck), 4 it could not start, 5 a result could not
be written, 128 and its number after a signal.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loadtest import files, page, report, results, system
from loadtest.arguments import parse, settings
from loadtest.crowd import CouldNotStart
from loadtest.entry import EXIT_NOT_STARTED, EXIT_NOT_WRITTEN
from loadtest.interruption import Interrupted, Interruption
from loadtest.nodes import NodesTarget
from loadtest.outcome import Outcome
from loadtest.progress import progress
from loadtest.scenarios import SCENARIOS
from loadtest.stage import Stage
from loadtest.storage import Storage
from loadtest.target import OwnTarget, Target
from loadtest.under_fault import digests

EXIT_WRONG = 1
EXIT_THRESHOLD = 2
EXIT_INVALID = 3
SPARE_DESCRIPTORS = 64


def main(words: list[str], interruption: Interruption) -> int:
    """Runs a scenario, or compares two results; the exit status, which counts if no signal came."""
    console = Console()
    if words[:1] == ["compare"]:
        return _compare(console, words[1:])
    arguments = parse(words)
    try:
        for path in filter(None, (arguments.json, arguments.html)):
            check(path)
        allow_descriptors(arguments.clients)
        outcomes, storage, what = _run(console, arguments, interruption)
    except (CouldNotStart, OSError, psutil.Error) as error:
        return _fail(console, error)
    whole = len(outcomes) == arguments.rounds and not outcomes[-1].interrupted
    server = _server(arguments, storage, what)
    if outcomes:
        report.show(console, outcomes, server)
    if storage and storage.warning:
        console.print(f"[bold yellow]Not on disk:[/] {escape(storage.warning)}.", soft_wrap=True)
    if not whole:
        console.print(f"[bold yellow]Interrupted:[/] {_until_then(arguments, outcomes)}")
    document = results.document(outcomes, server, storage=storage, interrupted=not whole)
    written = _write(console, arguments, outcomes, document)
    status = _status(console, arguments, outcomes) if whole else 0
    return status or (0 if written else EXIT_NOT_WRITTEN)


def check(path: Path) -> None:
    """Makes sure before a run that its result can be written. Raises CouldNotStart."""
    try:
        files.check_writable(path)
    except OSError as error:
        raise CouldNotStart(f"{path} cannot be written: {error.strerror}") from None


def _run(
    console: Console, arguments: argparse.Namespace, interruption: Interruption
) -> tuple[list[Outcome], Storage | None, str]:
    """The rounds that were measured until a signal came, where the server stored them, and what it
    is.
    """
    outcomes: list[Outcome] = []
    target: Target | None = None
    storage: Storage | None = None
    what = "gchat"
    try:
        for number in range(1, arguments.rounds + 1):
            prefix = f"round {number} of {arguments.rounds}: " if arguments.rounds > 1 else ""
            if target is None:
                target = _target(arguments, interruption)
                storage, what = target.storage, target.sentence
            with progress(console, interruption, prefix) as tell:
                stage = Stage(settings(arguments), target, tell, interruption)
                outcomes.append(SCENARIOS[arguments.scenario](stage))
            if interruption:
                break
            if isinstance(target, NodesTarget) and not arguments.fault:
                outcomes[-1].extra |= digests(outcomes[-1], target)
            if arguments.fault:  # each has nodes of its own: after it, they are not as before
                target.stop()
                target = None
    except Interrupted:
        pass
    except CouldNotStart:
        if not interruption:  # who signals us may have ended the server as well
            raise
    finally:
        if target is not None:
            target.stop()
    return outcomes, storage, what


def _until_then(arguments: argparse.Namespace, outcomes: list[Outcome]) -> str:
    if not outcomes:
        return "nothing was measured yet."
    whole = sum(not outcome.interrupted for outcome in outcomes)
    of = f", {whole} of {arguments.rounds} rounds whole" if arguments.rounds > 1 else ""
    return f"these are the figures until then{of}."


def _target(arguments: argparse.Namespace, interruption: Interruption) -> Target:
    if arguments.nodes:
        return NodesTarget(
            interruption,
            nodes=arguments.nodes,
            copies=arguments.copies,
            tls=arguments.tls,
            parent=arguments.data_folder,
            url=arguments.log,
            sentinel=arguments.fault == "failover",
            held=arguments.fault == "cut",
        )
    if arguments.target is None:
        memory, parent = arguments.memory, arguments.data_folder
        return OwnTarget(interruption, memory=memory, tls=arguments.tls, parent=parent)
    host, port = arguments.target
    return Target(host, port, arguments.pid)


def _server(arguments: argparse.Namespace, storage: Storage | None, what: str) -> str:
    if arguments.target:
        return "{}:{}".format(*arguments.target)
    started = f"started for the run, {storage.sentence}" if storage else "not started"
    return f"{what}, {started}"


def allow_descriptors(clients: int) -> None:
    """Raises the limit of open files as far as the clients need. Raises CouldNotStart."""
    needed = clients + SPARE_DESCRIPTORS
    there = system.allow_files(needed)
    if there < needed:
        raise CouldNotStart(f"{clients} clients need {needed} open files; {there} are allowed")


def _write(
    console: Console,
    arguments: argparse.Namespace,
    outcomes: list[Outcome],
    document: dict[str, Any],
) -> bool:
    """Saves what is asked for; whether that was possible."""
    written = True
    if arguments.json:
        written = save(console, arguments.json, results.text(document))
    if arguments.html and outcomes:  # there is nothing to draw otherwise
        machine = f"{document['machine']['cpu']}, {document['machine']['cores']} cores"
        interrupted = document["interrupted"]
        drawn = page.page(outcomes, document["target"], machine, interrupted=interrupted)
        written = save(console, arguments.html, drawn) and written
    return written


def save(console: Console, path: Path, text: str) -> bool:
    """Writes a result and says so; whether that was possible."""
    try:
        files.write(path, text)
    except OSError as error:
        sentence = escape(f"{path}: {error.strerror}")
        console.print(f"[bold red]could not be written:[/] {sentence}", soft_wrap=True)
        return False
    console.print(f"saved {escape(str(path))}", soft_wrap=True)
    return True


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
    for path, rounds in ((arguments.first, first), (arguments.second, second)):
        if any(one.interrupted for one in rounds):
            console.print(f"{escape(str(path))}: a round was interrupted", soft_wrap=True)
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
