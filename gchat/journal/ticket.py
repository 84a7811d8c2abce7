"""The ticket of an event that is shown later than it is appended."""

from __future__ import annotations

from collections.abc import Callable

from gevent.event import Event as Signal

from gchat.core.effects import Outcome, Refused

_NOTHING = Outcome()


class Later:
    """See `core.effects.Ticket`."""

    __slots__ = ("_answers", "_signal", "_tell", "done", "outcome")

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.done = False
        self._tell: Callable[[], None] | None = None
        self._answers = False  # who waits answers, whatever the outcome
        self._signal: Signal | None = None  # made by who waits

    def result(self) -> Outcome:
        self._answers = True
        if not self.done:
            self._wait()
        return self.outcome

    def refusals(self) -> tuple[Refused, ...]:
        if not self.done:
            self._wait()
        return self.outcome.refusals

    def tell(self, refused: Callable[[], None]) -> None:
        self._tell = refused

    def _wait(self) -> None:
        self._signal = self._signal or Signal()
        self._signal.wait()

    def shown(self) -> bool:
        """Lets whoever waits go on; whether they have something to answer."""
        self.done = True
        refusals, tell = self.outcome.refusals, self._tell
        if tell is not None:
            # its connection keeps it until it sends something again: the rest is let go of now,
            # while the processor has it at hand
            self.outcome = Outcome((), refusals) if refusals else _NOTHING
        if self._signal is None:
            if tell is not None and refusals:
                tell()
            return False
        self._signal.set()
        return self._answers or bool(self.outcome.refusals)
