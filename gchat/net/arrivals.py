"""Reads what has come from the peers: at once while the loop has time, of many together while it is
busy.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter, thread_time
from typing import Any, Protocol

import gevent

from gchat import system

GATHER_SECONDS = 0.001  # between two looks while it gathers; libev counts in milliseconds
BUSY, CALM = 0.2, 0.1  # load, of 1.0, above and below which that begins and ends
MANY, FEW = 3.0, 1.5  # and what comes in GATHER_SECONDS: with fewer it is not worth the wait
WINDOW_SECONDS = 0.02  # over which both are measured, at least
MOST_AT_ONCE = 64  # connections in one look; what a turn's one or two have caused is sent first
SOON_SECONDS = 1e-6  # by the loop's timer: the loop polls before
_READ = 1  # gevent's loop.io: watch for something to read


class Arrivals(Protocol):
    """What has come from each peer. A socket is added, read by one greenlet at a time, and removed
    before it is closed; it must not block.
    """

    def add(self, sock: socket.socket) -> None:
        """From now on it is read here. Raises OSError if that cannot be."""

    def read(self, sock: socket.socket, size: int) -> bytes:
        """At most `size` bytes, as soon as there are some; b"" at the end. Lets others run first in
        any case. Switches greenlets. Raises OSError as `recv` does.
        """

    def remove(self, sock: socket.socket) -> None:
        """It is not read here any more."""

    def close(self) -> None:
        """Lets go of what the system gave us."""


def arrivals() -> Arrivals:
    """The best of these for this system."""
    return OneByOne() if system.EPOLL is None else Together()


class OneByOne:
    """The loop watches each socket, and tells of each by itself."""

    def __init__(self) -> None:
        self._watchers: dict[int, Any] = {}

    def add(self, sock: socket.socket) -> None:
        self._watchers[sock.fileno()] = gevent.get_hub().loop.io(sock.fileno(), _READ)

    def read(self, sock: socket.socket, size: int) -> bytes:
        wait, watcher = gevent.get_hub().wait, self._watchers[sock.fileno()]
        while True:
            # wait first: a recv that finds nothing costs more than one that reads
            wait(watcher)
            with suppress(BlockingIOError):
                return sock.recv(size)

    def remove(self, sock: socket.socket) -> None:
        watcher = self._watchers.pop(sock.fileno(), None)
        if watcher is not None:
            watcher.close()

    def close(self) -> None:
        """There is nothing else."""


class Together:
    """All sockets are in one epoll of our own, and the loop watches that.

    While the loop is busy and much comes, it does not: a timer has a look every GATHER_SECONDS, at
    all that has come until then. A turn of the loop costs much, however little is read in it, and
    so does each send to a peer that sleeps. `clock` gives seconds, `used` the seconds that the loop
    has worked.

    An event comes once, when a socket has more than before, not for as long as it has something. So
    what no event will tell of is noted: in `_come`, that one came while nobody waited for it; in
    `_rest`, that a read may have left something.
    """

    def __init__(
        self,
        clock: Callable[[], float] = perf_counter,
        used: Callable[[], float] = thread_time,
    ) -> None:
        self._hub: Any = gevent.get_hub()
        self._epoll = system.EPOLL()
        self._waiting: dict[int, Any] = {}  # descriptors: who waits, None for nobody
        self._unix: set[int] = set()
        self._come: set[int] = set()
        self._rest: set[int] = set()
        self._due: deque[int] = deque()  # who need not wait for an event, only for their turn
        self._clock, self._used = clock, used
        self._since, self._used_before = clock(), used()
        self._reads = 0  # since then
        self._soon: Any = None  # a timer: the next look, when it is not an event that calls for it
        self._timer: Any = None  # while it gathers
        self._watcher = self._hub.loop.io(self._epoll.fileno(), _READ)
        self._watcher.start(self._look)

    @property
    def gathering(self) -> bool:
        """Whether it reads what has come together, once in a while."""
        return self._timer is not None

    def add(self, sock: socket.socket) -> None:
        number = sock.fileno()
        self._epoll.register(number, system.ARRIVALS)
        self._waiting[number] = None
        if system.is_unix(sock.family):
            self._unix.add(number)

    def read(self, sock: socket.socket, size: int) -> bytes:
        number = sock.fileno()
        while True:
            if number in self._come or number in self._rest:
                self._due.append(number)
                self._look_soon()
            self._waiting[number] = gevent.getcurrent()
            try:
                self._hub.switch()
            except BaseException:  # it is ended meanwhile
                if self._waiting.get(number) is gevent.getcurrent():
                    self._waiting[number] = None
                raise
            self._come.discard(number)
            try:
                data = sock.recv(size)
            except BlockingIOError:
                self._rest.discard(number)
                continue
            if len(data) == size or number in self._unix:
                # of a Unix socket a read also stops behind what came with a descriptor
                self._rest.add(number)
            return data

    def remove(self, sock: socket.socket) -> None:
        number = sock.fileno()
        self._waiting.pop(number, None)
        for numbers in (self._unix, self._come, self._rest):
            numbers.discard(number)
        with suppress(OSError, ValueError):  # it was closed before
            self._epoll.unregister(number)

    def close(self) -> None:
        for watcher in (self._watcher, self._soon, self._timer):
            if watcher is not None:
                watcher.close()
        self._epoll.close()

    def _look_soon(self) -> None:
        if self._soon is None:
            self._soon = self._hub.loop.timer(SOON_SECONDS)
            self._soon.start(self._look)

    def _look(self) -> None:
        """In the hub: to switch to a greenlet runs it until it waits for something."""
        if self._soon is not None:
            self._soon.close()
            self._soon = None
        if self._epoll.closed:
            return
        due, most = self._due, MOST_AT_ONCE
        served = min(len(due), most - 1)
        for _ in range(served):  # who is due again meanwhile is later
            self._wake(due.popleft())
        events = self._epoll.poll(0, most - served)
        for number, what in events:
            if number not in self._waiting:
                continue  # it has ended a moment ago
            if what != system.ARRIVED:
                # the end may have come with the last bytes, and a read stops at an urgent byte
                self._rest.add(number)
            if not self._wake(number):
                self._come.add(number)
        if due or len(events) == most - served:
            self._look_soon()
        self._measure()

    def _wake(self, number: int) -> bool:
        """Has its greenlet read; whether one waited."""
        waiting = self._waiting.get(number)
        if waiting is None:
            return False
        self._waiting[number] = None
        self._reads += 1
        waiting.switch()
        return True

    def _measure(self) -> None:
        now = self._clock()
        if now - self._since < WINDOW_SECONDS:
            return
        used = self._used()
        load = (used - self._used_before) / (now - self._since)
        come = self._reads * GATHER_SECONDS / (now - self._since)
        self._since, self._used_before, self._reads = now, used, 0
        if self._timer is None and load > BUSY and come > MANY:
            self._watcher.stop()
            self._timer = self._hub.loop.timer(GATHER_SECONDS, GATHER_SECONDS)
            self._timer.start(self._look)
        elif self._timer is not None and (load < CALM or come < FEW):
            self._timer.close()
            self._timer = None
            self._watcher.start(self._look)
