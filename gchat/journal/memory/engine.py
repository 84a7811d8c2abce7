"""The engine that keeps nothing on disk."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from secrets import token_bytes

from gchat.config import Config
from gchat.core.apply import apply
from gchat.core.effects import Effect, Redaction
from gchat.core.hub import Hub
from gchat.core.records import records
from gchat.journal.base import Gauges, Show
from gchat.journal.memory.archive import MemoryArchive
from gchat.journal.memory.journal import MemoryJournal

SECRET_BYTES = 32


class MemoryEngine:
    """Everything is gone when the server ends."""

    keeps = "Messages are kept in memory only"

    def __init__(
        self, config: Config, hub: Hub, show: Show, wall_ms: Callable[[], int], boot: str
    ) -> None:
        self.secret = token_bytes(SECRET_BYTES)
        self.archive = MemoryArchive()
        self._boot = boot
        self._hub = hub
        self.journal = MemoryJournal(partial(apply, hub), show, wall_ms, self._keep)

    def _keep(self, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Redaction):
                self.archive.redact(effect.place, effect.msgid)
        for record in records(effects, self._boot, self._hub.place):
            self.archive.keep(record)

    def start(self) -> None:
        """There is nothing to be done beside."""

    def gauges(self) -> Gauges:
        return {"archive_lines": ("Lines kept in memory", len(self.archive))}

    def close(self) -> None:
        self.journal.close()
