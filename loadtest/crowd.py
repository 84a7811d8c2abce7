"""The simulated clients of one process: sockets, waiting for them, logging in and joining."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from loadtest import system
from loadtest.dialects import Dialect
from loadtest.layers import Layer, LayerFailed
from loadtest.plan import nick

READ_BYTES = 1 << 18
SLOWEST_STEP_SECONDS = 60.0  # of silence while logging in or joining, and the test gives up
CONNECT_SECONDS = 20.0
AT_ONCE = 100  # clients that are logging in at the same time
UNREAD_SAMPLE = 100
STOPPED_BYTES = 16 * 1024  # receive buffer of a client that does not read


Address = tuple[str, int]


class CouldNotStart(Exception):
    """The target cannot be reached or does not let clients in; the text says why."""


@dataclass(slots=True)
class Client:
    """One connection."""

    number: int
    dialect: Dialect
    sock: socket.socket
    layers: list[Layer]  # beneath the dialect, the lowest first
    read: bytes = b""  # all that came while logging in or joining
    out: bytearray = field(default_factory=bytearray)  # what the socket did not take yet
    alive: bool = True

    @property
    def nick(self) -> str:
        """What it is called."""
        return nick(self.number)


class Crowd:
    """Reads and writes for many clients at once."""

    def __init__(
        self,
        address: Callable[[int], Address],
        make_dialect: Callable[[], Dialect],
        make_layers: Callable[[Address], list[Layer]],
    ) -> None:
        """`address`: where a client connects, by its number."""
        self._make_layers = make_layers
        self._address = address
        self._make_dialect = make_dialect
        self._poller = system.poller()
        self._by_fd: dict[int, Client] = {}
        self._buffer = memoryview(bytearray(READ_BYTES))
        self.clients: dict[int, Client] = {}  # by number
        self._stopped: set[int] = set()  # clients that do not read

    def close(self) -> None:
        """Closes every connection."""
        for client in self.clients.values():
            client.sock.close()
        self._poller.close()

    # -- sockets

    def connect(self, number: int, to: Address | None = None, name: str = "") -> Client:
        """Connects a client and sends its first bytes, to an address and by a name, where they are
        not the usual ones. Raises CouldNotStart.
        """
        host, port = address = to or self._address(number)
        sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            sock.settimeout(CONNECT_SECONDS)
            sock.connect(address)
            self._poller.add(sock)
        except OSError as error:
            sock.close()
            raise CouldNotStart(f"{host}:{port}: {error.strerror or error}") from None
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = Client(number, self._make_dialect(), sock, self._make_layers(address))
        self.clients[number] = self._by_fd[sock.fileno()] = client
        for height, layer in enumerate(client.layers):
            self._send_from(client, height, layer.start())
        self.send(client, client.dialect.login(name or client.nick))
        return client

    def drop(self, client: Client) -> None:
        """Closes a client's connection, or lets go of one that the server closed."""
        if not client.alive:
            return
        client.alive = False
        self._by_fd.pop(client.sock.fileno(), None)
        self._poller.remove(client.sock)
        client.sock.close()

    def stop_reading(self, client: Client) -> None:
        """Reads nothing more for a client. Its receive buffer gets a fixed size, so that when the
        server notices does not depend on how far the buffer has grown.
        """
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STOPPED_BYTES)
        self._stopped.add(client.number)
        self._poller.mute(client.sock)

    def send(self, client: Client, data: bytes) -> None:
        """Sends without waiting; the rest goes when the socket takes more."""
        self._send_from(client, len(client.layers), data)

    def _send_from(self, client: Client, height: int, data: bytes) -> None:
        """Sends data through the layers below `height` only."""
        for layer in reversed(client.layers[:height]):
            data = layer.wrap(data)
        if not client.alive or not data:
            return
        if client.out:
            client.out += data
            return
        try:
            sent = client.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the next read tells
        if sent < len(data):
            client.out += data[sent:]
            self._poller.watch(client.sock, writing=True)

    def poll(self, seconds: float) -> Iterable[Client]:
        """The clients with something to read; waits at most `seconds`."""
        ready, writable = [], self._poller.WRITABLE
        for fileno, events in self._poller.wait(seconds):
            client = self._by_fd.get(fileno)
            if client is None:
                continue
            if events & writable:
                self._send_rest(client)
            if events & ~writable:
                ready.append(client)
        return ready

    def read(self, client: Client) -> bytes:
        """What has come; a client that the server disconnected is not `alive` afterwards. Raises
        CouldNotStart where the server does not speak what the client does.
        """
        try:
            # into one buffer: a large one for each read would cost more than the read
            size = client.sock.recv_into(self._buffer)
        except BlockingIOError:
            return b""
        except OSError:
            size = 0
        if not size:
            self.drop(client)
            return b""
        data = bytes(self._buffer[:size])
        for height, layer in enumerate(client.layers):
            try:
                data, answer = layer.unwrap(data)
            except LayerFailed as error:
                raise CouldNotStart(str(error)) from None
            if answer:
                self._send_from(client, height, answer)
        return data

    def unread(self) -> int:
        """Bytes that have come and were not read yet, in the sockets that are read: estimated from
        UNREAD_SAMPLE of them, since asking thousands would take milliseconds.
        """
        reading = [c for c in self._by_fd.values() if c.number not in self._stopped]
        step = len(reading) // UNREAD_SAMPLE + 1
        asked = reading[::step]
        total = 0
        for client in asked:
            total += system.unread(client.sock, self._buffer)
        return total * len(reading) // max(len(asked), 1)

    def _send_rest(self, client: Client) -> None:
        try:
            sent = client.sock.send(client.out)
        except OSError:
            return
        del client.out[:sent]
        if not client.out:
            self._poller.watch(client.sock, writing=False)

    # -- logging in and joining

    def log_in(self, numbers: Iterable[int], tell: Callable[[int], None]) -> None:
        """Connects and registers clients, some at a time. Raises CouldNotStart."""
        waiting: set[int] = set()
        todo = iter(numbers)
        done = 0
        more = True
        while more or waiting:
            while more and len(waiting) < AT_ONCE:
                number = next(todo, None)
                if number is None:
                    more = False
                else:
                    waiting.add(self.connect(number).number)
            if not waiting:
                break
            registered = self._step(waiting, lambda c: c.dialect.is_registered(c.read))
            done += len(registered)
            waiting -= registered
            tell(done)
        for client in self.clients.values():
            client.read = b""

    def join(self, rooms: dict[int, str], tell: Callable[[int], None]) -> None:
        """Has clients (by number) enter their rooms. Raises CouldNotStart."""
        todo = [number for number, room in rooms.items() if room]
        done = 0
        while done < len(todo):
            waiting = set(todo[done : done + AT_ONCE])
            for number in waiting:
                client = self.clients[number]
                self.send(client, client.dialect.join(rooms[number]))
            while waiting:
                joined = self._step(waiting, lambda c: c.dialect.is_in(c.read))
                done += len(joined)
                waiting -= joined
            tell(done)

    def settle(self, silence: float) -> None:
        """Reads until nothing has come for `silence` seconds."""
        while True:
            ready = list(self.poll(silence))
            if not ready:
                return
            for client in ready:
                self.read(client)

    def _step(self, waiting: set[int], reached: Callable[[Client], bool]) -> set[int]:
        """Reads once what came; those of `waiting` for which `reached` has become true."""
        found = set()
        before = time.monotonic()
        ready: Iterable[Client] = ()
        # what came with an earlier read may be enough already
        for number in waiting:
            if reached(self.clients[number]):
                found.add(number)
        while not found and not ready:
            ready = self.poll(0.1)
            if time.monotonic() - before > SLOWEST_STEP_SECONDS:
                raise CouldNotStart(f"{len(waiting)} clients hang while logging in or joining")
        for client in ready:
            data = self.read(client)
            if client.number in waiting:
                self._check(client, data)
                if reached(client):
                    found.add(client.number)
        for number in found:
            self.clients[number].read = b""
        return found

    def _check(self, client: Client, data: bytes) -> None:
        client.read += data
        refused = client.dialect.refused(client.read)
        if refused:
            raise CouldNotStart(f"{client.nick} is not let in: {refused}")
        if not client.alive:
            raise CouldNotStart(f"{client.nick} was disconnected while logging in")
        answer = client.dialect.answer(data)
        if answer:
            self.send(client, answer)
