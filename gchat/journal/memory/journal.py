"""The journal that stores nothing: an event is applied and shown when it is appended."""

from __future__ import annotations

from collections.abc import Callable

from gchat.core.effects import Effect, Outcome, Refused
from gchat.core.events import Event
from gchat.core.stamp import Stamper
from gchat.journal.base import Apply, Show

Keep = Callable[[tuple[Effect, ...]], None]


class Shown:
    """The ticket of an event that is shown already."""

    __slots__ = ("_outcome",)
    done = True

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def result(self) -> Outcome:
        return self._outcome

    def refusals(self) -> tuple[Refused, ...]:
        return self._outcome.refusals

    def tell(self, refused: Callable[[], None]) -> None:
        """It is shown already."""


class MemoryJournal:
    """`keep` takes in what is shown, for the past; `now` gives milliseconds since 1970,
    `tick` those of a clock that never jumps.
    """

    def __init__(
        self,
        apply: Apply,
        show: Show,
        now: Callable[[], int],
        keep: Keep = lambda effects: None,
        tick: Callable[[], int] | None = None,
    ) -> None:
        self._apply = apply
        self._show = show
        self._keep = keep
        self._stamper = Stamper(now, tick=tick)
        self._closed = False
        self._applying = False

    def append(self, event: Event) -> Shown:
        if self._closed:
            raise RuntimeError("the journal is closed")
        if self._applying:
            raise RuntimeError("an event was appended while another one was being applied")
        self._applying = True
        try:
            outcome = self._apply(self._stamper.stamp(event))
            if outcome.effects:
                self._keep(outcome.effects)
                self._show(outcome.effects)
        finally:
            self._applying = False
        return Shown(outcome)

    def close(self) -> None:
        self._closed = True
