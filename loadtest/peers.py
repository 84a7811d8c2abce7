"""gchat beside other servers: `python loadtest/peers.py`.

Runs the same scenarios against gchat and each server that it finds installed, in turn and several
rounds, and prints tables in Markdown: each server's figures (medians) and the ratios gchat/peer
with their spread. Exit status 0: every run was good and valid; 1: one was not; 4: it could not
start.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

if __package__ in (None, ""):  # run as a file, from anywhere
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from rich.console import Console

from loadtest import results, run
from loadtest.crowd import CouldNotStart
from loadtest.outcome import Outcome
from loadtest.progress import progress
from loadtest.report import number
from loadtest.scenarios import SCENARIOS, Stage
from loadtest.servers import PEERS, starters, version
from loadtest.settings import Settings


@dataclass(frozen=True, slots=True)
class Work:
    """A row of the comparison: a scenario with its settings, and the figures that count."""

    name: str
    scenario: str
    clients: int
    rate: float
    seconds: float
    figures: tuple[str, ...]


_CPU, _P99 = "server CPU for each delivery, µs", "latency p99, ms"
WORKS = {
    work.name: work
    for work in (
        Work("room-2000", "room", 300, 2000, 5, (_CPU, _P99)),
        Work("room-200", "room", 300, 200, 5, (_CPU, _P99)),
        Work("direct", "direct", 400, 10_000, 5, (_CPU, _P99)),
        Work("join-storm", "join-storm", 1500, 1, 1, ("until all saw all, s",)),
        Work("idle", "idle", 5000, 1, 2, ("memory for each connection, KiB",)),
        Work("room-5000", "room", 5000, 100, 5, (_CPU, _P99)),
    )
}

Results = dict[str, list[Outcome]]  # by server


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the comparison; the exit status."""
    arguments = _parser().parse_args(argv)
    console = Console()
    peers = [name for name in arguments.servers or PEERS if PEERS[name].find()]
    missing = [name for name in arguments.servers or () if name not in peers]
    if missing or not peers:
        console.print(f"not installed: {', '.join(missing or PEERS)}")
        return run.EXIT_NOT_STARTED
    for name in peers:
        console.print(f"{name}: {version(PEERS[name])}", highlight=False)
    everything: dict[str, Results] = {}
    try:
        for name in arguments.works or WORKS:
            everything[name] = _work(console, WORKS[name], peers, arguments)
    except CouldNotStart as error:
        console.print(f"could not start: {error}", markup=False)
        return run.EXIT_NOT_STARTED
    if arguments.json:
        saved = {
            work: {server: [asdict(one) for one in rounds] for server, rounds in found.items()}
            for work, found in everything.items()
        }
        document = results.document([], "gchat and peers") | {"works": saved}
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    outcomes = [o for found in everything.values() for rounds in found.values() for o in rounds]
    return 0 if all(o.good and not o.invalid for o in outcomes) else run.EXIT_WRONG


def _work(console: Console, work: Work, peers: list[str], arguments: argparse.Namespace) -> Results:
    run.allow_descriptors(work.clients)
    start = starters(peers)
    found: Results = {name: [] for name in start}
    refused: dict[str, str] = {}
    for turn in range(arguments.rounds):
        for name, begin in start.items():
            if name in refused:
                continue
            try:
                target = begin()
            except CouldNotStart as error:
                if name == "gchat":
                    raise
                refused[name] = str(error)
                continue
            try:
                with progress(console, f"{work.name} {turn + 1} {name}: ") as tell:
                    stage = Stage(_settings(work, arguments), target, tell)
                    found[name].append(SCENARIOS[work.scenario](stage))
            except CouldNotStart as error:
                refused[name] = str(error)
            finally:
                target.stop()
    console.print(_table(work, found, refused), soft_wrap=True, markup=False, highlight=False)
    return {name: rounds for name, rounds in found.items() if rounds}


def _settings(work: Work, arguments: argparse.Namespace) -> Settings:
    defaults = run.settings(run.parse([work.scenario]))
    seconds = work.seconds * arguments.stretch
    return replace(
        defaults,
        clients=work.clients,
        rate=work.rate,
        seconds=seconds,
        processes=arguments.processes,
    )


def _table(work: Work, found: Results, refused: dict[str, str]) -> str:
    lines = [f"\n### {work.name}: {work.scenario}, {work.clients:,} clients"]
    if work.rate > 1:
        lines[0] += f", {work.rate:,.0f} messages/s"
    head = ["server", *work.figures, *(f"gchat ÷ it: {name}" for name in work.figures), "wrong"]
    lines += ["", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    own = found["gchat"]
    for name, rounds in found.items():
        if not rounds:
            continue
        cells = [name, *(_median(rounds, figure) for figure in work.figures)]
        for figure in work.figures:
            cells.append("" if name == "gchat" else _ratio(own, rounds, figure))
        cells.append(_wrong(rounds))
        lines.append(f"| {' | '.join(cells)} |")
    lines += [f"\n{name}: {reason}" for name, reason in refused.items()]
    return "\n".join(lines)


def _values(rounds: list[Outcome], figure: str) -> list[float]:
    return [value for one in rounds if (value := one.figures().get(figure)) is not None]


def _median(rounds: list[Outcome], figure: str) -> str:
    values = _values(rounds, figure)
    return number(median(values)) if values else "?"


def _ratio(own: list[Outcome], rounds: list[Outcome], figure: str) -> str:
    """Round by round, since what disturbs the machine disturbs neighbours in time alike."""
    pairs = zip(_values(own, figure), _values(rounds, figure), strict=False)
    ratios = [one / other for one, other in pairs if other]
    if not ratios:
        return "?"
    return f"{median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})"


def _wrong(rounds: list[Outcome]) -> str:
    """What was not as it should be: messages that went wrong, runs that are invalid."""
    parts = []
    for name in rounds[0].faults:
        bad = sum(bool(one.faults[name]) for one in rounds)
        parts += [f"{name} in {bad} of {len(rounds)}"] if bad else []
    dropped = sum(bool(one.dropped) for one in rounds)
    parts += [f"clients dropped in {dropped} of {len(rounds)}"] if dropped else []
    invalid = sum(bool(one.invalid) for one in rounds)
    parts += [f"invalid {invalid} of {len(rounds)}"] if invalid else []
    return ", ".join(parts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loadtest/peers.py", description=__doc__)
    parser.add_argument("--servers", nargs="+", choices=PEERS, help="default: all installed ones")
    parser.add_argument("--works", nargs="+", choices=WORKS, help="default: all")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument("--processes", type=int, default=1, help="of the generator (default: 1)")
    parser.add_argument("--stretch", type=float, default=1.0, help="how much longer each run is")
    parser.add_argument("--json", type=Path, metavar="FILE", help="save everything")
    return parser


if __name__ == "__main__":
    sys.exit(main())
