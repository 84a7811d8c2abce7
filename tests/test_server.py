"""Starting, stopping, and what is said where that cannot be."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gchat import system
from tests.support.clients import IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess


def run(*flags: str) -> subprocess.CompletedProcess[str]:
    """Runs a server that is bound not to start."""
    return subprocess.run(
        [sys.executable, "-m", "gchat", *flags],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it_gracefully(
    make_server: Callable[..., ServerProcess], number: int
) -> None:
    server = make_server(times_prompt=30)
    tuan = PlainClient(server.port, "Tuan")
    duy = IrcClient(server.port, "Duy", join="#lobby")
    silent = LineClient(server.port)
    tuan.read_line()
    assert server.stop(number) == 0
    assert tuan.read_to_end() == ["The server is shutting down. Goodbye!"]
    assert duy.read_to_end() == [
        "ERROR :Closing Link: 127.0.0.1 (The server is shutting down. Goodbye!)"
    ]
    assert silent.read_to_end() == []


def stuck_client(server: ServerProcess) -> LineClient:
    """A client that is owed more than the sockets' buffers take, and does not read."""
    stuck = IrcClient(server.port, "Stuck", "echo-message", join="#room")
    stuck.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    witness = IrcClient(server.port, "Witness", join="#room")
    for _ in range(60):
        witness.ask(*[f"PRIVMSG #room :{'x' * 400}"] * 200)
    return stuck


def test_it_stops_in_time_when_a_client_does_not_read(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(limits_outbox_bytes=100_000_000)
    stuck = stuck_client(server)
    assert server.stop() == 0  # within STOP_SECONDS, or it raises
    stuck.close()


def test_a_second_signal_stops_it_at_once(make_server: Callable[..., ServerProcess]) -> None:
    server = make_server(limits_outbox_bytes=100_000_000, times_shutdown=4)
    stuck_client(server)
    server.process.send_signal(signal.SIGINT)
    while "stopping" not in server.log:
        pass
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(3) == 130


def test_a_port_in_use(server: ServerProcess) -> None:
    done = run("--port", str(server.port))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"gchat: 127.0.0.1:{server.port} is already in use. "
        "Stop the program that uses it, or choose another --port.\n"
    )


@pytest.mark.parametrize("setting", ["listen", "metrics"])
@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("{used}", "{used} is already in use. Stop the program that uses it, or choose another"),
        ("203.0.113.1:1", "203.0.113.1 is not an address of this machine. Choose another"),
        ("no.such.host.invalid:1", "the host 'no.such.host.invalid' is unknown. Choose another"),
    ],
)
def test_other_addresses_are_named(
    server: ServerProcess, monkeypatch: pytest.MonkeyPatch, setting: str, where: str, sentence: str
) -> None:
    used = f"127.0.0.1:{server.port}"
    monkeypatch.setenv(f"GCHAT_SERVER_{setting.upper()}", where.format(used=used))
    done = run("--memory", "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"gchat: {sentence.format(used=used)} address in server.{setting}.\n"


@pytest.mark.skipif(not system.UNIX_SOCKETS, reason="this system has none")
def test_a_unix_socket_in_use(
    make_server: Callable[..., ServerProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that nobody listens at any more is replaced."""
    path = tmp_path / "socket"
    server = make_server(server_listen=f"unix:{path}")
    monkeypatch.setenv("GCHAT_SERVER_LISTEN", f"unix:{path}")
    done = run("--memory", "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"gchat: {path} is already in use. "
        "Stop the program that uses it, or choose another address in server.listen.\n"
    )
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))  # the first one still has it
    server.stop(signal.SIGKILL)
    assert path.is_socket()
    make_server(server_listen=f"unix:{path}")


@pytest.mark.parametrize("what", ["GCHAT_SERVER_PORT", "GCHAT_SERVER_METRICS"])
def test_a_start_that_fails_leaves_nothing(
    server: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """A folder for files stayed behind each time."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("GCHAT_SERVER_PORT", "0")
    in_use = f"127.0.0.1:{server.port}" if what.endswith("METRICS") else str(server.port)
    monkeypatch.setenv(what, in_use)
    assert run("--memory").returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--host", "no.such.host.invalid"], "the host 'no.such.host.invalid' is unknown"),
        (["--host", "203.0.113.1"], "203.0.113.1 is not an address of this machine"),
        (["--port", "70000"], "--port: invalid value '70000'; expected a whole number from 0"),
        (["--port", "x"], "--port: invalid value 'x'; expected a whole number from 0"),
        (["--host", ""], "--host: invalid value ''; expected an address or host name"),
        (["--log-level", "loud"], "--log-level: invalid value 'loud'; expected one of debug"),
        (["--cluster", "here"], "--cluster: invalid value 'here'; expected redis://host:6379"),
        (["--node", "a b"], "--node: invalid value 'a b'; expected 1 to 32 letters"),
        (["--tls-cert", "x" * 4097], "--tls-cert: invalid value 'xxx"),
        (["--tls-key", "x" * 4097], "--tls-key: invalid value 'xxx"),
        (["--config", "/nowhere.toml"], "/nowhere.toml: cannot be read: No such file"),
    ],
)
def test_what_cannot_be_is_one_line_and_status_2(flags: list[str], sentence: str) -> None:
    done = run(*flags)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"gchat: {sentence}")
    assert done.stderr.count("\n") == 1


def test_settings_come_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "gchat.toml"
    file.write_text('[server]\nname = "chat.example"\nlobby = "#home"\n', encoding="utf-8")
    with ServerProcess("--config", str(file)) as server:
        PlainClient(server.port, "Duy")
        tuan = IrcClient(server.port, "Tuan", join="#home")
        assert tuan.welcome[0].nick == "chat.example"
        tuan.send("NAMES #home")
        assert tuan.read().params[-1] == "Duy Tuan"


def test_ipv6() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "gchat", "--host", "::1", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Server started on [::1]:")
        port = int(line.rsplit(":", 1)[1])
        with socket.create_connection(("::1", port), 10) as sock:
            sock.sendall(b"NICK Tuan\r\nUSER t 0 * :T\r\n")
            assert b"Tuan!~t@0::1\r\n" in sock.recv(4096)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_systemd_is_told(make_server: Callable[..., ServerProcess], tmp_path: Path) -> None:
    """sd_notify(3)"""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(path))
        sock.settimeout(15)
        os.environ["NOTIFY_SOCKET"] = str(path)
        try:
            server = make_server()
        finally:
            del os.environ["NOTIFY_SOCKET"]
        assert sock.recv(100) == b"READY=1"
        assert server.stop() == 0
        assert sock.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize(("files", "starts"), [(64, False), (79, False), (80, True)])
def test_too_few_files_may_be_open(files: int, starts: bool, tmp_path: Path) -> None:
    command = f"ulimit -n {files}; exec {sys.executable} -m gchat --port 0 --data {tmp_path}"
    process = subprocess.Popen(
        ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert line.startswith("Server started on") is starts
    assert ("files may be open at once, and 80 are the least" in errors) is not starts
    assert process.returncode == (0 if starts else 2)
