"""The generator's processes: started so that no signal is for them, and ended with the run."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from loadtest import system
from loadtest.crowd import CouldNotStart
from loadtest.interruption import Interrupted, Interruption
from loadtest.orders import Setup
from loadtest.worker import work

STOP_SECONDS = 5.0
INTERRUPTED_SECONDS = 10.0  # in which a load that is interrupted has to be reported


class Pool:
    """Processes and the pipes to them."""

    def __init__(self, setups: Iterable[Setup], interruption: Interruption) -> None:
        self._interruption = interruption
        self._stop_by = 0.0  # time.monotonic, once the processes were told to stop
        self._pipes: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []
        context = multiprocessing.get_context("spawn")
        interruption.at_once(self._kill)
        with system.signals_blocked():
            for setup in setups:
                ours, theirs = context.Pipe()
                process = context.Process(target=work, args=(theirs, setup), daemon=True)
                process.start()
                theirs.close()
                self._pipes.append(ours)
                self._processes.append(process)

    def __len__(self) -> int:
        return len(self._pipes)

    @property
    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return bool(self._stop_by)

    def send(self, name: str, *arguments: object) -> None:
        """Has every process carry out a command. Raises CouldNotStart, Interrupted."""
        if self.stopping:
            raise Interrupted
        self.tell(name, *arguments)

    def tell(self, name: str, *arguments: object) -> None:
        """Tells every process something meanwhile. Raises CouldNotStart."""
        for pipe in self._pipes:
            try:
                pipe.send((name, arguments))
            except OSError:
                raise CouldNotStart("a process of the generator ended") from None

    def stop(self) -> None:
        """Has every process end its command early. Raises CouldNotStart."""
        self._stop_by = time.monotonic() + INTERRUPTED_SECONDS
        self.tell("stop")

    def hear(self) -> Iterator[tuple[int, str, Any]]:
        """Waits for what processes say: their index, a word, a value. Raises CouldNotStart where a
        process failed; Interrupted when a signal comes, or after `stop` when it takes too long.
        """
        for ready in self._wait():
            try:
                kind, value = ready.recv()
            except (EOFError, ConnectionResetError):
                raise CouldNotStart("a process of the generator ended") from None
            if kind == "failed":
                raise CouldNotStart(value)
            yield self._pipes.index(ready), kind, value

    def _wait(self) -> list[Any]:
        if not self.stopping:
            with self._interruption.waiting():
                return wait(self._pipes)
        found = wait(self._pipes, max(0.0, self._stop_by - time.monotonic()))
        if not found:
            raise Interrupted
        return found

    def close(self, *, now: bool = False) -> None:
        """Ends the processes; `now` in the middle of what they do."""
        if now:
            self._kill()
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
        self._interruption.no_more(self._kill)

    def _kill(self) -> None:
        for process in self._processes:
            process.kill()
