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

import pytest

from tests.cluster.nodes import ClusterNode
from tests.support.accounts import FAST, log_in, register
from tests.support.clients import IrcClient, PlainClient
from tests.support.files import ask, basic, picture, send
from tests.support.process import ServerProcess
from tests.support.valkey import Valkey

ROOT = Path(__file__).parent.parent.parent
SECONDS = 50.0  # for a command
LOOPS = {"windows": "libuv", "macos": "libev-cext"}  # gevent's own defaults
ASKED = {"windows": signal.SIGUSR2, "macos": signal.SIGTERM}  # SIGUSR2 stands for Ctrl+Break
HOOK = re.compile(r"http://127\.0\.0\.1:\d+(/hook/[0-9a-f]{48})\b")
WITNESS = """
import gevent, select, signal, socket, sys
try:
    import fcntl
except ImportError:
    fcntl = None
has = [hasattr(select, "epoll"), hasattr(signal, "SIGHUP"), hasattr(socket, "AF_UNIX"), bool(fcntl)]
print(sys.platform, *map(int, has), type(gevent.get_hub().loop).__module__)
"""

FILES = """
import os, pathlib, sys
one, other = pathlib.Path(sys.argv[1], "one"), pathlib.Path(sys.argv[1], "other")
other.touch()
def refuses(act):
    try:
        act()
    except OSError as error:
        return type(error).__name__
with one.open("w"):
    print(refuses(one.unlink), refuses(lambda: other.replace(one)))
print(refuses(lambda: one.rename(other)), refuses(lambda: os.open(one.parent, os.O_RDONLY)))
print(refuses(lambda: pathlib.Path(sys.argv[1], "a:b").open("w")))
"""
IMPORT_ALL = """
import importlib, pkgutil, sys
names = [sys.argv[1]]
for name in names:
    package = importlib.import_module(name)
    inside = pkgutil.iter_modules(getattr(package, "__path__", ()), name + ".")
    names += [one.name for one in inside if not one.name.endswith("__main__")]
print(len(names))
"""

Make = Callable[..., ServerProcess]


@pytest.fixture(params=["windows", "macos"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The system that every process which is started from here on takes this one for."""
    name: str = request.param
    act_like(name, monkeypatch)
    return name


def act_like(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process that is started from here on takes this system for that one."""
    monkeypatch.setenv("LIKE", name)
    monkeypatch.setenv("GEVENT_LOOP", LOOPS[name])
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parent / "shim"), str(ROOT)])
    )


def run(*words: str, status: int = 0, seconds: float = SECONDS) -> str:
    """What a command of Python writes."""
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        timeout=seconds,
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


def test_files_on_windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    act_like("windows", monkeypatch)
    said = run("-c", FILES, str(tmp_path)).split()
    assert said == [
        *("PermissionError", "PermissionError"),
        *("FileExistsError", "PermissionError", "OSError"),
    ]


@pytest.mark.parametrize("package", ["gchat", "client_gui", "loadtest"])
def test_every_module_is_imported(system: str, package: str) -> None:
    assert int(run("-c", IMPORT_ALL, package)) > 30


def test_files_and_hooks(system: str, make_server: Make, tmp_path: Path) -> None:
    folder = ("--data", str(tmp_path))
    server = make_server(*folder, **FAST)
    register(server, "Tuan")
    tuan = log_in(server, "Tuan")
    data = picture()
    made = [send(tuan, data, f"{number}.png").where for number in range(2)]
    assert {ask(server.port, "GET", one).body for one in made} == {data}
    assert ask(server.port, "DELETE", made[0], Authorization=basic("Tuan")).status == 204
    tuan.ask("JOIN #builds", "PRIVMSG ChanServ :REGISTER #builds")
    told = tuan.ask("PRIVMSG ChanServ :HOOK ADD #builds deploy")
    hook = next(found[1] for one in told if (found := HOOK.search(one.params[-1])))
    assert ask(server.port, "POST", hook, b"it is done").status == 200
    assert tuan.until("PRIVMSG")[-1].params == ["#builds", "it is done"]
    assert server.stop() == 0
    server = make_server(*folder, **FAST)
    assert ask(server.port, "GET", made[1]).body == data
    assert ask(server.port, "GET", made[0]).status == 404


def test_a_cluster(system: str, tmp_path: Path) -> None:
    words = {"files_folder": tmp_path / "files"}
    with (
        Valkey(tmp_path / "log") as log,
        ClusterNode("a", tmp_path, log.url, **words) as a,
        ClusterNode("b", tmp_path, log.url, **words) as b,
    ):
        tuan = IrcClient(a.port, "Tuan", "echo-message", join="#lobby")
        duy = IrcClient(b.port, "Duy", "echo-message", join="#lobby")
        tuan.send("PRIVMSG #lobby :Hello, Duy!")
        assert duy.until("PRIVMSG")[-1].params == ["#lobby", "Hello, Duy!"]
        made = send(tuan, picture(), "a.png").where
        assert ask(b.port, "GET", made).body == picture()
        log.kill()
        log.start()
        duy.send("PRIVMSG #lobby :Hello, Tuan!")
        assert tuan.until("PRIVMSG")[-1].params == ["#lobby", "Hello, Tuan!"]
        assert a.stop() == 0
        a.start()
        late = PlainClient(a.port, "Late")
        late.send("/search Hello")
        while not late.read_line().endswith("Duy: Hello, Tuan!"):
            continue
        assert ask(a.port, "GET", made).body == picture()
        assert ask(b.port, "GET", made).body == picture()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["windows", "macos"])
def test_the_suite_can_be_run(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    act_like(name, monkeypatch)
    monkeypatch.delenv("LIKE")  # later: pytest itself is to see this system
    monkeypatch.delenv("GEVENT_LOOP")
    run("-m", "tests.systems.collect", name, seconds=250.0)


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


def test_it_can_be_asked_to_end(system: str, make_server: Make) -> None:
    server = make_server()
    assert server.stop(ASKED[system]) == 0


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


def test_the_window_can_be_asked_to_end(system: str, server: ServerProcess, display: str) -> None:
    duy = PlainClient(server.port, "Duy")
    words = [sys.executable, "-m", "client_gui", "--port", str(server.port), "--nick", "Tuan"]
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as window:
        while duy.read_line() != "Tuan has connected to the chat room":
            continue
        window.send_signal(ASKED[system])
        _, errors = window.communicate(timeout=SECONDS)
    assert (window.returncode, errors) == (128 + ASKED[system], "")
    while duy.read_line() != "Tuan has left the chat room!":
        continue
