"""A scenario in the middle of which something happens to the nodes or their log."""

from __future__ import annotations

import re
import time
from array import array
from statistics import median
from typing import TypeAlias

from loadtest.crowd import CouldNotStart
from loadtest.faults import Fault
from loadtest.generator import Generator, Merged
from loadtest.latency import Latencies
from loadtest.nodes import WHOLE_SECONDS, Different, Node, NodesTarget
from loadtest.orders import Moved
from loadtest.outcome import Outcome, measured
from loadtest.plan import Rooms
from loadtest.stage import Stage
from loadtest.stays import Judged, numbers

SETTLE_SECONDS = 0.5  # of reading on, between two looks whether all is well again
QUIET_SECONDS = 1.0  # without any message, once all is well

Orders: TypeAlias = "dict[int, array[int]]"  # of a history's messages, by stream


def under_fault(stage: Stage, name: str, plan: Rooms) -> Outcome:
    """The load, the fault in its middle, and what became of everybody."""
    settings, target = stage.settings, stage.target
    assert isinstance(target, NodesTarget)
    fault = Fault(settings.fault, target, settings.seconds / 2, settings.outage)
    with stage.generator(plan) as generator:
        stage.enter(generator, range(plan.clients))
        fault.begin()
        try:
            merged, used = stage.load(generator, watch=fault.look)
            outcome = measured(name, settings, merged, used)
            outcome.extra |= fault.figures
            if merged.interrupted:
                return outcome
            moved = _until_all_is_well(stage, generator, fault)
        finally:
            fault.end()
        outcome.extra |= fault.figures
        _note_moved(outcome, target, moved)
        orders = _told(outcome, target, plan, merged)
        judged = Judged()
        for one in generator.call("judge", orders):
            judged.add(one)
        _note_judged(outcome, judged, orders)
    return outcome


def _until_all_is_well(stage: Stage, generator: Generator, fault: Fault) -> list[Moved]:
    """Reads on until all clients are back and all nodes have stored everything."""
    target = stage.target
    assert isinstance(target, NodesTarget)
    stage.begin("waiting until all is well", 1)
    deadline = time.monotonic() + WHOLE_SECONDS
    position = ""
    while True:
        fault.look(float("inf"))
        found: list[Moved] = generator.call("go_on", SETTLE_SECONDS)
        back = not any(one.away for one in found)
        quiet = min(one.quiet for one in found) > QUIET_SECONDS
        if fault.over and back and quiet:
            position = position or target.newest()
            if position and target.are_whole(position):
                return found
        else:
            position = ""
        if time.monotonic() > deadline:
            away = sum(one.away for one in found)
            raise CouldNotStart(
                f"after the fault, all was not well within {WHOLE_SECONDS:.0f} s: "
                + (f"{away} clients did not come back" if away else "nodes are not whole")
            )


def _note_moved(outcome: Outcome, target: NodesTarget, found: list[Moved]) -> None:
    extra = outcome.extra
    latencies = Latencies()
    for one in found:
        latencies.merge(one.latencies)
    outcome.note(latencies)
    gaps: dict[int, float] = {}
    reasons: dict[str, int] = {}
    for one in found:
        for node, gap in one.gaps.items():
            gaps[node] = max(gaps.get(node, 0.0), gap)
        for reason, count in one.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    for node, gap in sorted(gaps.items()):
        name = f"longest time without a message at node {target.nodes[node].name}, s"
        extra[name] = round(gap, 3)
    extra["clients closed"] = sum(one.closed for one in found)
    back = sorted(seconds for one in found for seconds in one.back)
    if back:
        extra["until a client was back, median, s"] = round(median(back), 3)
        extra["until the last client was back, s"] = round(back[-1], 3)
        gap = max(one.moved_gap for one in found)
        if gap:  # the load went on
            extra["longest time without a message for one who came back, s"] = round(gap, 3)
        extra["came back by another nickname"] = sum(one.renamed for one in found)
    extra["messages refused"] = sum(one.refused for one in found)
    extra["messages not written, their writer being away"] = sum(one.unsent for one in found)
    if reasons:
        extra["reasons"] = "; ".join(f"{count} × {why}" for why, count in sorted(reasons.items()))


# -- what the nodes have stored


def _told(outcome: Outcome, target: NodesTarget, plan: Rooms, merged: Merged) -> Orders:
    """The rooms' orders as the first node tells them. What the others tell differently is a
    problem.
    """
    first, *others = target.living()
    orders = _history(first, plan, merged)
    for node in others:
        found = _history(node, plan, merged)
        if found != orders and not _is_end_of(found, orders, node, outcome):
            outcome.problems.append(
                f"the histories of nodes {first.name} and {node.name} are not the same"
            )
    dead = [node for node in target.nodes if not node.alive]
    for node in dead:
        if not _is_beginning_of(_history(node, plan, merged), orders):
            outcome.problems.append(
                f"what node {node.name} had stored is not the beginning of what node "
                f"{first.name} has"
            )
    twice = sum(len(order) - len(set(order)) for order in orders.values())
    if twice:
        outcome.problems.append(f"{twice} messages are in the history twice")
    outcome.extra["histories"] = f"{len(target.nodes)} compared"
    outcome.extra |= digests(outcome, target)
    return orders


def _history(node: Node, plan: Rooms, merged: Merged) -> Orders:
    assert merged.order is not None
    found: Orders = {stream: numbers() for stream in range(plan.streams)}
    pattern = re.compile(rf"lt-{re.escape(merged.order.name)}-(\d+) ")
    for room, text in node.archive():
        match = pattern.match(text)
        if match:
            number = int(match[1])
            stream = plan.stream(number)
            if room == plan.target(number):
                found[stream].append(number)
    return found


def _is_end_of(found: Orders, whole: Orders, node: Node, outcome: Outcome) -> bool:
    """Whether a node that came later has what was said since."""
    if not outcome.extra.get(f"until node {node.name} served, s"):
        return False
    return all(
        not order or order == whole[stream][-len(order) :] for stream, order in found.items()
    )


def _is_beginning_of(found: Orders, whole: Orders) -> bool:
    """What a node had stored when it was killed."""
    return all(order == whole[stream][: len(order)] for stream, order in found.items())


def digests(outcome: Outcome, target: NodesTarget) -> dict[str, str]:
    """A row that says whether the nodes are equal; that they are not is a problem."""
    try:
        equal = target.digests()
    except Different as error:
        outcome.problems.append(str(error))
        return {"digests of the nodes": "DIFFERENT"}
    return {"digests of the nodes": equal or "not compared: too few events"}


def _note_judged(outcome: Outcome, judged: Judged, orders: Orders) -> None:
    faults = judged.faults
    for name in outcome.faults:
        outcome.faults[name] += getattr(faults, name)
    outcome.received = judged.shown
    outcome.expected = judged.shown + faults.lost - faults.duplicated
    extra = outcome.extra
    extra["messages in the history"] = sum(map(len, orders.values()))
    extra["missed while away, to be read in the history"] = judged.missed
    extra["written before a connection ended, and shown to nobody"] = judged.unanswered
    if judged.unknown:
        outcome.problems.append(f"{judged.unknown} shown messages are in no history")
    if judged.shown_refused:
        outcome.problems.append(f"{judged.shown_refused} messages were refused, and shown")
