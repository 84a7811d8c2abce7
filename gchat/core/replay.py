"""The last messages of each room, for those who enter it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from gchat.core.effects import Effect, Redaction, Spoke

DAY_MS = 86_400_000


class ReplayBuffer:
    """At most `limit` messages of each room, the oldest first. Kept as they are shown."""

    def __init__(self, limit: int, days: int = 0, now: Callable[[], int] = lambda: 0) -> None:
        """`of` leaves out messages older than `days` (0: no limit); `now` in milliseconds."""
        self.limit = limit
        self._days = days
        self._now = now
        self._tails: dict[str, deque[Spoke]] = {}

    def keep(self, effects: Iterable[Effect]) -> None:
        """Takes in what is shown."""
        for effect in effects:
            if isinstance(effect, Redaction) and effect.room in self._tails:
                tail = self._tails[effect.room]
                left = [one for one in tail if one.entry.msgid != effect.msgid]
                self._tails[effect.room] = deque(left, self.limit)
            elif isinstance(effect, Spoke) and effect.room and effect.verb != "TAGMSG":
                if effect.room not in self._tails:
                    self._tails[effect.room] = deque(maxlen=self.limit)
                self._tails[effect.room].append(effect)

    def of(self, room: str, since: int = 0) -> list[Spoke]:
        """A room's last messages, by its folded name; none from before `since` (milliseconds)."""
        if self._days:
            since = max(since, self._now() - self._days * DAY_MS)
        return [effect for effect in self._tails.get(room, ()) if effect.entry.at >= since]

    def move(self, room: str, new: str) -> None:
        """A room is called otherwise."""
        tail = self._tails.pop(room, None)
        if tail is not None:
            self._tails[new] = deque((replace(one, room=new) for one in tail), self.limit)

    def forget(self, room: str) -> None:
        """Lets go of a room that is no more."""
        self._tails.pop(room, None)
