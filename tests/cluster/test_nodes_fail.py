"""A node dies, hangs, is cut off from the log: its people leave, it comes back by itself, and
nothing that anybody was told is untrue.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from gchat.core.effects import Disconnected
from gchat.core.events import NodeBeat
from gchat.core.nodes import LEASE_BEATS, NUMBER_BITS
from gchat.core.transitions.nodes import SILENT
from gchat.journal.cluster.codec import decode
from gchat.journal.cluster.follower import place_of
from gchat.journal.cluster.journal import CUT_OFF, STOPPED_OTHERS
from gchat.journal.cluster.keeper import packed
from tests.cluster.load import Session, Talker
from tests.cluster.nodes import ClusterNode
from tests.cluster.scene import Scene
from tests.support.clients import IrcClient


def on(scene: Scene, name: str) -> dict[str, Session]:
    """By their nicknames, the connections to a node."""
    found = (one for one in scene.crowd.talkers if one.name.startswith(name))
    return {one.session.nick: one.session for one in found if one.session is not None}


def talkers(scene: Scene, name: str) -> list[Talker]:
    return [one for one in scene.crowd.talkers if one.name.startswith(name)]


def beats_after(scene: Scene, silent: int) -> int:
    """How many beats of another node came between the last batch of a silent one and the first of
    its people leaving.
    """
    left = next(
        one.entry.seq
        for one in scene.audit.effects
        if isinstance(one, Disconnected) and one.reason == SILENT
    )
    assert left
    last = max(number for number, one in enumerate(scene.audit.entries) if one.node == silent)
    found = 0
    for entry in scene.audit.entries[last + 1 :]:
        events = [decode(one) for one in entry.events]
        if any(type(one).__name__ == "NodeSwept" for one in events):
            return found
        found += sum(isinstance(one, NodeBeat) for one in events)
    raise AssertionError("nobody left")


def test_it_is_killed_and_started_again(scene: Scene) -> None:
    ghosts = set(on(scene, "a"))
    watcher = IrcClient(scene.nodes["b"].port, "Watch", join="#lobby")
    scene.nodes["a"].die()
    gone: set[str] = set()
    while not ghosts <= gone:
        (*_, quits) = watcher.until("QUIT")
        assert quits.params == [SILENT]
        gone.add(quits.nick)
    watcher.close()
    assert scene.members() == ["b"]
    assert beats_after(scene, 1) == LEASE_BEATS
    scene.crowd.talk_on()
    scene.nodes["a"].start()
    assert scene.numbers() == {"b": 2, "a": 3}
    scene.crowd.talk_on()
    scene.settle()


def test_it_is_killed_and_started_again_before_the_others_notice(scene: Scene) -> None:
    ghosts = set(on(scene, "a"))
    scene.nodes["a"].die()
    scene.nodes["a"].start()
    scene.crowd.talk_on()
    scene.crowd.talk_until(lambda: ghosts.isdisjoint(scene.who("b")))
    scene.settle()


def test_it_is_stopped_as_usual(scene: Scene) -> None:
    ghosts = set(on(scene, "a"))
    watcher = IrcClient(scene.nodes["b"].port, "Watch", join="#lobby")
    assert scene.nodes["a"].stop() == 0
    found = watcher.until_that(lambda m: m.command == "QUIT" and m.nick in ghosts)
    assert found[-1].params == [STOPPED_OTHERS]
    watcher.close()
    assert scene.members() == ["b"]
    scene.audit.check_checkpoint(scene.nodes["a"].checkpoint())
    scene.crowd.talk_until(lambda: ghosts.isdisjoint(scene.who("b")))
    scene.nodes["a"].start()
    scene.crowd.talk_on()
    scene.settle()


def reasons(ended: dict[str, Session]) -> set[str]:
    """Why connections were closed, as their people were told."""
    return {one.last_words.rpartition("(")[2].rstrip(")") for one in ended.values()}


def is_given_up(scene: Scene, name: str) -> None:
    """They talk until the others have done so."""
    scene.crowd.talk_until(lambda: name not in scene.members())


def comes_back(scene: Scene, name: str, before: dict[str, Session]) -> None:
    """The node's clients are told, and connect again; it takes part."""
    scene.crowd.talk_until(
        lambda: name in scene.members() and before.keys().isdisjoint(on(scene, name))
    )
    assert reasons(before) == {CUT_OFF}
    assert "the others have given this node up" in scene.nodes[name].log
    scene.crowd.talk_on()
    scene.settle()


