"""A log, nodes with a wire of their own to it, people who talk: and whether all of it was kept."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import TracebackType

from tests.cluster.audit import Auditor
from tests.cluster.load import Crowd
from tests.cluster.nodes import ClusterNode
from tests.support.clients import IrcClient
from tests.support.proxy import Proxy
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until

NODES = ("a", "b", "c")


class Scene:
    """`url`: of the log, for nodes that do not go through a wire."""

    def __init__(
        self,
        folder: Path,
        nodes: int = 2,
        *,
        log: tuple[str, ...] = (),
        url: str = "",
        valkey: Valkey | None = None,
        **settings: object,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.valkey = valkey or Valkey(folder / "log", *log)
        self._names = NODES[:nodes]
        self._url = url
        self.wires: dict[str, Proxy] = {}
        self.nodes: dict[str, ClusterNode] = {}
        self.crowd = Crowd()
        self.audit: Auditor

    def __enter__(self) -> Scene:
        try:
            if not self.valkey.runs:
                self.valkey.start()
            for name in self._names:
                self.add(name)
            self.audit = Auditor(self.valkey)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:  # pytest shows it with the failure
            for node in self.nodes.values():
                print(f"--- node {node.name}\n{node.log if node.runs else 'does not run'}")
        self.close(quietly=error is not None)

    def add(self, name: str, **settings: object) -> ClusterNode:
        """One node more."""
        wire = self.wires[name] = Proxy(self.valkey.port)
        node = ClusterNode(name, self.folder, self._url or wire.url, **self.settings, **settings)
        self.nodes[name] = node
        return node.start()

    def close(self, *, quietly: bool = True) -> None:
        """Ends everything. `quietly`: another error is more interesting than theirs."""
        self.crowd.close()
        self.valkey.resume()
        for wire in self.wires.values():
            wire.release()
        try:
            for node in self.nodes.values():
                try:
                    node.stop()
                except AssertionError:
                    if not quietly:
                        raise
        finally:
            for node in self.nodes.values():
                node.die()
            for wire in self.wires.values():
                wire.close()
            self.valkey.kill()

    # -- people

    def port(self, *names: str) -> int:
        """Of the first of these nodes that runs; 0 for none."""
        found = (self.nodes[name] for name in names)
        return next((one.port for one in found if one.runs), 0)

    def people(self, each: int = 3) -> None:
        """So many talk on each node; who is cut off comes back to the same, or if it does not run
        to another.
        """
        for name in self.nodes:
            others = [one for one in self.nodes if one != name]
            for number in range(each):
                where = (name, *others)
                self.crowd.add(f"{name}{number}", partial(self.port, *where))
        self.crowd.talk_on(5)

    # -- what there is

    def members(self) -> list[str]:
        """The nodes that take part, as the log says."""
        self.audit.follow(self.valkey)
        return [one.name for one in self.audit.hub.nodes.members.values()]

    def numbers(self) -> dict[str, int]:
        """By the names of the nodes that take part, their numbers."""
        self.audit.follow(self.valkey)
        return {one.name: number for number, one in self.audit.hub.nodes.members.items()}

    def who(self, name: str) -> set[str]:
        """The nicknames that somebody who comes to this node finds in the room."""
        with IrcClient(self.nodes[name].port, "Looks") as client:
            found = [m for m in client.ask("NAMES #lobby") if m.command == "353"]
            client.send("QUIT")
            client.read_to_end()
        return {nick.lstrip("@+") for m in found for nick in m.params[-1].split()}

    # -- the guarantees

    def compare(self, valkey: Valkey | None = None) -> None:
        """Nothing is lost, nothing is there twice, all have seen the same in the same order, and
        all nodes keep the same. They are silent meanwhile.
        """
        valkey = valkey or self.valkey
        self.crowd.fall_silent()
        self.audit.follow(valkey)
        if self.audit.messages:
            self.crowd.hear(self.audit.messages[-1].msgid)
        self.crowd.check(self.audit)
        kept = [(one.msgid, one.text) for one in self.audit.messages]
        for node in self.nodes.values():
            _keeps(node, kept)

    def settle(self, valkey: Valkey | None = None) -> None:
        """The same, and the nodes' hubs are equal byte for byte. Ends the nodes."""
        self.compare(valkey)
        for node in self.nodes.values():
            status = node.stop()
            assert status == 0, f"node {node.name} ended with {status}"
        self.audit.follow(valkey or self.valkey)
        for node in self.nodes.values():
            self.audit.check_checkpoint(node.checkpoint())


def _keeps(node: ClusterNode, kept: list[tuple[str, str]]) -> None:
    """Waits until a node keeps these messages, and no others."""
    wait_until(
        lambda: node.archive() == kept,
        why=lambda: f"node {node.name} keeps {difference(kept, node.archive())}",
    )


def difference(kept: list[tuple[str, str]], found: list[tuple[str, str]]) -> str:
    """In words."""
    lacks = [one for one in kept if one not in set(found)]
    beside = [one for one in found if one not in set(kept)]
    return (
        f"{len(found)} messages and not {len(kept)}: {lacks[:3]} are not there, "
        f"{beside[:3]} should not be"
    )
