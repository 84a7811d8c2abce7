"""The whole of gchat where what Windows or macOS lack is missing: shim/sitecustomize.py says what
this can show and what not.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cluster.scene import Scene
from tests.support.accounts import PASSWORD
from tests.support.clients import IrcClient, PlainClient
from tests.support.files import ask, picture, send, token
from tests.support.process import ServerProcess

ROOT = Path(__file__).parent.parent.parent
SECONDS = 50.0  # for a command
LOOPS = {"windows": "libuv", "macos": "libev-cext"}  # gevent's own defaults
WITNESS = """
import gevent, select, signal, socket, sys
try:
    import fcntl
except ImportError:
    fcntl = None
has = [hasattr(select, "epoll"), hasattr(signal, "SIGHUP"), hasattr(socket, "AF_UNIX"), bool(fcntl)]
print(sys.platform, *map(int, has), type(gevent.get_hub().loop).__module__)
"""

IMPORT_ALL = """
import importlib, pkgutil
for top in ("gchat", "client_gui", "loadtest"):
    for one in pkgutil.walk_packages(importlib.import_module(top).__path__, top + "."):
        if not one.name.endswith("__main__"):
            importlib.import_module(one.name)
"""

Make = Callable[..., ServerProcess]


@pytest.fixture(params=["windows", "macos"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The system that every process which is started from here on takes this one for."""
    name: str = request.param
    monkeypatch.setenv("LIKE", name)
    monkeypatch.setenv("GEVENT_LOOP", LOOPS[name])
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parent / "shim"), str(ROOT)])
    )
    return name


def run(*words: str, status: int = 0) -> str:
    """What a command of Python writes."""
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_the_shim_is_there(system: str) -> None:
    expected = {
        "windows": "win32 0 0 0 0 gevent.libuv.loop",
        "macos": "darwin 0 1 1 1 gevent.libev.corecext",
    }
    assert run("-c", WITNESS).strip() == expected[system]


def test_every_module_can_be_imported(system: str) -> None:
    run("-c", IMPORT_ALL)


def test_a_chat_that_is_kept(system: str, make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), "--tls-self-signed")
    duy, tuan = PlainClient(server.port, "Duy"), IrcClient(server.port, "Tuan", "echo-message")
    tuan.send("JOIN #lobby", "PRIVMSG #lobby :Hello, Duy!")
    while duy.read_line() != "Tuan: Hello, Duy!":
        continue
    again = run("-m", "gchat", "--port", "0", "--data", str(tmp_path), status=2)
    assert "is in use by another server" in again
    assert '"text": "Hello, Duy!"' in run("-m", "gchat", "export", "--data", str(tmp_path))
    run("-m", "gchat", "backup", "--data", str(tmp_path), str(tmp_path / "copy.sqlite"))
    assert server.stop() == 0
    assert "Goodbye" not in duy.read_to_end()
    server = make_server("--data", str(tmp_path))
    late = PlainClient(server.port, "Late")
    late.send("/search Hello")
    while not late.read_line().endswith("Tuan: Hello, Duy!"):
        continue


def test_files_and_hooks(system: str, make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), accounts_iterations=4096)
    with IrcClient(server.port, "Tuan", "draft/account-registration", join="#room") as tuan:
        tuan.ask(f"REGISTER * * :{PASSWORD}")
        sent = send(tuan, picture(), "cat.png")
        assert sent.status == 201
        path = urlsplit(sent.where).path
        assert ask(server.port, "GET", path).body == picture()
        assert ask(server.port, "DELETE", path, Authorization=token(tuan)).status == 204
        assert ask(server.port, "GET", path).status in (404, 410)
        tuan.ask("PRIVMSG ChanServ :REGISTER #room")
        told = tuan.ask("PRIVMSG ChanServ :HOOK ADD #room deploy")
        (hook,) = set(re.findall(r"/hook/[\w-]+", " ".join(one.params[-1] for one in told)))
        assert ask(server.port, "POST", hook, b"deploy is done").status in (200, 204)
        tuan.until_that(lambda one: one.params[-1:] == ["deploy is done"])


def test_nodes_of_a_cluster(system: str, tmp_path: Path) -> None:
    with Scene(tmp_path) as scene:
        scene.people()
        scene.crowd.talk_on(10)
        scene.settle()


def test_it_can_be_asked_to_end(system: str, make_server: Make) -> None:
    server = make_server()
    asked = {"windows": signal.SIGUSR2, "macos": signal.SIGTERM}  # SIGUSR2 stands for Ctrl+Break
    assert server.stop(asked[system]) == 0


def test_a_unix_socket(system: str, make_server: Make, tmp_path: Path) -> None:
    words = ("-m", "gchat", "--port", "0", "--memory")
    if system == "windows":
        os.environ["GCHAT_SERVER_LISTEN"] = f"unix:{tmp_path / 'socket'}"
        try:
            assert "This system has no Unix sockets." in run(*words, status=2)
        finally:
            del os.environ["GCHAT_SERVER_LISTEN"]
    else:
        make_server(server_listen=f"unix:{tmp_path / 'socket'}")
        assert (tmp_path / "socket").is_socket()


@pytest.mark.parametrize("flags", [(), ("--memory", "--tls", "--websocket")])
def test_the_load_test(system: str, flags: tuple[str, ...]) -> None:
    size = ("--clients", "20", "--rate", "100", "--seconds", "1", "--processes", "2")
    said = run("loadtest/run.py", *size, "--max-late-ms", "10000", *flags)
    assert "2,000" in said or "2000" in said


def test_the_load_test_beside_other_servers(system: str) -> None:
    said = run("loadtest/peers.py", "--servers", "ergo", "--rounds", "1", status=4)
    assert "not installed: ergo" in said


def test_the_window(system: str, server: ServerProcess, display: str) -> None:
    duy = PlainClient(server.port, "Duy")
    module = [sys.executable, "-m", "tests.systems.window", str(server.port), system]
    with subprocess.Popen(module, stdout=subprocess.PIPE, text=True, cwd=ROOT) as window:
        while duy.read_line() != "Tuan: Hello from elsewhere!":
            continue
        duy.send("Hello, Tuan!")
        said, _ = window.communicate(timeout=SECONDS)
    assert (window.returncode, said) == (0, "closed\n")