def test_a_zombie_takes_part_no_more_and_joins_again(scene: Scene) -> None:
    before = on(scene, "a")
    scene.nodes["a"].pause()
    is_given_up(scene, "a")
    scene.nodes["a"].resume()
    comes_back(scene, "a", before)


@pytest.mark.parametrize("how", ["hold", "away", "swallow"])
def test_a_node_that_is_cut_off_joins_again(scene: Scene, how: str) -> None:
    before = on(scene, "a")
    getattr(scene.wires["a"], how)()
    is_given_up(scene, "a")
    scene.wires["a"].release()
    comes_back(scene, "a", before)


def test_without_the_log_for_too_long_people_are_sent_elsewhere(tmp_path: Path) -> None:
    with Scene(tmp_path, cluster_patience=2.0) as scene:
        scene.people()
        before = {**on(scene, "a"), **on(scene, "b")}
        scene.valkey.pause()
        scene.crowd.talk_until(lambda: all(one.last_words for one in before.values()))
        assert reasons(before) == {CUT_OFF}
        scene.valkey.resume()
        scene.crowd.talk_on()
        scene.settle()


def test_a_third_joins_under_load_and_has_all_of_it(scene: Scene) -> None:
    scene.add("c")
    for number in range(3):
        scene.crowd.add(f"c{number}", lambda: scene.port("c"))
    scene.crowd.talk_on()
    assert scene.members() == ["a", "b", "c"]
    scene.settle()


def test_another_of_its_name_takes_its_place_and_it_ends(scene: Scene, tmp_path: Path) -> None:
    """Two that go on with one name would end each other for ever."""
    other = ClusterNode("a", tmp_path / "elsewhere", scene.wires["b"].url)
    first = scene.nodes["a"]
    with other:
        scene.nodes["a"] = other
        scene.crowd.talk_on()
        assert first.process.wait(10) == 2
        assert "Another node of the name a has taken its place" in first.log
        assert first.stop() == 2
        assert sorted(scene.members()) == ["a", "b"]
        scene.settle()


def test_all_are_killed_at_once(scene: Scene) -> None:
    for node in scene.nodes.values():
        node.process.send_signal(signal.SIGKILL)
    for node in scene.nodes.values():
        node.die()
    for node in scene.nodes.values():
        node.start()
    scene.crowd.talk_on()
    scene.settle()


def test_who_was_away_for_longer_than_the_log_reaches_begins_with_the_others_snapshot(
    scene: Scene,
) -> None:
    """Its own checkpoint is of the cluster's beginning, of which the log has nothing any more."""
    first, second = scene.nodes["a"], scene.nodes["b"]
    second.die()
    scene.crowd.talk_on()
    scene.crowd.fall_silent()
    first.stop()
    found = first.checkpoint()
    _, position = place_of(found)
    scene.audit.follow(scene.valkey)
    scene.valkey.ask("SET", "gchat:snapshot", packed(found))  # as the first node does each minute
    scene.valkey.ask("XTRIM", "gchat", "MINID", position)
    first.start()
    second.start()
    assert "the history here has a gap" in second.log
    scene.crowd.talk_on()
    scene.crowd.fall_silent()
    scene.audit.follow(scene.valkey)
    scene.crowd.check(scene.audit)
    for node in scene.nodes.values():
        assert node.stop() == 0
    scene.audit.follow(scene.valkey)
    for node in scene.nodes.values():
        scene.audit.check_checkpoint(node.checkpoint())


def test_numbers_of_connections_are_never_used_again(scene: Scene) -> None:
    """By it somebody without an account is known in the history."""
    scene.nodes["a"].die()
    scene.nodes["a"].start()
    scene.crowd.talk_on(3)
    scene.audit.follow(scene.valkey)
    nicks = {one.uid: one.nick for one in scene.audit.effects}
    assert len(set(nicks.values())) == len(nicks)
    assert {uid >> NUMBER_BITS for uid in nicks} == {1, 2, 3}
