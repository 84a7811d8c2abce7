"""One load in the middle of which connections may end, as one process of the generator drives it:
its clients come back by another node, and what each connection was shown is kept (`stays.py`).

For IRC. Every line is looked up as a whole: the first client to see one takes it to pieces.
"""

from __future__ import annotations

import gc
import math
import re
import time
from array import array
from dataclasses import dataclass
from multiprocessing.connection import Connection
from random import Random

from loadtest.crowd import AT_ONCE, Client, CouldNotStart, Crowd
from loadtest.latency import Latencies
from loadtest.orders import Moved, Order, Setup, Share, Tick, payload, schedule
from loadtest.plan import nick
from loadtest.stays import Judged, Stay, Told, judge

TICK_SECONDS = 0.25
QUIET_SECONDS = 0.5  # after the last message was written, and the load is over
STOP_SECONDS = 2.0  # for what is on its way when the load is told to stop
LOOK_SECONDS = 0.02  # between two looks who may connect again
AGAIN_SECONDS = 0.5  # at most, before a client connects again; people do not come at one moment
PATIENCE_SECONDS = 60.0  # for being let in; then the next node is tried
SAMPLES_PER_SECOND = 50_000  # latencies counted; with more deliveries, of every n-th client only
REASON_CHARACTERS = 100

_ERROR = re.compile(rb"(?m)^(?::\S+ )?ERROR :?([^\r\n]*)")
_REFUSAL = re.compile(rb"(?m)^:\S+ (?:4(?:0[0-9]|1[0-9])|FAIL) ")
_SOURCE = re.compile(rb":lt(\d+)(?:_\d+)?!")


@dataclass(slots=True)
class _Coming:
    """A client that has lost its connection and is on its way back."""

    since: float  # when it was lost
    node: int  # to be tried next
    at: float  # when
    tries: int = 0
    renamed: int = 0
    entering: bool = False  # it is registered, and has asked to enter the room


