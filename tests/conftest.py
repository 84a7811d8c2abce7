"""What all tests share: silent failures fail, missing tools fail in CI, a real server process."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import Phase, settings

from tests.support import clients
from tests.support.process import ServerProcess

# About what Windows does not have: limits of files, permissions, terminals, a Linux to disguise.
if sys.platform == "win32":
    collect_ignore = [
        "test_deploy.py",
        "test_system.py",
        "cluster",  # Valkey
        "container",
        "durability",
        "hostile",
        "loadtest/test_comparison.py",
        "loadtest/test_interruption.py",
        "loadtest/test_nodes.py",
        "loadtest/test_output.py",
        "loadtest/test_system.py",
        "journal/cluster/test_connection.py",
        "net/test_listener.py",
        "net/test_proxies.py",
        "real_clients",
        "server/test_bots.py",
        "server/test_hostile.py",
        "systems",
    ]
elif sys.platform == "darwin":
    collect_ignore = [  # Linux
        *("cluster", "container", "durability", "net/test_proxies.py", "systems")
    ]

# No test fails for being slow.
settings.register_profile("patient", deadline=None)
# HYPOTHESIS_PROFILE=mutation, as scripts/mutate sets it: a failing example is not shrunk, and each
# run tries the same examples.
settings.register_profile(
    "mutation", phases=(Phase.explicit, Phase.generate), derandomize=True, database=None
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "patient"))


@pytest.fixture(autouse=True)
def _no_silent_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A logged error fails the test, and so does a thread that outlives it."""
    before = set(threading.enumerate())
    yield
    while clients.OPEN:
        clients.OPEN.pop().close()
    errors = [
        record.getMessage()
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.ERROR
    ]
    assert not errors, f"errors were logged: {errors}"
    left = [thread for thread in set(threading.enumerate()) - before if not thread.daemon]
    assert not left, f"threads were left running: {left}"


@pytest.fixture(autouse=True, scope="session")
def _no_messages_in_the_users_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keeps servers and clients in tests away from the user's folders, language and keyring."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))
    os.environ["LANGUAGE"] = "en"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


@pytest.fixture(scope="session")
def need() -> Callable[[str], str]:
    """The path of a program that a test cannot do without: without it the test is skipped, and in
    CI it fails."""

    def find(program: str) -> str:
        path = shutil.which(program)
        if path is None:
            if os.environ.get("CI"):
                pytest.fail(f"{program} is not installed")
            pytest.skip(f"{program} is not installed")
        return path

    return find


@pytest.fixture
def server() -> Iterator[ServerProcess]:
    """A server with default settings."""
    with ServerProcess() as process:
        yield process


@pytest.fixture
def make_server() -> Iterator[Callable[..., ServerProcess]]:
    """Makes servers with other settings: `make_server(limits_outbox_bytes=…, times_prompt=…)`."""
    processes: list[ServerProcess] = []

    def make(*flags: str, **settings: object) -> ServerProcess:
        process = ServerProcess(*flags, **settings)
        processes.append(process)
        return process.start()

    yield make
    for process in processes:
        process.stop()
