"""gchat beside other servers: what `python loadtest/peers.py` does.

Runs the same scenarios against gchat as it is shipped, with --memory also against a gchat that
keeps nothing, with --nodes against several that are one, and against each server that it finds
installed, in turn and several rounds. Prints tables in Markdown: each server's figures (medians)
and the ratios gchat ÷ peer with their range.
Exit status 0: every run was good and valid; 1: one was not; 4: it could not start; 5: the results
could not be written; 128 and its number after a signal.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from loadtest import command, results
from loadtest.arguments import parse, settings, within
from loadtest.comparison import Results, table
from loadtest.crowd import CouldNotStart
from loadtest.entry import EXIT_NOT_STARTED, EXIT_NOT_WRITTEN
from loadtest.interruption import Interrupted, Interruption
from loadtest.nodes import MOST
from loadtest.progress import progress
from loadtest.scenarios import SCENARIOS
from loadtest.servers import PEERS, starters, version
from loadtest.settings import Settings
from loadtest.stage import Stage
from loadtest.storage import Storage
from loadtest.works import WORKS, Work


def main(words: list[str], interruption: Interruption) -> int:
    """Runs the comparison; the exit status, which counts if no signal came."""
    arguments = _parser().parse_args(words)
    console = Console()
    everything: dict[str, Results] = {}
    storages: dict[str, Storage | None] = {}
    versions: dict[str, str] = {}
    try:
        if arguments.json:
            command.check(arguments.json)
        peers = _installed(arguments.servers)
        with interruption.waiting():
            versions |= {name: version(PEERS[name]) for name in peers}
        for name, line in versions.items():
            console.print(f"{name}: {line}", highlight=False, markup=False)
        for name in arguments.works or (one for one in WORKS if not WORKS[one].for_nodes):
            work = WORKS[name]
            everything[name] = _work(console, work, peers, arguments, interruption, storages)
    except Interrupted:
        pass
    except (CouldNotStart, OSError) as error:
        console.print(f"could not start: {error}", markup=False, soft_wrap=True)
        return EXIT_NOT_STARTED
    for sentence in sorted({one.warning for one in storages.values() if one and one.warning}):
        console.print(f"\nNot on disk: {sentence}.", markup=False, soft_wrap=True)
    interrupted = bool(interruption)
    if interrupted:
        console.print("\nInterrupted: these are the figures until then.")
    written = True
    if arguments.json:
        servers = {
            name: {"version": versions.get(name), "storage": found.saved() if found else None}
            for name, found in storages.items()
        }
        written = _save(console, arguments.json, everything, servers, interrupted=interrupted)
    outcomes = [o for found in everything.values() for rounds in found.values() for o in rounds]
    if not all(o.good and not o.invalid for o in outcomes):
        return command.EXIT_WRONG
    return 0 if written else EXIT_NOT_WRITTEN


def _installed(names: list[str] | None) -> list[str]:
    """Those of the named servers, or of all. Raises CouldNotStart."""
    wanted = PEERS if names is None else names
    found = [name for name in wanted if PEERS[name].find()]
    missing = [name for name in names or () if name not in found]
    if missing or (wanted and not found):
        raise CouldNotStart(f"not installed: {', '.join(missing or PEERS)}")
    return found


def _save(
    console: Console,
    path: Path,
    everything: dict[str, Results],
    servers: dict[str, Any],
    *,
    interrupted: bool,
) -> bool:
    """Saves the results; whether that was possible."""
    works = {
        work: {server: [asdict(one) for one in rounds] for server, rounds in found.items()}
        for work, found in everything.items()
    }
    document = results.document([], "gchat and peers", interrupted=interrupted)
    return command.save(
        console, path, results.text(document | {"servers": servers, "works": works})
    )


def _work(
    console: Console,
    work: Work,
    peers: list[str],
    arguments: argparse.Namespace,
    interruption: Interruption,
    storages: dict[str, Storage | None],
) -> Results:
    """Runs a work; where the servers stored what was said goes into `storages`."""
    command.allow_descriptors(work.clients)
    start = starters(
        peers,
        interruption,
        memory=arguments.memory,
        parent=arguments.data_folder,
        nodes=arguments.nodes,
        copies=arguments.copies,
    )
    own = [name for name in start if name not in peers]
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
            if name in own and not interruption:
                raise
            refused[name] = str(error)
            continue
        storages[name] = target.storage
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
    text = table(work, found, own, refused)
    console.print(text, soft_wrap=True, markup=False, highlight=False)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loadtest/peers.py", description=__doc__)
    parser.add_argument(
        "--servers", nargs="*", choices=PEERS, help="default: all installed ones; none: only gchat"
    )
    parser.add_argument("--memory", action="store_true", help="also a gchat that keeps nothing")
    parser.add_argument(
        "--nodes",
        nargs="+",
        type=within(1, MOST, int),
        default=[],
        help="also so many gchats that are one, by a shared log",
    )
    parser.add_argument(
        "--copies",
        nargs="+",
        type=within(1, 2, int),
        default=[1],
        help="with --nodes: of the log, that have a message before it is shown (default: 1)",
    )
    parser.add_argument(
        "--data-folder",
        type=Path,
        metavar="FOLDER",
        help="where servers' folders are made and removed (default: as TMPDIR says)",
    )
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
