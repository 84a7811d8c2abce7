"""Keeps what is typed and not sent, and what is sent and not confirmed, when the window is closed.
Each window of one user has a file of its own; what one has left that is not there any more, the
next one takes over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import BaseFileLock

from client_gui.model.lines import Fate
from client_gui.model.model import Model
from client_gui.model.services import is_secret
from client_gui.system import files
from client_gui.system.locking import try_lock

FILE = "drafts.json"
FILES_MAX = 20  # windows of one user that have each their own
UNCONFIRMED = "unconfirmed"  # among the names of servers, which have a port
Drafts = dict[str, dict[str, str]]  # by server, by the name of the room


@dataclass(slots=True)
class Kept:
    """What one window keeps, by server and room."""

    typed: Drafts = field(default_factory=dict)
    unconfirmed: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, other: Kept) -> None:
        """Takes in what another window has left."""
        for server, rooms in other.typed.items():
            ours = self.typed.setdefault(server, {})
            for room, text in rooms.items():
                ours[room] = "\n".join(
                    dict.fromkeys([one for one in (ours.get(room), text) if one])
                )
        for server, lists in other.unconfirmed.items():
            found = self.unconfirmed.setdefault(server, {})
            for room, texts in lists.items():
                found[room] = [*found.get(room, []), *texts]


def load(path: Path) -> Kept:
    """From a file; nothing where there is none."""
    found = files.read(path)
    sent = found.pop(UNCONFIRMED, {})
    typed = {
        server: {name: text for name, text in rooms.items() if isinstance(text, str) and text}
        for server, rooms in found.items()
        if isinstance(rooms, dict)
    }
    unconfirmed = {
        server: {name: _texts(texts) for name, texts in rooms.items() if _texts(texts)}
        for server, rooms in (sent if isinstance(sent, dict) else {}).items()
        if isinstance(rooms, dict)
    }
    return Kept(typed, unconfirmed)


def save(path: Path, kept: Kept) -> None:
    """Writes no file if there is nothing to keep and no file yet."""
    content: dict[str, Any] = {server: rooms for server, rooms in kept.typed.items() if rooms}
    unconfirmed = {server: rooms for server, rooms in kept.unconfirmed.items() if rooms}
    if unconfirmed:
        content[UNCONFIRMED] = unconfirmed
    if content or path.exists():
        files.write(path, content)


def of(model: Model) -> dict[str, str]:
    """The drafts of a model, by room name."""
    found = dict(model.drafts)  # of rooms that we have not been in since
    found |= {room.name: room.draft for room in model.rooms.values() if room.draft.strip()}
    return {name: text for name, text in found.items() if not is_secret(text, name)}


def unconfirmed(model: Model) -> dict[str, list[str]]:
    """What we have sent and the server has neither confirmed nor refused, by room name."""
    found = {
        room.name: [line.raw for line in room.lines if line.fate is not Fate.SENT and line.raw]
        for room in model.rooms.values()
    }
    return {name: texts for name, texts in found.items() if texts}


class DraftFile:
    """The file of one window, which no other one writes until `close`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._lock: BaseFileLock | None = None
        self.first = False  # no other window of this user has one
        self.kept = Kept()  # that was there at the start
        for number in range(1, FILES_MAX + 1):
            path = folder / (FILE if number == 1 else f"drafts-{number}.json")
            if self._lock is not None and not path.exists():
                continue
            lock = try_lock(path)
            if lock is None:
                continue
            if self._lock is None:
                self.path, self._lock, self.kept = path, lock, load(path)
                self.first = number == 1
                continue
            self.kept.add(load(path))  # nobody's
            save(self.path, self.kept)  # before it goes from there
            path.unlink(missing_ok=True)
            lock.release()

    def save(self, kept: Kept) -> None:
        """Writes it whole."""
        save(self.path, kept)

    def close(self) -> None:
        """Another window may have it."""
        if self._lock is not None:
            self._lock.release()


def _texts(found: object) -> list[str]:
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
