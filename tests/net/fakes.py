"""A socket that takes everything, and a loop that turns when the test says so."""

from __future__ import annotations

from typing import Any


class Socket:
    """Takes everything."""

    def __init__(self) -> None:
        self.sends: list[bytes] = []

    def send(self, data: bytes) -> int:
        self.sends.append(bytes(data))
        return len(data)

    @property
    def got(self) -> bytes:
        return b"".join(self.sends)


class Loop:
    """Runs the flush when the test says so."""

    def __init__(self) -> None:
        self.callbacks: list[Any] = []

    def run_callback(self, callback: Any) -> None:
        self.callbacks.append(callback)

    def turn(self) -> None:
        callbacks, self.callbacks = self.callbacks, []
        for callback in callbacks:
            callback()
