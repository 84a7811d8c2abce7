"""Several servers at one work, as a table in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import sub, truediv
from statistics import median

from loadtest.outcome import Outcome
from loadtest.report import number
from loadtest.works import Work

Results = dict[str, list[Outcome]]  # by server


def table(work: Work, found: Results, own: Sequence[str], refused: dict[str, str]) -> str:
    """Each server's figures (medians), and what those of our `own` servers are beside them: ratios,
    and differences where the work has some. `refused` is why others have no figures.
    """
    title = f"\n### {work.name}: {work.scenario}, {work.clients:,} clients"
    if work.rate > 1:
        title += f", {work.rate:,.0f} messages/s"
    signs = [("÷", work.figures), ("−", work.differences)]
    columns = [
        (name, figure, sign) for name in own for sign, figures in signs for figure in figures
    ]
    beside = [f"{name} {sign} it: {figure}" for name, figure, sign in columns]
    head = ["server", *work.figures, *beside, "wrong"]
    lines = [title, "", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for name, rounds in found.items():
        if not rounds:
            continue
        cells = [name, *(_median(rounds, figure) for figure in work.figures)]
        for one, figure, sign in columns:
            known = name in own and own.index(name) <= own.index(one)  # itself, or the inverse
            cells.append("" if known else _beside(found[one], rounds, figure, sign))
        cells.append(_wrong(rounds))
        lines.append(f"| {' | '.join(cells)} |")
    lines += [f"\n{name}: {reason}" for name, reason in refused.items()]
    return "\n".join(lines)


def _values(rounds: list[Outcome], figure: str) -> list[float]:
    return [value for one in rounds if (value := one.figures().get(figure)) is not None]


def _median(rounds: list[Outcome], figure: str) -> str:
    values = _values(rounds, figure)
    return number(median(values)) if values else "?"


def _beside(own: list[Outcome], rounds: list[Outcome], figure: str, sign: str) -> str:
    """Round by round, since what disturbs the machine disturbs neighbours in time alike: the
    median, and the range.
    """
    make: Callable[[float, float], float] = truediv if sign == "÷" else sub
    pairs = zip(_values(own, figure), _values(rounds, figure), strict=False)
    found = [make(one, other) for one, other in pairs if other]
    if not found:
        return "?"
    return f"{median(found):.2f} ({min(found):.2f} – {max(found):.2f})"


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
