"""`python -m client_gui` as a process: what it says where it cannot start, and without gevent."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.clients import PlainClient
from tests.support.process import ServerProcess, free_port

WITHOUT = """
import runpy, sys
sys.modules[{module!r}] = None
sys.argv = ["client_gui", *{arguments!r}]
runpy.run_module("client_gui", run_name="__main__")
"""


def run(*arguments: str, without: str = "nothing", **environment: str) -> tuple[int, str]:
    """Runs it where it is bound not to start; exit status and what it said."""
    code = WITHOUT.format(module=without, arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=os.environ | environment,
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_without_a_display() -> None:
    status, said = run(DISPLAY="")
    assert status == 2
    assert said.startswith("gchat-client: no display can be opened.")
    assert "sudo apt install xvfb" in said
    assert said.count("\n") == 1


def test_without_tkinter() -> None:
    assert run(without="tkinter") == (
        2,
        "gchat-client: Tkinter is missing. Install it: sudo apt install python3-tk\n",
    )


def test_without_a_package() -> None:
    status, said = run(without="PIL")
    assert status == 2
    assert said.count("\n") == 1
    assert '-m pip install ".[client]"' in said


def test_a_port_that_is_none() -> None:
    status, said = run("--port", "70000")
    assert status == 2
    assert "number from 1 to 65535" in said


def test_a_host_that_is_no_address() -> None:
    status, said = run("--host", "chat.example.org, b:x")
    assert status == 2
    assert "invalid address value: 'chat.example.org, b:x'" in said


def test_several_addresses(server: ServerProcess, display: str) -> None:
    """Nobody answers at the first one."""
    witness = PlainClient(server.port, "Witness")
    hosts = f"127.0.0.1:{free_port()}, 127.0.0.1"
    words = ["--host", hosts, "--port", str(server.port), "--nick", "Tuan"]
    with subprocess.Popen([sys.executable, "-m", "client_gui", *words]) as process:
        assert witness.read_line() == "Tuan has connected to the chat room"
        process.terminate()
    assert witness.read_line() == "Tuan has left the chat room!"


def test_it_runs_without_gevent(server: ServerProcess, display: str) -> None:
    witness = PlainClient(server.port, "Witness")
    code = WITHOUT.format(module="gevent", arguments=["--port", str(server.port), "--nick", "Tuan"])
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        assert witness.read_line() == "Tuan has connected to the chat room"
        process.terminate()
    assert witness.read_line() == "Tuan has left the chat room!"
