"""Simulated clients on raw sockets and one epoll: log in, write on schedule, read everything."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from loadtest.dialects import Dialect
from loadtest.verify import Member, RoomOrder

READ_BYTES = 1 << 18
LOGIN_SECONDS = 60.0  # for all clients to be in the room
LOGIN_AT_ONCE = 100  # clients that are logging in at the same time
QUIET_SECONDS = 10.0  # without any message before the missing ones are counted as lost
SETTLE_SECONDS = 0.3  # of silence after logging in, before the load begins
TICK_SECONDS = 0.001


class CouldNotStart(Exception):
    """The target cannot be reached or lets nobody in; the text says why."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is to be done. The rate is in messages a second, of all senders together."""

    clients: int
    rate: float
    seconds: float
    size: int  # bytes of each message's text

    @property
    def messages(self) -> int:
        """How many messages that makes."""
        return max(1, round(self.rate * self.seconds))


class Client:
    """One simulated client."""

    __slots__ = ("dialect", "member", "nick", "out", "read", "rest", "sock", "welcome")

    def __init__(self, nick: str, dialect: Dialect, room: RoomOrder) -> None:
        self.nick = nick
        self.dialect = dialect
        self.member = Member(room)
        self.sock = socket.socket()
        self.out = b""  # what the socket did not take yet
        self.rest = b""  # a line that has not ended
        self.read = b""  # everything since the connection was made, until it is in the room
        self.welcome = False  # is in the room

    def send(self, data: bytes) -> None:
        """Sends without waiting; what the socket does not take goes with the next send."""
        self.out += data
        try:
            sent = self.sock.send(self.out)
        except BlockingIOError:
            return
        self.out = self.out[sent:]


@dataclass(slots=True)
class Progress:
    """How far it is; handed to whoever shows it."""

    phase: str
    done: int
    of: int
    deliveries: int = 0


@dataclass(slots=True)
class Run:
    """What a run brought. Times are in seconds of time.monotonic."""

    load: Load
    room: RoomOrder
    members: list[Member]
    dropped: int  # clients that the server disconnected
    started: float = 0.0
    ended: float = 0.0  # when the last delivery came
    late: float = 0.0  # how far behind its schedule the latest message left
    cpu: float = 0.0  # seconds of CPU that the generator used
    unsent: int = 0  # messages that could not leave


