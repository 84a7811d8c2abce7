"""Keeps what is typed and not sent, or sent and not confirmed, when the window is closed."""

from __future__ import annotations

from pathlib import Path

from client_gui.model.lines import Fate
from client_gui.model.model import Model
from client_gui.model.services import is_secret
from client_gui.system import files

FILE = "drafts.json"
Drafts = dict[str, dict[str, str]]  # by server, by the name of the room


def load(path: Path) -> Drafts:
    """From a file; nothing where there is none."""
    return {
        server: {name: text for name, text in rooms.items() if isinstance(text, str) and text}
        for server, rooms in files.read(path).items()
        if isinstance(rooms, dict)
    }


def save(path: Path, drafts: Drafts) -> None:
    """Writes no file if there are no drafts and no file yet."""
    kept = {server: rooms for server, rooms in drafts.items() if rooms}
    if kept or path.exists():
        files.write(path, kept)


def of(model: Model) -> dict[str, str]:
    """The drafts of a model, by room name. Messages that are not confirmed count as typed."""
    found = dict(model.drafts)  # of rooms that we have not been in since
    found = {name: text for name, text in found.items() if not is_secret(text, name)}
    for room in model.rooms.values():
        texts = [line.raw or line.text for line in room.lines if line.fate is not Fate.SENT]
        keep = room.draft.strip() and not is_secret(room.draft, room.name)
        text = "\n".join([*texts, *([room.draft] if keep else [])])
        if text:
            found[room.name] = text
    return found
