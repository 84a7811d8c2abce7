"""All names folded anew, once the server has told how it compares them. A part of the model."""

from __future__ import annotations

from typing import TypeVar

from client_gui.core import events
from client_gui.model.changes import Change, HistoryAdded, RoomChanged, RoomsChanged
from client_gui.model.model import HANDLERS, Model
from client_gui.model.rooms import Room, merge

T = TypeVar("T")


def _fold_changed(model: Model, event: events.FoldChanged) -> list[Change]:
    """Rooms that the server takes for one become one."""
    before = model.rooms.get(model.current), model.rooms.get(model.lobby)
    fold = model.fold = event.fold
    rooms: dict[str, Room] = {}
    place: dict[int, str] = {}  # of each room that there was: its key now
    for room in model.rooms.values():
        key = fold(room.name)
        if key in rooms:
            merge(rooms[key], room)
        else:
            rooms[key] = room
        place[id(room)] = key
        room.members = {fold(nick): (prefix, nick) for prefix, nick in room.members.values()}
        room.typing = {fold(nick): (nick, until) for nick, until in room.typing.values()}
    current, lobby = (place[id(one)] for one in before if one is not None)
    same = list(rooms) == list(model.rooms)
    model.rooms, model.current, model.lobby = rooms, current, lobby
    model.names = _folded(model.names, event)
    model.away = _folded(model.away, event)
    model.online = _folded(model.online, event)
    model.drafts = _folded(model.drafts, event)
    return [] if same else [HistoryAdded(current), RoomChanged(current), RoomsChanged()]


def _folded(found: dict[str, T], event: events.FoldChanged) -> dict[str, T]:
    return {event.fold(name): value for name, value in found.items()}


HANDLERS[events.FoldChanged] = _fold_changed
