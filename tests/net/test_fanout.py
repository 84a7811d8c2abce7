"""The fan-out: encoded once for each variant, never a switch, membership kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import greenlet
import pytest

from gchat.core.apply import apply
from gchat.core.effects import Effect
from gchat.core.events import (
    Connected,
    Event,
    Joined,
    Kicked,
    Parted,
    Quit,
    RoomRenamed,
    Said,
)
from gchat.core.hub import Hub
from gchat.core.stamp import Stamper
from gchat.dialects.peer import Variant
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.outbox import Outbox


class Socket:
    """Takes what a connection is sent."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def send(self, data: bytes) -> int:
        self.got.append(data)
        return len(data)


class Room:
    """A hub and a fan-out with people in #a."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.flusher = Flusher()
        self.fanout = Fanout(self.flusher)
        self.stamper = Stamper(lambda: 1)
        self.renders: list[str] = []
        self.sockets: dict[int, Socket] = {}
        self.outboxes: dict[int, Outbox] = {}
        self.variants: dict[str, Variant] = {}

    def variant(self, name: str) -> Variant:
        def render(effect: Effect) -> bytes:
            self.renders.append(name)
            return f"{name}:{type(effect).__name__}".encode()

        return self.variants.setdefault(name, Variant(name, 0, render))

    def enter(self, uid: int, variant: str, *, echo: bool = False) -> None:
        sock = self.sockets[uid] = Socket()
        self.outboxes[uid] = Outbox(cast("Any", sock), 1000, self.flusher, lambda: None)
        self.register(uid, variant, echo=echo)
        self.do(Connected(uid, f"n{uid}", "u", "h", "r"), Joined(uid, "#a"))
        self.clear()

    def register(self, uid: int, variant: str, *, echo: bool = False) -> None:
        self.fanout.register(
            uid, self.outboxes[uid], self.variant(variant), echo=echo, private=lambda effect: b""
        )

    def do(self, *events: Event) -> None:
        for event in events:
            self.fanout.deliver(apply(self.hub, self.stamper.stamp(event)).effects)

    def clear(self) -> None:
        self.got()
        self.renders.clear()
        for sock in self.sockets.values():
            sock.got.clear()

    def got(self) -> dict[int, list[bytes]]:
        """What each connection was sent, once the loop has turned."""
        self.flusher._flush()
        return {uid: sock.got for uid, sock in self.sockets.items()}


@pytest.fixture
def room() -> Room:
    room = Room()
    for uid, variant in enumerate(["x", "x", "x", "y", "y"], 1):
        room.enter(uid, variant, echo=uid == 2)
    return room


def test_an_effect_is_encoded_once_for_each_variant_and_shared(room: Room) -> None:
    room.do(Said(1, "#a", "hi", origin=1))
    assert sorted(room.renders) == ["x", "y"]
    got = room.got()
    assert got == {1: [], 2: [b"x:Spoke"], 3: [b"x:Spoke"], 4: [b"y:Spoke"], 5: [b"y:Spoke"]}
    assert got[2][0] is got[3][0]


def test_who_comes_back_before_their_last_connection_is_gone_is_shown_everything(
    room: Room,
) -> None:
    """The hub knows of the new connection before it can be shown anything."""
    room.fanout.forget(1, room.outboxes[1])  # while `Attached` waits to be stored
    sock = Socket()
    outbox = Outbox(cast("Any", sock), 1000, room.flusher, lambda: None)
    room.do(Joined(2, "#b"))
    room.fanout.register(
        1, outbox, room.variant("x"), echo=False, private=lambda effect: b"", number=9
    )
    room.do(Said(2, "#a", "can you hear me?"))
    room.got()
    assert sock.got == [b"x:Spoke"]
    room.do(Quit(1, "bye"))
    assert room.fanout._seen.keys() == {2, 3, 4, 5}


def test_who_wants_an_echo_gets_one(room: Room) -> None:
    room.do(Said(2, "#a", "hi", origin=2))
    assert room.got()[2] == [b"x:Spoke"]
    room.clear()
    room.do(Said(2, "n1", "hi", origin=2))
    assert {uid for uid, got in room.got().items() if got} == {1, 2}


def test_a_changed_form_counts_from_then_on(room: Room) -> None:
    room.register(3, "z")
    room.do(Said(1, "#a", "hi", origin=1))
    assert room.got()[3] == [b"z:Spoke"]


@pytest.mark.parametrize(
    "leave",
    [Parted(3, "#a"), Quit(3, "bye"), Kicked(1, "#a", "n3", "out")],
    ids=lambda event: type(event).__name__,
)
def test_who_left_hears_nothing_more(room: Room, leave: Event) -> None:
    room.do(leave)
    assert len(room.got()[3]) == (0 if isinstance(leave, Quit) else 1)
    room.clear()
    room.do(Said(1, "#a", "hi", origin=1))
    assert room.got()[3] == []
    assert room.got()[2] == [b"x:Spoke"]


def test_when_all_are_gone_nothing_is_kept(room: Room) -> None:
    for uid in range(1, 6):
        room.do(Quit(uid, ""))
    assert room.fanout._rooms == {}
    assert room.fanout._groups == {}
    assert room.fanout._recipients == {}


def test_delivering_never_switches_greenlets(room: Room) -> None:
    """ARCHITECTURE.md: no invariant of the hub spans a yield, because there is none in here."""
    switches: list[str] = []

    def trace(event: str, args: Any) -> None:
        switches.append(event)

    previous: Callable[..., Any] | None = greenlet.settrace(trace)
    try:
        room.do(Said(1, "#a", "hi", origin=1), Parted(2, "#a"), Quit(3, ""), Joined(2, "#b"))
    finally:
        greenlet.settrace(previous)
    assert switches == []


def test_an_effect_that_cannot_be_shown_in_one_form_is_shown_in_the_others(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(effect: Effect) -> bytes:
        raise ValueError("surprise")

    room.variants["x"] = Variant("x", 0, fails)
    for uid in (1, 2, 3):
        room.register(uid, "x")
    room.do(Said(4, "#a", "hi", origin=4), Parted(4, "#a"))
    got = room.got()
    assert (got[1], got[5]) == ([], [b"y:Spokey:Left"])
    messages = [record.getMessage() for record in caplog.records]
    assert messages == [f"an effect could not be delivered: {kind}" for kind in ("Spoke", "Left")]
    assert all(record.exc_info for record in caplog.records)
    room.do(Said(5, "#a", "hi", origin=5))
    assert room.fanout._rooms.keys() == {"#a"}, "who left is followed all the same"
    caplog.clear()


def test_a_connection_that_cannot_show_something_of_its_own_costs_no_other(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(effect: Effect) -> bytes:
        raise ValueError("surprise")

    def private(effect: Effect) -> bytes:
        return type(effect).__name__.encode()

    for uid, render in ((1, fails), (2, private), (3, private)):
        outbox = room.outboxes[uid]
        room.fanout.register(uid, outbox, room.variant("x"), echo=False, private=render)
    room.do(RoomRenamed(1, "#a", "#b", ""))
    got = room.got()
    assert (got[1], got[2], got[3]) == ([], [b"ChangedRoomName"], [b"ChangedRoomName"])
    (record,) = caplog.records
    assert record.getMessage() == "an effect could not be delivered: ChangedRoomName"
    caplog.clear()


def test_what_others_do_is_no_answer_to_a_labeled_command(room: Room) -> None:
    mine = Said(1, "#a", "mine", origin=1)
    room.register(1, "x", echo=True)
    room.fanout.capture(1, room.outboxes[1], mine)
    room.do(Said(2, "#a", "other", origin=2), Said(1, "#a", "another", origin=1), mine)
    assert room.fanout.captured(1, room.outboxes[1]) == b"x:Spoke"
    assert room.got()[1] == [b"x:Spokex:Spoke"]
    assert room.fanout.captured(1, room.outboxes[1]) == b""
    room.fanout.capture(99, room.outboxes[1], mine)
    assert room.fanout.captured(99, room.outboxes[1]) == b""


def test_in_the_end_nobody_is_shown_anything(room: Room) -> None:
    room.fanout.clear()
    room.do(Said(1, "#a", "hi", origin=1))
    assert all(got == [] for got in room.got().values())
    fanout = room.fanout
    assert (fanout._recipients, fanout._groups, fanout._rooms, fanout._seen) == ({}, {}, {}, {})
