"""Nodes of a cluster: they join, show that they live, and go; then their people leave."""

from __future__ import annotations

from itertools import islice

from gchat.core.effects import Effect, Refused
from gchat.core.events import Entry, NodeBeat, NodeGone, NodeJoined, NodeSwept, RulesSet
from gchat.core.hub import Hub
from gchat.core.nodes import Member, node_of
from gchat.core.rules import differing, with_rules
from gchat.core.transitions.people import close_connections
from gchat.core.transitions.registry import TRANSITIONS
from gchat.core.users import User
from gchat.wire.numerics import ERR_UNKNOWNERROR

SWEPT_CONNECTIONS = 8  # in one entry: each is shown to everybody who shares a room with them
SILENT = "Its server is gone"
REPLACED = "Its server was started again"
UNEQUAL = "Its server was stopped: it differs from the others"


def node_joined(hub: Hub, entry: Entry, event: NodeJoined) -> tuple[Effect, ...]:
    """It takes part from here on, unless it cannot be equal to those that do."""
    nodes = hub.nodes
    if nodes.number_of(event.nonce) or event.nonce in nodes.past:
        return ()
    others = [one for one in nodes.members.values() if one.name != event.name]
    if others:
        _check(hub, event)
    nodes.tables = event.tables
    _adopt(hub, event.rules if not others else nodes.rules)
    for number in [one for one, it in nodes.members.items() if it.name == event.name]:
        _end(hub, number, REPLACED)
    nodes.ever += 1
    seen = {number: one.beats for number, one in nodes.members.items()}
    nodes.members[nodes.ever] = Member(
        event.name, event.nonce, event.level, seen=seen, position=event.position
    )
    return ()


def _check(hub: Hub, event: NodeJoined) -> None:
    nodes = hub.nodes
    if event.tables != nodes.tables:
        raise _no(
            f"it compares names by other tables ({event.tables}) than the others "
            f"({nodes.tables}). Run the same versions of Python and of gchat's packages"
        )
    if event.level < nodes.level:
        raise _no(
            f"its level is {event.level} and that of the others {nodes.level}. Install the newer "
            "gchat"
        )
    names = differing(event.rules, nodes.rules)
    if names:
        settings = ", ".join(f"{name} = {nodes.rules[name]!r}" for name in names)
        raise _no(f"the others have {settings}. Set the same, or change it there and reload")


def _no(why: str) -> Refused:
    return Refused(ERR_UNKNOWNERROR, "JOIN", text=why)


def _adopt(hub: Hub, rules: dict[str, int | str]) -> None:
    hub.nodes.rules = dict(rules)
    hub.config = with_rules(hub.config, rules)


def _end(hub: Hub, number: int, reason: str) -> None:
    """What the node still writes does not count, and its people leave with `NodeSwept`."""
    hub.nodes.end(number)
    if _connections(hub, number, 1):
        hub.nodes.leaving[number] = reason


def _connections(hub: Hub, number: int, most: int) -> list[tuple[User, int]]:
    """The first connections of a node in a fixed order, each with its user."""
    found = (
        (user, connection)
        for user in hub.users.values()
        for connection in user.connections
        if node_of(connection) == number
    )
    return list(islice(found, most))


def node_beat(hub: Hub, entry: Entry, event: NodeBeat) -> tuple[Effect, ...]:
    """It lives. Who has not shown that for too long is gone, and so is who differs."""
    nodes = hub.nodes
    member = nodes.members.get(event.node)
    if member is None:
        return ()
    member.position = event.position
    if event.digest and not nodes.agrees(event.seq, event.digest):
        _end(hub, event.node, UNEQUAL)
        return ()
    for silent in nodes.beat(event.node):
        _end(hub, silent, SILENT)
    return ()


def node_gone(hub: Hub, entry: Entry, event: NodeGone) -> tuple[Effect, ...]:
    """It says so itself."""
    if event.node in hub.nodes.members:
        _end(hub, event.node, event.reason)
    return ()


def node_swept(hub: Hub, entry: Entry, event: NodeSwept) -> tuple[Effect, ...]:
    """Some of the people who were connected to a node that is gone leave."""
    reason = hub.nodes.leaving.get(event.node)
    if reason is None:
        return ()
    found = _connections(hub, event.node, SWEPT_CONNECTIONS)
    effects: list[Effect] = []
    for user, connection in found:
        effects += close_connections(hub, entry, user, (connection,), reason)
    if not _connections(hub, event.node, 1):
        del hub.nodes.leaving[event.node]
    return tuple(effects)


def rules_set(hub: Hub, entry: Entry, event: RulesSet) -> tuple[Effect, ...]:
    """They hold for all nodes from here on."""
    if event.node in hub.nodes.members:
        _adopt(hub, event.rules)
    return ()


TRANSITIONS.update(
    {
        NodeJoined: node_joined,
        NodeBeat: node_beat,
        NodeGone: node_gone,
        NodeSwept: node_swept,
        RulesSet: rules_set,
    }
)
