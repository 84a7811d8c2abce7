"""gchat beside other servers: what `python loadtest/peers.py` does.

Runs the same scenarios against gchat and each server that it finds installed, in turn and several
rounds, and prints tables in Markdown: each server's figures (medians) and the ratios gchat/peer
with their spread. Exit status 0: every run was good and valid; 1: one was not; 4: it could not
start; 5: the results could not be written; 128 and its number after a signal.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

from rich.console import Console

from loadtest import command, results
from loadtest.arguments import parse, settings, within
from loadtest.crowd import CouldNotStart
from loadtest.entry import EXIT_NOT_STARTED, EXIT_NOT_WRITTEN
from loadtest.interruption import Interrupted, Interruption
from loadtest.outcome import Outcome
from loadtest.progress import progress
from loadtest.report import number
from loadtest.scenarios import SCENARIOS
from loadtest.servers import PEERS, starters, version
from loadtest.settings import Settings
from loadtest.stage import Stage


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


def main(words: list[str], interruption: Interruption) -> int:
    """Runs the comparison; the exit status, which counts if no signal came."""
    arguments = _parser().parse_args(words)
    console = Console()
    everything: dict[str, Results] = {}
    try:
        if arguments.json:
            command.check(arguments.json)
        peers = _installed(arguments.servers)
        with interruption.waiting():
            versions = [f"{name}: {version(PEERS[name])}" for name in peers]
        for line in versions:
            console.print(line, highlight=False, markup=False)
        for name in arguments.works or WORKS:
            everything[name] = _work(console, WORKS[name], peers, arguments, interruption)
    except Interrupted:
        pass
    except (CouldNotStart, OSError) as error:
        console.print(f"could not start: {error}", markup=False, soft_wrap=True)
        return EXIT_NOT_STARTED
    interrupted = bool(interruption)
    if interrupted:
        console.print("\nInterrupted: these are the figures until then.")
    written = True
    if arguments.json:
        written = _save(console, arguments.json, everything, interrupted=interrupted)
    outcomes = [o for found in everything.values() for rounds in found.values() for o in rounds]
    if not all(o.good and not o.invalid for o in outcomes):
        return command.EXIT_WRONG
    return 0 if written else EXIT_NOT_WRITTEN


def _installed(names: list[str] | None) -> list[str]:
    """Those of the named servers, or of all. Raises CouldNotStart."""
    found = [name for name in names or PEERS if PEERS[name].find()]
    missing = [name for name in names or () if name not in found]
    if missing or not found:
        raise CouldNotStart(f"not installed: {', '.join(missing or PEERS)}")
    return found


def _save(
    console: Console, path: Path, everything: dict[str, Results], *, interrupted: bool
) -> bool:
    """Saves the results; whether that was possible."""
    works = {
        work: {server: [asdict(one) for one in rounds] for server, rounds in found.items()}
        for work, found in everything.items()
    }
    document = results.document([], "gchat and peers", interrupted=interrupted)
    return command.save(console, path, results.text(document | {"works": works}))


def _work(
    console: Console,
    work: Work,
    peers: list[str],
    arguments: argparse.Namespace,
    interruption: Interruption,
) -> Results:
    command.allow_descriptors(work.clients)
    start = starters(peers, interruption)
    found: Results = {name: [] for name in start}
    refused: dict[str, str] = {}
    turns = [(turn, name) for turn in range(arguments.rounds) for name in start]
    for turn, name in turns:
        if interruption:
            break
        if name in refused:
            continue
        try:
            target = start[name]()
        except Interrupted:
            break
        except (CouldNotStart, OSError) as error:
            if name == "gchat" and not interruption:
                raise
            refused[name] = str(error)
            continue
        try:
            with progress(console, interruption, f"{work.name} {turn + 1} {name}: ") as tell:
                stage = Stage(_settings(work, arguments), target, tell, interruption)
                found[name].append(SCENARIOS[work.scenario](stage))
        except Interrupted:
            break
        except CouldNotStart as error:
            refused[name] = str(error)
        finally:
            target.stop()
    console.print(_table(work, found, refused), soft_wrap=True, markup=False, highlight=False)
    return {name: rounds for name, rounds in found.items() if rounds}


def _settings(work: Work, arguments: argparse.Namespace) -> Settings:
    defaults = settings(parse([work.scenario]))
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
    parts += [f"interrupted 1 of {len(rounds)}"] if rounds[-1].interrupted else []
    return ", ".join(parts)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loadtest/peers.py", description=__doc__)
    parser.add_argument("--servers", nargs="+", choices=PEERS, help="default: all installed ones")
    parser.add_argument("--works", nargs="+", choices=WORKS, help="default: all")
    parser.add_argument("--rounds", type=within(1, 100, int), default=5, help="default: 5")
    parser.add_argument(
        "--processes", type=within(1, 64, int), default=1, help="of the generator (default: 1)"
    )
    parser.add_argument(
        "--stretch", type=within(0.01, 1000, float), default=1.0, help="how much longer each run is"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="save everything")
    return parser
