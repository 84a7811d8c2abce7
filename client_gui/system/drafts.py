"""What is typed and not sent, and what was sent and not confirmed, over the end of the window."""

from __future__ import annotations

from pathlib import Path

from client_gui.model.lines import Fate
from client_gui.model.model import Model
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
    """Nothing is kept where there is nothing."""
    kept = {server: rooms for server, rooms in drafts.items() if rooms}
    if kept or path.exists():
        files.write(path, kept)


def of(model: Model) -> dict[str, str]:
    """By the name of the room. What nobody has confirmed is typed, as far as anybody knows."""
    found = dict(model.drafts)  # of rooms that we have not been in since
    for room in model.rooms.values():
        texts = [line.raw or line.text for line in room.lines if line.fate is not Fate.SENT]
        text = "\n".join([*texts, *([room.draft] if room.draft.strip() else [])])
        if text:
            found[room.name] = text
    return found
