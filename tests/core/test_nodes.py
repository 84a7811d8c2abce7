"""Nodes of a cluster as a state machine: who takes part, who is gone, whose batches count."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gchat.config import Config
from gchat.core.apply import apply
from gchat.core.effects import Disconnected, Outcome
from gchat.core.events import (
    Connected,
    Event,
    Joined,
    NodeBeat,
    NodeGone,
    NodeJoined,
    NodeSwept,
    RulesSet,
)
from gchat.core.hub import Hub
from gchat.core.nodes import DIGESTS, LEASE_BEATS, NUMBER_BITS, PAST, LogLost, Member, Nodes
from gchat.core.rules import rules_of
from gchat.core.stamp import Stamper
from gchat.core.transitions.nodes import SWEPT_CONNECTIONS
from tests.support.examples import machine

NAMES = st.sampled_from(["a", "b", "c", "d"])
TABLES = "Unicode 14"


class Stage:
    """A hub, and events for it."""

    def __init__(self, config: Config | None = None) -> None:
        self.hub = Hub(config or Config())
        self._stamper = Stamper(lambda: 1)
        self._nonces = 0

    def do(self, event: Event) -> Outcome:
        return apply(self.hub, self._stamper.stamp(event))

    def join(
        self,
        name: str,
        level: int = 1,
        tables: str = TABLES,
        config: Config | None = None,
        nonce: str = "",
    ) -> int:
        """The node's number; 0 if it was refused."""
        self._nonces += 1
        nonce = nonce or f"n{self._nonces}"
        rules = rules_of(config or Config())
        self.why = [
            one.text for one in self.do(NodeJoined(name, nonce, level, tables, rules)).refusals
        ]
        return self.hub.nodes.number_of(nonce)

    def beat(self, node: int, seq: int = 0, digest: str = "") -> None:
        self.do(NodeBeat(node, "1-0", seq, digest))

    def people(self, node: int, count: int, room: str = "#a") -> list[int]:
        uids = [(node << NUMBER_BITS) + number for number in range(1, count + 1)]
        for uid in uids:
            assert not self.do(Connected(uid, f"n{node}x{uid % 1000}", "u", "h", "r")).refusals
            assert not self.do(Joined(uid, room)).refusals
        return uids

    @property
    def members(self) -> dict[int, str]:
        return {number: one.name for number, one in self.hub.nodes.members.items()}


@pytest.fixture
def stage() -> Stage:
    return Stage()


# -- joining


def test_numbers_are_given_once(stage: Stage) -> None:
    assert (stage.join("a"), stage.join("b")) == (1, 2)
    stage.do(NodeGone(1, "stopped"))
    assert stage.join("a") == 3
    assert stage.members == {2: "b", 3: "a"}


def test_a_node_that_asks_twice_joins_once(stage: Stage) -> None:
    """Its first asking may have come although no answer did."""
    assert stage.join("a", nonce="x") == 1
    assert stage.join("a", nonce="x") == 1
    assert stage.members == {1: "a"}


def test_the_same_name_again_ends_the_one_before(stage: Stage) -> None:
    stage.join("a")
    stage.join("b")
    uids = stage.people(1, 2)
    assert stage.join("a") == 3
    assert stage.members == {2: "b", 3: "a"}
    assert stage.hub.nodes.leaving == {1: "Its server was started again"}
    assert set(uids) <= stage.hub.users.keys(), "until they are swept"


@pytest.mark.parametrize("same_name", [False, True])
def test_other_tables_are_refused_while_others_are_there(stage: Stage, same_name: bool) -> None:
    stage.join("a")
    if same_name:  # a lone node that was updated
        assert stage.join("a", tables="Unicode 15") == 2
        assert stage.hub.nodes.tables == "Unicode 15"
        return
    assert stage.join("b", tables="Unicode 15") == 0
    assert "by other tables (Unicode 15) than the others (Unicode 14)" in stage.why[0]
    assert stage.members == {1: "a"}


def test_the_level_is_the_least_and_a_lower_one_is_refused(stage: Stage) -> None:
    assert stage.hub.nodes.level == 0
    stage.join("a", level=1)
    stage.join("b", level=2)
    assert stage.hub.nodes.level == 1
    stage.do(NodeGone(1, "x"))
    assert stage.hub.nodes.level == 2
    assert stage.join("c", level=1) == 0
    assert stage.why == ["its level is 1 and that of the others 2. Install the newer gchat"]


