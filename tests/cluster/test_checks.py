"""What cannot be a log, and who cannot be a node: said in one line, with exit status 2."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.nodes import ClusterNode
from tests.support.process import free_port
from tests.support.valkey import Valkey
from tests.support.waiting import wait_until


def refused(
    folder: Path, url: str, *, module: str = "gchat", node: str = "x", config: str = ""
) -> str:
    """What a node says that cannot start, on stderr."""
    file = folder / "gchat.toml"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(config)
    words = ("--port", "0", "--data", str(folder / node), "--cluster", url, "--node", node)
    done = subprocess.run(
        [sys.executable, "-m", module, "--config", str(file), "--log-level", "error", *words],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("gchat: ")
    return done.stderr.removeprefix("gchat: ").removesuffix("\n")


# -- the log


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (
            ("--appendonly", "no"),
            "forgets everything when it ends. Set appendonly yes and appendfsync always there.",
        ),
        (
            ("--appendfsync", "everysec"),
            "may lose its last second (appendfsync everysec). Set appendfsync always there.",
        ),
        (
            ("--maxmemory-policy", "allkeys-lru"),
            "throws data away when its memory is full (maxmemory-policy allkeys-lru). Set "
            "maxmemory-policy noeviction there.",
        ),
        (
            ("--requirepass", "secret"),
            "does not let us in: NOAUTH Authentication required. Give the user of --cluster what "
            "docs/cluster.md lists.",
        ),
    ],
    ids=["no file", "everysec", "evicting", "password"],
)
def test_settings_that_lose_messages(tmp_path: Path, settings: tuple[str, ...], says: str) -> None:
    with Valkey(tmp_path / "log", *settings) as valkey:
        found = refused(tmp_path, valkey.url)
        assert found == f"The shared log at 127.0.0.1:{valkey.port} {says}"


def test_nobody_there(tmp_path: Path) -> None:
    port = free_port()
    found = refused(tmp_path, f"redis://127.0.0.1:{port}")
    assert found.startswith(f"The shared log at 127.0.0.1:{port} does not answer: ")
    assert found.endswith(". Start it, or correct --cluster.")


def test_something_else_there(tmp_path: Path) -> None:
    """As it may happen: our own port."""
    from tests.support.process import ServerProcess  # noqa: PLC0415

    with ServerProcess() as server:
        found = refused(tmp_path, f"redis://127.0.0.1:{server.port}")
        assert found.startswith(f"The shared log at 127.0.0.1:{server.port} does not answer: ")


def test_a_replica(tmp_path: Path) -> None:
    with Valkey(tmp_path / "p") as primary, Valkey(tmp_path / "r", of=primary.port) as replica:
        wait_until(replica.is_in_step)
        assert refused(tmp_path, replica.url) == (
            f"The server at 127.0.0.1:{replica.port} is a replica. Give the address of its "
            "primary, or of Sentinels."
        )


def test_two_copies_and_no_replica(tmp_path: Path) -> None:
    with Valkey(tmp_path / "log") as valkey:
        assert refused(tmp_path, valkey.url, config="[cluster]\ncopies = 2") == (
            f"The shared log at 127.0.0.1:{valkey.port} has no replica, and cluster.copies is 2. "
            "Start one, or set copies = 1."
        )


# -- its keys


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    with Valkey(tmp_path / "log") as found:
        yield found


@pytest.mark.parametrize(
    "spoil",
    [
        lambda valkey: valkey.ask("SET", "gchat", "x"),
        lambda valkey: valkey.ask("HSET", "gchat:facts", "x", "y"),
        lambda valkey: valkey.ask("SET", "gchat:facts", "not ours"),
        lambda valkey: valkey.ask("SET", "gchat:snapshot", "not ours"),
        lambda valkey: valkey.ask("XADD", "gchat", "*", "not", "ours"),
        lambda valkey: valkey.ask("XADD", "gchat", "*", "h", "x y", "e", "z"),
        lambda valkey: valkey.ask("XADD", "gchat", "*", "h", "0 0", "e", "garbage"),
    ],
    ids=["string", "hash", "facts", "snapshot", "entry", "header", "event"],
)
def test_a_key_that_is_used_by_something_else(
    valkey: Valkey, tmp_path: Path, spoil: Callable[[Valkey], object]
) -> None:
    spoil(valkey)
    assert "The shared log" in refused(tmp_path, valkey.url)


def test_the_folder_of_another_cluster(valkey: Valkey, tmp_path: Path) -> None:
    with ClusterNode("x", tmp_path, valkey.url):
        pass
    found = refused(tmp_path, valkey.url, config='[cluster]\nkey = "other"')
    assert f"belongs to another cluster than the log at 127.0.0.1:{valkey.port}. " in found


# -- nodes that cannot be equal


def test_other_rules_and_other_tables(valkey: Valkey, tmp_path: Path) -> None:
    with ClusterNode("a", tmp_path, valkey.url):
        found = refused(tmp_path, valkey.url, config="[limits]\nmonitored = 3\nmarkers = 4")
        assert found == (
            "The node cannot join: the others have limits.markers = 1000, limits.monitored = 100. "
            "Set the same, or change it there and reload."
        )
        found = refused(tmp_path, valkey.url, module="tests.cluster.variants.other_tables")
        assert found.startswith(
            "The node cannot join: it compares names by other tables (Unicode 99) than the others "
        )
    # with nobody else it decides itself
    with ClusterNode("x", tmp_path, valkey.url, limits_monitored=3):
        pass


def test_without_the_package_or_a_disk(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gchat",
            "--port",
            "0",
            "--memory",
            "--cluster",
            "redis://127.0.0.1",
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "gchat: A node of a cluster keeps messages on disk. Leave out --memory.\n",
    )
