"""The ticket of an event that is shown later than it is appended."""

from __future__ import annotations

from gevent.event import Event as Signal

from gchat.core.effects import Outcome, Refused


class Later:
    """See `core.effects.Ticket`."""

    __slots__ = ("_answers", "_shown", "_signal", "outcome")

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._shown = False
        self._answers = False  # who waits answers, whatever the outcome
        self._signal: Signal | None = None  # made by who waits

    def result(self) -> Outcome:
        self._answers = True
        self._wait()
        return self.outcome

    def refusals(self) -> tuple[Refused, ...]:
        self._wait()
        return self.outcome.refusals

    def _wait(self) -> None:
        if not self._shown:
            self._signal = self._signal or Signal()
            self._signal.wait()

    def shown(self) -> bool:
        """Lets whoever waits go on; whether they have something to answer."""
        self._shown = True
        if self._signal is None:
            return False
        self._signal.set()
        return self._answers or bool(self.outcome.refusals)
