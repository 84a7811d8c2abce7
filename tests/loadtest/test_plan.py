"""Who writes what to whom: the same in every process, and complete."""

from __future__ import annotations

import pickle
from collections import Counter

import pytest

from loadtest.mixed import Mixed
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
        (Mixed(20, 6, 3, "#a"), 1),
        (Mixed(40, 6, 3, "#a", 7, 2), 2),
        (Mixed(9, 2, 1, "#a"), 1),
    ],
)
def test_every_message_has_a_sender_and_receivers(plan: Plan, processes: int) -> None:
    played = [
        [c for c in range(plan.clients) if plan.process(c, processes) == p]
        for p in range(processes)
    ]
    assert sorted(client for share in played for client in share) == list(range(plan.clients))
    senders: set[tuple[int, int]] = set()
    for message in range(400):
        sender, stream = plan.sender(message), plan.stream(message)
        senders.add((sender, stream))
        assert 0 <= sender < plan.clients
        receivers = [c for c in range(plan.clients) if stream in plan.receives(c)]
        assert receivers
        if isinstance(plan, Pairs):
            assert receivers != [sender]
            assert plan.target(message) == f"lt{receivers[0]}"
        else:
            assert sender in receivers
            for client in receivers:
                place = plan.receives(client).index(stream)
                assert plan.rooms(client)[place] == plan.target(message)
    if isinstance(plan, Pairs):
        assert {sender for sender, _ in senders} == set(range(plan.clients))
    else:
        for share in played:
            pairs = {(client, stream) for client in share for stream in plan.receives(client)}
            read = {stream for _, stream in pairs - senders}
            assert read == set(range(plan.streams)), "each process has a reader in each room"


def test_everybody_is_in_other_rooms_and_the_same_ones_again() -> None:
    plan = Mixed(1000, 50, 20, "#a", seed=3)
    sets = {plan.receives(client) for client in range(1000)}
    assert len(sets) == 1000
    assert all(len(set(rooms)) == 20 and max(rooms) < 50 for rooms in sets)
    assert plan.audience == 400
    sizes = Counter(room for rooms in sets for room in rooms)
    assert 330 < min(sizes.values()) < max(sizes.values()) < 470
    again = pickle.loads(pickle.dumps(plan))
    other = Mixed(1000, 50, 20, "#a", seed=4)
    assert {again.receives(client) for client in range(1000)} == sets
    assert {other.receives(client) for client in range(1000)} != sets
    written = Counter(plan.target(message) for message in range(5000))
    assert len(written) == 50
    assert 50 < min(written.values()) < max(written.values()) < 160


def test_rooms_in_which_nobody_is_left_to_write() -> None:
    assert not Mixed(2, 2, 2, "#a", readers=2).possible
    assert Mixed(3, 2, 2, "#a", readers=2).possible
    assert not Mixed(3, 2, 2, "#a", readers=4).possible
    alike = Mixed(6, 2, 2, "#a")
    assert {alike.receives(client) for client in range(6)} == {(0, 1)}
