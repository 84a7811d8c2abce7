"""Ctrl+C in the terminal and other signals close the window as its button does. Tk waits in C,
where Python handles no signal: so each one writes a byte to a socket that Tk watches.
"""

from __future__ import annotations

import signal
import socket
import tkinter as tk
from collections.abc import Callable

from client_gui.system import desktop

POLL_MS = 200  # where Tk cannot watch a socket


class Signals:
    """From its making until `close`, in the main thread; `act` is called in Tk's."""

    def __init__(self, root: tk.Tk, act: Callable[[], None]) -> None:
        self._root = root
        self._act = act
        self.caught = 0  # the number of the signal, 0 for none
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)
        self._timer: str | None = None
        self._before = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        for number in desktop.SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)
        self._watching = desktop.here().watches_sockets
        if self._watching:
            root.tk.createfilehandler(self._ours, tk.READABLE, self._readable)
        else:
            self._timer = root.after(POLL_MS, self._poll)

    def _note(self, number: int, frame: object) -> None:
        self.caught = number

    def _readable(self, file: object, mask: int) -> None:
        try:
            woken = self._ours.recv(100)
        except OSError:
            return  # an earlier wake-up took it
        if woken:
            self._act()

    def _poll(self) -> None:
        self._timer = self._root.after(POLL_MS, self._poll)
        if self.caught:
            self._act()

    def close(self) -> None:
        """Before Tk ends."""
        signal.set_wakeup_fd(self._before)
        if self._watching:
            self._root.tk.deletefilehandler(self._ours)
        if self._timer is not None:
            self._root.after_cancel(self._timer)
        self._ours.close()
        self._theirs.close()
