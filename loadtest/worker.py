"""One process of the generator: plays its share of the clients as it is told over a pipe."""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from loadtest.crowd import Client, CouldNotStart, Crowd
from loadtest.dialects import Dialect, Irc, Plain
from loadtest.latency import Latencies
from loadtest.plan import Plan
from loadtest.verify import Faults, Receiver, Stream

TICK_SECONDS = 0.25  # between two reports of progress
QUIET_SECONDS = 10.0  # without any message before the missing ones are counted as lost
SETTLE_SECONDS = 0.3  # of silence after joining, before the load begins
SAMPLES_PER_SECOND = 100_000  # latencies counted; with more deliveries, of every n-th client only


@dataclass(frozen=True, slots=True)
class Setup:
    """What a process has to know from the start."""

    address: tuple[str, int]
    plain: bool
    echo: bool  # ask for echo-message
    size: int  # bytes of each message's text
    plan: Plan
    index: int  # of this process
    processes: int


@dataclass(frozen=True, slots=True)
class Order:
    """One load: `count` messages, the first of them due at `start` (time.monotonic, which all
    processes share), `rate` a second.
    """

    name: str  # of one run, so that payloads are unique
    count: int
    rate: float
    start: float
    churn: tuple[int, ...] = ()  # clients that come and go meanwhile; nothing is sent by them
    churn_rate: float = 0.0  # of them, a second


@dataclass(frozen=True, slots=True)
class Tick:
    """Progress, every TICK_SECONDS; latencies in milliseconds."""

    at: float  # seconds since the load's start
    received: int
    p50: float
    p99: float


@dataclass(slots=True)
class Share:
    """What one process saw of a load. Times in seconds."""

    received: int = 0
    expected: int = 0
    sent: int = 0
    faults: Faults = field(default_factory=Faults)
    digests: dict[int, str] = field(default_factory=dict)  # by stream
    disorder: int = 0
    latencies: str = ""  # an encoded HdrHistogram
    ended: float = 0.0  # when the last message came, of time.monotonic
    cpu: float = 0.0
    lag_p99: float = 0.0  # how far behind their schedule messages left
    lag_max: float = 0.0
    unread: int = 0  # most bytes that waited in this process's sockets, at a tick
    dropped: int = 0  # clients that the server disconnected
    churned: int = 0  # how often a client went and came back


def payload(name: str, message: int, size: int) -> bytes:
    """The text of a message: unique, and of `size` bytes."""
    return f"lt-{name}-{message} ".encode().ljust(size, b"x")


