"""One process of the generator: plays its share of the clients as it is told over a pipe."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable
from multiprocessing.connection import Connection
from typing import Any

from loadtest import system
from loadtest.crowd import Client, CouldNotStart, Crowd
from loadtest.dialects import Dialect, Irc, Plain
from loadtest.drive import QUIET_SECONDS, TICK_SECONDS, Drive
from loadtest.layers import layers
from loadtest.orders import Moved, Order, Setup, Share
from loadtest.stays import Judged
from loadtest.trial import Trial

SETTLE_SECONDS = 0.3  # of silence after joining, before the load begins


class WorkerPool:
    """Carries out commands: a method's name and its arguments."""

    def __init__(self, pipe: Connection, setup: Setup) -> None:
        self._pipe = pipe
        self._setup = setup
        self._crowd = Crowd(
            lambda client: setup.addresses[setup.node(client)],
            self._dialect,
            lambda address: layers(setup.beneath, address),
        )
        self._trial: Trial | None = None  # the last one

    def serve(self) -> None:
        """Carries out commands until the pipe is closed."""
        try:
            while True:
                name, arguments = self._pipe.recv()
                if name in ("stop", "sent"):  # what it is about has just come to its end
                    continue
                try:
                    answer = getattr(self, f"do_{name}")(*arguments)
                except CouldNotStart as error:
                    self._pipe.send(("failed", str(error)))
                else:
                    self._pipe.send(("done", answer))
        except (EOFError, BrokenPipeError, ConnectionResetError):
            pass  # nobody is left who wants an answer
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
        """Has this process's share of the clients enter rooms, and waits until they are in."""
        self._crowd.join({c: rooms[c] for c in self._mine(rooms)}, self._tell)

    def do_settle(self) -> None:
        """Waits until all is quiet."""
        self._crowd.settle(SETTLE_SECONDS)

    def do_stop_reading(self, clients: tuple[int, ...]) -> None:
        """Leaves everything that comes for these clients in their sockets."""
        for number in self._mine(clients):
            self._crowd.stop_reading(self._crowd.clients[number])

    def do_idle(self, seconds: float) -> None:
        """Lets time pass; answers what the server asks. Ends early when it is told to stop."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self._pipe.poll():
            for client in self._crowd.poll(min(left, TICK_SECONDS)):
                self._answer(client, self._crowd.read(client))

    def do_storm(self, rooms: dict[int, str], start: float, reconnect: bool) -> float:
        """All clients enter their room at once; with `reconnect`, they disconnect and come back
        first. Returns after how many seconds each client of this process had seen all others.
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
        if order.trial:
            self._trial = Trial(self._pipe, self._setup, self._crowd, order)
            return self._trial.run()
        return Drive(self._pipe, self._setup, self._crowd, order).run()

    def do_go_on(self, seconds: float) -> Moved:
        """After a trial's load: reads on, and has clients come back."""
        assert self._trial is not None
        return self._trial.go_on(seconds)

    def do_judge(self, orders: dict[int, array[int]]) -> Judged:
        """Compares what a trial's clients were shown with each room's order."""
        assert self._trial is not None
        return self._trial.judge(orders)


def work(pipe: Connection, setup: Setup) -> Any:
    """The process's entry."""
    system.ignore_signals()
    WorkerPool(pipe, setup).serve()
