"""The fan-out as a state machine: every connection is sent what it would be sent if each effect
were written to each one alone. People have up to three connections, in several forms.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from gchat.core.apply import apply
from gchat.core.effects import (
    ChangedMetadata,
    ChangedRoomName,
    Disconnected,
    Effect,
    Entered,
    Left,
    Presence,
    Spoke,
    WasKicked,
)
from gchat.core.events import (
    AwaySet,
    Connected,
    Event,
    Joined,
    Kicked,
    Killed,
    MetadataSet,
    Parted,
    Quit,
    Renamed,
    RoomRenamed,
    Said,
    TopicSet,
)
from gchat.core.hub import Hub
from gchat.core.stamp import Stamper
from gchat.dialects.peer import Variant
from gchat.net.fanout import Fanout
from gchat.net.flusher import Flusher
from gchat.net.outbox import Outbox
from tests.core.likely import START, Likely, uid_of
from tests.net.fakes import Loop, Socket
from tests.support.examples import examples, machine

KINDS = (
    AwaySet,
    Connected,
    Joined,
    Kicked,
    Killed,
    MetadataSet,
    Parted,
    Quit,
    Renamed,
    RoomRenamed,
    Said,
    TopicSet,
)
PRIVATE = (ChangedMetadata, ChangedRoomName, Presence)
LEAST = examples(3)  # times that each kind of event has to have been shown to somebody
MOST_CONNECTIONS = 3  # of one person


def word(form: str, effect: Effect) -> bytes:
    """An effect as a form has it; what is nothing in one form is something in another."""
    if form == "z" and effect.entry.seq % 3 == 0:
        return b""
    return f"{form}{effect.entry.seq}{type(effect).__name__}\n".encode()


FORMS = {
    name: Variant(name, 0, lambda effect, name=name: word(name, effect))  # type: ignore[misc]
    for name in "xyz"
}


@dataclass(eq=False)
class Connection:
    """One of somebody's, and what it has to be sent."""

    uid: int
    number: int
    form: str
    echo: bool
    outbox: Outbox
    sock: Socket
    expected: bytes = b""
    registered: bool = True
    answers: Event | None = None
    captured: bytes = b""


