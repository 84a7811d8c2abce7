"""`python -m tests.bench.uploads`: how late the messages of a busy room are while files of 100 MiB
are sent and fetched, and without that, in turn; and how much memory the server has.
"""

from __future__ import annotations

import argparse
import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil

from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

ROOM = "#busy"


class Room:
    """People in one room, one of whom speaks."""

    def __init__(self, port: int, people: int) -> None:
        self.speaker = IrcClient(port, "Speaker", join=ROOM)
        self._selector = selectors.DefaultSelector()
        self._rest: dict[int, bytes] = {}
        for number in range(people):
            member = IrcClient(port, f"m{number}", join=ROOM)
            member.sock.setblocking(False)
            self._selector.register(member.sock, selectors.EVENT_READ, member)
            self._rest[number] = b""

    def run(self, seconds: float, per_second: float) -> list[float]:
        """Milliseconds of each delivery."""
        found: list[float] = []
        began, said = time.perf_counter(), 0
        while (now := time.perf_counter()) < began + seconds:
            while said < (now - began) * per_second:
                said += 1
                self.speaker.send(f"PRIVMSG {ROOM} :at {time.perf_counter():.6f} ")
            wait = max(0.0, began + said / per_second - time.perf_counter())
            for key, _ in self._selector.select(wait):
                data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                now = time.perf_counter()
                for piece in data.split(b":at ")[1:]:
                    stamp, space, _ = piece.partition(b" ")
                    if space:
                        found.append((now - float(stamp)) * 1000)
        self.speaker.sync()
        return found


def traffic(port: int, size: int, token_file: Path) -> None:
    """A process of its own: sends a file and fetches it, again and again, until it is killed."""
    piece = os.urandom(1 << 20)

    def body() -> Iterator[bytes]:
        for _ in range(size >> 20):
            yield piece

    client = IrcClient(port, f"sender{os.getpid()}")
    while True:
        (given,) = client.ask("FILEHOST TOKEN")
        how = {"Authorization": f"Bearer {given.params[1]}", "Content-Length": str(size)}
        began = time.perf_counter()
        http = HTTPConnection("127.0.0.1", port, timeout=60)
        http.request("POST", "/files", body(), how)
        answer = http.getresponse()
        assert answer.status == 201, (answer.status, answer.read())
        answer.read()
        middle = time.perf_counter()
        http.request("GET", answer.headers["Location"])
        got = http.getresponse()
        while got.read(1 << 20):
            pass
        ended = time.perf_counter()
        (given,) = client.ask("FILEHOST TOKEN")
        how = {"Authorization": f"Bearer {given.params[1]}"}
        http.request("DELETE", answer.headers["Location"], headers=how)
        assert http.getresponse().read() == b""
        http.close()
        with token_file.open("a") as file:
            file.write(f"{middle - began:.2f} {ended - middle:.2f}\n")


def shown(name: str, found: list[float]) -> str:
    """Some percentiles."""
    found.sort()
    cut = [found[min(len(found) - 1, int(len(found) * one))] for one in (0.5, 0.9, 0.99, 0.999)]
    words = "  ".join(f"{one:7.2f}" for one in (*cut, found[-1]))
    return f"{name:8}  {len(found):8}  {words}"


def main() -> None:
    """Measures, and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--per-second", type=float, default=10.0, help="messages")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each turn")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--size", type=int, default=100, help="of a file, in MiB")
    parser.add_argument("--memory", action="store_true", help="keep no messages on disk")
    parser.add_argument("--traffic", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    size = arguments.size << 20
    if arguments.traffic:
        traffic(int(arguments.traffic[0]), size, Path(arguments.traffic[1]))
    folder = tempfile.TemporaryDirectory()
    flags = ("--memory",) if arguments.memory else ("--data", folder.name)
    with folder, ServerProcess(*flags) as server:
        process = psutil.Process(server.process.pid)
        room = Room(server.port, arguments.people)
        took = Path(folder.name) / "took"
        print(
            f"{'':8}  {'messages':>8}  {'p50':>7}  {'p90':>7}  {'p99':>7}  {'p99.9':>7}  most (ms)"
        )
        room.run(2.0, arguments.per_second)
        for _ in range(arguments.turns):
            before = process.memory_info().rss
            print(shown("without", room.run(arguments.seconds, arguments.per_second)), flush=True)
            command = [sys.executable, "-m", __spec__.name, "--size", str(arguments.size)]
            beside = subprocess.Popen([*command, "--traffic", str(server.port), str(took)])
            try:
                print(shown("with", room.run(arguments.seconds, arguments.per_second)), flush=True)
            finally:
                beside.kill()
                beside.wait()
            after = process.memory_info().rss
            print(f"memory: {before >> 20} MiB before, {after >> 20} MiB after")
        times = took.read_text().split() if took.exists() else []
        print(f"seconds to send {arguments.size} MiB: {' '.join(times[::2]) or 'more'}")
        print(f"seconds to fetch it: {' '.join(times[1::2]) or 'more'}")


if __name__ == "__main__":
    main()
