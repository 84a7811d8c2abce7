"""Two containers that are one server, with a Valkey of this machine as their log."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from tests.container.stage import LONELY, PATH, Stage, chroot, within
from tests.support.valkey import program
from tests.support.waiting import wait_until

LOG_PORT, OTHER_PORT = 6379, 55556
LOG = f"redis://127.0.0.1:{LOG_PORT}"
SECONDS = 30.0
# somebody at each node; what one says, the other reads
CHAT = """
import socket, sys
here, there = (socket.create_connection(("127.0.0.1", int(port)), 9) for port in sys.argv[1:])
here.sendall(b"Duy\\n")
lines = here.makefile("rb")
lines.readline()
there.sendall(b"Tuan\\nHello!\\n")
while lines.readline() != b"Tuan: Hello!\\n":
    pass
"""
ANSWERS = 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)'


def try_nodes(stage: Stage) -> None:
    """Starts the log and two nodes in one network, and lets two people chat. Raises an error where
    they do not hear each other.
    """
    with tempfile.TemporaryDirectory() as folder:
        valkey = [program(), "--port", str(LOG_PORT), "--bind", "127.0.0.1"]
        kept = ["--dir", folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        with subprocess.Popen([*LONELY, *valkey, *kept], stdout=subprocess.DEVNULL) as log:
            inside = within(log.pid)
            asked = [*inside, sys.executable, "-c", ANSWERS, str(LOG_PORT)]
            wait_until(
                lambda: (
                    subprocess.run(asked, check=False, stderr=subprocess.DEVNULL).returncode == 0
                )
            )
            port = int(stage.said["EXPOSE"].rest)
            nodes = [_node(stage, inside, "a", port), _node(stage, inside, "b", OTHER_PORT)]
            chat = [*inside, sys.executable, "-c", CHAT, str(port), str(OTHER_PORT)]
            try:
                subprocess.run(chat, check=True, timeout=SECONDS)
            finally:
                for node in nodes:
                    node.terminate()
                statuses = [_ended(node) for node in nodes]
                log.terminate()
    assert statuses == [0, 0], f"the nodes end with {statuses}"
    print("two of them are one server")


def _node(stage: Stage, inside: list[str], name: str, port: int) -> subprocess.Popen[str]:
    """A container that takes part; each has a volume of its own."""
    data = f"{stage.said['VOLUME'].rest}/{name}"
    own = {"GCHAT_CLUSTER_LOG": LOG, "GCHAT_CLUSTER_NODE": name, "GCHAT_SERVER_PORT": str(port)}
    entry = [*inside, *chroot(stage), *stage.said["ENTRYPOINT"].words()]
    environment = {"PATH": PATH} | stage.environment | own | {"GCHAT_JOURNAL_DATA": data}
    node = subprocess.Popen(entry, env=environment, stdout=subprocess.PIPE, text=True)
    assert node.stdout is not None
    first = node.stdout.readline()
    assert first == f"Server started on 0.0.0.0:{port}\n", first
    return node


def _ended(node: subprocess.Popen[str]) -> int:
    """Its status, once it has ended."""
    node.communicate(timeout=SECONDS)
    return node.returncode
