"""A node's journal on a log that is a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import gevent
import pytest
from gevent.event import Event as Signal

from gchat.core.effects import Effect, Spoke
from gchat.core.events import Connected, Event, Joined, NodeGone, NodeJoined, Said
from gchat.core.nodes import NUMBER_BITS
from gchat.journal.base import JournalError, Notices
from gchat.journal.cluster.codec import encode
from gchat.journal.cluster.journal import CUT_OFF, ClusterJournal, Identity
from gchat.journal.cluster.keeper import Keeper
from gchat.journal.cluster.log import LogEntry, order
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool
from tests.journal.cluster.entries import NOW, follower

TUAN = (1 << NUMBER_BITS) + 1
LAN = (2 << NUMBER_BITS) + 1


class ListedLog:
    """All that the journal needs of one."""

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []
        self._more = Signal()

    def append(self, node: int, counter: int, events: Sequence[bytes]) -> str:
        position = f"{NOW + len(self.entries)}-0"
        self.entries.append(LogEntry(position, node, counter, list(events)))
        self._more.set()
        gevent.sleep(0)
        return position

    def put(self, node: int, counter: int, *events: Event) -> None:
        """As another node."""
        self.append(node, counter, [encode(one) for one in events])

    def read(self, after: str, wait: float) -> list[LogEntry]:
        found = [one for one in self.entries if order(one.position) > order(after)]
        if not found:
            self._more.clear()
            self._more.wait(wait)
        return found

    def read_elsewhere(self) -> None:
        """There is nowhere else."""


class Node:
    """One, whose people are shown everything by `show`."""

    def __init__(self, folder: Path, **identity: str) -> None:
        self.log = ListedLog()
        self.follower = follower()
        self.store = Store(folder, "process")
        self.writer = WorkerPool(1)
        self.keeper = Keeper(self.store, self.writer)
        self.shown: list[str] = []
        self.on_show: Callable[[str], None] = lambda text: None
        self.told: list[str] = []
        me = {"name": "a", "tables": "t", **identity}
        self.journal = ClusterJournal(
            self.log,  # type: ignore[arg-type]
            self.follower,
            self.keeper,
            self.show,
            Identity(rules={}, **me),  # type: ignore[arg-type]
            lambda: None,
        )
        self.journal.notices = Notices(
            lambda base: self.told.append(f"joined {base >> NUMBER_BITS}"),
            lambda reason: self.told.append(f"left: {reason}"),
            lambda why: self.told.append(f"failed: {why}"),
            lambda rules: None,
        )

    def show(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Spoke):
                self.shown.append(effect.text)
                self.on_show(effect.text)

    def until(self, done: Callable[[], object]) -> None:
        with gevent.Timeout(10):
            while not done():
                gevent.sleep(0.001)

    def close(self) -> None:
        self.journal.close()
        self.keeper.store()
        self.writer.close()
        self.store.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """It takes part, and Lan is on another one."""
    found = Node(tmp_path)
    found.journal.start()
    found.log.put(0, 0, NodeJoined("b", "b", 1, "t", {}))
    found.log.put(2, 1, Connected(LAN, "Lan", "u", "h", "r"), Joined(LAN, "#a"))
    found.until(lambda: LAN in found.follower.hub.users)
    yield found
    found.close()


def test_what_is_asked_is_shown_when_it_is_read(node: Node) -> None:
    assert node.told == ["joined 1"]
    journal = node.journal
    assert not journal.append(Connected(TUAN, "Tuan", "u", "h", "r")).result().refusals
    assert not journal.append(Joined(TUAN, "#a")).result().refusals
    assert journal.append(Said(TUAN, "#a", "hello")).result().effects
    assert node.shown == ["hello"]
    (refused,) = journal.append(Said(TUAN, "#none", "hello")).refusals()
    assert refused.numeric.name == "ERR_NOSUCHCHANNEL"


def test_it_ends_behind_a_whole_entry(node: Node) -> None:
    """Half of one in the checkpoint, and its rest would be taken for what was read before."""
    half = Signal()

    def slowly(text: str) -> None:
        if text == "3":
            half.set()
        gevent.sleep(0.001)

    node.on_show = slowly
    node.log.put(2, 2, *(Said(LAN, "#a", str(number)) for number in range(10)))
    with gevent.Timeout(10):
        half.wait()
    node.journal.close()
    assert node.shown == [str(number) for number in range(10)]
    other = follower()
    for entry in node.log.entries:
        if order(entry.position) <= order(node.follower.position):
            list(other.take(entry))
    assert list(other.checkpoint()) == list(node.follower.checkpoint())


def test_who_is_given_up_is_told_and_joins_again(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    late = node.journal.append(Said(TUAN, "#a", "too late"))
    node.log.put(2, 2, NodeGone(1, "silent"))
    assert [one.text for one in late.refusals()] == [CUT_OFF]
    node.until(lambda: "joined 3" in node.told)
    assert node.told == ["joined 1", f"left: {CUT_OFF}", "joined 3"]
    assert node.shown == []
    caplog.clear()


def test_another_of_its_name_ends_it(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    node.log.put(0, 0, NodeJoined("a", "another", 1, "t", {}))
    node.until(lambda: len(node.told) == 2)
    why = "Another node of the name a has taken its place. Give each node a --node of its own."
    assert node.told[1] == f"failed: {why}"
    caplog.clear()


def test_its_own_wish_to_join_may_come_late(node: Node, caplog: pytest.LogCaptureFixture) -> None:
    """By an old connection, when it is long gone and has joined again."""
    wish = next(one for one in node.log.entries if not one.node)
    node.log.put(2, 2, NodeGone(1, "silent"))
    node.until(lambda: "joined 3" in node.told)
    node.log.append(0, 0, wish.events)
    node.log.put(2, 3, Said(LAN, "#a", "after it"))
    node.until(lambda: node.shown)
    assert node.told == ["joined 1", f"left: {CUT_OFF}", "joined 3"]
    caplog.clear()


def test_a_refused_one_says_why(tmp_path: Path) -> None:
    node = Node(tmp_path, tables="other")
    node.log.put(0, 0, NodeJoined("b", "b", 1, "t", {}))
    with pytest.raises(JournalError, match="The node cannot join: it compares names by other"):
        node.journal.start()
    node.close()