class FanoutMachine(RuleBasedStateMachine):
    """Anybody does anything, on connections that come, change their form and go."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = Loop()
        self.flusher = Flusher(self.loop, clock=lambda: 0.0)
        self.hub = Hub()
        self.fanout = Fanout(self.flusher)
        self.stamper = Stamper(lambda: 1)
        self.connections: list[Connection] = []
        self.numbers = 100
        self.shown: dict[int, set[str]] = {}

    @initialize(data=st.data())
    def people_are_in_rooms(self, data: st.DataObject) -> None:
        for event in START:
            if isinstance(event, Connected):
                self.register(event.uid, data)
            self.apply(event)

    def register(self, uid: int, data: st.DataObject, number: int = 0) -> None:
        sock = Socket()
        outbox = Outbox(cast("Any", sock), 1 << 30, self.flusher, lambda: None)
        form, echo = data.draw(st.sampled_from("xyz")), data.draw(st.booleans())
        self.connections.append(Connection(uid, number or uid, form, echo, outbox, sock))
        self.shown.setdefault(uid, set())
        self.tell(self.connections[-1])

    def tell(self, connection: Connection) -> None:
        """Tells the fan-out how a connection is to be shown things."""
        form = connection.form
        self.fanout.register(
            connection.uid,
            connection.outbox,
            FORMS[form],
            echo=connection.echo,
            private=lambda effect: word(form, effect),
            number=connection.number if connection.number != connection.uid else 0,
        )

    @rule(data=st.data())
    def one_more_connection(self, data: st.DataObject) -> None:
        uid = data.draw(st.sampled_from(sorted(self.hub.users) or [0]))
        if uid and len(self.of(uid)) < MOST_CONNECTIONS:
            self.numbers += 1
            self.register(uid, data, self.numbers)

    @rule(data=st.data())
    def one_connection_less(self, data: st.DataObject) -> None:
        connection = self.some(data)
        if connection is not None:
            self.fanout.forget(connection.uid, connection.outbox)
            connection.registered = False

    @rule(data=st.data())
    def another_form(self, data: st.DataObject) -> None:
        connection = self.some(data)
        if connection is not None:
            connection.form = data.draw(st.sampled_from("xyz"))
            connection.answers, connection.captured = None, b""
            self.tell(connection)

    @rule(data=st.data())
    def things_happen(self, data: st.DataObject) -> None:
        for _ in range(3):
            self.something_happens(data)

    def something_happens(self, data: st.DataObject) -> None:
        event = Likely(self.hub, data.draw).event(data.draw(st.sampled_from(KINDS)))
        if isinstance(event, Connected) and event.uid not in self.hub.users:
            self.register(event.uid, data)
        doer = [one for one in self.of(uid_of(event)) if one.registered]
        if isinstance(event, Said) and doer:
            event = replace(event, origin=data.draw(st.sampled_from(doer)).number)
        if doer and data.draw(st.integers(0, 3)) == 0:
            connection = data.draw(st.sampled_from(doer))
            self.fanout.capture(connection.uid, connection.outbox, event)
            connection.answers, connection.captured = event, b""
        self.apply(event)
        for connection in self.connections:
            if connection.answers is not None:
                given = self.fanout.captured(connection.uid, connection.outbox)
                assert given == connection.captured, "the answer to a labeled command"
                connection.answers, connection.captured = None, b""
        if isinstance(event, Connected) and event.uid not in self.hub.users:
            self.fanout.forget(event.uid)  # as a session does whose nickname was taken meanwhile
            self.gone(event.uid)

    @rule()
    def turn(self) -> None:
        self.loop.turn()
        for connection in self.connections:
            assert connection.sock.got == connection.expected

    @invariant()
    def nothing_is_early_or_out_of_order(self) -> None:
        for connection in self.connections:
            assert connection.expected.startswith(connection.sock.got)

    @invariant()
    def nothing_is_kept_of_who_is_gone(self) -> None:
        assert self.fanout._recipients.keys() <= self.hub.users.keys()
        assert self.fanout._seen.keys() <= self.hub.users.keys()
        members = [one for one in self.connections if one.outbox.group is not None]
        assert members == [one for one in self.connections if one.registered]
        groups = set(self.fanout._groups.values())
        assert {one.outbox.group for one in members} == groups
        assert all(
            group in self.fanout._rooms[room][group.variant]
            for group in groups
            for room in group.rooms
        )

    def teardown(self) -> None:
        self.turn()

    def of(self, uid: int) -> list[Connection]:
        return [one for one in self.connections if one.uid == uid and one.registered]

    def some(self, data: st.DataObject) -> Connection | None:
        found = [one for one in self.connections if one.registered]
        return found[data.draw(st.integers(0, len(found) - 1))] if found else None

    def gone(self, uid: int) -> None:
        for connection in self.of(uid):
            connection.registered = False
        self.shown.pop(uid, None)

    def apply(self, event: Event) -> None:
        effects = apply(self.hub, self.stamper.stamp(event)).effects
        for effect in effects:
            self.expect(effect)
        self.fanout.deliver(effects)

    def expect(self, effect: Effect) -> None:
        """Writes to each connection alone, by what the effect says."""
        if isinstance(effect, Entered) and effect.uid in self.shown:
            self.shown[effect.uid].add(effect.room)
        for uid in list(self.shown):
            if effect.room in self.shown[uid] or uid in effect.uids:
                for connection in self.of(uid):
                    self.expect_of(connection, effect)
        if isinstance(effect, Left | WasKicked):
            uid = effect.target_uid if isinstance(effect, WasKicked) else effect.uid
            self.shown.get(uid, set()).discard(effect.room)
        elif isinstance(effect, Disconnected):
            self.gone(effect.uid)
        elif isinstance(effect, ChangedRoomName):
            for uid in effect.uids:
                if uid in self.shown:
                    self.shown[uid].discard(effect.old_key)
                    self.shown[uid].add(effect.new_key)

    def expect_of(self, connection: Connection, effect: Effect) -> None:
        data = word(connection.form, effect)
        if data:
            SHOWN[type(effect.entry.event)] += 1
        answers = connection.answers is not None and connection.answers is effect.entry.event
        if isinstance(effect, PRIVATE):
            if answers:
                connection.captured += data
            else:
                connection.expected += data
            return
        mine = effect.uid == connection.uid
        if not isinstance(effect, Spoke):
            if mine and answers:
                connection.captured += data
            else:
                connection.expected += data
            return
        if not (mine and effect.origin == connection.number):
            connection.expected += data
            return
        to_self = not effect.room and effect.uids == (effect.uid,)
        if to_self:  # received, whoever wrote it
            connection.expected += data
        if connection.echo and answers:
            connection.captured += data
        elif connection.echo:
            connection.expected += data


SHOWN: Counter[type] = Counter()  # to a connection, by the kind of the event


@pytest.mark.timeout(400)  # when it fails, the shortest way to the fault is looked for
def test_each_connection_is_shown_what_it_is_to_see() -> None:
    SHOWN.clear()
    run_state_machine_as_test(FanoutMachine, settings=machine(100))
    for kind in KINDS:
        print(f"{kind.__name__}: {SHOWN[kind]}")
    rare = [kind.__name__ for kind in KINDS if SHOWN[kind] < LEAST]
    assert not rare, f"these kinds of events were hardly ever seen: {rare}"
