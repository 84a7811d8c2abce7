"""Two nodes of a cluster where the suite expects one server:
`python -m tests.conformance.nodes CONFIG PORT first|both`. `first`: all connections are to one of
them; `both`: each is to another one than the connection before it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import cycle
from pathlib import Path
from types import FrameType

from tests.support.process import free_port
from tests.support.proxy import Proxy
from tests.support.valkey import Valkey


class Turns(Proxy):
    """To one after the other."""

    def __init__(self, port: int, targets: list[int]) -> None:
        self._targets = cycle(targets)
        super().__init__(0, port)

    @property
    def target(self) -> int:
        """Of the next connection."""
        return next(self._targets)

    @target.setter
    def target(self, value: int) -> None:
        """It is another one each time."""


def node(config: Path, name: str, port: int, log: str, *, listens: bool) -> subprocess.Popen[bytes]:
    """Starts one and waits until it takes part."""
    settings = {
        "GCHAT_CLUSTER_LOG": log,
        "GCHAT_CLUSTER_NODE": name,
        "GCHAT_PORT": str(port),
        "GCHAT_JOURNAL_DATA": str(config.parent / f"data-{name}"),
        **({} if listens else {"GCHAT_LISTEN": ""}),
    }
    command = [sys.executable, "-m", "gchat", "--config", str(config)]
    process = subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"Server started"), name
    return process


def main(config: Path, port: int, how: str) -> None:
    """Until a signal ends it."""
    nodes: list[subprocess.Popen[bytes]] = []
    log = Valkey(config.parent / "log")

    def end(number: int, frame: FrameType | None) -> None:
        for one in nodes:
            one.kill()
        log.kill()
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    log.start()
    first = port if how == "first" else free_port()
    second = free_port()
    nodes.append(node(config, "b", second, log.url, listens=False))
    nodes.append(node(config, "a", first, log.url, listens=True))
    if how == "both":
        Turns(port, [first, second])
    signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
