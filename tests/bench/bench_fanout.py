"""From an effect to 300 sockets, which are stand-ins: a send costs nothing here."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from gchat.core.apply import apply
from gchat.core.events import Connected, Event, Joined, Said
from gchat.core.hub import Hub
from gchat.core.stamp import Stamper
from gchat.dialects.irc.render import variant
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.outbox import Outbox
from gchat.wire.caps import Cap

PEOPLE = 300


class Socket:
    """Takes everything."""

    def send(self, data: bytes) -> int:
        return len(data)


class Loop:
    """Flushes when it is told to."""

    def __init__(self) -> None:
        self.callbacks: list[Any] = []

    def run_callback(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def turn(self) -> None:
        callbacks, self.callbacks = self.callbacks, []
        for callback in callbacks:
            callback()


class Room:
    """Everybody in #lobby; with `own_rooms` also each in one of their own, so that no two people
    are shown the same.
    """

    def __init__(self, *, own_rooms: bool) -> None:
        self.loop = Loop()
        self._hub, self._stamper = Hub(), Stamper(lambda: 1)
        flusher = Flusher(self.loop, clock=lambda: 0.0)
        self._fanout = Fanout(flusher)
        for uid in range(1, PEOPLE + 1):
            outbox = Outbox(cast("Any", Socket()), 1 << 20, flusher, lambda: None)
            self._fanout.register(
                uid, outbox, variant(Cap.NONE), echo=True, private=lambda effect: b""
            )
            self.do(Connected(uid, f"n{uid}", "~u", "127.0.0.1", "r"), Joined(uid, "#lobby"))
            if own_rooms:
                self.do(Joined(uid, f"#own{uid}"))
        self.loop.turn()

    def do(self, *events: Event) -> None:
        for event in events:
            self._fanout.deliver(apply(self._hub, self._stamper.stamp(event)).effects)

    def say(self, count: int) -> None:
        for _ in range(count):
            self.do(Said(1, "#lobby", "x" * 100))
        self.loop.turn()


@pytest.mark.parametrize("messages", [1, 20])
@pytest.mark.parametrize("own_rooms", [False, True], ids=["one group", "300 groups"])
def bench_room(benchmark: BenchmarkFixture, messages: int, *, own_rooms: bool) -> None:
    room = Room(own_rooms=own_rooms)
    benchmark(room.say, messages)
    assert room.loop.callbacks == []
