"""Nodes of two versions at once, as during an upgrade."""

from __future__ import annotations

from pathlib import Path

from tests.cluster.nodes import ClusterNode
from tests.cluster.scene import Scene
from tests.cluster.test_checks import refused
from tests.support.waiting import WAIT_SECONDS

TOMORROW = b'["Sparkled",{"uid":1,"glitter":"much"}]'


class NewerNode(ClusterNode):
    """It knows a level more, and writes fields that the others do not know."""

    module = "tests.cluster.variants.newer"


def test_an_upgrade_one_node_after_the_other(tmp_path: Path) -> None:
    with Scene(tmp_path) as scene:
        scene.people()
        scene.audit.follow(scene.valkey)
        assert scene.audit.hub.nodes.level == 1
        for name, level in (("a", 1), ("b", 2)):
            scene.nodes[name].stop()
            newer = NewerNode(name, tmp_path, scene.wires[name].url)
            scene.nodes[name] = newer
            newer.start()
            scene.crowd.talk_on(10)
            scene.audit.follow(scene.valkey)
            assert scene.audit.hub.nodes.level == level, "what the oldest knows"
        assert refused(tmp_path, scene.valkey.url) == (
            "The node cannot join: its level is 1 and that of the others 2. Install the newer "
            "gchat."
        )
        scene.settle()


def test_who_does_not_know_an_event_stops_and_says_so(tmp_path: Path) -> None:
    """It could not be equal to the others. Nobody writes one while older nodes are there."""
    with Scene(tmp_path) as scene:
        scene.people()
        scene.valkey.ask("XADD", "gchat", "*", "h", "0 0", "e", TOMORROW)
        for node in scene.nodes.values():
            node.process.wait(WAIT_SECONDS)
            why = "the log has an event of an unknown kind: 'Sparkled'. Install the newer gchat."
            assert f"gchat: {why}\n" in node.log
            assert node.stop() == 2
