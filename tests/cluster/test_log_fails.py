"""The log dies, hangs, is full; the wire to it is cut at any point: nothing twice, nothing lost."""

from __future__ import annotations

from pathlib import Path

from tests.cluster.nodes import LEASE
from tests.cluster.scene import Scene
from tests.support.clients import IrcClient


def sessions(scene: Scene) -> int:
    """How many connections there were."""
    return sum(len(one.sessions) for one in scene.crowd.talkers)


def test_it_is_killed_and_started_again(scene: Scene) -> None:
    scene.valkey.kill()
    scene.crowd.talk_for(LEASE)
    scene.valkey.start()
    scene.crowd.talk_on()
    assert sessions(scene) == len(scene.crowd.talkers), "everybody stayed connected"
    assert scene.numbers() == {"a": 1, "b": 2}, "an outage of the log ends nobody's lease"
    scene.settle()


def test_it_is_killed_while_it_writes_again_and_again(scene: Scene) -> None:
    for _ in range(4):
        scene.crowd.talk_for(0.2)
        scene.valkey.kill()
        scene.valkey.start()
    scene.crowd.talk_on()
    scene.settle()


def test_it_hangs_for_longer_than_a_lease(scene: Scene) -> None:
    scene.valkey.pause()
    scene.crowd.talk_for(3 * LEASE)
    scene.valkey.resume()
    scene.crowd.talk_on()
    assert sessions(scene) == len(scene.crowd.talkers)
    assert scene.numbers() == {"a": 1, "b": 2}
    scene.settle()


def test_while_it_is_away_messages_are_refused_in_time_and_nobody_has_to_go(scene: Scene) -> None:
    quiet = IrcClient(scene.nodes["a"].port, "Quiet", join="#load")
    scene.valkey.kill()
    # what was on its way may have come: it is not refused, and not shown
    scene.crowd.talk_for(0.2)
    quiet.send("PRIVMSG #load :Is anybody there?")
    (*_, refusal) = quiet.until("400")
    assert refusal.params[-1] == "Not done: the servers' shared log is out of reach at the moment"
    scene.valkey.start()
    quiet.send("QUIT")
    quiet.read_to_end()
    scene.crowd.talk_on()
    assert sessions(scene) == len(scene.crowd.talkers)
    scene.settle()


def test_connections_are_cut_at_any_point(scene: Scene) -> None:
    for number in range(12):
        scene.crowd.talk_for(0.05)
        scene.wires["ab"[number % 2]].cut()
    scene.crowd.talk_on()
    assert sessions(scene) == len(scene.crowd.talkers)
    scene.settle()


def test_answers_are_lost(scene: Scene) -> None:
    """What was sent is there, and the node does not know it."""
    for _ in range(4):
        scene.wires["a"].swallow()
        scene.crowd.talk_for(0.2)
        scene.wires["a"].release()
        scene.crowd.talk_for(0.1)
    scene.crowd.talk_on()
    scene.settle()


def test_both_nodes_are_held_for_two_leases(scene: Scene) -> None:
    """Nobody is given up: nobody beats."""
    for wire in scene.wires.values():
        wire.hold()
    scene.crowd.talk_for(2 * LEASE)
    for wire in scene.wires.values():
        wire.release()
    scene.crowd.talk_on()
    scene.settle()


def test_its_memory_is_full(scene: Scene) -> None:
    scene.valkey.ask("CONFIG", "SET", "maxmemory", "100kb")
    scene.crowd.talk_until(lambda: scene.crowd.refused >= 6)
    scene.valkey.ask("CONFIG", "SET", "maxmemory", "0")
    scene.crowd.talk_on()
    assert sessions(scene) == len(scene.crowd.talkers)
    assert scene.numbers() == {"a": 1, "b": 2}
    assert "OOM" in scene.nodes["a"].log
    scene.settle()


def test_its_disk_is_full(tmp_path: Path) -> None:
    """It ends then, as it does with `appendfsync always`; and goes on when there is room."""
    with Scene(tmp_path) as scene:
        scene.people()
        scene.valkey.no_room_beyond(scene.valkey.disk() + 20_000)
        scene.crowd.talk_until(lambda: not scene.valkey.runs)
        scene.crowd.talk_for(LEASE)
        scene.valkey.start()
        scene.crowd.talk_on()
        assert sessions(scene) == len(scene.crowd.talkers)
        scene.settle()


def test_people_come_and_go_while_it_is_away(scene: Scene) -> None:
    """Who goes is gone when it is back; who comes then can."""
    scene.valkey.kill()
    talker = scene.crowd.talkers[0]
    assert talker.session is not None
    gone = talker.session.nick
    talker.session.sock.shutdown(2)
    scene.crowd.talk_for(0.2)
    scene.valkey.start()
    scene.crowd.talk_on()
    assert gone not in scene.who("b")
    scene.settle()
