"""A wire that can be cut, between a client and a server on this machine."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

CHUNK = 65536


class Proxy:
    """Passes everything on to `target`, until told otherwise. Connections of the client's take two
    threads each.
    """

    def __init__(self, target: int, port: int = 0) -> None:
        """`port`: its own, 0 for a free one."""
        self.target = target
        self.carried = 0  # bytes to the server, ever
        self._swallowing = False
        self._hold_at: int | None = None  # bytes carried
        self._open = threading.Event()
        self._open.set()
        self._pairs: set[_Pair] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """As `--cluster` takes it."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many there are."""
        with self._lock:
            return len(self._pairs)

    # -- what can be done to it

    def cut(self) -> None:
        """Ends all connections; what was held is thrown away. New ones may come."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            pair.end()

    def hold(self) -> None:
        """Passes nothing on, in either direction, until `release`. Connections stay."""
        self._open.clear()

    def hold_after(self, size: int) -> None:
        """The same, once so many more bytes have gone to the server: what is larger stays on its
        way.
        """
        self._hold_at = self.carried + size

    def swallow(self) -> None:
        """Throws away what the server answers, until `release`, which cuts: half an answer is
        none.
        """
        self._swallowing = True

    def release(self) -> None:
        """Passes things on again, also what was held."""
        if self._swallowing:
            self.cut()
        self._swallowing = False
        self._open.set()

    def away(self) -> None:
        """As if the cable were drawn: everything ends, and nothing new goes through until
        `release`.
        """
        self.hold()
        self.cut()

    def close(self) -> None:
        """Ends it."""
        self._closed = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._open.set()

    # -- how

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            pair = _Pair(self, client)
            with self._lock:
                self._pairs.add(pair)
            threading.Thread(target=pair.run, daemon=True).start()

    def passes(self, pair: _Pair, data: bytes, *, answer: bool) -> bool:
        """Waits while things are held; whether to pass it on."""
        self._open.wait()
        if pair.ended:
            return False
        if not answer:
            self.carried += len(data)
            if self._hold_at is not None and self.carried >= self._hold_at:
                self._hold_at = None
                self.hold()
        return not (answer and self._swallowing)

    def ready(self) -> None:
        """Waits while things are held."""
        self._open.wait()

    def forget(self, pair: _Pair) -> None:
        """It has ended."""
        with self._lock:
            self._pairs.discard(pair)


class _Pair:
    """A connection on both sides."""

    def __init__(self, proxy: Proxy, client: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server: socket.socket | None = None
        self.ended = False

    def run(self) -> None:
        """Until either side ends it."""
        self._proxy.ready()
        try:
            if self.ended:
                return
            self._server = socket.create_connection(("127.0.0.1", self._proxy.target), 5.0)
            self._server.settimeout(None)
            for one in self._sides():
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(
                target=self._pump, args=(self._server, self._client, True), daemon=True
            )
            back.start()
            self._pump(self._client, self._server, False)
            back.join()
        except OSError:
            pass
        finally:
            self.end()
            self._proxy.forget(self)
            for one in self._sides():
                one.close()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        try:
            while data := source.recv(CHUNK):
                if self._proxy.passes(self, data, answer=answers):
                    sink.sendall(data)
        except OSError:
            pass
        finally:
            self.end()

    def end(self) -> None:
        """Ends it on both sides."""
        self.ended = True
        for one in self._sides():
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _sides(self) -> list[socket.socket]:
        return [one for one in (self._client, self._server) if one is not None]
