"""Keeps what is said in text files, where somebody has asked for that."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from client_gui.model.changes import Change, LineAdded
from client_gui.model.lines import SPOKEN, Fate, Look
from client_gui.model.model import Model
from client_gui.model.services import is_service
from client_gui.system.textlog import FLUSH_SECONDS, TextLog, usual_folder
from client_gui.texts import _
from client_gui.ui.context import Context

_KEPT = frozenset({*SPOKEN, Look.CAME, Look.LEFT})


class Logs:
    """Nothing that goes to or comes from a service is kept: it may have a password in it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._log: TextLog | None = None
        self._told = False  # of what is wrong

    def heard(self, server: str, model: Model, changes: Iterable[Change]) -> None:
        """Keeps what has come. `server` is its name in the settings."""
        log = self._current()
        if log is None:
            return
        for change in changes:
            if not isinstance(change, LineAdded):
                continue
            room, line = model.rooms.get(change.room), change.line
            if room is None or is_service(room.name) or line.look not in _KEPT:
                continue
            if line.fate is Fate.SENT:  # one of ours comes again when the server has it
                log.keep(server, change.room, line.at, str(line))
        if log.trouble and not self._told:
            self._told = True
            text = _("The log cannot be written in {folder}: {reason}.")
            said = text.format(folder=log.folder, reason=log.trouble.rstrip("."))
            self._context.show(self._context.model.say_locally(said, error=True))
        elif not log.trouble:
            self._told = False

    def _current(self) -> TextLog | None:
        settings = self._context.settings
        wanted = None
        if settings.logs:
            chosen = settings.logs_folder
            wanted = Path(chosen).expanduser() if chosen else usual_folder()
        if self._log is not None and self._log.folder != wanted:
            self.close(0)  # whoever has changed the settings does not wait for a slow disk
        if self._log is None and wanted is not None:
            self._log = TextLog(wanted)
        return self._log

    def close(self, seconds: float = FLUSH_SECONDS) -> None:
        """With the window, whose end waits so long for the disk."""
        log, self._log = self._log, None
        if log is not None:
            log.close(seconds)
