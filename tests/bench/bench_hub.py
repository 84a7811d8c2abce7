"""`apply`, among 300 people in one room."""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from gchat.core.apply import apply
from gchat.core.effects import Outcome
from gchat.core.events import Connected, Event, Joined, Parted, Said
from gchat.core.hub import Hub
from gchat.core.stamp import Stamper

PEOPLE = 300


class Room:
    """A hub with everybody in #lobby."""

    def __init__(self) -> None:
        self.hub = Hub()
        self._stamper = Stamper(lambda: 1)
        for uid in range(1, PEOPLE + 1):
            self.do(Connected(uid, f"n{uid}", "~u", "127.0.0.1", "r"), Joined(uid, "#lobby"))

    def do(self, *events: Event) -> Outcome:
        outcomes = [apply(self.hub, self._stamper.stamp(event)) for event in events]
        return outcomes[-1]


@pytest.fixture
def room() -> Room:
    return Room()


def bench_message_to_a_room(benchmark: BenchmarkFixture, room: Room) -> None:
    assert benchmark(room.do, Said(7, "#lobby", "hi")).effects


def bench_message_to_a_person(benchmark: BenchmarkFixture, room: Room) -> None:
    assert benchmark(room.do, Said(7, "n8", "hi")).effects


def bench_part_and_join(benchmark: BenchmarkFixture, room: Room) -> None:
    assert benchmark(room.do, Parted(7, "#lobby"), Joined(7, "#lobby")).effects