def test_other_rules_are_refused_and_those_of_the_first_hold(stage: Stage) -> None:
    from gchat.config import LimitsConfig  # noqa: PLC0415

    other = Config(limits=LimitsConfig(monitored=3))
    assert stage.join("a", config=other) == 1
    assert stage.hub.config.limits.monitored == 3
    assert stage.join("b") == 0
    assert stage.why == [
        "the others have limits.monitored = 3. Set the same, or change it there and reload"
    ]
    stage.do(RulesSet(1, rules_of(Config())))
    assert stage.hub.config.limits.monitored == 100
    assert stage.join("b") == 2


def test_rules_of_a_node_that_takes_no_part_do_not_count(stage: Stage) -> None:
    stage.join("a")
    before = stage.hub.nodes.rules
    stage.do(RulesSet(7, {**before, "limits.monitored": 1}))
    assert stage.hub.nodes.rules == before


def test_who_is_gone_does_not_join_by_what_it_asked_before(stage: Stage) -> None:
    """Such an entry may come late, by an old connection."""
    stage.join("a", nonce="old")
    stage.do(NodeGone(1, "silent"))
    assert stage.join("a", nonce="new") == 2
    assert stage.join("a", nonce="old") == 0
    assert stage.members == {2: "a"}


def test_how_many_of_those_are_known_is_bounded(stage: Stage) -> None:
    for number in range(PAST + 2):
        stage.join("a", nonce=str(number))
    assert stage.hub.nodes.past == [str(number) for number in range(1, PAST + 1)]


# -- batches


def test_batches_count_once_and_in_order() -> None:
    nodes = Nodes({1: Member("a", "n", 1)}, ever=1)
    assert [nodes.admits(1, number) for number in (1, 1, 2, 1, 2, 3)] == [
        *(True, False, True, False, False, True),
    ]
    with pytest.raises(LogLost, match="batch 4 of node a is missing in the log"):
        nodes.admits(1, 5)
    assert nodes.admits(1, 4)
    assert not nodes.admits(2, 1), "it takes no part"
    assert nodes.admits(0, 0), "it wants to join"


def test_what_a_zombie_writes_does_not_count_and_loses_nothing() -> None:
    nodes = Nodes({1: Member("a", "n", 1)}, ever=1)
    assert nodes.admits(1, 1)
    del nodes.members[1]
    assert not nodes.admits(1, 2)
    assert not nodes.admits(1, 99)


# -- leases


def test_five_beats_of_another_end_it_and_four_do_not(stage: Stage) -> None:
    stage.join("a")
    stage.join("b")
    for _ in range(LEASE_BEATS - 1):
        stage.beat(1)
    stage.beat(2)
    for _ in range(LEASE_BEATS - 1):
        stage.beat(1)
    assert stage.members == {1: "a", 2: "b"}
    stage.beat(1)
    assert stage.members == {1: "a"}
    stage.beat(2)
    assert stage.members == {1: "a"}, "what it still writes does not count"


def test_beats_of_several_others_are_not_added_up(stage: Stage) -> None:
    for name in "abcd":
        stage.join(name)
    for _ in range(LEASE_BEATS - 1):
        for node in (1, 2, 3):
            stage.beat(node)
    assert 4 in stage.members
    stage.beat(3)
    assert 4 not in stage.members


def test_who_joins_late_has_a_whole_lease(stage: Stage) -> None:
    stage.join("a")
    for _ in range(100):
        stage.beat(1)
    stage.join("b")
    for _ in range(LEASE_BEATS - 1):
        stage.beat(1)
    assert 2 in stage.members


def test_an_outage_of_the_log_ends_nobodys_lease(stage: Stage) -> None:
    """Nobody beats meanwhile, and the clock is not asked."""
    stage.join("a")
    stage.join("b")
    for _ in range(3):
        stage.beat(1)
        stage.beat(2)
    assert stage.members == {1: "a", 2: "b"}


# -- comparing


def test_who_differs_is_gone_and_who_was_first_is_right(stage: Stage) -> None:
    stage.join("a")
    stage.join("b")
    stage.join("c")
    stage.people(3, 1)
    stage.beat(1, 1000, "d")
    stage.beat(2, 1000, "d")
    stage.beat(3, 1000, "e")
    assert stage.members == {1: "a", 2: "b"}
    assert stage.hub.nodes.leaving == {
        3: "Its server was stopped: it differs from the others",
    }


