"""What the log says is applied once, in order, and brings the same on every node."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gchat.core.effects import Disconnected, Spoke
from gchat.core.events import Connected, Joined, NodeJoined, NodeSwept, Said
from gchat.core.nodes import NUMBER_BITS, LogLost
from gchat.core.snapshot import NoSnapshot
from gchat.journal.cluster.codec import UnknownEvent
from gchat.journal.cluster.follower import DIGEST_ENTRIES, INCOMPLETE, Follower, place_of
from gchat.journal.cluster.log import LogEntry
from tests.journal.cluster.entries import CLUSTER, NOW, entry, follower, talk
from tests.support.examples import examples

TUAN = (1 << NUMBER_BITS) + 1


@pytest.fixture
def talking() -> Follower:
    """Two nodes, and Tuan in a room on the first."""
    found = follower()
    joins = [NodeJoined(name, name, 1, "t", {}) for name in "ab"]
    list(found.take(entry(1, 0, 0, *joins)))
    list(found.take(entry(2, 1, 1, Connected(TUAN, "Tuan", "u", "h", "r"), Joined(TUAN, "#a"))))
    return found


def said(found: Follower, one: LogEntry) -> list[str]:
    """The texts that an entry shows."""
    effects = [effect for applied in found.take(one) for effect in applied.outcome.effects]
    return [effect.text for effect in effects if isinstance(effect, Spoke)]


def test_a_batch_that_comes_twice_is_applied_once(talking: Follower) -> None:
    hello = Said(TUAN, "#a", "hello")
    assert said(talking, entry(3, 1, 2, hello)) == ["hello"]
    assert said(talking, entry(4, 1, 2, hello)) == []
    assert said(talking, entry(5, 1, 1, hello)) == []
    assert talking.position == entry(5, 1, 1).position, "it was read all the same"
    assert said(talking, entry(6, 1, 3, hello)) == ["hello"]


def test_time_and_ids_are_the_logs(talking: Follower) -> None:
    (applied,) = talking.take(entry(3, 1, 2, Said(TUAN, "#a", "hello")))
    (effect,) = applied.outcome.effects
    assert effect.entry.at == NOW + 3
    assert effect.entry.msgid.startswith(f"{NOW + 3:012x}")
    (record,) = applied.kept.records
    assert record.boot == CLUSTER


def test_a_batch_that_is_missing_ends_its_node_for_all_who_read_that(talking: Follower) -> None:
    assert said(talking, entry(3, 1, 4, Said(TUAN, "#a", "after the gap"))) == []
    assert list(talking.hub.nodes.members) == [2]
    assert said(talking, entry(4, 1, 2, Said(TUAN, "#a", "too late"))) == []
    (applied,) = talking.take(entry(5, 2, 1, NodeSwept(1)))
    (effect,) = applied.outcome.effects
    assert isinstance(effect, Disconnected)
    assert effect.reason == INCOMPLETE


def test_an_entry_that_comes_behind_is_a_log_that_has_lost_something(talking: Follower) -> None:
    for number in (1, 2):
        with pytest.raises(LogLost):
            list(talking.take(entry(number, 1, 2)))


def test_an_event_of_a_newer_version_stops_it(talking: Follower) -> None:
    with pytest.raises(UnknownEvent):
        list(talking.take(LogEntry(f"{NOW + 3}-0", 1, 2, [b'["Sparkled",{}]'])))


def test_and_nothing_of_its_entry_is_applied(talking: Follower) -> None:
    """It would be applied again by the newer version."""
    before = list(talking.checkpoint())
    hello = entry(3, 1, 2, Said(TUAN, "#a", "hello"))
    with pytest.raises(UnknownEvent):
        list(talking.take(hello._replace(events=[*hello.events, b'["Sparkled",{}]'])))
    assert list(talking.checkpoint()) == before


def test_of_who_takes_no_part_anything_may_come(talking: Follower) -> None:
    assert list(talking.take(LogEntry(f"{NOW + 3}-0", 9, 1, [b'["Sparkled",{}]']))) == []


def test_whoever_waits_for_an_event_is_given_the_one_that_they_know(talking: Follower) -> None:
    mine = Said(TUAN, "#a", "hello")
    (applied,) = talking.take(entry(3, 1, 2, mine), [mine])
    assert applied.event is mine
    assert applied.outcome.effects[0].entry.event is mine


def test_two_that_read_the_same_are_equal_and_one_that_differs_is_found() -> None:
    one, other, wrong = follower(), follower(), follower()
    differs = False
    for number, found in enumerate(talk(1, 700)):
        for each in (one, other, wrong):
            list(each.take(found))
        if number >= 500 and not differs and wrong.hub.users:
            differs = True  # a mistake that is seen at once, and never again
            wrong.hub.users[next(iter(wrong.hub.users))].realname += "!"
    assert one.compared == other.compared != (0, "")
    assert one.compared[0] % DIGEST_ENTRIES == 0
    assert list(one.checkpoint()) == list(other.checkpoint())
    assert list(one.checkpoint()) != list(wrong.checkpoint())


@settings(max_examples=examples(30), deadline=None)
@given(st.integers(0, 1000), st.integers(0, 120))
def test_who_goes_on_from_a_checkpoint_is_equal_to_who_lived(seed: int, at: int) -> None:
    lived, again = follower(), follower()
    for number, one in enumerate(talk(seed, 150)):
        if number == at:
            again.resume(list(lived.checkpoint()))
        mine = list(lived.take(one))
        if number >= at:
            others = list(again.take(one))
            assert [it.kept for it in others] == [it.kept for it in mine]
            for other, it in zip(others, mine, strict=True):
                assert other.outcome.effects == it.outcome.effects
                assert list(map(str, other.outcome.refusals)) == list(map(str, it.outcome.refusals))
    assert list(lived.checkpoint()) == list(again.checkpoint())
    assert lived.seq == again.seq


def test_a_checkpoint_says_of_which_cluster_it_is_and_where(talking: Follower) -> None:
    found = list(talking.checkpoint())
    assert place_of(found) == (CLUSTER, f"{NOW + 2}-0")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: [],
        lambda found: found[:1],
        lambda found: [b"garbage", *found[1:]],
        lambda found: [found[0], b"garbage"],
        lambda found: [*found[:2], found[2][:-3]],
        lambda found: [found[1], *found[1:]],
    ],
)
def test_a_damaged_checkpoint_changes_nothing(talking: Follower, spoil: object) -> None:
    found = list(talking.checkpoint())
    other = follower()
    before = list(other.checkpoint())
    assert callable(spoil)
    with pytest.raises(NoSnapshot):
        other.resume(spoil(found))
    assert list(other.checkpoint()) == before


def test_processes_that_hash_otherwise_are_equal() -> None:
    """The order within sets is another one in each."""
    found = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "tests.journal.cluster.entries", "5", "1500"],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            timeout=50,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert int(found.pop().split()[0]) > 500, "much was done"
