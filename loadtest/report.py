"""What a run brought, as figures and as a table."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from loadtest.generator import Run
from loadtest.target import Usage
from loadtest.verify import Faults, order_of_each_sender, verify

BUSY = 0.85  # of a core: from here on the generator is as slow as what it measures
PERCENTILES = (50.0, 90.0, 99.0, 99.9)


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a run; times in seconds."""

    deliveries: int
    expected: int
    rate: float  # deliveries a second
    latencies: dict[str, float]
    faults: Faults
    dropped: int

    @property
    def good(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults and not self.dropped and self.deliveries == self.expected


def result(run: Run) -> Result:
    """Verifies a run and counts."""
    faults = verify(run.room, run.members)
    faults.reordered += order_of_each_sender(run.room)
    latencies = array("d")
    for member in run.members:
        latencies.extend(member.latencies)
    duration = max(run.ended - run.started, 1e-9)
    deliveries = sum(member.received for member in run.members)
    expected = sum(len(run.room.sent) - len(member.own) for member in run.members)
    return Result(
        deliveries, expected, deliveries / duration, percentiles(latencies), faults, run.dropped
    )


def percentiles(values: array[float]) -> dict[str, float]:
    """p50 to p99.9 and the maximum, each the smallest value that so many do not exceed."""
    if not values:
        return {}
    ordered = sorted(values)
    found = {
        f"p{percent:g}": ordered[min(len(ordered) - 1, round(len(ordered) * percent / 100))]
        for percent in PERCENTILES
    }
    return found | {"max": ordered[-1]}


def show(console: Console, run: Run, outcome: Result, usage: Usage | None) -> None:
    """Prints the table."""
    load = run.load
    table = Table(
        title=f"{load.clients} clients in one room, {load.rate:g} messages/s of {load.size} bytes "
        f"for {load.seconds:g} s",
        title_justify="left",
        show_header=False,
    )
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_row("messages sent", f"{len(run.room.sent):,}")
    table.add_row("deliveries", f"{outcome.deliveries:,} of {outcome.expected:,}")
    table.add_row("deliveries per second", f"{outcome.rate:,.0f}")
    for name, value in outcome.latencies.items():
        table.add_row(f"latency {name}", f"{value * 1000:.2f} ms")
    faults = outcome.faults
    for name, count in (
        ("lost", faults.lost),
        ("duplicated", faults.duplicated),
        ("reordered", faults.reordered),
        ("altered", faults.altered),
        ("clients dropped", outcome.dropped),
    ):
        table.add_row(name, f"[bold red]{count:,}[/]" if count else "0")
    _add_usage(table, run, outcome, usage)
    console.print(table)
    if run.cpu > BUSY * (run.ended - run.started):
        console.print(
            "[yellow]The generator had no CPU to spare: latencies are partly its own. "
            "Lower --rate or --clients.[/]"
        )
    if outcome.good:
        console.print("[green]Every message arrived exactly once, in order and unchanged.[/]")
    else:
        console.print("[bold red]Messages went wrong: see the table.[/]")


def _add_usage(table: Table, run: Run, outcome: Result, usage: Usage | None) -> None:
    duration = max(run.ended - run.started, 1e-9)
    if usage is None:
        table.add_row("server CPU, memory", "not known (--pid)")
    else:
        table.add_row("server CPU", f"{usage.cpu:.2f} s ({usage.cpu / duration:.0%} of a core)")
        if outcome.deliveries:
            each = usage.cpu / outcome.deliveries * 1e6
            table.add_row("server CPU for each delivery", f"{each:.2f} µs")
        table.add_row("server memory", f"{usage.memory / 1e6:.1f} MB")
    table.add_row("generator CPU", f"{run.cpu:.2f} s ({run.cpu / duration:.0%} of a core)")
    table.add_row("latest message left late by", f"{run.late * 1000:.1f} ms")
