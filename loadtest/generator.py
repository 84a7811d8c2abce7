"""All processes of the generator, as one: starts them, tells them what to do, adds up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from loadtest.bursts import Bursts
from loadtest.interruption import Interrupted, Interruption
from loadtest.latency import Latencies
from loadtest.orders import Arrivals, Order, Setup, Share, Tick
from loadtest.plan import Plan
from loadtest.pool import Pool
from loadtest.verify import Faults

START_DELAY_SECONDS = 0.5  # for all processes to have got the order before it begins
STOPPABLE = ("load", "idle")  # what was measured until then is worth something
# Above one of these limits, a run measures the generator and not the server:
LATE_MS = 20.0  # by which one message in a hundred left late; --max-late-ms
UNREAD_SECONDS = 0.100  # in which as many bytes arrive as waited to be read


@dataclass(slots=True)
class Point:
    """What was seen about a moment of a load; latencies in milliseconds, memory in bytes."""

    at: float  # seconds since its start
    rate: float  # deliveries a second
    cpu: float  # of the server, in cores
    memory: int
    p50: float = 0.0
    p99: float = 0.0


@dataclass(slots=True)
class Merged:
    """What all processes saw of a load. Times in seconds, without the quiet between bursts."""

    shares: list[Share]
    latencies: Latencies
    faults: Faults
    seconds: float
    points: list[Point]
    interrupted: bool = False
    order: Order | None = None

    @property
    def received(self) -> int:
        """Deliveries."""
        return sum(share.received for share in self.shares)

    @property
    def expected(self) -> int:
        """Deliveries, if nothing is lost."""
        return sum(share.expected for share in self.shares)

    def invalid(self, bytes_each: int, late_ms: float) -> list[str]:
        """Why the generator, and not the server, was the bottleneck; empty if it was not."""
        reasons = []
        late = max(share.lag_p99 for share in self.shares) * 1000
        if late > late_ms:
            reasons.append(f"one message in a hundred left {late:.0f} ms late or later")
        unread = sum(share.unread for share in self.shares)
        rate = self.received / self.seconds * bytes_each
        if unread > max(rate * UNREAD_SECONDS, 1 << 20):
            reasons.append(f"{unread / 1e6:.1f} MB had arrived and waited to be read")
        return reasons


class Generator:
    """As many processes as are asked for, each with its share of the plan's clients."""

    def __init__(
        self,
        addresses: tuple[tuple[str, int], ...],
        plan: Plan,
        interruption: Interruption,
        *,
        processes: int,
        plain: bool = False,
        beneath: tuple[str, ...] = (),
        echo: bool = True,
        size: int = 100,
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        self.plan = plan
        self._progress = progress
        setups = (
            Setup(addresses, plain, beneath, echo, size, plan, index, processes)
            for index in range(processes)
        )
        self._pool = Pool(setups, interruption)

    def __enter__(self) -> Generator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close(now=error is not None or self.interrupted)

    @property
    def interrupted(self) -> bool:
        """Whether a command was ended early: the last one, since there is none after it."""
        return self._pool.stopping

    def call(
        self, name: str, *arguments: object, tick: Callable[[int, Tick], None] | None = None
    ) -> list[Any]:
        """Has every process carry out a command; their answers. A load and idling end early when
        the run is interrupted. Raises CouldNotStart, Interrupted.
        """
        answers: dict[int, Any] = {}
        sent: dict[int, int] = {}  # messages by process, where a load was stopped
        done = dict.fromkeys(range(len(self._pool)), 0)
        self._pool.send(name, *arguments)
        while len(answers) < len(self._pool):
            try:
                for index, kind, value in self._pool.hear():
                    if kind == "done":
                        answers.setdefault(index, value)
                    elif kind == "progress":
                        done[index] = value
                        self._progress(sum(done.values()))
                    elif kind == "stopped":
                        sent[index] = value
                    elif tick is not None:
                        tick(index, value)
            except Interrupted:
                if self.interrupted or name not in STOPPABLE:
                    raise
                self._pool.stop()
            if sent and len(sent.keys() | answers.keys()) == len(self._pool):
                counts = [
                    sent[index] if index in sent else answers[index].sent for index in sorted(done)
                ]
                self._pool.tell("sent", counts)
                sent.clear()
        return [answers[index] for index in sorted(answers)]

    def enter(self, clients: range, *, join: bool = True) -> None:
        """Logs clients in and has them enter their rooms. Raises CouldNotStart, Interrupted."""
        self.call("log_in", clients)
        if join:
            rooms = {client: self.plan.rooms(client) for client in clients}
            for place in range(max(len(names) for names in rooms.values())):
                self.call("join", {c: names[place] for c, names in rooms.items()})
            self.call("settle")

    def load(
        self,
        *,
        count: int,
        rate: float,
        usage: Callable[[], tuple[float, int]],
        arrivals: Arrivals = "even",
        churn: tuple[int, ...] = (),
        churn_rate: float = 0.0,
        bursts: Bursts | None = None,
        watch: Callable[[float], None] | None = None,
    ) -> Merged:
        """Drives a load. `usage` gives the server's CPU seconds and memory so far. With `watch`
        connections may end, see `trial.py`; it is called again and again with the seconds since
        the start. Where the load is interrupted, what was sent until then is reported. Raises
        CouldNotStart; Interrupted if nothing was sent.
        """
        start = time.monotonic() + START_DELAY_SECONDS
        trial = watch is not None
        order = Order(
            f"{start:.6f}", count, rate, start, arrivals, churn, churn_rate, bursts, trial
        )
        series = _Series(len(self._pool), usage, self._progress)

        def tick(index: int, one: Tick) -> None:
            series.add(index, one)
            if watch is not None:
                watch(one.at)

        shares: list[Share] = self.call("load", order, tick=tick)
        stopped = max(share.stopped for share in shares)
        if not any(share.sent for share in shares):
            raise Interrupted
        latencies, faults = Latencies(), Faults()
        for share in shares:
            latencies.merge(share.latencies)
            faults.add(share.faults)
        faults.reordered += max(share.disorder for share in shares)
        if not faults and (not stopped or all(s.received == s.expected for s in shares)):
            faults.reordered += _different_orders(shares)
        bursts = bursts or Bursts()
        loaded = count / rate
        scheduled = stopped - start if stopped else loaded + bursts.count * bursts.quiet
        seconds = max(max(share.ended for share in shares) - start, scheduled)
        seconds -= bursts.passed(seconds, loaded / bursts.count)
        points = series.with_latencies(shares)
        return Merged(shares, latencies, faults, seconds, points, bool(stopped), order)


def _different_orders(shares: list[Share]) -> int:
    """Streams that two processes saw in different orders."""
    orders: dict[int, set[str]] = {}
    for share in shares:
        for stream, digest in share.digests.items():
            orders.setdefault(stream, set()).add(digest)
    return sum(len(digests) > 1 for digests in orders.values())


class _Series:
    """Puts the ticks of all processes together."""

    def __init__(
        self, processes: int, usage: Callable[[], tuple[float, int]], show: Callable[[int], None]
    ) -> None:
        self._points: list[Point] = []
        self._last: dict[int, Tick] = {}
        self._processes = processes
        self._usage = usage
        self._show = show
        self._received = 0
        self._at = 0.0
        self._cpu = usage()[0]
        self._when = time.monotonic()

    def add(self, index: int, tick: Tick) -> None:
        """Takes in a tick; with the last process's one the point is complete."""
        self._last[index] = tick
        if len(self._last) < self._processes:
            return
        ticks = list(self._last.values())
        self._last.clear()
        received = sum(one.received for one in ticks)
        at = max(one.at for one in ticks)
        cpu, memory = self._usage()
        now = time.monotonic()
        self._points.append(
            Point(
                at,
                max(received - self._received, 0) / max(at - self._at, 1e-6),
                (cpu - self._cpu) / max(now - self._when, 1e-6),
                memory,
            )
        )
        self._received, self._at, self._cpu, self._when = received, at, cpu, now
        self._show(received)

    def with_latencies(self, shares: list[Share]) -> list[Point]:
        """The points; latencies are only known when all is over, the highest of the processes'."""
        for share in shares:
            for point, (p50, p99) in zip(self._points, share.laps, strict=False):
                point.p50, point.p99 = max(point.p50, p50), max(point.p99, p99)
        return self._points
