"""One self-contained page about some rounds of a scenario: figures and charts, as inline SVG."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from statistics import median

from loadtest.outcome import Outcome
from loadtest.report import number, right

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 84, 16, 12, 34
COLOURS = ("var(--a)", "var(--b)", "var(--c)", "var(--d)", "var(--e)")

_STYLE = """
:root { --ground: #fff; --text: #1d1f24; --dim: #6b7280; --line: #e3e6ea; --good: #2b8a3e;
  --bad: #c92a2a; --a: #3a6df7; --b: #d9480f; --c: #2b8a3e; --d: #862e9c; --e: #0b7285; }
@media (prefers-color-scheme: dark) { :root { --ground: #1e1f24; --text: #e8e9ec; --dim: #969ba6;
  --line: #34373e; --good: #69db7c; --bad: #ff8787; --a: #74a0ff; --b: #ffa94d; --c: #69db7c;
  --d: #da77f2; --e: #66d9e8; } }
body { background: var(--ground); color: var(--text); font: 15px/1.5 system-ui, sans-serif;
  max-width: 780px; margin: 32px auto; padding: 0 16px; }
h1 { font-size: 24px; margin-bottom: 0; } h2 { font-size: 17px; margin: 32px 0 4px; }
p.sub { color: var(--dim); margin-top: 4px; }
.good { color: var(--good); } .bad { color: var(--bad); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
td { border-bottom: 1px solid var(--line); padding: 4px 8px; }
td:first-child { white-space: nowrap; }
td + td { text-align: right; }
svg { width: 100%; height: auto; } svg text { fill: var(--dim); font: 12px system-ui, sans-serif; }
.legend span { margin-right: 16px; color: var(--dim); } .legend b { font-size: 18px; }
"""

Points = Sequence[tuple[float, float]]


def page(outcomes: list[Outcome], target: str, machine: str, *, interrupted: bool = False) -> str:
    """The page."""
    first = outcomes[0]
    settings = first.settings
    title = f"{first.scenario} · {settings['clients']:,} clients"
    sub = (
        f"{settings['rate']:,.6g} messages/s of {settings['size']} bytes" if first.expected else ""
    )
    rounds = f"{len(outcomes)} round{'s' if len(outcomes) > 1 else ''}"
    about = " · ".join(part for part in (sub, target, machine, rounds) if part)
    body = [
        f"<h1>{_e(title)}</h1><p class=sub>{_e(about)}</p>",
        "<p class=bad>Interrupted: these are the figures until then.</p>" if interrupted else "",
        _verdict(outcomes),
        _table(outcomes),
    ]
    body += _charts(outcomes)
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>{_e(title)}</title><style>{_STYLE}</style>{''.join(body)}</html>\n"
    )


def _e(text: object) -> str:
    return html.escape(str(text))


def _verdict(outcomes: list[Outcome]) -> str:
    parts = []
    if not all(outcome.good or outcome.under_way for outcome in outcomes):
        parts.append("<p class=bad><b>Messages went wrong: see the table.</b></p>")
    elif outcomes[-1].under_way:
        parts.append("<p>What arrived was right; the rest was on its way.</p>")
    elif outcomes[0].expected:
        parts.append(f"<p class=good>{_e(right(outcomes[0]))}</p>")
    for reason in sorted({reason for outcome in outcomes for reason in outcome.invalid}):
        parts.append(f"<p class=bad>INVALID, the generator was the bottleneck: {_e(reason)}.</p>")
    return "".join(parts)


def _table(outcomes: list[Outcome]) -> str:
    first, rows = outcomes[0], []
    if first.expected:
        received = sum(o.received for o in outcomes)
        expected = sum(o.expected for o in outcomes)
        rows.append(("deliveries", f"{received:,} of {expected:,}"))
        for name in first.faults:
            rows.append((name, f"{sum(o.faults[name] for o in outcomes):,}"))
    for name in first.figures():
        values = [o.figures().get(name, 0.0) for o in outcomes]
        text = number(median(values))
        if len(values) > 1:
            text += f" ({number(min(values))} – {number(max(values))})"
        rows.append((name, text))
    rows += [(f"generator {k.replace('_', ' ')}", number(v)) for k, v in first.generator.items()]
    rows += [(k, v) for k, v in first.extra.items() if isinstance(v, str)]
    cells = "".join(f"<tr><td>{_e(name)}<td>{_e(value)}" for name, value in rows)
    return f"<table>{cells}</table>"


def _charts(outcomes: list[Outcome]) -> list[str]:
    def of(key: str, scale: float = 1.0) -> list[Points]:
        return [[(p["at"], p[key] * scale) for p in o.series] for o in outcomes]

    rounds = [f"round {number_}" for number_ in range(1, len(outcomes) + 1)]
    found = []
    if any(outcome.series for outcome in outcomes):
        found.append(_chart("Deliveries per second, over time (s)", of("rate"), rounds))
        found.append(_chart("Latency p99 (ms), over time (s)", of("p99"), rounds))
    curves = [[(_tail(p), v) for p, v in o.curve] for o in outcomes]
    if any(curves):
        found.append(_chart("Latency (ms) by percentile", curves, rounds, _percentile))
    if any(outcome.server for outcome in outcomes) and found:
        found.append(_chart("Server CPU (cores), over time (s)", of("cpu"), rounds))
        found.append(_chart("Server memory (MB), over time (s)", of("memory", 1e-6), rounds))
    return found


def _tail(percent: float) -> float:
    """A place on the axis: each step is ten times closer to 100 %."""
    return -math.log10(max(1 - percent / 100, 1e-6))


def _percentile(place: float) -> str:
    return f"{100 * (1 - 10**-place):.6g} %"


def _chart(
    title: str,
    lines: Sequence[Points],
    names: list[str],
    label: Callable[[float], str] = number,
) -> str:
    points = [point for line in lines for point in line]
    high_x = max((x for x, _ in points), default=1.0) or 1.0
    high_y = _round_up(max((y for _, y in points), default=1.0) or 1.0)

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + x / high_x * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - y / high_y * (HEIGHT - TOP - BOTTOM),
        )

    parts = [f"<h2>{_e(title)}</h2><svg viewBox='0 0 {WIDTH} {HEIGHT}' role=img>"]
    for step in range(5):
        y = high_y * step / 4
        _, py = place(0, y)
        parts.append(
            f"<path d='M{LEFT} {py:.1f}H{WIDTH - RIGHT}' stroke='var(--line)'/>"
            f"<text x={LEFT - 8} y={py + 4:.1f} text-anchor=end>{_e(number(y))}</text>"
        )
    steps = range(math.floor(high_x) + 1) if label is _percentile else range(6)
    for step in steps:
        x = float(step) if label is _percentile else high_x * step / 5
        px, _ = place(x, 0)
        anchor = "end" if px > WIDTH - RIGHT - 20 else "middle"
        parts.append(f"<text x={px:.1f} y={HEIGHT - 12} text-anchor={anchor}>{_e(label(x))}</text>")
    for index, line in enumerate(lines):
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in (place(x, y) for x, y in line))
        colour = COLOURS[index % len(COLOURS)]
        parts.append(f"<polyline points='{path}' fill=none stroke='{colour}' stroke-width=2 />")
    parts.append("</svg>")
    if len(lines) > 1:
        keys = (
            f"<span><b style='color:{COLOURS[i % len(COLOURS)]}'>—</b> {_e(name)}</span>"
            for i, name in enumerate(names)
        )
        parts.append(f"<div class=legend>{''.join(keys)}</div>")
    return "".join(parts)


def _round_up(value: float) -> float:
    """The next of 1, 2, 2.5, 5, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    for step in (1.0, 2.0, 2.5, 5.0):
        if step * power >= value * 0.999:
            return step * power
    return 10 * power
