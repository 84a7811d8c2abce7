"""The arguments of `python loadtest/run.py`."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from loadtest.faults import KINDS, OF_OUR_LOG
from loadtest.generator import LATE_MS
from loadtest.nodes import MOST
from loadtest.orders import Arrivals
from loadtest.scenarios import SCENARIOS, WITH_FAULTS, mixed
from loadtest.settings import Settings

_DEFAULTS = {"clients": 500, "rate": 100.0, "seconds": 10.0, "size": 100}
_DEFAULTS_OF: dict[str, dict[str, float]] = {
    "direct": {"rate": 2000.0},
    "find-max": {"clients": 300, "rate": 2000.0, "seconds": 4.0},
    # enough that a client which does not read exceeds the server's limit for unsent bytes
    "burst": {"clients": 300, "rate": 2000.0, "seconds": 1.0},
    "mixed-rooms": {"clients": 1000},
    "slow-readers": {"clients": 300, "rate": 1000.0, "size": 400},
}


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(text)
    return host.strip("[]"), int(port)


_address.__name__ = "HOST:PORT"


def within(low: float, high: float, kind: type[int] | type[float]) -> Callable[[str], float]:
    """A converter for argparse, which raises ValueError outside these limits."""

    def convert(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    convert.__name__ = f"number from {low:g} to {high:g}"
    return convert


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The command line, with the scenario's defaults for what is not said."""
    if "--disk" in words:
        _parser().error("--disk is gone: the server stores on disk unless it is given --memory")
    arguments = _parser().parse_args(words)
    if arguments.target and (arguments.memory or arguments.data_folder):
        _parser().error(
            "--memory and --data-folder are for a server of our own, not for a --target"
        )
    if arguments.plain and arguments.scenario == "mixed-rooms":
        _parser().error("plain text has one room")
    if arguments.plain and arguments.websocket:
        _parser().error("plain text is not spoken by WebSocket")
    wrong = _wrong_of_nodes(arguments)
    if wrong:
        _parser().error(wrong)
    if arguments.json and arguments.html and arguments.json.resolve() == arguments.html.resolve():
        _parser().error("--json and --html are the same file")
    for name, value in (_DEFAULTS | _DEFAULTS_OF.get(arguments.scenario, {})).items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    few = _too_few(settings(arguments), arguments.scenario)
    if few:
        _parser().error(few)
    return arguments


def _wrong_of_nodes(arguments: argparse.Namespace) -> str:
    """What makes no sense about several nodes; empty where all does."""
    fault = arguments.fault
    if not arguments.nodes:
        given = arguments.log or arguments.copies > 1 or fault
        return "--log, --copies and --fault are for several --nodes" if given else ""
    if arguments.target or arguments.memory:
        return "--nodes are servers of our own, which store: not a --target, and not --memory"
    if not fault:
        return ""
    if arguments.scenario not in WITH_FAULTS:
        return f"--fault is for the scenarios {' and '.join(WITH_FAULTS)}"
    if arguments.plain:
        return "--fault is not for plain text"
    if arguments.log and fault in OF_OUR_LOG:
        return f"--fault {fault} needs a log of our own, not --log"
    if arguments.nodes < 2 and fault in ("kill-node", "cut"):
        return f"--fault {fault} needs 2 --nodes or more: otherwise nobody is left"
    if fault == "failover" and arguments.copies < 2:
        return "--fault failover needs --copies 2"
    if fault == "cut" and arguments.copies > 1:
        return "--fault cut is for --copies 1: a node finds its way to a replica by itself"
    return ""


def _too_few(settings: Settings, scenario: str) -> str:
    """Why there are not enough clients or rooms; empty if there are. In each room one member for
    each process only reads, so somebody has to be left who writes.
    """
    members = {
        "room": settings.clients,
        "burst": settings.clients,
        "rooms": settings.room_size,
        "churn": settings.clients - settings.churn,
        "slow-readers": settings.clients - settings.slow,
        "find-max": settings.clients,
    }
    if scenario in members and members[scenario] <= settings.processes:
        return f"{settings.processes} --processes need rooms of {settings.processes + 1} or more"
    if scenario == "mixed-rooms" and settings.rooms_each > settings.rooms:
        return f"nobody can be in {settings.rooms_each} of {settings.rooms} rooms"
    if scenario == "mixed-rooms" and not mixed(settings).possible:
        return "more clients are needed, in fewer --rooms: nobody is left who writes"
    if scenario == "direct" and settings.clients // 2 * 2 < settings.processes:
        return f"{settings.processes} --processes need as many clients, in pairs"
    return ""