class Trial:
    """Sends on schedule, reads everything, has clients come back."""

    def __init__(self, pipe: Connection, setup: Setup, crowd: Crowd, order: Order) -> None:
        self._pipe, self._setup, self._crowd, self._order = pipe, setup, crowd, order
        self._share = Share()
        self._moved = self._share.trial = Moved()
        self._latencies = Latencies()
        self._lags: list[float] = []
        plan = setup.plan
        mine = [c for c in range(plan.clients) if plan.process(c, setup.processes) == setup.index]
        self._stays = {client: [Stay(setup.node(client))] for client in mine}
        self._rest = dict.fromkeys(mine, b"")
        self._coming: dict[int, _Coming] = {}
        self._last: dict[int, float] = {}  # when who lost a connection was last shown something
        self._due = schedule(order)
        self._to_send = [
            (due, number)
            for number, due in enumerate(self._due)
            if plan.process(plan.sender(number), setup.processes) == setup.index
        ]
        self._known: dict[bytes, int] = {}  # lines, and which message each is
        self._number = re.compile(rb" :(lt-%b-(\d+) x*)\r\n$" % re.escape(order.name.encode()))
        self._random = Random(f"{order.name} {setup.index}")  # noqa: S311 - only spreads clients
        step = math.ceil(order.rate * plan.audience / setup.processes / SAMPLES_PER_SECOND)
        self._sampled = set(mine[::step])
        self._next_due = order.start
        self._next_tick = order.start + TICK_SECONDS
        self._next_look = order.start
        self._ended = order.start  # when the last message came

    # -- the load

    def run(self) -> Share:
        """Drives the load until all is written and nothing comes any more."""
        for stays in self._stays.values():
            stays[0].last = self._order.start
        gc.collect()
        gc.disable()
        cpu = time.process_time()
        try:
            while not self._is_over(self._turn()):
                pass
        finally:
            gc.enable()
        share = self._share
        share.cpu = time.process_time() - cpu
        share.ended = self._ended
        share.received = share.expected = sum(
            len(stay.seen) for stays in self._stays.values() for stay in stays
        )
        share.laps = self._latencies.laps()
        if self._lags:
            lags = sorted(self._lags)
            share.lag_p99, share.lag_max = lags[int(len(lags) * 0.99)], lags[-1]
        self._note()
        share.latencies = self._moved.latencies
        return share

    def go_on(self, seconds: float) -> Moved:
        """Reads on for some time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._turn()
        self._note()
        return self._moved

    def judge(self, orders: dict[int, array[int]]) -> Judged:
        """What is to be said, once the rooms' orders are known, by their streams."""
        told = {stream: Told.of(order, self._due) for stream, order in orders.items()}
        found = Judged()
        for client, stays in self._stays.items():
            (stream,) = self._setup.plan.receives(client)
            found.add(judge(stays, told[stream]))
        return found

    def _note(self) -> None:
        self._moved.away = len(self._coming)
        self._moved.quiet = time.monotonic() - self._ended
        self._moved.latencies = self._latencies.encode()

    def _turn(self) -> float:
        """Does what is to be done now, and reads what comes until the next thing is."""
        now = time.monotonic()
        self._send_due(now)
        self._come_back(now)
        if now >= self._next_tick:
            self._tick(now)
        until = min(self._next_due, self._next_tick)
        if self._coming:
            until = min(until, self._next_look)
        for client in self._crowd.poll(max(0.0, until - now)):
            now = time.monotonic()
            self._read(client, now)
            if now >= self._next_due:
                self._send_due(now)
        return now

    def _tick(self, now: float) -> None:
        self._next_tick = now + TICK_SECONDS
        self._latencies.lap()
        self._share.unread = max(self._share.unread, self._crowd.unread())
        received = sum(len(stays[-1].seen) for stays in self._stays.values())
        self._pipe.send(("tick", Tick(max(0.0, now - self._order.start), received)))

    def _is_over(self, now: float) -> bool:
        share = self._share
        if self._pipe.poll():
            name, _ = self._pipe.recv()
            if name == "stop":
                share.stopped = now
                del self._to_send[share.sent + self._moved.unsent :]
                self._pipe.send(("stopped", share.sent))
        if share.stopped:
            return now - share.stopped > STOP_SECONDS
        written = share.sent + self._moved.unsent == len(self._to_send)
        return written and now - max(self._ended, self._due[-1]) > QUIET_SECONDS

    def _send_due(self, now: float) -> None:
        share, moved, plan = self._share, self._moved, self._setup.plan
        while (done := share.sent + moved.unsent) < len(self._to_send):
            due, number = self._to_send[done]
            if due > now:
                self._next_due = due
                return
            sender = plan.sender(number)
            client = self._crowd.clients[sender]
            if sender in self._coming or not client.alive:
                moved.unsent += 1
                continue
            text = payload(self._order.name, number, self._setup.size)
            self._crowd.send(client, client.dialect.message(plan.target(number), text))
            self._stays[sender][-1].written.append(number)
            self._lags.append(now - due)
            share.sent += 1
        self._next_due = math.inf

    # -- what comes

    def _read(self, client: Client, now: float) -> None:
        data = self._rest[client.number] + self._crowd.read(client)
        end = data.rfind(b"\n") + 1
        lines, self._rest[client.number] = data[:end], data[end:]
        coming = self._coming.get(client.number)
        if coming is not None and not coming.entering:
            self._let_in(client, coming, lines, now)
        elif lines:
            self._take(client, lines, now)
            if coming is not None:
                self._enter(client, coming, lines, now)
        if not client.alive:
            self._lost(client, now)

    def _take(self, client: Client, lines: bytes, now: float) -> None:
        """Notes the messages in whole lines."""
        stay = self._stays[client.number][-1]
        # who comes and goes is most of it at times, and passed over faster so
        found = client.dialect.find(lines) if b" PRIVMSG " in lines else []
        known, numbers = self._known, []
        for line, _ in found:
            number = known.get(line)
            if number is None:
                number = self._take_to_pieces(line)
            if number < 0:
                stay.altered += 1
            else:
                numbers.append(number)
        if numbers:
            stay.seen.extend(numbers)
            self._note_gap(client.number, stay, now)
            if client.number in self._sampled:
                self._latencies.add([now - self._due[number] for number in numbers])
        if lines.count(b"\n") != len(found):
            self._take_others(client, stay, lines, len(found))

    def _take_to_pieces(self, line: bytes) -> int:
        """Which message it is; -1 for one that nobody has written so."""
        found, source = self._number.search(line), _SOURCE.match(line)
        number = -1
        if found and source:
            plan, order = self._setup.plan, self._order
            said = int(found[2])
            if (
                said < order.count
                and found[1] == payload(order.name, said, self._setup.size)
                and int(source[1]) == plan.sender(said)
                and b" PRIVMSG %b :" % plan.target(said).encode() in line
            ):
                number = said
        self._known[line] = number
        return number

    def _take_others(self, client: Client, stay: Stay, lines: bytes, messages: int) -> None:
        """What is no message."""
        if b"PING " in lines:
            self._crowd.send(client, client.dialect.answer(lines))
        if b" 4" in lines or b" FAIL " in lines:
            refused = len(_REFUSAL.findall(lines))
            stay.refused += refused
            self._moved.refused += refused
        stay.altered += max(0, lines.count(b" PRIVMSG #") - messages)
        if b"ERROR " in lines:
            self._note_reason(lines)

    def _note_reason(self, lines: bytes) -> None:
        for reason in _ERROR.findall(lines):
            text = reason[:REASON_CHARACTERS].decode("utf-8", "replace")
            self._moved.reasons[text] = self._moved.reasons.get(text, 0) + 1

    def _note_gap(self, number: int, stay: Stay, now: float) -> None:
        moved = self._moved
        moved.gaps[stay.node] = max(moved.gaps.get(stay.node, 0.0), now - stay.last)
        before = self._last.pop(number, None)
        if before is not None:
            moved.moved_gap = max(moved.moved_gap, now - before)
        stay.last = self._ended = now

    # -- going and coming back

    def _lost(self, client: Client, now: float) -> None:
        """A connection has ended."""
        number = client.number
        self._rest[number] = b""
        coming = self._coming.get(number)
        if coming is None:
            stay = self._stays[number][-1]
            stay.ended = True
            self._moved.closed += 1
            self._last[number] = stay.last
            coming = self._coming[number] = _Coming(now, stay.node, now)
        elif coming.entering:
            self._stays[number][-1].ended = True
        self._try_again(coming, now)

    def _try_again(self, coming: _Coming, now: float) -> None:
        """By the next node, a moment later."""
        coming.node = (coming.node + 1) % len(self._setup.addresses)
        coming.at = now + self._random.random() * AGAIN_SECONDS
        coming.entering = False

    def _come_back(self, now: float) -> None:
        if not self._coming or now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        clients = self._crowd.clients
        under_way = 0
        for number, coming in list(self._coming.items()):
            if clients[number].alive:
                if now - coming.at > PATIENCE_SECONDS:
                    self._crowd.drop(clients[number])
                    self._lost(clients[number], now)
                else:
                    under_way += 1
            elif coming.at <= now and under_way < AT_ONCE:
                under_way += 1
                self._connect(number, coming, now)

    def _connect(self, number: int, coming: _Coming, now: float) -> None:
        coming.tries += 1
        coming.at = now
        name = f"{nick(number)}_{coming.renamed}" if coming.renamed else nick(number)
        try:
            self._crowd.connect(number, self._setup.addresses[coming.node], name)
        except CouldNotStart:
            self._try_again(coming, now)

    def _let_in(self, client: Client, coming: _Coming, lines: bytes, now: float) -> None:
        """Goes on with logging in."""
        if b" 433 " in lines:  # the node that has died has not been given up yet
            coming.renamed += 1
            name = f"{nick(client.number)}_{coming.renamed}"
            self._crowd.send(client, b"NICK %b\r\n" % name.encode())
        client.read += lines
        answer = client.dialect.answer(lines)
        if answer:
            self._crowd.send(client, answer)
        if b"ERROR " in lines:
            self._note_reason(lines)
        if client.dialect.is_registered(client.read):
            client.read = b""
            coming.entering = True
            self._moved.renamed += bool(coming.renamed)
            self._stays[client.number].append(Stay(coming.node, math.inf, now))
            (room,) = self._setup.plan.rooms(client.number)
            self._crowd.send(client, client.dialect.join(room))

    def _enter(self, client: Client, coming: _Coming, lines: bytes, now: float) -> None:
        if client.dialect.is_in(lines):
            stay = self._stays[client.number][-1]
            stay.since = now
            self._moved.back.append(now - coming.since)
            del self._coming[client.number]
