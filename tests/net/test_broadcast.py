"""Broadcast groups: each member is sent what it would be sent if it were written to alone."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import booleans, integers

from gchat.dialects.peer import Variant
from gchat.net.broadcast import GROUP_BYTES, BroadcastGroup
from gchat.net.flusher import Flusher
from gchat.net.outbox import Outbox
from tests.net.fakes import Loop, Socket
from tests.support.examples import machine

FORM = Variant("x", 0, lambda effect: b"")


class Crowd:
    """Some connections, and groups that they move between."""

    def __init__(self, size: int, groups: int = 1) -> None:
        self.loop = Loop()
        self.flusher = Flusher(self.loop, clock=lambda: 0.0)
        self.sockets = [Socket() for _ in range(size)]
        self.outboxes = [
            Outbox(cast("Any", sock), 1_000_000, self.flusher, lambda: None)
            for sock in self.sockets
        ]
        self.groups = [
            BroadcastGroup(self.flusher, FORM, frozenset({str(i)})) for i in range(groups)
        ]

    def turn(self) -> None:
        self.loop.turn()


@pytest.fixture
def crowd() -> Crowd:
    crowd = Crowd(3)
    for outbox in crowd.outboxes:
        crowd.groups[0].add(outbox)
    return crowd


def test_all_get_the_same_bytes_object_with_one_send(crowd: Crowd) -> None:
    for word in (b"a\n", b"b\n"):
        crowd.groups[0].write(word)
    crowd.turn()
    assert [sock.sends for sock in crowd.sockets] == [[b"a\nb\n"]] * 3


def test_something_for_one_alone_stands_where_it_was_written_and_costs_no_send(
    crowd: Crowd,
) -> None:
    crowd.groups[0].write(b"a\n")
    crowd.outboxes[1].write(b"only you\n")
    crowd.groups[0].write(b"b\n")
    crowd.turn()
    assert [sock.sends for sock in crowd.sockets] == [
        [b"a\nb\n"],
        [b"a\nonly you\nb\n"],
        [b"a\nb\n"],
    ]


def test_who_is_skipped_gets_the_rest(crowd: Crowd) -> None:
    crowd.groups[0].write(b"a\n")
    crowd.groups[0].write(b"b\n", skipped=crowd.outboxes[0])
    crowd.groups[0].write(b"c\n")
    crowd.turn()
    assert [sock.sends for sock in crowd.sockets] == [[b"a\nc\n"], [b"a\nb\nc\n"], [b"a\nb\nc\n"]]


def test_what_waits_is_bounded(crowd: Crowd) -> None:
    crowd.groups[0].write(b"x" * GROUP_BYTES)
    assert crowd.sockets[0].got == b"", "at the bound it waits"
    crowd.groups[0].write(b"y")
    assert len(crowd.sockets[0].got) == GROUP_BYTES + 1, "past it, all is sent at once"
    crowd.turn()
    assert len(crowd.sockets[0].got) == GROUP_BYTES + 1, "and only once"


class Equivalence(RuleBasedStateMachine):
    """Beside each connection, what it would be sent if there were no groups."""

    def __init__(self) -> None:
        super().__init__()
        self.crowd = Crowd(4, groups=3)
        self.expected = [b""] * 4
        self.number = 0

    def line(self) -> bytes:
        self.number += 1
        return b"%d\n" % self.number

    @rule(who=integers(0, 3), where=integers(0, 3))
    def move(self, who: int, where: int) -> None:
        outbox = self.crowd.outboxes[who]
        if outbox.group is not None:
            outbox.group.remove(outbox)
        if where < 3:
            self.crowd.groups[where].add(outbox)

    @rule(where=integers(0, 2), who=integers(0, 3), skip=booleans())
    def write_to_all(self, where: int, who: int, skip: bool) -> None:
        group, line = self.crowd.groups[where], self.line()
        skipped = self.crowd.outboxes[who]
        skip = skip and skipped.group is group
        for index, outbox in enumerate(self.crowd.outboxes):
            if outbox.group is group and not (skip and outbox is skipped):
                self.expected[index] += line
        group.write(line, skipped if skip else None)

    @rule(who=integers(0, 3), now=booleans())
    def write_to_one(self, who: int, now: bool) -> None:
        line = self.line()
        self.expected[who] += line
        self.crowd.outboxes[who].write(line)
        if now:
            self.crowd.outboxes[who].flush()

    @rule()
    def turn(self) -> None:
        self.crowd.turn()
        assert [sock.got for sock in self.crowd.sockets] == self.expected
        assert [outbox.size for outbox in self.crowd.outboxes] == [0] * 4

    @rule(where=integers(0, 2))
    def flush_early(self, where: int) -> None:
        self.crowd.groups[where].flush()

    @invariant()
    def nothing_is_early_or_out_of_order(self) -> None:
        for sock, expected in zip(self.crowd.sockets, self.expected, strict=True):
            assert expected.startswith(sock.got)

    def teardown(self) -> None:
        self.turn()


TestEquivalence = Equivalence.TestCase
TestEquivalence.settings = machine(200)


def test_who_has_a_part_already_gets_the_rest_whole(crowd: Crowd) -> None:
    group, outbox = crowd.groups[0], crowd.outboxes[0]
    group.write(b"a\n")
    outbox.write(b"only you\n")
    for word in (b"b\n", b"c\n"):
        group.write(word)
    group.flush()
    assert [sock.got for sock in crowd.sockets[1:]] == [b"a\nb\nc\n"] * 2
    assert crowd.sockets[0].got == b"a\nonly you\nb\nc\n"


def test_a_flush_tells_how_many_sends_it_took_and_stood_for(crowd: Crowd) -> None:
    group = crowd.groups[0]
    assert group.flush() == (0, 0)
    for word in (b"a\n", b"b\n"):
        group.write(word)
    assert group.flush() == (3, 6)


def test_what_waits_is_counted_anew_after_a_flush(crowd: Crowd) -> None:
    group = crowd.groups[0]
    group.write(b"x" * GROUP_BYTES)
    group.flush()
    group.write(b"x" * GROUP_BYTES)
    assert len(crowd.sockets[0].got) == GROUP_BYTES, "at the bound it waits"


def test_who_leaves_and_comes_back_misses_only_what_was_written_meanwhile(crowd: Crowd) -> None:
    group, outbox = crowd.groups[0], crowd.outboxes[0]
    group.write(b"a\n")
    group.remove(outbox)
    group.write(b"b\n")
    group.add(outbox)
    group.write(b"c\n")
    crowd.turn()
    crowd.turn()
    assert crowd.sockets[0].got == b"a\nc\n"
