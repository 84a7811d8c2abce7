"""The scenario that raises the rate until it is too much."""

from __future__ import annotations

from dataclasses import replace

from loadtest.generator import Generator
from loadtest.interruption import Interrupted
from loadtest.outcome import Outcome, measured
from loadtest.plan import Rooms
from loadtest.stage import Stage

FIND_MAX_STEP = 1.5  # how much faster each attempt is
FIND_MAX_HALVINGS = 2  # attempts between the last good and the first bad one
FIND_MAX_ATTEMPTS = 20


def find_max(stage: Stage) -> Outcome:
    """The highest rate at which nothing is lost and p99 stays under a limit."""
    plan = Rooms(stage.settings.clients, 1, stage.settings.prefix, stage.settings.processes)
    search = _Search(stage)
    with stage.generator(plan) as generator:
        stage.enter(generator, range(plan.clients))
        try:
            search.run(generator)
        except Interrupted:
            if search.best is None:
                raise
            search.best.interrupted = True
    best = search.best
    assert best is not None
    best.extra["highest rate, messages/s"] = round(search.good)
    best.extra["highest rate, deliveries/s"] = round(search.good * plan.clients)
    best.extra["tried"] = "; ".join(search.tried)
    return best


class _Search:
    """The attempts of find-max."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.best: Outcome | None = None  # the first one, where none was fine
        self.good = 0.0  # messages a second
        self.tried: list[str] = []

    def run(self, generator: Generator) -> None:
        """Tries one rate after the other. Raises CouldNotStart, Interrupted."""
        settings, bad, halvings = self._stage.settings, 0.0, 0
        rate = settings.rate
        for _ in range(FIND_MAX_ATTEMPTS):
            now = replace(settings, rate=rate)
            merged, used = self._stage.load(generator, settings=now)
            outcome = measured("find-max", now, merged, used)
            p99 = outcome.latency.get("p99", float("inf"))
            if outcome.interrupted:
                self.tried.append(f"{rate:,.0f}: interrupted, p99 {p99:.0f} ms")
                self.best = self.best or outcome
                raise Interrupted
            fine = outcome.good and not outcome.invalid and p99 <= settings.max_p99_ms
            verdict = "fine" if fine else ("invalid" if outcome.invalid else "too much")
            self.tried.append(f"{rate:,.0f}: {verdict}, p99 {p99:.0f} ms")
            if fine:
                self.good, self.best = rate, outcome
            else:
                bad = rate
                if self.best is None or outcome.dropped:
                    self.best = self.best or outcome
                    return
            if bad:
                halvings += 1
                if halvings > FIND_MAX_HALVINGS:
                    return
            rate = (self.good + bad) / 2 if bad else rate * FIND_MAX_STEP
            generator.call("settle")
