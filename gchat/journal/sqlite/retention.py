"""Forgets what is too old, too much or taken back, little by little."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import gevent

from gchat.journal.sqlite.damage import DAMAGED
from gchat.journal.sqlite.store import Store
from gchat.workers import WorkerPool

log = logging.getLogger(__name__)

DAY_MS = 86_400_000
LOOK_SECONDS = 60.0  # between two looks at what there is
SCRUB_SECONDS = 1.0  # until the log is to be emptied again, where somebody has held that up
PAUSE_SECONDS = 0.05  # at least, between two steps, in which messages are stored
REST = 4.0  # of it for each second that a step took and waited for the writer
STEP_LINES = 500
STEP_PLACES = 100


@dataclass(frozen=True, slots=True)
class Keep:
    """What is kept: 0 is no limit."""

    days: int = 0
    lines: int = 0  # of each room and conversation


def pause(took: float) -> float:
    """Seconds until the next step, after one that took so many: whoever has much to delete leaves
    the disk to messages for most of the time.
    """
    return max(PAUSE_SECONDS, REST * took)


class SaneClock:
    """The time by which messages are deleted for their age. If the clock is more than a day ahead
    of what the last known time and the ticks since then say, it may be wrong, and messages deleted
    by mistake are gone. So it is not believed until it has been ahead for a day.
    """

    def __init__(self, now: Callable[[], int], tick: Callable[[], int], last_at: int) -> None:
        """`last_at`: of the last message stored, 0 for none."""
        self._now = now
        self._tick = tick
        self._known = last_at or now(), tick()  # a time that is believed, and the tick at it
        self._doubted: int | None = None  # since which tick the clock is not believed

    def now(self) -> int:
        """Milliseconds since 1970, never more than a sane clock would say."""
        now, tick = self._now(), self._tick()
        believed = self._known[0] + tick - self._known[1]
        if now > believed + DAY_MS:
            if self._doubted is None:
                self._doubted = tick
                days = (now - believed) // DAY_MS
                log.warning(
                    "the clock is %d days ahead of the last message: nothing more is deleted for "
                    "its age until it has been so for a day. If it is wrong, set it right",
                    days,
                )
            if tick - self._doubted < DAY_MS:
                return believed
        self._doubted = None
        self._known = now, tick
        return now


class Retention:
    """Works in the writer's thread, between two batches of messages."""

    def __init__(
        self,
        store: Store,
        writer: WorkerPool,
        now: Callable[[], int],
        keep: Keep,
        tick: Callable[[], int] | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._now = now
        self._sane = SaneClock(now, tick if tick is not None else now, store.last_at)
        self._keep = keep
        self._place = ""  # the places up to here were looked at

    def run(self) -> None:
        """Goes on until it is killed."""
        while True:
            started = perf_counter()
            try:
                done = self._writer.ask(self.step)
            except DAMAGED as error:
                log.warning("old messages could not be deleted, will try again: %s", error)
                done = True
            look = SCRUB_SECONDS if self._store.unclean() else LOOK_SECONDS
            gevent.sleep(look if done else pause(perf_counter() - started))

    def step(self) -> bool:
        """Forgets at most STEP_LINES lines, and does a step of writing anew, neither of which waits
        for the other: both may always have something to do. Whether everything was looked at.
        """
        now = self._now()
        forgotten = self._forget(now)
        return self._store.scrub(now) and forgotten

    def _forget(self, now: int) -> bool:
        store, keep = self._store, self._keep
        if (keep.days or keep.lines) and not store.settle():
            return False
        if keep.days:
            old = store.before(self._sane.now() - keep.days * DAY_MS, STEP_LINES)
            if old:
                store.forget(old, now)
                return False
        if not keep.lines:
            return True
        for _ in range(STEP_PLACES):
            place = store.place_after(self._place)
            if place is None:
                self._place = ""
                return True
            over = store.over(place, keep.lines, STEP_LINES)
            if over:
                store.forget(over, now)
                return False
            self._place = place
        return False
