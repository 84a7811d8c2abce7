"""Rounds of a scenario in the terminal: a table, and what it means in a sentence."""

from __future__ import annotations

from statistics import median

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from loadtest.outcome import Outcome


def show(console: Console, outcomes: list[Outcome], server: str = "") -> None:
    """Prints the table: the only round, or the median of several with the range. `server` says
    which one it was.
    """
    first = outcomes[0]
    settings = first.settings
    table = Table(title=_title(first), title_justify="left", show_header=False, min_width=60)
    table.add_column(style="dim")
    table.add_column(justify="right")
    if server:
        table.add_row("server", escape(server))
    if len(outcomes) > 1:
        cut = ", the last one interrupted" if outcomes[-1].interrupted else ""
        table.add_row("rounds", f"{len(outcomes)}{cut}; medians, with the range")
    if first.expected:
        table.add_row("messages sent", _sum(outcomes, "sent"))
        table.add_row("deliveries", f"{_sum(outcomes, 'received')} of {_sum(outcomes, 'expected')}")
        for name in first.faults:
            count = sum(outcome.faults[name] for outcome in outcomes)
            table.add_row(name, f"[bold red]{count:,}[/]" if count else "0")
        dropped = sum(outcome.dropped for outcome in outcomes)
        table.add_row("clients dropped", f"[bold red]{dropped:,}[/]" if dropped else "0")
    for name in first.figures():
        table.add_row(name, _spread([o.figures().get(name, 0.0) for o in outcomes]))
    if not first.server:
        table.add_row("server CPU, memory", "not known (--pid)")
    for name, value in first.generator.items():
        table.add_row(f"generator {name.replace('_', ' ')}", f"{value:,.4g}")
    for name, value in first.extra.items():
        if isinstance(value, str):
            table.add_row(name, value.replace("; ", "\n"))
    console.print(table)
    _verdict(console, outcomes, plain=bool(settings["plain"]))


def right(outcome: Outcome) -> str:
    """What was verified, where nothing went wrong."""
    if outcome.settings.get("fault"):
        return (
            "Every connection was shown each message exactly once, in order and unchanged; what "
            "came while somebody was away is in the history."
        )
    return "Every message arrived exactly once, in order and unchanged."


def _title(outcome: Outcome) -> str:
    settings = outcome.settings
    title = f"{outcome.scenario}: {settings['clients']:,} clients"
    if outcome.expected:
        title += f", {settings['rate']:,.6g} messages/s of {settings['size']} bytes"
        whole = f"{settings['seconds']:g} s"
        if outcome.scenario == "burst":
            whole = f"{settings['bursts']} × {whole}"
        title += (
            f" for {outcome.seconds:.1f} of {whole}" if outcome.interrupted else f" for {whole}"
        )
    return title


def _sum(outcomes: list[Outcome], name: str) -> str:
    return f"{sum(getattr(outcome, name) for outcome in outcomes):,}"


def _spread(values: list[float]) -> str:
    text = number(median(values))
    return text if len(values) == 1 else f"{text}  ({number(min(values))} – {number(max(values))})"


def number(value: float) -> str:
    """Three digits, or all of a large one."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _verdict(console: Console, outcomes: list[Outcome], *, plain: bool) -> None:
    reasons = sorted({reason for outcome in outcomes for reason in outcome.invalid})
    if reasons:
        console.print(
            "[bold yellow]INVALID:[/] the generator was the bottleneck, not the server: "
            + "; ".join(reasons)
            + ". Lower --rate or --clients, or give it more --processes.",
            soft_wrap=True,
        )
    for problem in sorted({problem for outcome in outcomes for problem in outcome.problems}):
        console.print(f"[bold red]Wrong:[/] {problem}.", soft_wrap=True)
    if any(any(outcome.faults.values()) or outcome.dropped for outcome in outcomes):
        console.print("[bold red]Messages went wrong: see the table.[/]")
    elif outcomes[-1].under_way:
        console.print("What arrived was right; the rest was on its way.")
    elif outcomes[0].expected:
        console.print(f"[green]{right(outcomes[0])}[/]", soft_wrap=True)