@dataclass(slots=True)
class Generator:
    """Runs one load against one target."""

    address: tuple[str, int]
    load: Load
    make_dialect: Callable[[], Dialect]
    show: Callable[[Progress], None]
    room: RoomOrder = field(default_factory=RoomOrder)
    clients: dict[int, Client] = field(default_factory=dict)
    dropped: int = 0
    buffer: memoryview = field(default_factory=lambda: memoryview(bytearray(READ_BYTES)))

    def run(self, begin: Callable[[], None], end: Callable[[], None]) -> Run:
        """Logs everybody in, calls `begin`, loads, waits for the last delivery, calls `end`.

        Raises CouldNotStart.
        """
        poll = select.epoll()
        try:
            self._log_in(poll)
            begin()
            result = self._drive(poll)
            end()
            return result
        finally:
            poll.close()
            for client in self.clients.values():
                client.sock.close()

    # -- logging in

    def _log_in(self, poll: select.epoll) -> None:
        deadline = time.monotonic() + LOGIN_SECONDS
        nicks = iter(f"lt{number}" for number in range(self.load.clients))
        inside = waiting = 0
        while inside < self.load.clients:
            while waiting < LOGIN_AT_ONCE and self._connect_next(poll, nicks):
                waiting += 1
            if time.monotonic() > deadline:
                raise CouldNotStart(
                    f"only {inside} of {self.load.clients} clients were let in within "
                    f"{LOGIN_SECONDS:.0f} seconds"
                )
            for fileno, _ in poll.poll(0.1):
                if self._log_in_step(self.clients[fileno]):
                    inside += 1
                    waiting -= 1
            self.show(Progress("logging in", inside, self.load.clients))
        while poll.poll(SETTLE_SECONDS):
            for client in self.clients.values():
                self._read(client)

    def _connect_next(self, poll: select.epoll, nicks: Iterator[str]) -> bool:
        nick = next(nicks, None)
        if nick is None:
            return False
        client = Client(nick, self.make_dialect(), self.room)
        try:
            client.sock.connect(self.address)
        except OSError as error:
            client.sock.close()
            host, port = self.address
            raise CouldNotStart(f"{host}:{port}: {error.strerror or error}") from None
        client.sock.setblocking(False)
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.clients[client.sock.fileno()] = client
        poll.register(client.sock, select.EPOLLIN)
        client.send(client.dialect.login(nick))
        return True

    def _log_in_step(self, client: Client) -> bool:
        """Reads and answers; whether the client has come into the room by it."""
        data = self._read(client)
        if client.welcome:
            return False
        client.read += data
        refused = client.dialect.refused(client.read)
        if refused:
            raise CouldNotStart(f"{client.nick} is not let in: {refused}")
        answer = client.dialect.answer(data)
        if answer:
            client.send(answer)
        client.welcome = client.dialect.is_in(client.read)
        if client.welcome:
            client.read = b""
        return client.welcome

    def _read(self, client: Client) -> bytes:
        """The whole lines that have come; nothing where there are none."""
        try:
            # into one buffer: a large one for each read would cost more than the read
            size = client.sock.recv_into(self.buffer)
            data = bytes(self.buffer[:size])
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            if not client.welcome:
                raise CouldNotStart(f"{client.nick} was disconnected while logging in")
            self._drop(client)
            return b""
        end = data.rfind(b"\n") + 1
        whole, client.rest = client.rest + data[:end], data[end:] if end else client.rest + data
        return whole if end else b""

    def _drop(self, client: Client) -> None:
        self.dropped += 1
        del self.clients[client.sock.fileno()]
        client.sock.close()

    # -- the load

    def _drive(self, poll: select.epoll) -> Run:
        load = self.load
        clients = list(self.clients.values())
        members = [client.member for client in clients]
        # the first client only reads: where senders are not shown their own messages, somebody has
        # to see the whole order
        senders = clients[1:]
        receivers = load.clients if clients[0].dialect.echo else load.clients - 1
        cpu = time.process_time()
        started = time.monotonic()
        run = Run(load, self.room, members, 0, started=started, ended=started)
        sent = arrived = 0
        expected = load.messages * receivers
        while arrived < expected:
            now = time.monotonic()
            while sent < load.messages and started + sent / load.rate <= now:
                due = started + sent / load.rate
                run.late = max(run.late, now - due)
                self._write(senders[sent % len(senders)], sent, due)
                sent += 1
            if sent == load.messages and now - run.ended > QUIET_SECONDS:
                break
            if not self.clients:
                break
            wait = started + sent / load.rate - now if sent < load.messages else 0.1
            # epoll knows milliseconds: waiting a little less than it takes keeps to the schedule
            for fileno, _ in poll.poll(max(0.0, wait - TICK_SECONDS)):
                arrived += self._deliver(self.clients[fileno], run)
            self.show(
                Progress(
                    "sending" if sent < load.messages else "draining", sent, load.messages, arrived
                )
            )
        run.cpu = time.process_time() - cpu
        run.dropped = self.dropped
        run.unsent = sum(bool(client.out) for client in clients)
        return run

    def _write(self, client: Client, number: int, due: float) -> None:
        payload = f"lt{client.nick} {number} ".encode()
        payload += b"x" * (self.load.size - len(payload))
        self.room.send(payload, due)
        if not client.dialect.echo:
            client.member.own.add(payload)
        try:
            client.send(client.dialect.message(payload))
        except OSError:
            pass  # the server dropped it; the message counts as lost

    def _deliver(self, client: Client, run: Run) -> int:
        data = self._read(client)
        payloads = client.dialect.payloads(data) if data else []
        if payloads:
            run.ended = time.monotonic()
            client.member.receive(payloads, run.ended)
        elif b"PING " in data:
            answer = client.dialect.answer(data)
            if answer:
                client.send(answer)
        return len(payloads)
