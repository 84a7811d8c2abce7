"""What is done to a server. A scenario is a function and a row in SCENARIOS. One that is
interrupted reports what it has measured, and raises Interrupted if that is nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from loadtest.bursts import Bursts, figures
from loadtest.find_max import find_max
from loadtest.interruption import Interrupted
from loadtest.mixed import Mixed
from loadtest.outcome import Outcome, Storm, measured
from loadtest.plan import Pairs, Plan, Rooms
from loadtest.settings import Settings
from loadtest.stage import Stage
from loadtest.under_fault import under_fault

STORM_START_SECONDS = 1.0  # for all processes to be ready


def room(stage: Stage) -> Outcome:
    """One big room, everybody in it."""
    settings = stage.settings
    plan = Rooms(settings.clients, 1, settings.prefix, settings.processes)
    return _in_rooms(stage, "room", plan)


def rooms(stage: Stage) -> Outcome:
    """Many small rooms."""
    settings = stage.settings
    streams = max(1, settings.clients // settings.room_size)
    plan = Rooms(settings.clients, streams, settings.prefix, settings.processes)
    return _in_rooms(stage, "rooms", plan)


def _in_rooms(stage: Stage, name: str, plan: Rooms) -> Outcome:
    return under_fault(stage, name, plan) if stage.settings.fault else _simple(stage, name, plan)


def direct(stage: Stage) -> Outcome:
    """Pairs of people who write to each other."""
    plan = Pairs(stage.settings.clients // 2 * 2)
    return _simple(stage, "direct", plan, echo=False)


def burst(stage: Stage) -> Outcome:
    """One big room: quiet, then messages at once, several times; how late the first ones are."""
    settings = stage.settings
    plan = Rooms(settings.clients, 1, settings.prefix, settings.processes)
    bursts = Bursts(settings.bursts, settings.quiet)
    with stage.generator(plan) as generator:
        stage.enter(generator, range(plan.clients))
        merged, used = stage.load(generator, bursts=bursts)
    outcome = measured("burst", settings, merged, used)
    outcome.extra["bursts"] = bursts.count
    outcome.extra["quiet before each, s"] = bursts.quiet
    outcome.extra |= figures([share.openings for share in merged.shares])
    return outcome


def mixed_rooms(stage: Stage) -> Outcome:
    """Many rooms, of which everybody is in many and hardly two in the same ones."""
    settings = stage.settings
    plan = mixed(settings)
    outcome = _simple(stage, "mixed-rooms", plan)
    outcome.extra["rooms"] = plan.streams
    outcome.extra["rooms of each client"] = plan.each
    outcome.extra["readers of each message"] = round(outcome.received / max(outcome.sent, 1), 1)
    if outcome.sent and "cpu_seconds" in outcome.server:
        cpu = outcome.server["cpu_seconds"] * 1000 / outcome.sent
        outcome.extra["server CPU for each message, ms"] = round(cpu, 4)
    return outcome


def mixed(settings: Settings) -> Mixed:
    """Who is where in mixed-rooms."""
    return Mixed(
        settings.clients,
        settings.rooms,
        settings.rooms_each,
        settings.prefix,
        settings.seed,
        settings.processes,
    )


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
        rooms = {client: plan.rooms(client)[0] for client in range(plan.clients)}
        stage.begin("storm", plan.clients)
        mark = stage.mark()
        start = time.monotonic() + STORM_START_SECONDS
        seconds = max(generator.call("storm", rooms, start, reconnect))
        used = stage.used(mark)
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
        mark, filled = stage.mark(), stage.target.usage()
        stage.begin("idling", 1)
        start = time.monotonic()
        generator.call("idle", settings.seconds)
        used = stage.used(mark)
        interrupted = generator.interrupted
        seconds = time.monotonic() - start if interrupted else settings.seconds
    outcome = Outcome.empty("idle", settings, used, seconds)
    outcome.interrupted = interrupted
    if stage.target.known:
        each = (filled[1] - empty[1]) / settings.clients / 1024
        outcome.extra["memory for each connection, KiB"] = round(each, 2)
    return outcome


WITH_FAULTS = ("room", "rooms")
SCENARIOS: dict[str, Callable[[Stage], Outcome]] = {
    "room": room,
    "rooms": rooms,
    "direct": direct,
    "mixed-rooms": mixed_rooms,
    "burst": burst,
    "join-storm": join_storm,
    "reconnect-storm": reconnect_storm,
    "churn": churn,
    "slow-readers": slow_readers,
    "idle": idle,
    "find-max": find_max,
}
