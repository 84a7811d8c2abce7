"""Who writes what to whom: the same in every process, and complete."""

from __future__ import annotations

import pytest

from loadtest.plan import Pairs, Plan, Rooms


@pytest.mark.parametrize(
    ("plan", "processes"),
    [
        (Rooms(10, 1, "#a", 1), 1),
        (Rooms(10, 1, "#a", 2), 2),
        (Rooms(23, 4, "#a", 2), 2),
        (Rooms(6, 2, "#a", 2), 1),
        (Pairs(6), 1),
        (Pairs(6), 2),
    ],
)
def test_every_message_has_a_sender_and_receivers(plan: Plan, processes: int) -> None:
    played = [
        [c for c in range(plan.clients) if plan.process(c, processes) == p]
        for p in range(processes)
    ]
    assert sorted(client for share in played for client in share) == list(range(plan.clients))
    senders = set()
    for message in range(200):
        sender, stream = plan.sender(message), plan.stream(message)
        senders.add(sender)
        assert 0 <= sender < plan.clients
        receivers = [c for c in range(plan.clients) if plan.receives(c) == stream]
        assert receivers
        if isinstance(plan, Rooms):
            assert plan.receives(sender) == stream
            assert {plan.room(client) for client in receivers} == {plan.target(message)}
        else:
            assert receivers != [sender]
            assert plan.target(message) == f"lt{receivers[0]}"
    if isinstance(plan, Rooms):
        for share in played:
            rooms = {plan.receives(client) for client in share if client not in senders}
            assert rooms == set(range(plan.streams)), "each process has a reader in each room"
    else:
        assert senders == set(range(plan.clients))