class Worker:
    """Carries out commands: a method's name and its arguments."""

    def __init__(self, pipe: Connection, setup: Setup) -> None:
        self._pipe = pipe
        self._setup = setup
        self._crowd = Crowd(setup.address, self._dialect)

    def serve(self) -> None:
        """Carries out commands until the pipe is closed."""
        try:
            while True:
                try:
                    name, arguments = self._pipe.recv()
                except EOFError:
                    return
                try:
                    answer = getattr(self, f"do_{name}")(*arguments)
                except CouldNotStart as error:
                    self._pipe.send(("failed", str(error)))
                else:
                    self._pipe.send(("done", answer))
        finally:
            self._crowd.close()

    def _dialect(self) -> Dialect:
        return Plain() if self._setup.plain else Irc(echo=self._setup.echo)

    def _tell(self, done: int) -> None:
        self._pipe.send(("progress", done))

    def _mine(self, clients: Iterable[int]) -> list[int]:
        setup = self._setup
        return [c for c in clients if setup.plan.process(c, setup.processes) == setup.index]

    # -- commands

    def do_log_in(self, clients: range) -> int:
        """Connects and registers this process's share of the clients; how many those are."""
        mine = self._mine(clients)
        self._crowd.log_in(mine, self._tell)
        return len(mine)

    def do_join(self, rooms: dict[int, str]) -> None:
        """Has this process's share of the clients enter rooms, and waits until all is quiet."""
        self._crowd.join({c: rooms[c] for c in self._mine(rooms)}, self._tell)

    def do_settle(self) -> None:
        """Waits until all is quiet."""
        self._crowd.settle(SETTLE_SECONDS)

    def do_stop_reading(self, clients: tuple[int, ...]) -> None:
        """Leaves everything that comes for these clients in their sockets."""
        for number in self._mine(clients):
            self._crowd.stop_reading(self._crowd.clients[number])

    def do_last_words(self, clients: tuple[int, ...]) -> list[str]:
        """Reads clients that had stopped reading to their end; each one's last line, "" where the
        server did not end the connection.
        """
        words = []
        for number in self._mine(clients):
            client = self._crowd.clients[number]
            client.sock.settimeout(1.0)
            last = b""
            while client.alive:
                try:
                    data = self._crowd.read(client)
                except TimeoutError:
                    last = b""
                    break
                last = (last + data)[-1000:]
            line = last.rstrip(b"\r\n").rpartition(b"\n")[2]
            words.append("" if client.alive else line.decode("utf-8", "replace"))
        return words

    def do_idle(self, seconds: float) -> None:
        """Lets time pass; answers what the server asks."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for client in self._crowd.poll(min(left, TICK_SECONDS)):
                self._answer(client, self._crowd.read(client))

    def do_storm(self, rooms: dict[int, str], start: float, reconnect: bool) -> float:
        """All clients enter their room at once, after they have come back where they are to
        `reconnect`; when everybody here had seen everybody, in seconds after `start`.
        """
        mine = self._mine(rooms)
        time.sleep(max(0.0, start - time.monotonic()))
        if reconnect:
            for number in mine:
                self._crowd.drop(self._crowd.clients[number])
            for number in mine:
                self._crowd.connect(number)
        joined: set[int] = set()
        if not reconnect:
            joined.update(mine)
            for number in mine:
                client = self._crowd.clients[number]
                self._crowd.send(client, client.dialect.join(rooms[number]))
        return self._until_all_saw_all(rooms, mine, joined) - start

    def _until_all_saw_all(self, rooms: dict[int, str], mine: list[int], joined: set[int]) -> float:
        size = max(rooms) + 1
        seen = {number: bytearray(size) for number in mine}
        rest = dict.fromkeys(mine, b"")
        left = set(mine)
        told = last = time.monotonic()
        while left:
            for client in self._crowd.poll(TICK_SECONDS):
                data = rest[client.number] + self._crowd.read(client)
                last = time.monotonic()
                end = data.rfind(b"\n") + 1
                data, rest[client.number] = data[:end], data[end:]
                self._answer(client, data)
                if client.number not in joined:
                    client.read += data
                    if client.dialect.is_registered(client.read):
                        client.read = b""
                        joined.add(client.number)
                        join = client.dialect.join(rooms[client.number])
                        if join:
                            self._crowd.send(client, join)
                marks = seen[client.number]
                for member in client.dialect.members(data):
                    marks[int(member)] = 1
                if marks.count(1) >= len(rooms):
                    left.discard(client.number)
            now = time.monotonic()
            if now - told > TICK_SECONDS:
                told = now
                self._tell(len(mine) - len(left))
            if now - last > QUIET_SECONDS:
                raise CouldNotStart(f"{len(left)} clients never saw everybody in the room")
        return last

    def _answer(self, client: Client, data: bytes) -> None:
        answer = client.dialect.answer(data) if data else b""
        if answer:
            self._crowd.send(client, answer)

    def do_load(self, order: Order) -> Share:
        """Drives a load."""
        return _Drive(self._pipe, self._setup, self._crowd, order).run()


class _Drive:
    """One load, as one process drives it."""

    def __init__(self, pipe: Connection, setup: Setup, crowd: Crowd, order: Order) -> None:
        self._pipe, self._setup, self._crowd, self._order = pipe, setup, crowd, order
        self._share = Share()
        self._latencies = Latencies()
        self._lags: list[float] = []
        self._streams: dict[int, Stream] = {}
        self._receivers: dict[int, Receiver] = {}
        self._sampled: set[int] = set()
        self._churning: dict[int, bool] = {}  # client → whether it has sent its JOIN
        self._prepare()

    def _prepare(self) -> None:
        setup, order, plan = self._setup, self._order, self._setup.plan
        mine = [c for c in range(plan.clients) if plan.process(c, setup.processes) == setup.index]
        for client in mine:
            self._streams.setdefault(plan.receives(client), Stream())
        self._to_send: list[tuple[float, int, str, bytes]] = []
        for message in range(order.count):
            text = payload(order.name, message, setup.size)
            due, sender = order.start + message / order.rate, plan.sender(message)
            stream = self._streams.get(plan.stream(message))
            if stream is not None:
                stream.expect(text, due, sender)
            if plan.process(sender, setup.processes) == setup.index:
                self._to_send.append((due, sender, plan.target(message), text))
        senders = {key: set(s.senders.values()) for key, s in self._streams.items()}
        for client in mine:
            number = plan.receives(client)
            stream, dialect = self._streams[number], self._crowd.clients[client].dialect
            hides = not dialect.sees_own and client in senders[number]
            self._receivers[client] = Receiver(
                stream, client, dialect.find, sees_own=not hides, leads=not hides
            )
            own = sum(s == client for s in stream.senders.values()) if hides else 0
            self._share.expected += len(stream.due) - own
        seconds = order.count / order.rate
        step = math.ceil(self._share.expected / seconds / SAMPLES_PER_SECOND) or 1
        self._sampled = set(mine[::step])
        self._churning = {
            c: True for c in order.churn if plan.process(c, setup.processes) == setup.index
        }

    def run(self) -> Share:
        """Sends on schedule, reads everything, until all has come or nothing comes any more."""
        share, order = self._share, self._order
        cpu = time.process_time()
        share.ended = order.start
        tick, churn = order.start + TICK_SECONDS, 0
        churn_every = len(order.churn) / max(len(self._churning), 1) / (order.churn_rate or 1)
        while True:
            now = time.monotonic()
            wait = self._send_due(now)
            if now >= tick:
                tick = now + TICK_SECONDS
                received = self._tick(now)
                if received >= share.expected and share.sent == len(self._to_send):
                    break
                if share.sent == len(self._to_send) and now - share.ended > QUIET_SECONDS:
                    break
            if self._churning and now >= order.start + churn * churn_every and wait is not None:
                self._churn(churn)
                churn += 1
            until_tick = tick - now
            for client in self._crowd.poll(until_tick if wait is None else min(wait, until_tick)):
                self._read(client)
        share.cpu = time.process_time() - cpu
        self._finish()
        return share

    def _send_due(self, now: float) -> float | None:
        """Sends what is due; seconds until the next message, `None` where there is none."""
        share = self._share
        while share.sent < len(self._to_send):
            due, sender, target, text = self._to_send[share.sent]
            if due > now:
                return due - now
            client = self._crowd.clients[sender]
            self._crowd.send(client, client.dialect.message(target, text))
            self._lags.append(now - due)
            share.sent += 1
        return None

    def _read(self, client: Client) -> None:
        data = self._crowd.read(client)
        if not client.alive and client.number not in self._churning:
            self._share.dropped += client.number in self._receivers
            return
        receiver = self._receivers.get(client.number)
        if receiver is None:
            self._read_churning(client, data)
            return
        before = receiver.at
        strange = receiver.receive(data)
        now = time.monotonic()
        if receiver.at != before or receiver.strays:
            self._share.ended = now
        if client.number in self._sampled and receiver.at != before:
            ends, stream = receiver.stream.ends, receiver.stream
            first, last = bisect_right(ends, before), bisect_right(ends, receiver.at)
            times = stream.times[first:last]
            if not receiver.sees_own:
                own = client.number
                times = [
                    stream.due[p] for p in stream.order[first:last] if stream.senders[p] != own
                ]
            self._latencies.add([now - due for due in times])
        if b"PING " in strange:
            answer = client.dialect.answer(strange)
            if answer:
                self._crowd.send(client, answer)

    def _tick(self, now: float) -> int:
        received = sum(receiver.received for receiver in self._receivers.values())
        self._share.unread = max(self._share.unread, self._crowd.unread())
        p50, p99 = self._latencies.take_recent()
        self._pipe.send(("tick", Tick(now - self._order.start, received, p50, p99)))
        return received

    # -- coming and going

    def _churn(self, turn: int) -> None:
        number = list(self._churning)[turn % len(self._churning)]
        client = self._crowd.clients[number]
        if self._churning[number]:
            self._crowd.drop(client)
            self._crowd.connect(number)
            self._churning[number] = False
            self._share.churned += 1

    def _read_churning(self, client: Client, data: bytes) -> None:
        if client.number not in self._churning or not data:
            return
        if not self._churning[client.number]:
            client.read += data
            if client.dialect.is_registered(client.read):
                client.read = b""
                self._churning[client.number] = True
                room = self._setup.plan.room(0)
                self._crowd.send(client, client.dialect.join(room))
        answer = client.dialect.answer(data)
        if answer:
            self._crowd.send(client, answer)

    def _finish(self) -> None:
        share = self._share
        for receiver in self._receivers.values():
            share.faults.add(receiver.finish())
        share.received = sum(receiver.received for receiver in self._receivers.values())
        share.digests = {number: stream.digest() for number, stream in self._streams.items()}
        share.disorder = sum(stream.disorder() for stream in self._streams.values())
        share.latencies = self._latencies.encode()
        if self._lags:
            lags = sorted(self._lags)
            share.lag_p99, share.lag_max = lags[int(len(lags) * 0.99)], lags[-1]


def work(pipe: Connection, setup: Setup) -> Any:
    """The process's entry."""
    Worker(pipe, setup).serve()
