"""The load test as a command: against our own server, a running one, and ones that do wrong."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.process import ServerProcess

RUN = Path(__file__).resolve().parents[2] / "loadtest" / "run.py"
# However late messages leave beside other work: with 100 of them one alone would be a run's p99,
# and what is tested is not speed.
ANY_TIME = ["--max-late-ms", "1e9"]
SMALL = ["--clients", "20", "--rate", "200", "--seconds", "0.5", *ANY_TIME]  # 100 messages


def run(*arguments: str, folder: Path | None = None) -> tuple[int, str]:
    """Exit status and what was printed."""
    done = subprocess.run(
        [sys.executable, str(RUN), *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        cwd=folder,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_it_starts_a_server_of_its_own_from_any_folder(tmp_path: Path) -> None:
    status, printed = run(*SMALL, folder=tmp_path)
    assert status == 0, printed
    assert "2,000 of 2,000" in printed
    assert "Every message arrived exactly once, in order and unchanged." in printed
    for row in ("deliveries/s", "latency p99, ms", "server CPU", "server memory", "lost"):
        assert row in printed


@pytest.mark.parametrize(
    ("scenario", "flags", "row"),
    [
        ("rooms", ["--room-size", "5"], "500 of 500"),
        ("direct", [], "100 of 100"),
        ("mixed-rooms", ["--rooms", "4", "--rooms-each", "2"], "readers of each message"),
        ("burst", ["--bursts", "2", "--quiet", "0.1"], "4,000 of 4,000"),
        ("join-storm", [], "until all saw all, s"),
        ("reconnect-storm", [], "until all saw all, s"),
        ("churn", ["--churn", "4"], "1,600 of 1,600"),
        ("room", ["--arrivals", "poisson"], "2,000 of 2,000"),
        ("idle", [], "memory for each connection, KiB"),
        ("idle", ["--tls"], "memory for each connection, KiB"),
        ("idle", ["--websocket"], "memory for each connection, KiB"),
    ],
)
def test_scenarios(scenario: str, flags: list[str], row: str) -> None:
    status, printed = run(scenario, *SMALL, *flags)
    assert status == 0, printed
    assert row in printed


def test_slow_readers_are_dropped_and_nobody_else(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(limits_outbox_bytes=16_384)
    load = ["--clients", "20", "--slow", "3", "--rate", "3000", "--size", "400", "--seconds", "1"]
    target = ["--target", f"127.0.0.1:{server.port}", "--pid", str(server.process.pid)]
    status, printed = run("slow-readers", *load, *target)
    assert status in (0, 3), printed  # 3: the machine is too slow to say anything of speed
    for row in ("stopped reading", "of them dropped", "memory meanwhile, MB", "SendQ exceeded"):
        assert row in printed


def test_slow_readers_that_are_kept_are_a_fault_of_the_server() -> None:
    status, printed = run("slow-readers", *SMALL, "--slow", "3")
    assert status == 1, printed
    assert "3 of the clients that stopped reading were not dropped" in printed


def test_find_max_stops_at_what_is_too_much() -> None:
    flags = ["--clients", "5", "--rate", "20", "--seconds", "0.3", "--max-p99-ms", "0.001"]
    status, printed = run("find-max", *flags, *ANY_TIME)
    assert status in (0, 2), printed
    assert "20: too much" in printed
    assert "highest rate, messages/s" in printed


def test_several_processes_rounds_and_files(tmp_path: Path) -> None:
    files = ["--json", "a.json", "--html", "a.html"]
    flags = ["--processes", "2", "--rounds", "2"]
    status, printed = run(*SMALL, *flags, *files, folder=tmp_path)
    assert status == 0, printed
    assert "4,000 of 4,000" in printed
    assert (tmp_path / "a.html").read_text(encoding="utf-8").count("<svg") == 5
    status, printed = run("compare", "a.json", "a.json", folder=tmp_path)
    assert status == 0
    assert "the same, within noise" in printed
    status, printed = run("compare", "a.json", "b.json", folder=tmp_path)
    assert status == 4
    assert "cannot be read" in printed


def test_a_run_whose_messages_left_late_is_invalid() -> None:
    status, printed = run(*SMALL, "--max-late-ms", "0")
    assert status == 3, printed
    assert "INVALID: the generator was the bottleneck, not the server: one message in" in printed
    assert "Every message arrived exactly once, in order and unchanged." in printed


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--max-p99-ms", "0.001"], "threshold missed: latency p99, ms is"),
        (["--max-cpu-us", "0.001"], "threshold missed: server CPU for each delivery, µs is"),
        (["--min-rate", "1e8"], "threshold missed: deliveries/s is"),
    ],
)
def test_thresholds(flags: list[str], sentence: str) -> None:
    status, printed = run(*SMALL, *flags)
    assert status == 2, printed
    assert sentence in printed


@pytest.mark.parametrize("flags", [[], ["--plain"]])
def test_a_server_that_runs_already(server: ServerProcess, flags: list[str]) -> None:
    target = ["--target", f"127.0.0.1:{server.port}", "--pid", str(server.process.pid)]
    status, printed = run(*SMALL, *target, *flags)
    assert status == 0, printed
    assert "2,000 of 2,000" in printed


@pytest.mark.parametrize("flags", [["--tls"], ["--websocket"], ["--tls", "--websocket"]])
def test_what_is_beneath(flags: list[str]) -> None:
    status, printed = run(*SMALL, *flags)
    assert status == 0, printed
    assert "2,000 of 2,000" in printed


@pytest.mark.parametrize(
    ("flag", "sentence"),
    [("--tls", "no TLS: "), ("--websocket", "no WebSocket: HTTP/1.1 403 Forbidden")],
)
def test_a_server_without_it(
    make_server: Callable[..., ServerProcess], flag: str, sentence: str
) -> None:
    server = make_server(speaks="irc")
    status, printed = run(*SMALL, "--target", f"127.0.0.1:{server.port}", flag)
    assert status == 4
    assert sentence in printed


@pytest.mark.parametrize("target", ["127.0.0.1:1", "nonsense", "127.0.0.1:0"])
def test_a_target_that_is_not_there(target: str) -> None:
    done = subprocess.run(
        [sys.executable, str(RUN), "--target", target], capture_output=True, text=True, check=False
    )
    assert done.returncode in (2, 4)
    assert "Traceback" not in done.stderr + done.stdout
    assert "could not start" in done.stdout or "invalid HOST:PORT value" in done.stderr


def test_a_target_that_lets_nobody_in(make_server: Callable[..., ServerProcess]) -> None:
    server = make_server(limits_connections=5)
    status, printed = run(*SMALL, "--target", f"127.0.0.1:{server.port}")
    assert status == 4
    assert "The server is full" in printed


class WrongServer:
    """Speaks just enough plain text to let clients in, then does as `relay` says: what each
    message is turned into for everybody."""

    def __init__(self, relay: Callable[[int, bytes], list[bytes]]) -> None:
        self._relay = relay
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._clients: list[socket.socket] = []
        self._lock = threading.Lock()
        self._count = 0
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, sock.makefile("rb") as lines:
            nick = lines.readline().strip()
            sock.sendall(nick + b" has connected to the chat room\n")
            with self._lock:
                self._clients.append(sock)
            for line in lines:
                with self._lock:
                    self._count += 1
                    for text in self._relay(self._count, nick + b": " + line):
                        for client in self._clients:
                            client.sendall(text)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


@pytest.mark.parametrize(
    ("relay", "fault"),
    [
        (lambda n, line: [line] if n != 3 else [line, line], "duplicated"),
        (lambda n, line: [line] if n != 3 else [line.replace(b"x\n", b"y\n")], "altered"),
    ],
    ids=["duplicated", "altered"],
)
def test_a_server_that_does_wrong_is_found_out(
    relay: Callable[[int, bytes], list[bytes]], fault: str
) -> None:
    wrong = WrongServer(relay)
    try:
        load = ["--clients", "3", "--rate", "50", "--seconds", "0.1", "--plain"]
        status, printed = run(*load, "--target", f"127.0.0.1:{wrong.port}")
    finally:
        wrong.close()
    assert status == 1, printed
    assert "Messages went wrong" in printed
    row = next(line for line in printed.splitlines() if f" {fault} " in line)
    assert row.split()[-2] != "0"
