"""What a node does beside: checkpoints, which others may start from, and what the log forgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import msgspec
import pytest

from gchat.core.events import Connected, Joined, NodeBeat, NodeGone, NodeJoined, Said
from gchat.journal.cluster import upkeep as module
from gchat.journal.cluster.connection import LogGone
from gchat.journal.cluster.follower import place_of
from gchat.journal.cluster.keeper import unpacked
from gchat.journal.cluster.log import START, order
from gchat.journal.cluster.upkeep import Upkeep
from tests.journal.cluster.entries import NOW, entry, follower
from tests.journal.cluster.test_journal import LAN, ListedLog, Node


class SharedLog(ListedLog):
    """One with values that all nodes share."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, bytes] = {}
        self.now = NOW
        self.statuses: dict[str, Any] = {}
        self.trimmed: list[str] = []
        self.most = 0
        self.away = False

    def set(self, name: str, value: bytes) -> None:
        self.values[name] = value

    def note(self, name: str, field: str, value: bytes, *, keep: bool = True) -> None:
        if self.away:
            raise LogGone("away")
        self.statuses.pop(field, None)
        if keep:
            self.statuses[field] = msgspec.json.decode(value)

    def trim(self, before: str) -> None:
        self.trimmed.append(before)

    def trim_to(self, entries: int) -> None:
        self.most = entries

    def size(self) -> int:
        return 7

    def now_ms(self) -> int:
        return self.now

    def moved(self) -> bool:
        return False


Kept = tuple[Node, Upkeep, SharedLog]


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """The first of two; nothing is done by time but the statuses, every millisecond."""
    monkeypatch.setattr(module, "STATUS_SECONDS", 0.001)
    found = Node(tmp_path)
    log = found.log = SharedLog()
    found.journal._stream = log  # type: ignore[assignment]
    found.journal.sender._stream = log  # type: ignore[assignment]
    upkeep = Upkeep(log, found.follower, found.keeper, found.journal, 5000)  # type: ignore[arg-type]
    found.journal.start()
    found.log.put(0, 0, NodeJoined("b", "b", 1, "t", {}, "1-0"))
    found.log.put(2, 1, Connected(LAN, "Lan", "u", "h", "r"), Joined(LAN, "#a"))
    found.until(lambda: LAN in found.follower.hub.users)
    upkeep.start()
    yield found, upkeep, log
    upkeep.stop()
    assert "a" not in log.statuses, "who has gone says nothing any more"
    found.close()


def test_a_checkpoint_after_so_many_events(node: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    one, _, log = node
    monkeypatch.setattr(module, "SAVE_EVENTS", one.follower.seq + 10)
    for number in range(9):
        log.put(2, 2 + number, Said(LAN, "#a", "x"))
    one.until(lambda: len(one.shown) == 9)
    one.until(lambda: "a" in log.statuses)
    assert one.store.checkpoint() == []
    log.put(2, 11, Said(LAN, "#a", "x"), Said(LAN, "#a", "the last"))
    one.until(lambda: one.store.checkpoint() and module.SNAPSHOT in log.values)
    found = one.store.checkpoint()
    assert unpacked(log.values[module.SNAPSHOT]) == found, "and the others may start from it"
    assert place_of(found)[1] == one.keeper.checkpointed == log.entries[-1].position
    again = follower()
    again.resume(found)
    assert [text for text in one.shown if text] == ["x"] * 10 + ["the last"]
    assert again.seq == one.follower.seq


def test_the_log_forgets_what_neither_a_node_nor_a_newcomer_needs(
    node: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, upkeep, log = node
    upkeep._trim()
    assert log.trimmed == [], "nobody could start from anything"
    upkeep.save()
    one.until(lambda: module.SNAPSHOT in log.values)
    upkeep._trim()
    assert log.trimmed == ["0-0"], "this node has not said yet that it has a checkpoint"
    assert log.most == 5000
    mine = one.keeper.checkpointed
    one.until(lambda: one.follower.hub.nodes.members[1].position == mine)
    upkeep._trim()
    assert log.trimmed[-1] == "1-0", "what node b needs"
    log.put(2, 2, NodeBeat(2, mine))
    one.until(lambda: one.follower.hub.nodes.members[2].position == mine)
    upkeep._trim()
    assert log.trimmed[-1] == mine


def test_one_node_does_that_for_all(node: Kept, caplog: pytest.LogCaptureFixture) -> None:
    one, upkeep, log = node
    log.put(2, 2, NodeGone(1, "silent"))
    one.until(lambda: one.journal.node == 3)
    upkeep.save()
    upkeep._trim()
    gevent.sleep(0.01)
    assert module.SNAPSHOT not in log.values
    assert log.trimmed == []
    assert one.store.checkpoint(), "its own it has"
    caplog.clear()


def test_what_is_said_of_it(node: Kept) -> None:
    one, upkeep, log = node
    one.until(lambda: "a" in log.statuses)
    status = log.statuses["a"]
    assert (status["number"], status["members"], status["users"]) == (1, ["a", "b"], 1)
    assert status["trouble"] == upkeep.trouble() == ""
    gauges = upkeep.gauges()
    assert gauges["cluster_members"][1] == 2
    assert gauges["cluster_waiting"][1] in (0, 1), "a beat"
    ms, _ = order(one.follower.position)
    assert gauges["cluster_position_seconds"][1] == ms / 1000
    log.now = NOW + 90_000
    one.until(lambda: 80 < upkeep.gauges()["cluster_behind_seconds"][1] <= 90)
    one.follower.compared = 2000, "0123456789ab" + "f" * 20
    gauges = upkeep.gauges()
    assert gauges["cluster_digest_events"][1] == 2000
    assert gauges["cluster_digest"][1] == 0x0123456789AB
    assert gauges["cluster_lease_seconds"][1] == one.journal.identity.lease
    one.journal.heard -= 10
    assert upkeep.trouble() == "the shared log is out of reach"
    one.journal.sender.node = 0
    assert upkeep.trouble() == "this node takes no part in the cluster at the moment"


def test_it_goes_on_when_the_log_is_back(node: Kept) -> None:
    one, _, log = node
    log.away = True
    log.statuses.clear()
    gevent.sleep(0.01)
    assert log.statuses == {}
    log.away = False
    one.until(lambda: "a" in log.statuses)


def test_positions_from_the_beginning() -> None:
    assert place_of(list(follower().checkpoint())) == ("c0ffee", START)
    found = follower()
    list(found.take(entry(1, 0, 0, NodeJoined("a", "a", 1, "t", {}))))
    assert found.seq == 1
