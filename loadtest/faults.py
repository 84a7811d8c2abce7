"""What is done to the nodes or to their log in the middle of a load: `--fault`."""

from __future__ import annotations

import time
from collections.abc import Callable

from loadtest.log_servers import OwnLog
from loadtest.nodes import Node, NodesTarget
from loadtest.probe import Probe

Figures = dict[str, float | str]


class Fault:
    """`at` and `outage` in seconds: from the load's start until it happens, and how long it lasts.
    Everything is done in `look`, which never waits.
    """

    def __init__(self, kind: str, target: NodesTarget, at: float, outage: float) -> None:
        self._kind, self._target = kind, target
        self._at, self._outage = at, outage
        self._happened: float | None = None  # when, of time.monotonic
        self._over = False
        self._new: tuple[Node, Probe] | None = None  # that does not serve yet
        self.figures: Figures = {"fault": KINDS[kind][1]}
        self._probes: dict[str, Probe] = {}

    def begin(self) -> None:
        """Before the load."""
        for node in self._target.living():
            self._probes[node.name] = _probe(node)

    def look(self, at: float) -> None:
        """Does what is to be done now, `at` seconds after the load's start. Raises OSError,
        CouldNotStart.
        """
        now = time.monotonic()
        if self._happened is None and at >= self._at:
            self._happened = now
            for probe in self._probes.values():
                probe.begin()
            KINDS[self._kind][0](self)
        if self._happened is not None and not self._over and now > self._happened + self._outage:
            self._over = True
            if self._kind in _AFTER:
                _AFTER[self._kind](self)
        self._look_at_new()

    @property
    def over(self) -> bool:
        """Whether all that it does is done."""
        return self._over and self._new is None

    def end(self) -> None:
        """Asks no more, and notes how long the nodes let people wait."""
        for name, probe in self._probes.items():
            probe.close()
            if any(node.name == name and node.alive for node in self._target.nodes):
                self.figures[f"longest wait for a PONG of node {name}, ms"] = round(
                    probe.longest * 1000, 1
                )
        late = max((probe.late for probe in self._probes.values()), default=0.0)
        self.figures["by which these PINGs themselves were late at most, ms"] = round(
            late * 1000, 1
        )
        if self._new is not None:
            self._new[1].close()

    # -- what there is

    def kill_node(self) -> None:
        """The last one, as a crash does. Nobody starts it again."""
        self._target.nodes[-1].kill()
        self._probes.pop(self._target.nodes[-1].name).close()

    def restart_node(self) -> None:
        """The last one, and it is started again at once, as by systemd."""
        node = self._target.nodes[-1]
        self.kill_node()
        self._target.start(node)
        self._new = node, _probe(node)

    def join_node(self) -> None:
        """One more is started."""
        node = self._target.join()
        self._new = node, _probe(node)

    def _look_at_new(self) -> None:
        if self._new is None or self._happened is None:
            return
        node, probe = self._new
        if probe.first is not None:
            seconds = probe.first - self._happened
            self.figures[f"until node {node.name} served, s"] = round(seconds, 3)
            probe.close()
            self._new = None
        else:
            node.serves()  # raises where it has ended

    def cut(self) -> None:
        """The last node's way to the log is held."""
        way = self._target.nodes[-1].way
        assert way is not None
        way.hold()

    def mend(self) -> None:
        """It is let go."""
        way = self._target.nodes[-1].way
        assert way is not None
        way.let_go()

    def kill_log(self) -> None:
        """The log's server, which is started again after the outage."""
        self._log().primary.kill()

    def start_log(self) -> None:
        """It is started again, on what it has stored."""
        primary = self._log().primary
        primary.start()
        self._target.restarted(primary.name, primary.pid)

    def failover(self) -> None:
        """The log's primary; the Sentinel makes a replica the primary."""
        self._log().primary.kill()

    def _log(self) -> OwnLog:
        log = self._target.log
        assert isinstance(log, OwnLog)
        return log


def _probe(node: Node) -> Probe:
    return Probe(("127.0.0.1", node.port), f"ltping-{node.name}")


# What happens, and what that is in words.
KINDS: dict[str, tuple[Callable[[Fault], None], str]] = {
    "kill-node": (Fault.kill_node, "the last node was killed"),
    "restart-node": (Fault.restart_node, "the last node was killed, and started again at once"),
    "join-node": (Fault.join_node, "one more node was started"),
    "cut": (Fault.cut, "the last node was cut off from the log"),
    "kill-log": (Fault.kill_log, "the log was killed, and started again"),
    "failover": (Fault.failover, "the log's primary was killed"),
}
OF_OUR_LOG = ("cut", "kill-log", "failover")  # not where the log runs already
# And after the outage.
_AFTER: dict[str, Callable[[Fault], None]] = {"cut": Fault.mend, "kill-log": Fault.start_log}
