"""One load, as one process of the generator drives it."""

from __future__ import annotations

import gc
import math
import time
from collections import Counter
from multiprocessing.connection import Connection

from loadtest.bursts import Openings
from loadtest.crowd import Client, Crowd
from loadtest.latency import Latencies
from loadtest.orders import Order, Setup, Share, Tick, payload, schedule
from loadtest.sorter import Sorter
from loadtest.verify import Receiver, Stream

TICK_SECONDS = 0.25  # between two reports of progress
DRAIN_SECONDS = 2.0  # for what is on its way when the load is told to stop
QUIET_SECONDS = 10.0  # without any message before the missing ones are counted as lost
SAMPLES_PER_SECOND = 100_000  # latencies counted; with more deliveries, of every n-th client only


class Drive:
    """Sends on schedule, reads everything, keeps account of it."""

    def __init__(self, pipe: Connection, setup: Setup, crowd: Crowd, order: Order) -> None:
        self._pipe, self._setup, self._crowd, self._order = pipe, setup, crowd, order
        self._share = Share()
        self._latencies = Latencies()
        self._lags: list[float] = []
        self._streams: dict[int, Stream] = {}
        self._receivers: dict[int, Receiver | Sorter] = {}
        self._parts: list[tuple[int, int, Receiver]] = []  # client, stream
        self._openings: Openings | None = None
        self._sampled: set[int] = set()
        self._churning: dict[int, bool] = {}  # client → whether it has sent its JOIN
        self._next_due = order.start
        self._bytes = 0  # read of the streams
        self._sent: list[int] | None = None  # by each process, once all have been told to stop
        self._prepare()

    def _prepare(self) -> None:
        setup, order, plan = self._setup, self._order, self._setup.plan
        mine = [c for c in range(plan.clients) if plan.process(c, setup.processes) == setup.index]
        for client in mine:
            for number in plan.receives(client):
                self._streams.setdefault(number, Stream())
        self._to_send: list[tuple[float, int, str, bytes]] = []
        times = schedule(order)
        if order.bursts:
            self._openings = Openings(order.bursts.begins(times))
        for message, due in enumerate(times):
            text = payload(order.name, message, setup.size)
            sender = plan.sender(message)
            stream = self._streams.get(plan.stream(message))
            if stream is not None:
                stream.expect(text, due, sender)
            if plan.process(sender, setup.processes) == setup.index:
                self._to_send.append((due, sender, plan.target(message), text))
        senders = {key: set(s.senders.values()) for key, s in self._streams.items()}
        for client in mine:
            dialect = self._crowd.clients[client].dialect
            parts = []
            for number in plan.receives(client):
                stream = self._streams[number]
                hides = not dialect.sees_own and client in senders[number]
                parts.append(
                    Receiver(stream, client, dialect.find, sees_own=not hides, leads=not hides)
                )
                self._parts.append((client, number, parts[-1]))
                own = sum(s == client for s in stream.senders.values()) if hides else 0
                self._share.expected += len(stream.due) - own
            if len(parts) == 1:
                self._receivers[client] = parts[0]
            else:
                rooms = (room.encode() for room in plan.rooms(client))
                sorted_ = dict(zip(rooms, parts, strict=True))
                self._receivers[client] = Sorter(sorted_, dialect.find, dialect.room)
        seconds = order.count / order.rate
        step = math.ceil(self._share.expected / seconds / SAMPLES_PER_SECOND) or 1
        self._sampled = set(mine[::step])
        self._churning = {
            c: True for c in order.churn if plan.process(c, setup.processes) == setup.index
        }

    def run(self) -> Share:
        """Drives the load until all has come or nothing comes any more."""
        gc.collect()
        gc.disable()  # a collection would make messages late
        try:
            self._run()
        finally:
            gc.enable()
        self._finish()
        return self._share

    def _run(self) -> None:
        share, order = self._share, self._order
        cpu = time.process_time()
        share.ended = order.start
        tick, churn = order.start + TICK_SECONDS, 0
        churn_every = len(order.churn) / max(len(self._churning), 1) / (order.churn_rate or 1)
        while True:
            now = time.monotonic()
            self._send_due(now)
            if now >= tick:
                tick = now + TICK_SECONDS
                self._tick(now)
                if self._pipe.poll():
                    self._hear(now)
                if self._is_over(now):
                    break
            sending = share.sent < len(self._to_send)
            if self._churning and now >= order.start + churn * churn_every and sending:
                self._churn(churn)
                churn += 1
            for client in self._crowd.poll(min(self._next_due, tick) - now):
                now = self._read(client)
                if now >= self._next_due:  # reading everybody takes long enough to be late
                    self._send_due(now)
        share.cpu = time.process_time() - cpu

    def _is_over(self, now: float) -> bool:
        share = self._share
        if share.stopped:
            quiet = now - max(share.ended, share.stopped) > TICK_SECONDS
            late = now - share.stopped > DRAIN_SECONDS
            return self._sent is not None and (quiet or late)
        return share.sent == len(self._to_send) and (
            self._received() >= share.expected or now - share.ended > QUIET_SECONDS
        )

    def _hear(self, now: float) -> None:
        """To send no more; then, how many messages each process has sent."""
        name, arguments = self._pipe.recv()
        if name == "stop":
            self._share.stopped = now
            del self._to_send[self._share.sent :]
            self._pipe.send(("stopped", self._share.sent))
        else:
            (self._sent,) = arguments

    def _send_due(self, now: float) -> None:
        """Sends what is due."""
        share = self._share
        while share.sent < len(self._to_send):
            due, sender, target, text = self._to_send[share.sent]
            if due > now:
                self._next_due = due
                return
            client = self._crowd.clients[sender]
            self._crowd.send(client, client.dialect.message(target, text))
            self._lags.append(now - due)
            share.sent += 1
        self._next_due = math.inf

    def _read(self, client: Client) -> float:
        """Takes in what came for a client; returns the time at which it was read."""
        data = self._crowd.read(client)
        now = time.monotonic()
        if not client.alive and client.number not in self._churning:
            self._share.dropped += client.number in self._receivers
            return now
        receiver = self._receivers.get(client.number)
        if receiver is None:
            self._read_churning(client, data)
            return now
        self._bytes += len(data)
        before = receiver.at
        strange = receiver.receive(data)
        if receiver.at != before or receiver.strayed:
            self._share.ended = now
        if client.number in self._sampled and receiver.at != before:
            times = receiver.newest()
            self._latencies.add([now - due for due in times])
            if self._openings:
                self._openings.add(times, now)
        if strange:
            self._read_other(client, strange)
        return now

    def _read_other(self, client: Client, lines: bytes) -> None:
        """What is no message of the load."""
        for number, reason in client.dialect.departed(lines):
            self._share.departed[int(number)] = reason.decode("utf-8", "replace")
        answer = client.dialect.answer(lines) if b"PING " in lines else b""
        if answer:
            self._crowd.send(client, answer)

    def _tick(self, now: float) -> None:
        """Reports, in a fraction of a millisecond: what is sent meanwhile is late."""
        self._share.unread = max(self._share.unread, self._crowd.unread())
        self._latencies.lap()
        lines = max((stream.ends for stream in self._streams.values()), key=len)
        about = self._bytes * len(lines) // lines[-1] if lines else 0
        self._pipe.send(("tick", Tick(now - self._order.start, about)))

    def _received(self) -> int:
        return sum(receiver.received for receiver in self._receivers.values())

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
                room = self._setup.plan.rooms(0)[0]
                self._crowd.send(client, client.dialect.join(room))
        answer = client.dialect.answer(data)
        if answer:
            self._crowd.send(client, answer)

    def _forget_unsent(self, sent: list[int]) -> None:
        """Expects only what was sent, of which each process sent so many messages."""
        plan, order, setup = self._setup.plan, self._order, self._setup
        left, streams = list(sent), Counter[int]()
        senders = Counter[tuple[int, int]]()  # with the stream
        for message in range(order.count):
            sender, number = plan.sender(message), plan.stream(message)
            process = plan.process(sender, setup.processes)
            if left[process]:
                left[process] -= 1
                streams[number] += 1
                senders[sender, number] += 1
            elif number in self._streams:
                self._streams[number].unseen.discard(payload(order.name, message, setup.size))
        self._share.expected = sum(
            streams[number] - (0 if receiver.sees_own else senders[client, number])
            for client, number, receiver in self._parts
        )

    def _finish(self) -> None:
        share = self._share
        if self._sent is not None:
            self._forget_unsent(self._sent)
        for receiver in self._receivers.values():
            share.faults.add(receiver.finish(cut=self._sent is not None))
        share.received = self._received()
        share.digests = {number: stream.digest() for number, stream in self._streams.items()}
        share.disorder = sum(stream.disorder() for stream in self._streams.values())
        share.laps = self._latencies.laps()
        share.latencies = self._latencies.encode()
        share.openings = self._openings.encoded() if self._openings else {}
        if self._lags:
            lags = sorted(self._lags)
            share.lag_p99, share.lag_max = lags[int(len(lags) * 0.99)], lags[-1]
