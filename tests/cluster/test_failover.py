"""The log's primary dies and Sentinel makes its replica the primary, which lacks the last half
second: what is read from the replica is lost to nobody, what is read from the primary may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.audit import Auditor
from tests.cluster.scene import Scene
from tests.support.proxy import Proxy
from tests.support.valkey import Sentinel, Valkey
from tests.support.waiting import wait_until


@dataclass
class Servers:
    """Of the log."""

    primary: Valkey
    replica: Valkey
    wire: Proxy  # by which the replica reads
    sentinel: Sentinel

    def promoted(self) -> bool:
        """Whether the replica is the primary now."""
        return self.sentinel.primary() == self.replica.port

    def hold_back_and_kill(self, scene: Scene, seconds: float = 0.5) -> None:
        """What people say meanwhile, the replica never has."""
        self.wire.hold()
        scene.crowd.talk_for(seconds)
        self.primary.kill()
        self.wire.away()

    def start_the_other_as_replica(self) -> None:
        """What it has that the new one lacks, it forgets."""
        self.primary.of = self.replica.port
        self.primary.start()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    with ExitStack() as stack:
        primary = stack.enter_context(Valkey(tmp_path / "primary"))
        wire = stack.enter_context(Proxy(primary.port))
        replica = stack.enter_context(Valkey(tmp_path / "log", of=wire.port))
        wait_until(replica.is_in_step)
        sentinel = stack.enter_context(Sentinel(tmp_path / "sentinel", primary.port))
        wait_until(sentinel.knows_a_replica)
        yield Servers(primary, replica, wire, sentinel)


def test_with_two_copies_nothing_that_anybody_was_shown_is_lost(
    servers: Servers, tmp_path: Path
) -> None:
    with Scene(
        tmp_path, url=servers.sentinel.url, valkey=servers.replica, cluster_copies=2
    ) as scene:
        scene.people()
        servers.hold_back_and_kill(scene)
        held = sum(one.on_their_way for one in scene.crowd.talkers)
        assert held, "nobody is shown what only one server has"
        scene.crowd.talk_until(servers.promoted)
        servers.start_the_other_as_replica()
        scene.crowd.talk_on()
        scene.settle(servers.replica)


def test_with_two_copies_and_no_replica_it_waits_and_says_so(
    servers: Servers, tmp_path: Path
) -> None:
    with Scene(
        tmp_path, url=servers.sentinel.url, valkey=servers.replica, cluster_copies=2
    ) as scene:
        scene.people()
        servers.primary.kill()
        scene.crowd.talk_until(servers.promoted)
        scene.crowd.talk_until(lambda: "knows none" in scene.nodes["a"].log)
        before = scene.crowd.echoed
        scene.crowd.talk_for(1.0)
        assert scene.crowd.echoed == before
        servers.start_the_other_as_replica()
        scene.crowd.talk_on()
        scene.settle(servers.replica)


def test_with_one_copy_all_nodes_go_on_from_what_is_left(servers: Servers, tmp_path: Path) -> None:
    """What is lost was shown: people are told that they were cut off, and the nodes are equal."""
    with Scene(tmp_path, url=servers.sentinel.url, valkey=servers.replica) as scene:
        scene.people()
        servers.hold_back_and_kill(scene)
        scene.crowd.talk_until(servers.promoted)
        scene.crowd.talk_until(
            lambda: all("the log has lost something" in one.log for one in scene.nodes.values())
        )
        scene.crowd.talk_on()
        scene.crowd.fall_silent()
        for node in scene.nodes.values():
            assert node.stop() == 0
        audit = Auditor(servers.replica)
        audit.follow(servers.replica)
        for node in scene.nodes.values():
            audit.check_checkpoint(node.checkpoint())
            kept = {msgid for msgid, _ in node.archive()}
            assert {one.msgid for one in audit.messages} <= kept
