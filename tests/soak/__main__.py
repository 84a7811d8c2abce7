"""Everything at once: people who talk, and are checked to lose nothing; people who behave badly;
kills and restarts. At the end of each of the server's lives, when everybody has left, memory,
descriptors and greenlets have to be where they began.

`python -m tests.soak --minutes 60` is what is run before a release; the suite runs seconds of it.
Exit status 1: something was lost or left behind.
"""

from __future__ import annotations

import argparse
import random
import re
import selectors
import signal
import socket
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import psutil

from gchat.core.history import Query
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.store import Store
from tests.durability.kill import Lost, Talker, check
from tests.soak.mob import Mob
from tests.support.process import ServerProcess

TALKERS = 4
TICK = 0.02  # seconds between two messages of each talker, and two deeds of the mob
WARM_UP = 0.2  # of a life, before what is in use is looked at for the first time
MEMORY_BYTES = 16 << 20  # that a life may grow by: caches that fill, an allocator that keeps
QUIET_SECONDS = 30.0  # for everybody to be gone


class LeftBehind(AssertionError):
    """The server has kept what it had no use for any more."""


@dataclass(frozen=True, slots=True)
class InUse:
    """By the server, when nobody is connected."""

    memory: int  # bytes
    descriptors: int
    greenlets: int


class Watched(ServerProcess):
    """A server that tells what it has in use."""

    module = "tests.soak.inside"


class Life:
    """One life of the server, from start to kill."""

    def __init__(self, folder: Path, number: int, seconds: float, chance: random.Random) -> None:
        self._folder = folder
        self._number = number
        self._seconds = seconds
        self._chance = chance
        self._server = Watched(
            "--data",
            str(folder),
            "--tls-self-signed",
            server_metrics="127.0.0.1:0",
            times_registration=2,
            times_handshake=1,
            limits_outbox_bytes=65536,
            log_level="info",
        ).start()
        found = None
        while found is None:
            found = re.search(r"metrics on (\S+)", self._server.log)
        self._metrics = f"http://{found[1]}/metrics"

    def live(self) -> str:
        """What came of it, in a sentence. Raises Lost, LeftBehind."""
        before = self._talk(self._seconds * WARM_UP, "w", kill=None)[0]
        number = self._chance.choice([signal.SIGKILL, signal.SIGTERM])
        after, did, seen = self._talk(self._seconds * (1 - WARM_UP), "t", kill=number)
        assert before is not None
        if number == signal.SIGTERM:
            assert after is not None
            _compare(before, after)
        store = Store(self._folder)
        try:
            kept = whole(store.reader.read(Query("#lobby", max(map(len, seen)) + 20_000)))
        finally:
            store.close()
        check([one for one in seen if one], [one for one in kept if one.kind == "PRIVMSG"])
        total = sum(map(len, seen))
        how = "killed" if number == signal.SIGKILL else f"ended, {after}"
        return f"{total:,} deliveries all kept, {did:,} bad deeds, {how}"

    def _talk(
        self, seconds: float, prefix: str, kill: int | None
    ) -> tuple[InUse | None, int, list[list[tuple[str, str]]]]:
        port = self._server.port
        mob = Mob(port, self._chance)
        talkers = [
            Talker(f"{prefix}{self._number}c{n}", socket.create_connection(("127.0.0.1", port)))
            for n in range(TALKERS)
        ]
        for talker in talkers:
            talker.log_in()
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            for talker in talkers:
                selector.register(talker.sock, selectors.EVENT_READ, talker)
            while (now := time.monotonic()) < end:
                self._tick(selector, talkers, mob, now)
            if kill == signal.SIGKILL:
                self._server.process.send_signal(kill)
            else:
                self._read_all(selector, talkers)
        mob.leave()
        for talker in talkers:
            talker.sock.close()
        in_use = None
        if kill == signal.SIGKILL:
            self._server.process.wait()
            self._server.stop()
        else:
            in_use = self._in_use()
            if kill is not None and self._server.stop(kill) != 0:
                raise LeftBehind("the exit status is not 0")
        return in_use, mob.did, [talker.seen for talker in talkers]

    def _tick(
        self,
        selector: selectors.BaseSelector,
        talkers: list[Talker],
        mob: Mob,
        now: float,
    ) -> None:
        for talker in talkers:
            if talker.sent - talker.echoed < 20:
                talker.sock.send(f"PRIVMSG #lobby :{talker.name}-{talker.sent}\r\n".encode())
                talker.sent += 1
        mob.act(now)
        while (left := now + TICK - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                if not key.data.read():
                    raise LeftBehind(f"{key.data.name}, who had done nothing bad, was let go")

    def _read_all(self, selector: selectors.BaseSelector, talkers: list[Talker]) -> None:
        """Until everybody has seen the echo of everything they said."""
        end = time.monotonic() + QUIET_SECONDS
        while any(talker.echoed < talker.sent for talker in talkers):
            if time.monotonic() > end:
                raise Lost("what was said is never echoed")
            for key, _ in selector.select(0.1):
                key.data.read()

    def _in_use(self) -> InUse:
        """Once nobody is connected any more."""
        end = time.monotonic() + QUIET_SECONDS
        while self._connections():
            if time.monotonic() > end:
                raise LeftBehind(f"{self._connections()} connections of who has gone")
        process = psutil.Process(self._server.process.pid)
        self._server.process.send_signal(signal.SIGUSR1)
        assert self._server.process.stdout is not None
        line = ""
        while not line.startswith("greenlets "):
            line = self._server.process.stdout.readline()
        # the answer to /metrics may not be closed yet
        return InUse(process.memory_info().rss, process.num_fds(), int(line.split()[1]))

    def _connections(self) -> int:
        with urlopen(self._metrics, timeout=10) as answer:
            text = answer.read().decode()
        counts = re.findall(r"^gchat_connections\{.*\} (\S+)$", text, flags=re.MULTILINE)
        return int(sum(map(float, counts)))


def _compare(before: InUse, after: InUse) -> None:
    if after.memory > before.memory + MEMORY_BYTES:
        raise LeftBehind(f"memory: {before} became {after}")
    if abs(after.descriptors - before.descriptors) > 1 or after.greenlets > before.greenlets + 1:
        raise LeftBehind(f"{before} became {after}")


def soak(folder: Path, seconds: float, lives: int, seed: int) -> None:
    """So many lives in so many seconds. Raises Lost, LeftBehind."""
    chance = random.Random(seed)
    for number in range(lives):
        print(
            f"life {number + 1}:", Life(folder, number, seconds / lives, chance).live(), flush=True
        )


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="default: 60")
    parser.add_argument("--lives", type=int, default=12, help="of the server (default: 12)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            soak(Path(folder), arguments.minutes * 60, arguments.lives, arguments.seed)
        except (Lost, LeftBehind) as error:
            print(f"{type(error).__name__}: {error}")
            return 1
    print("nothing was lost, nothing was left behind")
    return 0


if __name__ == "__main__":
    sys.exit(main())
