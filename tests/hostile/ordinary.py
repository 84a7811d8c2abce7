"""The ordinary users, in a process of their own, which has nothing else to do: `python -m
tests.hostile.ordinary PORT`. Every 20 ms one of them sends a PING or a message to somebody, whether
the one before was answered or not; so what is measured is what people wait.

On standard input: `phase NAME` for what is measured from here on, `end` for the figures as JSON.
With `--lobby`, somebody reads the lobby's history again and again; with `--login` and `--arrive`,
people log in with the right password and connect.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from tests.support.accounts import plain
from tests.support.clients import IrcClient, LineClient

PAIRS = 8  # each of two people in a room; none of them sends more than four lines in a second
TICK = 0.02  # seconds
SLOW_TICK = 0.5  # seconds, of what costs the server more: history, logging in, connecting
PATIENCE = 30.0  # seconds at the end, for what is not answered yet
ADDRESS, NEWCOMERS = "127.0.0.2", "127.2.0.{}"
ADDRESSES = 200  # of newcomers, who would be too many for one
CAPS = ("batch", "draft/chathistory", "message-tags", "server-time")
_TOKEN = re.compile(rb"t(\d+)t")


@dataclass
class Waits:
    """Of one kind in one phase, in milliseconds."""

    worst: float = 0.0
    total: float = 0.0
    count: int = 0
    unanswered: int = 0

    def add(self, wait: float) -> None:
        """One more, in seconds."""
        self.worst = max(self.worst, wait * 1000)
        self.total += wait * 1000
        self.count += 1


class Measured:
    """What is found out. `late`: milliseconds by which this process itself woke up late."""

    def __init__(self) -> None:
        self.waits: dict[str, dict[str, Waits]] = {}  # by phase and kind
        self.late: dict[str, float] = {}  # by phase

    def of(self, phase: str, kind: str) -> Waits:
        """Where to note one."""
        return self.waits.setdefault(phase, {}).setdefault(kind, Waits())

    def __str__(self) -> str:
        """JSON."""
        return json.dumps({"waits": self.waits, "late": self.late}, default=asdict)


@dataclass
class Slow:
    """Something that is done one at a time, every SLOW_TICK; it counts for the phase in which it is
    answered.
    """

    kind: str
    begin: Callable[[int], LineClient]
    answer: bytes  # what is in the answer's last line
    stays: bool = False  # the connection is used again
    client: LineClient | None = None
    number: int = 0
    due: float = 0.0
    began: float = 0.0
    seen: bytes = b""


class Ordinary:
    """All of them."""

    def __init__(self, port: int, *, lobby: bool, login: str, arrive: bool) -> None:
        self._port = port
        self._measured = Measured()
        self._phase = ""
        self._asked: dict[int, tuple[float, str, str]] = {}  # when, in which phase, what
        self._number = 0
        self._selector = selectors.DefaultSelector()
        self._people: list[socket.socket] = []
        for n in range(PAIRS):
            for who in "ab":
                room = f"#ordinary{n}"
                one = IrcClient(port, f"ordinary{n}{who}", join=room, source=ADDRESS)
                one.sock.setblocking(False)
                self._people.append(one.sock)
                self._selector.register(one.sock, selectors.EVENT_READ, self._read)
        self._slow = []
        if lobby:
            reader = IrcClient(port, "reader", *CAPS, join="#lobby", source=ADDRESS)
            reader.sock.setblocking(False)

            def ask(number: int) -> LineClient:
                reader.send("CHATHISTORY LATEST #lobby * 50")
                return reader

            self._slow.append(Slow("history", ask, b" BATCH -", stays=True))
        if login:
            self._slow.append(Slow("login", lambda number: self._log_in(number, login), b" 903 "))
        if arrive:
            self._slow.append(Slow("arrival", self._arrive, b" 001 "))

    def run(self) -> Measured:
        """Until `end`."""
        due = time.perf_counter()
        self._selector.register(0, selectors.EVENT_READ, None)
        while True:
            for key, _ in self._selector.select(max(0.0, due - time.perf_counter())):
                if key.data is None:
                    words = os.read(0, 1000).decode().split()  # what is left may be several lines
                    if not words or words[-1] == "end":
                        return self._end()
                    self._phase = words[-1]
                    for one in self._slow:
                        one.due = 0.0  # something of it in each phase
                else:
                    key.data(key.fileobj)
            now = time.perf_counter()
            if now >= due and self._phase:
                late = self._measured.late
                late[self._phase] = max(late.get(self._phase, 0.0), (now - due) * 1000)
                self._tick(now)
            if now >= due:
                due += TICK

    def _end(self) -> Measured:
        self._selector.unregister(0)
        end = time.perf_counter() + PATIENCE
        while (self._asked or any(one.client and one.began for one in self._slow)) and (
            time.perf_counter() < end
        ):
            for key, _ in self._selector.select(TICK):
                key.data(key.fileobj)
        for asked, phase, kind in self._asked.values():
            self._lost(phase, kind, asked)
        for one in self._slow:
            if one.began:
                self._lost(self._phase, one.kind, one.began)
        return self._measured

    def _lost(self, phase: str, kind: str, asked: float) -> None:
        waits = self._measured.of(phase, kind)
        waits.add(time.perf_counter() - asked)
        waits.unanswered += 1

    def _tick(self, now: float) -> None:
        who = self._number % len(self._people)  # one of each pair speaks, the other sends PINGs
        kind = "ping" if who % 2 else "message"
        line = "PING " if who % 2 else f"PRIVMSG #ordinary{who // 2} :"
        self._asked[self._number] = now, self._phase, kind
        self._people[who].send(f"{line}t{self._number}t\r\n".encode())
        self._number += 1
        for one in self._slow:
            if not one.began and now >= one.due:
                one.began, one.seen = now, b""
                one.number += 1
                fresh = one.client is None
                one.client = one.begin(one.number)
                if fresh:
                    self._selector.register(
                        one.client.sock, selectors.EVENT_READ, lambda sock, one=one: self._hear(one)
                    )

    def _read(self, sock: socket.socket) -> None:
        data = sock.recv(65536)
        if not data:
            raise SystemExit("an ordinary user was let go")
        now = time.perf_counter()
        for token in _TOKEN.findall(data):
            asked, phase, kind = self._asked.pop(int(token))
            self._measured.of(phase, kind).add(now - asked)

    def _hear(self, one: Slow) -> None:
        assert one.client is not None
        try:
            data = one.client.sock.recv(65536)
        except OSError:
            data = b""
        one.seen += data
        now = time.perf_counter()
        if data and one.answer not in one.seen:
            return
        if one.answer in one.seen:
            self._measured.of(self._phase, one.kind).add(now - one.began)
        else:
            self._lost(self._phase, one.kind, one.began)
        one.began, one.due, one.seen = 0.0, now + SLOW_TICK, b""
        if not one.stays:
            self._selector.unregister(one.client.sock)
            one.client.close()
            one.client = None

    def _newcomer(self, number: int, *lines: str) -> LineClient:
        source = NEWCOMERS.format(1 + number % ADDRESSES)
        client = LineClient(self._port, source=source)
        client.send(*lines)
        return client

    def _log_in(self, number: int, account: str) -> LineClient:
        return self._newcomer(
            number, "CAP REQ :sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain(account)}"
        )

    def _arrive(self, number: int) -> LineClient:
        return self._newcomer(number, f"NICK newcomer{number}", "USER n 0 * :N")


def main() -> None:
    """The process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--lobby", action="store_true")
    parser.add_argument("--login", default="", metavar="ACCOUNT")
    parser.add_argument("--arrive", action="store_true")
    asked = parser.parse_args()
    users = Ordinary(asked.port, lobby=asked.lobby, login=asked.login, arrive=asked.arrive)
    print("ready", flush=True)
    print(users.run(), flush=True)


if __name__ == "__main__":
    main()
