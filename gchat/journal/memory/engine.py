"""The engine that keeps nothing on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from secrets import token_bytes

from msgspec.structs import replace

from gchat.config import Config
from gchat.core.apply import apply
from gchat.core.effects import ChangedNick, ChangedRoomName, Disconnected, Effect, Spoke
from gchat.core.history import MESSAGES
from gchat.core.hub import Hub
from gchat.core.records import leaves_line
from gchat.journal.base import Gauges, Sending, Show
from gchat.journal.memory.archive import MemoryArchive
from gchat.journal.memory.journal import MemoryJournal

SECRET_BYTES = 32
ROOMS = (ChangedNick, Disconnected)  # what is seen in every room that somebody is in


class MemoryEngine:
    """Everything is gone when the server ends."""

    keeps = "Messages are kept in memory only"
    cluster = None

    def __init__(
        self,
        config: Config,
        hub: Hub,
        show: Show,
        wall_ms: Callable[[], int],
        boot: str,
        tick_ms: Callable[[], int] | None = None,
        sending: Sending | None = None,
    ) -> None:
        self.secret = token_bytes(SECRET_BYTES)
        self.archive = MemoryArchive(boot)
        self._hub = hub
        self.journal = MemoryJournal(partial(apply, hub), show, wall_ms, self._keep, tick_ms)

    def _keep(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if type(effect) is Spoke and effect.verb in MESSAGES:  # most are
                self.archive.see(effect, self._hub.place(effect.room) if effect.room else "")
                continue
            if not leaves_line(effect):
                continue
            if isinstance(effect, ROOMS):  # in several rooms, each at its own place
                for room in effect.rooms:
                    one = replace(effect, rooms=(room,))
                    self.archive.see(one, self._hub.place(room))
            else:
                room = effect.new_key if type(effect) is ChangedRoomName else effect.room
                self.archive.see(effect, self._hub.place(room) if room else "")

    def start(self) -> None:
        """There is nothing to be done beside."""

    def gauges(self) -> Gauges:
        return {"archive_lines": ("Lines kept in memory", len(self.archive))}

    def close(self) -> None:
        self.journal.close()
