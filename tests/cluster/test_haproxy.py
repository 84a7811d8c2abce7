"""Nodes behind HAProxy, as docs/cluster.md has it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.cluster.nodes import ClusterNode
from tests.support.clients import IrcClient
from tests.support.process import free_port
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "cluster.md"
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
NAMES = "one", "two"


def example() -> str:
    """The document's configuration."""
    (found,) = re.findall(r"```\n# /etc/haproxy/haproxy.cfg\n(.*?)```", DOCUMENT.read_text(), re.S)
    return str(found)


@contextmanager
def haproxy(folder: Path, nodes: dict[str, ClusterNode], health: dict[str, int]) -> Iterator[int]:
    """Runs it with the document's configuration; gives its port."""
    port = free_port()
    text = example().replace("bind :6667", f"bind 127.0.0.1:{port}")
    text = text.replace(" port 9155", "")
    text = re.sub(rf"    server (?!{'|'.join(NAMES)}).*\n", "", text)
    for name, node in nodes.items():
        where = f"127.0.0.1:{node.port} port {health[name]}"
        text = re.sub(rf"(    server {name}) .*", rf"\1 {where}", text)
    file = folder / "haproxy.cfg"
    file.write_text(text)
    process = subprocess.Popen([HAPROXY, "-db", "-f", str(file)], stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait()


def come(port: int, nick: str, source: str) -> IrcClient | None:
    """By the proxy; `None` while it sends people to a node that is dead."""
    try:
        return IrcClient(port, nick, join="#r", source=source)
    except (EOFError, OSError):
        return None


@pytest.mark.skipif(not Path(HAPROXY).exists(), reason="haproxy is missing")
def test_people_are_spread_have_their_own_addresses_and_go_where_a_node_lives(
    tmp_path: Path,
) -> None:
    health = {name: free_port() for name in NAMES}
    with ExitStack() as stack:
        valkey = stack.enter_context(Valkey(tmp_path / "log"))
        nodes = {}
        for name in NAMES:
            settings = {"proxies": "127.0.0.1", "metrics": f"127.0.0.1:{health[name]}"}
            node = ClusterNode(name, tmp_path, valkey.url, **settings)
            nodes[name] = stack.enter_context(node)
        port = stack.enter_context(haproxy(tmp_path, nodes, health))
        wait_until(lambda: come(port, "First", "127.0.0.4") is not None)
        tuan, duy = come(port, "Tuan", "127.0.0.5"), come(port, "Duy", "127.0.0.6")
        assert tuan is not None
        assert duy is not None
        (*_, seen) = tuan.until_that(lambda m: m.command == "JOIN" and m.nick == "Duy")
        assert (seen.source or "").endswith("@127.0.0.6"), "the address that the proxy says"
        nodes["one"].die()
        people = {"Tuan": tuan, "Duy": duy}
        (gone,) = [name for name, one in people.items() if ended(one)]
        wait_until(lambda: come(port, f"{gone}2", "127.0.0.7") is not None)
        (left,) = people.keys() - {gone}
        people[left].until_that(lambda m: m.command == "JOIN" and m.nick == f"{gone}2")


def ended(client: IrcClient) -> bool:
    """Whether the connection is at its end: if not, a question is answered."""
    try:
        client.sync()
    except (EOFError, OSError):
        return True
    return False
