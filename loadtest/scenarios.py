"""What is done to a server. A scenario is a function and a row in SCENARIOS. One that is
interrupted reports what it has measured, and raises Interrupted if that is nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from loadtest.generator import Generator, Merged
from loadtest.interruption import Interrupted, Interruption
from loadtest.outcome import Outcome, Storm, Used, measured
from loadtest.plan import Pairs, Plan, Rooms
from loadtest.settings import Settings
from loadtest.target import Target

FIND_MAX_STEP = 1.5  # how much faster each attempt of find-max is
FIND_MAX_HALVINGS = 2  # attempts between the last good and the first bad one
FIND_MAX_ATTEMPTS = 20
STORM_START_SECONDS = 1.0  # for all processes to be ready


Show = Callable[[str, int, int], None]  # what is being done, how far, of how much


@dataclass(slots=True)
class Stage:
    """Everything that a scenario needs."""

    settings: Settings
    target: Target
    show: Show
    interruption: Interruption

    def generator(self, plan: Plan, *, echo: bool = True) -> Generator:
        """The generator's processes for a plan."""
        settings = self.settings
        return Generator(
            self.target.address,
            plan,
            self.interruption,
            processes=settings.processes,
            plain=settings.plain,
            beneath=settings.beneath,
            echo=echo,
            size=settings.size,
            progress=lambda done: self.show(self.doing, done, self.of),
        )

    doing: str = ""
    of: int = 0

    def begin(self, doing: str, of: int) -> None:
        """What the progress is about from here on."""
        self.doing, self.of = doing, of
        self.show(doing, 0, of)

    def load(
        self, generator: Generator, *, churn: tuple[int, ...] = (), settings: Settings | None = None
    ) -> tuple[Merged, Used]:
        """One load, and what the server used for it."""
        settings = settings or self.settings
        plan = generator.plan
        members = plan.clients // plan.streams if isinstance(plan, Rooms) else 1
        self.begin("loading", settings.count * members)
        before = self.target.usage()
        merged = generator.load(
            count=settings.count,
            rate=settings.rate,
            usage=self.target.usage,
            arrivals=settings.arrivals,
            churn=churn,
            churn_rate=settings.churn_rate if churn else 0.0,
        )
        after = self.target.usage()
        return merged, Used(after[0] - before[0], after[1], self.target.known)

    def enter(self, generator: Generator, clients: range, *, join: bool = True) -> None:
        """Logs in and joins, with progress."""
        self.begin("logging in", len(clients))
        generator.enter(clients, join=join)


def room(stage: Stage) -> Outcome:
    """One big room, everybody in it."""
    settings = stage.settings
    plan = Rooms(settings.clients, 1, settings.prefix, settings.processes)
    return _simple(stage, "room", plan)