def _parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="loadtest/run.py",
        description="Loads a chat server with simulated clients and verifies every message.",
        epilog="`run.py compare A.json B.json` compares two results. Exit status: 0 fine, 1 "
        "messages went wrong, 2 a threshold was missed or the arguments make no sense, 3 INVALID, "
        "4 it could not start, 5 a result could not be written, 130 interrupted by Ctrl+C, 143 by "
        "SIGTERM, 129 because the terminal was closed.",
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
    add("--memory", action="store_true", help="our own server keeps nothing (default: it stores)")
    add(
        "--data-folder",
        type=Path,
        metavar="FOLDER",
        help="where our own server's folder is made and removed (default: as TMPDIR says)",
    )
    add(
        "--nodes",
        type=within(0, MOST, int),
        default=0,
        help="so many servers of our own that are one, by a shared log (default: one, without)",
    )
    add(
        "--copies",
        type=within(1, 2, int),
        default=1,
        help="of the log, that have a message before it is shown; 2 starts a replica (default: 1)",
    )
    add("--log", default="", metavar="URL", help="a log that runs already, redis://HOST:PORT")
    add("--fault", choices=KINDS, default="", help="in the middle of the load")
    add(
        "--outage",
        type=within(0.1, 300, float),
        default=3.0,
        help="seconds that the log is away, or a node cut off from it (default: 3)",
    )
    add("--plain", action="store_true", help="speak gchat's plain text, not IRC (one room)")
    add("--tls", action="store_true", help="by TLS, whatever the server's certificate is")
    add("--websocket", action="store_true", help="by WebSocket")
    add("--clients", type=within(2, 60_000, int), help="default: 500")
    add("--rate", type=within(0.1, 1e6, float), help="messages/s (default: 100)")
    add(
        "--seconds",
        type=within(0.1, 3600, float),
        help="of a load, or of each burst (default: 10; burst: 1)",
    )
    add("--size", type=within(48, 400, int), help="bytes of text (default: 100)")
    add(
        "--arrivals", choices=get_args(Arrivals), default="even", help="of messages (default: even)"
    )
    add("--rounds", type=within(1, 100, int), default=1, help="default: 1")
    add("--processes", type=within(1, 64, int), default=1, help="of the generator (default: 1)")
    add("--room-size", type=within(2, 10_000, int), default=10, help="rooms (default: 10)")
    add("--rooms", type=within(1, 10_000, int), default=50, help="mixed-rooms (default: 50)")
    add(
        "--rooms-each",
        type=within(1, 1000, int),
        default=20,
        help="mixed-rooms: of how many everybody is a member (default: 20)",
    )
    add("--seed", type=within(0, 2**32, int), default=1, help="mixed-rooms: of who is where (1)")
    add("--bursts", type=within(1, 100, int), default=5, help="burst (default: 5)")
    add("--quiet", type=within(0, 60, float), default=2.0, help="seconds before each burst (2)")
    add("--slow", type=within(1, 10_000, int), default=10, help="slow-readers (default: 10)")
    add("--churn", type=within(1, 10_000, int), default=20, help="churn (default: 20)")
    add("--churn-rate", type=within(0.1, 1000, float), default=20.0, help="comings and goings/s")
    limit = within(0, 1e9, float)
    add("--max-p99-ms", type=limit, help="threshold; for find-max what is too slow (100)")
    add("--max-late-ms", type=limit, default=LATE_MS, help="later messages are INVALID (20)")
    add("--max-cpu-us", type=limit, help="threshold: server CPU for each delivery")
    add("--min-rate", type=limit, help="threshold: deliveries/s")
    add("--json", type=Path, metavar="FILE", help="save everything")
    add("--html", type=Path, metavar="FILE", help="save a page with charts")
    return found


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
        rooms=arguments.rooms,
        rooms_each=arguments.rooms_each,
        seed=arguments.seed,
        bursts=arguments.bursts,
        quiet=arguments.quiet,
        slow=min(arguments.slow, arguments.clients - 2),
        churn=min(arguments.churn, arguments.clients - 2),
        churn_rate=arguments.churn_rate,
        max_p99_ms=arguments.max_p99_ms or 100.0,
        max_late_ms=arguments.max_late_ms,
        nodes=arguments.nodes,
        copies=arguments.copies,
        fault=arguments.fault,
        outage=arguments.outage,
        prefix=f"#lt-{secrets.token_hex(4)}-",
    )


def beneath(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The layers below the simulated clients' dialect, the lowest first."""
    return tuple(name for name in ("tls", "websocket") if getattr(arguments, name))
