"""The only crossing between the receive loop's thread and Tk.

The thread puts events into a queue and writes a byte to a socket pair that Tk watches, so that a
waiting window costs nothing and an event is there within a fraction of a millisecond. Where Tk
cannot watch a socket (Windows), it looks every 30 ms.
"""

from __future__ import annotations

import queue
import socket
import sys
import tkinter as tk
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")

WAITING_MAX = 2000  # items, from which on no more are wanted for now
BATCH = 200  # events handled before Tk gets its turn again
POLL_MS = 30


class Bridge(Generic[T]):
    """`put` may be called from any thread; `deliver` is called in Tk's with what came, in order."""

    def __init__(self, root: tk.Tk, deliver: Callable[[Sequence[T]], None]) -> None:
        self._root = root
        self._deliver = deliver
        self._queue: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)
        self._timer: str | None = None
        self._closed = False
        self._watching = hasattr(root.tk, "createfilehandler")
        if self._watching:
            root.tk.createfilehandler(self._ours, tk.READABLE, self._readable)
        else:
            self._timer = root.after(POLL_MS, self._poll)

    def put(self, item: T) -> None:
        """Hands an item over."""
        self._queue.put(item)
        try:
            self._theirs.send(b"\0")
        except OSError:
            pass  # full: Tk is woken already; closed: nobody is there to be told

    def busy(self) -> bool:
        """Whether more waits than is good; from any thread."""
        return self._queue.qsize() > WAITING_MAX

    def deliver_all(self) -> None:
        """Delivers what has come so far, without waiting for Tk."""
        while not self._closed and not self._queue.empty():
            self._drain()

    def close(self) -> None:
        """Delivers nothing more."""
        if self._closed:
            return
        self._closed = True
        if self._watching:
            self._root.tk.deletefilehandler(self._ours)
        if self._timer is not None:
            self._root.after_cancel(self._timer)
        self._ours.close()
        self._theirs.close()

    def _readable(self, file: object, mask: int) -> None:
        try:
            self._ours.recv(BATCH)
        except OSError:
            pass  # nothing there: an earlier wake-up took it
        self._drain()

    def _poll(self) -> None:
        self._timer = self._root.after(POLL_MS, self._poll)
        self._drain()

    def _drain(self) -> None:
        items: list[T] = []
        while len(items) < BATCH:
            try:
                items.append(self._queue.get_nowait())
            except queue.Empty:
                break
        if items:
            try:
                self._deliver(items)
            except Exception:  # out of a file handler it would end Tk's main loop
                self._root.report_callback_exception(*sys.exc_info())
        if len(items) == BATCH and not self._closed:
            self._theirs.send(b"\0")  # there may be more: come back after Tk had its turn