def rooms(stage: Stage) -> Outcome:
    """Many small rooms."""
    settings = stage.settings
    streams = max(1, settings.clients // settings.room_size)
    return _simple(
        stage, "rooms", Rooms(settings.clients, streams, settings.prefix, settings.processes)
    )


def direct(stage: Stage) -> Outcome:
    """Pairs of people who write to each other."""
    plan = Pairs(stage.settings.clients // 2 * 2)
    return _simple(stage, "direct", plan, echo=False)


def _simple(stage: Stage, name: str, plan: Plan, *, echo: bool = True) -> Outcome:
    with stage.generator(plan, echo=echo) as generator:
        stage.enter(generator, range(plan.clients))
        merged, used = stage.load(generator)
    return measured(name, stage.settings, merged, used)


def join_storm(stage: Stage) -> Outcome:
    """Everybody enters one room at once: how long until all have seen all."""
    return _storm(stage, "join-storm", reconnect=False)


def reconnect_storm(stage: Stage) -> Outcome:
    """Everybody is in the room, loses the connection and comes back at once."""
    return _storm(stage, "reconnect-storm", reconnect=True)


def _storm(stage: Stage, name: str, *, reconnect: bool) -> Outcome:
    settings = stage.settings
    plan = Rooms(settings.clients, 1, settings.prefix, settings.processes)
    with stage.generator(plan) as generator:
        stage.enter(generator, range(plan.clients), join=reconnect)
        rooms = {client: plan.room(client) for client in range(plan.clients)}
        stage.begin("storm", plan.clients)
        before = stage.target.usage()
        start = time.monotonic() + STORM_START_SECONDS
        seconds = max(generator.call("storm", rooms, start, reconnect))
        after = stage.target.usage()
    used = Used(after[0] - before[0], after[1], stage.target.known)
    return Storm(name, settings, seconds, used).outcome()


def churn(stage: Stage) -> Outcome:
    """A room under load while others come and go."""
    settings = stage.settings
    stay = settings.clients - settings.churn
    plan = Rooms(stay, 1, settings.prefix, settings.processes)
    moving = tuple(range(stay, settings.clients))
    with stage.generator(plan) as generator:
        stage.enter(generator, range(settings.clients))
        merged, used = stage.load(generator, churn=moving)
    outcome = measured("churn", settings, merged, used)
    outcome.extra["came and went"] = sum(share.churned for share in merged.shares)
    return outcome


def slow_readers(stage: Stage) -> Outcome:
    """A room under load, and again while some of its members do not read: the others must not
    notice, and the server must say why it drops them.
    """
    settings = stage.settings
    reading = settings.clients - settings.slow
    plan = Rooms(reading, 1, settings.prefix, settings.processes)
    slow = tuple(range(reading, settings.clients))
    with stage.generator(plan) as generator:
        stage.enter(generator, range(settings.clients))
        before, used = stage.load(generator)
        try:
            generator.call("stop_reading", slow)
            merged, used = stage.load(generator)
        except Interrupted:
            outcome = measured("slow-readers", settings, before, used)
            outcome.interrupted = True
            return outcome
    outcome = measured("slow-readers", settings, merged, used)
    departed = {c: why for share in merged.shares for c, why in share.departed.items()}
    told = sum(client in departed for client in slow)
    outcome.extra["stopped reading"] = len(slow)
    outcome.extra["of them dropped"] = told
    outcome.extra["reasons"] = "; ".join(sorted(set(departed.values())))
    memory = [point.memory for point in merged.points]
    if stage.target.known and memory:
        outcome.extra["memory meanwhile, MB"] = round((max(memory) - memory[0]) / 1e6, 2)
    if told < len(slow) and not outcome.interrupted:
        outcome.problems.append(
            f"{len(slow) - told} of the clients that stopped reading were not dropped"
        )
    p99 = before.latencies.figures().get("p99", 0.0)
    outcome.extra["p99 while all read, ms"] = round(p99, 3)
    outcome.extra["p99 ratio"] = round(outcome.latency.get("p99", 0.0) / p99, 3) if p99 else 0.0
    return outcome


def idle(stage: Stage) -> Outcome:
    """Connections that do nothing: memory for each."""
    settings = stage.settings
    plan = Rooms(settings.clients, 1, settings.prefix, settings.processes)
    with stage.generator(plan) as generator:
        empty = stage.target.usage()
        stage.enter(generator, range(plan.clients), join=False)
        generator.call("idle", 0.5)
        before = stage.target.usage()
        stage.begin("idling", 1)
        start = time.monotonic()
        generator.call("idle", settings.seconds)
        after = stage.target.usage()
        interrupted = generator.interrupted
        seconds = time.monotonic() - start if interrupted else settings.seconds
    used = Used(after[0] - before[0], after[1], stage.target.known)
    outcome = Outcome.empty("idle", settings, used, seconds)
    outcome.interrupted = interrupted
    if stage.target.known:
        each = (before[1] - empty[1]) / settings.clients / 1024
        outcome.extra["memory for each connection, KiB"] = round(each, 2)
    return outcome


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


SCENARIOS: dict[str, Callable[[Stage], Outcome]] = {
    "room": room,
    "rooms": rooms,
    "direct": direct,
    "join-storm": join_storm,
    "reconnect-storm": reconnect_storm,
    "churn": churn,
    "slow-readers": slow_readers,
    "idle": idle,
    "find-max": find_max,
}
