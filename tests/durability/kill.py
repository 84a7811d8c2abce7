"""Kills the server with SIGKILL while people talk and do other things, again and again, and
compares what they saw with what is kept. `python -m tests.durability.kill --rounds 100` is the
long form of the test.
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
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gchat.core.history import Query, Record
from gchat.journal.sqlite.reader import whole
from gchat.journal.sqlite.store import FILE, Store
from tests.durability.doing import ABOUT, Doer, Facts
from tests.support.indexed import wrong_places
from tests.support.process import ServerProcess

CLIENTS = 8
DOERS = 2  # who do other things than talk
AHEAD = 20  # messages that a client has on their way
SHORTEST, LONGEST = 0.05, 0.4  # seconds of talk before the kill
LINE = re.compile(rb"^@time=[^;]+;msgid=(\S+) :\S+ PRIVMSG #lobby :(.*)\r$", re.MULTILINE)
EVERYTHING = 10**9


class Lost(AssertionError):
    """The promise is broken; the text says how."""


@dataclass(slots=True)
class Talker:
    """Somebody who writes numbered messages as fast as their echoes come."""

    name: str
    sock: socket.socket
    seen: list[tuple[str, str]] = field(default_factory=list)  # (msgid, text), in order
    rest: bytes = b""
    sent: int = 0
    echoed: int = 0

    def log_in(self) -> None:
        """Enters the lobby; returns when it is there."""
        self.sock.sendall(
            b"CAP REQ :echo-message message-tags server-time\r\n"
            b"NICK %b\r\nUSER u 0 * :r\r\nCAP END\r\nJOIN #lobby\r\n" % self.name.encode()
        )
        while b" 366 " not in self.rest:
            data = self.sock.recv(65536)
            assert data, self.rest
            self.rest += data
        self.rest = b""
        self.sock.setblocking(False)

    def talk(self) -> None:
        """Keeps AHEAD messages on their way."""
        while self.sent - self.echoed < AHEAD:
            text = f"{self.name}-{self.sent}"
            try:
                self.sock.send(f"PRIVMSG #lobby :{text}\r\n".encode())
            except OSError:
                return
            self.sent += 1

    def read(self) -> bool:
        """Takes in what has come; False at the end."""
        try:
            data = self.sock.recv(1 << 20)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        data = self.rest + data
        end = data.rfind(b"\n") + 1
        self.rest = data[end:]
        for msgid, text in LINE.findall(data[:end]):
            self.seen.append((msgid.decode(), text.decode()))
            self.echoed += text.startswith(f"{self.name}-".encode())
        return True


@dataclass(frozen=True, slots=True)
class Round:
    """What there was before a kill, and after it."""

    seen: int  # deliveries
    kept: int  # messages
    confirmed: Counter[str]  # other things, by what they are about


def one_round(folder: Path, number: int, seconds: float) -> Round:
    """People talk for so long, then the server is killed. Raises Lost."""
    flags = ("--data", str(folder), "--log-level", "warning")
    server = ServerProcess(*flags, accounts_iterations=4096).start()
    doers = [Doer(f"r{number}d{index}", server.port) for index in range(DOERS)]
    for doer in doers:
        doer.start()
    talkers = [
        Talker(f"r{number}c{index}", socket.create_connection(("127.0.0.1", server.port)))
        for index in range(CLIENTS)
    ]
    talk_until_the_end(talkers, seconds, lambda: server.process.send_signal(signal.SIGKILL))
    server.process.wait()
    server.stop()
    for doer in doers:
        doer.join()
    facts = Facts.of(folder)
    for doer in doers:
        if wrong := doer.wrong(facts):
            raise Lost(f"{doer.name} was told so, and it is not kept: {wrong}")
    store = Store(folder)
    try:
        kept = whole(store.reader.read(Query("#lobby", EVERYTHING)))
    finally:
        store.close()
    check([talker.seen for talker in talkers], kept)
    if fault := wrong_places(folder / FILE):
        raise Lost(f"the index of places is not as the lines are: {fault}")
    confirmed = sum((doer.confirmed for doer in doers), Counter[str]())
    return Round(sum(len(talker.seen) for talker in talkers), len(kept), confirmed)


def talk_until_the_end(talkers: list[Talker], seconds: float, kill: Callable[[], None]) -> None:
    """They talk for so long; then `kill` is called, and what still comes is read to its end."""
    with selectors.DefaultSelector() as selector:
        for talker in talkers:
            talker.log_in()
            selector.register(talker.sock, selectors.EVENT_READ, talker)
        deadline = time.monotonic() + seconds
        killed = False
        left = len(talkers)
        while left:
            if not killed and time.monotonic() > deadline:
                kill()
                killed = True
            for key, _ in selector.select(0.01):
                talker = key.data
                if not talker.read():
                    selector.unregister(talker.sock)
                    talker.sock.close()
                    left -= 1
            if not killed:
                for talker in talkers:
                    talker.talk()


def check(seen: list[list[tuple[str, str]]], kept: list[Record]) -> None:
    """What anybody saw is kept exactly once, in the order in which it was shown, and nobody missed
    anything in between. Raises Lost.
    """
    places = {one.msgid: index for index, one in enumerate(kept)}
    if len(places) != len(kept):
        raise Lost("a message is kept twice")
    times = [one.at for one in kept]
    if times != sorted(times) or list(places) != sorted(places):
        raise Lost("times or ids go backwards")
    for messages in seen:
        if not messages:
            continue
        for msgid, text in messages:
            if msgid not in places:
                raise Lost(f"{text} was seen and is not kept")
            if kept[places[msgid]].text != text:
                raise Lost(f"{text} is kept as {kept[places[msgid]].text}")
        first, last = places[messages[0][0]], places[messages[-1][0]]
        if [one.msgid for one in kept[first : last + 1]] != [msgid for msgid, _ in messages]:
            raise Lost("what somebody saw and what is kept are in different orders")


def main() -> int:
    """Many rounds on one folder; exit status 1 where the promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    total, confirmed = 0, Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.rounds):
            try:
                done = one_round(Path(folder), number, chance.uniform(SHORTEST, LONGEST))
            except Lost as error:
                print(f"round {number + 1}: LOST: {error}")
                return 1
            total += done.seen
            confirmed += done.confirmed
            print(f"round {number + 1}: {done.seen} deliveries seen, {done.kept} messages kept")
    others = ", ".join(f"{what} {confirmed[what]:,}" for what in sorted(confirmed))
    if missing := [what for what in ABOUT if not confirmed[what]]:
        print(f"NOTHING PROVED: nobody was told of any {', '.join(missing)}")
        return 1
    if not total:
        print("NOTHING PROVED: nothing was delivered")
        return 1
    print(f"{arguments.rounds} kills: all {total:,} deliveries that anybody saw are kept, in order")
    print(f"and all that was answered or shown otherwise: {others}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