def test_digests_that_are_kept_are_bounded(stage: Stage) -> None:
    stage.join("a")
    for number in range(DIGESTS + 5):
        stage.beat(1, number + 1, "d")
    assert list(stage.hub.nodes.digests) == list(range(6, DIGESTS + 6))


# -- leaving


def test_people_leave_a_few_at_a_time(stage: Stage) -> None:
    stage.join("a")
    stage.join("b")
    gone = stage.people(1, 2 * SWEPT_CONNECTIONS + 1)
    (stays,) = stage.people(2, 1)
    stage.do(NodeGone(1, "Its server was stopped"))
    found = []
    while stage.hub.nodes.leaving:
        effects = stage.do(NodeSwept(1)).effects
        assert {type(one) for one in effects} == {Disconnected}
        assert {one.reason for one in effects if isinstance(one, Disconnected)} == {
            "Its server was stopped"
        }
        found.append([one.uid for one in effects])
    assert list(map(len, found)) == [SWEPT_CONNECTIONS, SWEPT_CONNECTIONS, 1]
    assert [uid for some in found for uid in some] == gone
    assert list(stage.hub.users) == [stays]
    assert stage.do(NodeSwept(1)).effects == ()


def test_a_node_without_people_leaves_nothing_behind(stage: Stage) -> None:
    stage.join("a")
    stage.do(NodeGone(1, "x"))
    assert stage.hub.nodes.leaving == {}
    stage.do(NodeGone(1, "x"))
    stage.do(NodeBeat(1, "1-0"))


# -- anything in any order


class NodesMachine(RuleBasedStateMachine):
    """Beside a model that knows of each node how many beats of each other came since its own."""

    @initialize()
    def empty(self) -> None:
        self.stage = Stage()
        self.silent: dict[int, dict[int, int]] = {}  # node → of each other, beats since
        self.names: dict[int, str] = {}
        self.counters: dict[int, int] = {}
        self.ever = 0

    def _end(self, number: int) -> None:
        del self.silent[number], self.names[number]
        for others in self.silent.values():
            others.pop(number, None)

    @rule(name=NAMES, level=st.integers(1, 2), tables=st.sampled_from([TABLES, TABLES, "other"]))
    def joins(self, name: str, level: int, tables: str) -> None:
        nodes = self.stage.hub.nodes
        others = [number for number, one in self.names.items() if one != name]
        fits = tables == nodes.tables and level >= nodes.level
        number = self.stage.join(name, level, tables)
        assert bool(number) is (not others or fits)
        if number:
            self.ever += 1
            assert number == self.ever
            for old in [one for one, it in self.names.items() if it == name]:
                self._end(old)
            self.names[number] = name
            self.silent[number] = {}
            self.counters[number] = 0

    def some(self, data: st.DataObject) -> int:
        return int(data.draw(st.sampled_from(sorted(self.counters))))

    @precondition(lambda self: self.counters)
    @rule(data=st.data(), times=st.integers(1, LEASE_BEATS))
    def beats(self, data: st.DataObject, times: int) -> None:
        number = self.some(data)
        for _ in range(times):
            self.stage.beat(number)
            if number not in self.names:
                continue
            self.silent[number] = {}
            for other in list(self.silent):
                if other != number:
                    missed = self.silent[other].get(number, 0) + 1
                    self.silent[other][number] = missed
                    if missed >= LEASE_BEATS:
                        self._end(other)

    @precondition(lambda self: self.counters)
    @rule(data=st.data())
    def goes(self, data: st.DataObject) -> None:
        number = self.some(data)
        self.stage.do(NodeGone(number, "stopped"))
        if number in self.names:
            self._end(number)

    @precondition(lambda self: self.counters)
    @rule(data=st.data(), step=st.integers(-2, 3))
    def writes(self, data: st.DataObject, step: int) -> None:
        number = self.some(data)
        counter = self.counters[number] + step
        nodes = self.stage.hub.nodes
        if number not in self.names or step <= 0:
            assert not nodes.admits(number, counter)
        elif step == 1:
            assert nodes.admits(number, counter)
            self.counters[number] = counter
        else:
            with pytest.raises(LogLost):
                nodes.admits(number, counter)

    @invariant()
    def who_takes_part_is_whom_the_model_has(self) -> None:
        assert self.stage.members == self.names
        assert self.stage.hub.nodes.ever == self.ever


def test_anything_in_any_order() -> None:
    run_state_machine_as_test(NodesMachine, settings=machine(100))
