"""Ctrl+C, SIGTERM and SIGHUP: the first one ends the run in an orderly way, the second at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from loadtest import system

STATUS_OF_SIGNALS = 128  # and the signal's number: the exit status


class Interrupted(Exception):
    """The run was interrupted, and what was being done has no result."""


class Interruption:
    """Notices the signals. One of them raises Interrupted only within `waiting`, so that nothing
    which has to be undone is left half done; elsewhere it is noted. What is ignored from the start
    (by nohup) stays ignored.
    """

    def __init__(self) -> None:
        self.number = 0  # of the first signal
        self._waiting = False
        self._held = False
        self._second = 0
        self._endings: list[Callable[[], None]] = []

    def notice(self) -> None:
        """Notices signals from here on, to the end of the process."""
        for number in system.SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._handle)

    def __bool__(self) -> bool:
        return bool(self.number)

    @property
    def status(self) -> int:
        """The exit status after a signal."""
        return STATUS_OF_SIGNALS + self.number

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """What is done inside is given up when a signal comes, or came before. Raises
        Interrupted.
        """
        self._waiting = True
        try:
            if self.number:
                raise Interrupted
            yield
        finally:
            self._waiting = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Not even the second signal ends the process inside: something is made and then given to
        `at_once`.
        """
        self._held = True
        try:
            yield
        finally:
            self._held = False
            if self._second:
                self._end_now()

    def at_once(self, ending: Callable[[], None]) -> None:
        """Has `ending` called when the second signal comes: it must neither wait nor take locks."""
        self._endings.append(ending)

    def no_more(self, ending: Callable[[], None]) -> None:
        """Takes back what `at_once` was given."""
        self._endings.remove(ending)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if not self.number:
            self.number = number
            if self._waiting:
                self._waiting = False
                raise Interrupted
            return
        self._second = number
        if not self._held:
            self._end_now()

    def _end_now(self) -> None:
        for ending in reversed(self._endings):
            try:
                ending()
            except OSError:
                pass  # the next one has to be tried all the same
        os._exit(STATUS_OF_SIGNALS + self._second)
