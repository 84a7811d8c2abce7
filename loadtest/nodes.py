"""Several gchat nodes that are one server, started for a run, with the log that they share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from loadtest import system
from loadtest.crowd import CouldNotStart
from loadtest.hold import Way
from loadtest.interruption import Interruption
from loadtest.log_servers import LOOK_SECONDS, Log, OwnLog, free_port
from loadtest.outcome import NODE
from loadtest.started import Started
from loadtest.storage import Storage
from loadtest.target import Target, Usage

GCHAT = Path(__file__).resolve().parent.parent  # where it is found
NAMES = "abcdefghijklmnopqrstuvwxyz"
MOST = 8
START_SECONDS = 60.0
WHOLE_SECONDS = 300.0  # for all nodes to be well again
DIGEST_SECONDS = 4.0  # for all to have come to the same entry


class Meter:
    """What a process has used, also once it has ended, and with others of its name before it."""

    def __init__(self) -> None:
        self._process: Any = None
        self._before, self._cpu, self._memory = 0.0, 0.0, 0

    def watch(self, pid: int) -> None:
        """From here on it is this process."""
        self._before += self._cpu
        self._cpu, self._memory = 0.0, 0
        self._process = system.measured(psutil.Process(pid))

    def usage(self) -> Usage:
        """CPU seconds of all of them, bytes of memory of the one that runs."""
        with suppress(psutil.NoSuchProcess):
            times = self._process.cpu_times()
            self._cpu = max(self._cpu, float(times.user + times.system))
            self._memory = int(self._process.memory_info().rss)
            return self._before + self._cpu, self._memory
        return self._before + self._cpu, 0


class Node:
    """One of them, in a folder of its own."""

    def __init__(
        self, interruption: Interruption, parent: Path | None, name: str, log: Log, port: int = 0
    ) -> None:
        """Makes the folder only; `port` 0 is a free one. Raises OSError."""
        self.name = name
        self.port = port or free_port()
        self.alive = False
        self.way: Way | None = None  # to the log, where it can be held
        self.meter = Meter()
        self._log = log
        self._started = Started(interruption, parent)
        self._stopped = False

    @property
    def folder(self) -> Path:
        """Its own."""
        return self._started.folder

    def start(self, copies: int, *, tls: bool = False, held: bool = False) -> None:
        """Starts it, and does not wait until it serves. With `held` its way to the log can be held.
        Raises OSError.
        """
        url = self._log.url
        if held:
            self.way = self.way or Way(self._log.servers[0].port)
            url = f"redis://127.0.0.1:{self.way.port}"
        flags = ["--port", str(self.port), "--cluster", url, "--node", self.name]
        if tls:
            flags.append("--tls-self-signed")
        settings = {
            "GCHAT_JOURNAL_DATA": str(self.folder / "data"),
            "GCHAT_CLUSTER_COPIES": str(copies),
            "GCHAT_CLUSTER_KEY": self._log.key,
        }
        with (self.folder / "output").open("ab") as out:
            self._started.start(
                [sys.executable, "-m", "gchat", "--log-level", "warning", *flags],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | settings,
                cwd=GCHAT,
            )
        self.alive = True
        self.meter.watch(self._started.pid)

    def serves(self) -> bool:
        """Whether it has said that it does. Raises CouldNotStart where it has ended."""
        said = self._said()
        if self._started.ended() is not None:
            raise CouldNotStart(f"node {self.name} does not start: {said[-500:].strip()}")
        return "Server started on " in said

    def _said(self) -> str:
        return (self.folder / "output").read_text("utf-8", "replace")

    def kill(self) -> None:
        """As a crash does."""
        self.alive = False
        self.meter.usage()
        self._started.kill()
        (self.folder / "output").unlink(missing_ok=True)

    def archive(self) -> list[tuple[str, str]]:
        """Room and text of each message that it has stored, in order. Raises CouldNotStart."""
        command = [sys.executable, "-m", "gchat", "export", "--data", str(self.folder / "data")]
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=GCHAT,
            **system.OWN_GROUP,
        )
        if done.returncode:
            raise CouldNotStart(f"what node {self.name} stored cannot be read: {done.stderr}")
        lines = map(json.loads, done.stdout.splitlines())
        return [(one["target"], one["text"]) for one in lines if one["kind"] == "PRIVMSG"]

    def stop(self) -> None:
        """Ends it and removes its folder; nothing the second time."""
        if self._stopped:
            return
        self._stopped, self.alive = True, False
        if self.way is not None:
            self.way.let_go()
        self._started.stop()
        if self.way is not None:
            self.way.close()
            self.way = None


class NodesTarget(Target):
    """All of them, as the server under test."""

    def __init__(
        self,
        interruption: Interruption,
        *,
        nodes: int,
        copies: int = 1,
        tls: bool = False,
        parent: Path | None = None,
        url: str = "",
        sentinel: bool = False,
        held: bool = False,
    ) -> None:
        """Starts them. `url`: of a log that runs already. `held`: the last node's way to the log
        can be held. Raises CouldNotStart, OSError, Interrupted.
        """
        self._interruption, self._parent = interruption, parent
        self._copies, self._tls = copies, tls
        self.nodes: list[Node] = []
        self._meters: dict[str, Meter] = {}
        self.log: Log
        if url:
            self.log = Log(url, f"gchat-loadtest-{os.urandom(6).hex()}")
            self.log.check()
        else:
            replicas = (2 if sentinel else 1) if copies > 1 else 0
            self.log = OwnLog(interruption, parent, replicas=replicas, sentinel=sentinel)
        try:
            for server in self.log.servers:
                self._meters[server.name] = meter = Meter()
                meter.watch(server.pid)
            for number in range(nodes):
                self._wait_for(self.join(held=held and number == nodes - 1))
            self.addresses = tuple(("127.0.0.1", node.port) for node in self.nodes)
            self.storage = Storage.at(self.nodes[0].folder.parent)
        except BaseException:
            self.stop()
            raise

    def join(self, *, held: bool = False) -> Node:
        """One more, which does not serve yet. With `held` its way to the log can be held. Raises
        OSError.
        """
        name = NAMES[len(self.nodes)]
        node = Node(self._interruption, self._parent, name, self.log)
        self.nodes.append(node)
        self._meters[NODE + name] = node.meter
        self.start(node, held=held)
        return node

    def start(self, node: Node, *, held: bool = False) -> None:
        """Starts one (again). Raises OSError."""
        node.start(self._copies, tls=self._tls, held=held)

    def restarted(self, name: str, pid: int) -> None:
        """A server of the log was started again."""
        self._meters[name].watch(pid)

    def _wait_for(self, node: Node) -> None:
        deadline = time.monotonic() + START_SECONDS
        with self._interruption.waiting():
            while not node.serves():
                if time.monotonic() > deadline:
                    raise CouldNotStart(f"node {node.name} does not serve")
                time.sleep(LOOK_SECONDS)

    @property
    def sentence(self) -> str:
        """What it is, for people."""
        count = len(self.addresses)
        return f"{count} node{'s' if count > 1 else ''} of gchat, and {self.log.sentence}"

    # -- what it uses

    @property
    def known(self) -> bool:
        """See Target: all of them are ours."""
        return True

    def parts(self) -> dict[str, Usage]:
        """See Target: of each node, and of each of our log's servers."""
        return {name: meter.usage() for name, meter in self._meters.items()}

    def usage(self) -> Usage:
        """See Target: of all parts together."""
        found = self.parts().values()
        return sum(cpu for cpu, _ in found), sum(memory for _, memory in found)

    # -- whether all are the same

    def living(self) -> list[Node]:
        """Those that run."""
        return [node for node in self.nodes if node.alive]

    def newest(self) -> str:
        """The position of the log's newest entry; "" where the log does not answer."""
        return self.log.look()[0]

    def are_whole(self, position: str) -> bool:
        """Whether all that run take part, see each other, and have stored what is up to there."""
        newest, noted = self.log.look()
        names = sorted(node.name for node in self.living())
        if not newest:
            return False
        for name in names:
            found = noted.get(name, {})
            if found.get("trouble", "-") or sorted(found.get("members", ())) != names:
                return False
            if _order(found.get("stored", "0-0")) < _order(position):
                return False
        return True

    def digests(self) -> str:
        """Whether the nodes' digests of everything are equal, in words; an empty one where that
        cannot be told. Raises Different.
        """
        deadline = time.monotonic() + DIGEST_SECONDS
        while True:
            _, noted = self.log.look()
            found = [tuple(noted.get(n.name, {}).get("digest", (0, ""))) for n in self.living()]
            if not any(seq for seq, _ in found):
                return ""
            if len({seq for seq, _ in found}) == 1 and found[0][0]:
                if len(set(found)) > 1:
                    raise Different(f"the nodes' digests differ at event {found[0][0]:,}")
                return f"equal at event {found[0][0]:,}"
            if time.monotonic() > deadline:
                return ""
            with self._interruption.waiting():
                time.sleep(LOOK_SECONDS * 10)

    def stop(self) -> None:
        """Stops all nodes, and the log."""
        for node in self.nodes:
            node.stop()
        self.log.stop()


class Different(Exception):
    """Nodes that should be equal are not; the text says how."""


def _order(position: str) -> tuple[int, int]:
    ms, _, number = position.partition("-")
    return int(ms or 0), int(number or 0)
