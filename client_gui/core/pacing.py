"""Long pastes go out slowly where a server would take them for a flood. A part of the client core:
it is told what time it is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from client_gui.core.events import Event

BURST = 8  # messages that may be sent at once
SECONDS = 1.0  # between two after that
WAITING_MAX = 5000  # messages that wait; more are not taken


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that waits, and what is told once it is sent."""

    line: bytes
    events: tuple[Event, ...]


class Pace:
    """The messages of one connection. Credit is given by time, and each message takes one."""

    def __init__(self, now: float) -> None:
        self._waiting: deque[Waiting] = deque()
        self._credit = float(BURST)
        self._since = now  # when credit was last given

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, one: Waiting) -> bool:
        """Lets a line wait for its turn; False if too many wait."""
        if len(self._waiting) >= WAITING_MAX:
            return False
        self._waiting.append(one)
        return True

    def takes_at_once(self) -> bool:
        """Whether one more may go now; it then has."""
        if self._waiting or self._credit < 1:
            return False
        self._credit -= 1
        return True

    @property
    def deadline(self) -> float | None:
        """When the next line may go; `None` if none waits."""
        if not self._waiting:
            return None
        return self._since + max(0.0, 1 - self._credit) * SECONDS

    def due(self, now: float) -> list[Waiting]:
        """The lines that may go now."""
        self._credit = min(BURST, self._credit + max(0.0, now - self._since) / SECONDS)
        self._since = now
        found = []
        while self._waiting and self._credit >= 1 - 1e-9:
            self._credit -= 1
            found.append(self._waiting.popleft())
        return found
