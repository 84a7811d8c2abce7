"""What the list at the left shows of each server: with one server its rooms; with several, each has
a heading with its state, a line of what is wrong where something is, and its rooms below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from client_gui.model.model import Model, Phase
from client_gui.model.rooms import Room
from client_gui.texts import _
from client_gui.ui.palette import Palette
from client_gui.ui.roomlist import Row

JOIN = "+"  # the key of the row that joins a room; no room is called so
HEADING = ""  # the key of a server's heading, beside its name
SPACE = " "  # between a server's name and a key; neither has one


@dataclass(frozen=True, slots=True)
class Section:
    """One server of the window. `title` is what people read, `name` what the settings call it."""

    name: str
    title: str
    safe: bool  # nobody on the way can read what is said
    model: Model
    muted: frozenset[str]
    folded: bool
    topics: dict[str, str]  # begun and not sent, by room; kept by whoever draws the section
    shown: bool = False

    @property
    def unread(self) -> int:
        """How many messages are unread here."""
        return self.model.unread(self.muted)

    @property
    def loud(self) -> bool:
        """Whether some of them are for us."""
        rooms = self.model.rooms.items()
        return any(room.mentions for key, room in rooms if key not in self.muted)


def state(model: Model, palette: Palette, now: float) -> tuple[str, str]:
    """How a connection is doing: a colour, and words; `now` is in seconds since 1970."""
    status = model.status
    if status.phase is Phase.CONNECTED:
        return palette.good, _("connected")
    if status.phase is Phase.WAITING:
        seconds = max(0, round(status.until - now))
        return palette.warn, _("reconnecting in {seconds} s").format(seconds=seconds)
    if status.phase is Phase.CONNECTING:
        return palette.warn, _("connecting …")
    return palette.bad, _("not connected")


def rows(sections: Sequence[Section], palette: Palette, now: float) -> list[Row]:
    """The whole list. Where there are several servers, keys are a server's name, a space, and the
    key within it.
    """
    if len(sections) == 1:
        return _rooms(sections[0], palette, "")
    found = []
    for one in sections:
        prefix = f"{one.name}{SPACE}"
        colour, words = state(one.model, palette, now)
        connected = one.model.status.phase is Phase.CONNECTED
        counted = one.folded or not one.shown
        found.append(
            Row(
                one.title,
                f"{prefix}{HEADING}",
                count=one.unread if counted else 0,
                loud=counted and one.loud,
                dot=colour,
                heading=True,
                folded=one.folded,
                safe=one.safe,
                strong=one.shown,
                about=words,
                note=""
                if connected
                else " · ".join(filter(None, (words, one.model.status.reason))),
            )
        )
        rooms = _rooms(one, palette, prefix)
        found += [row for row in rooms if row.current] if one.folded else rooms
    return found


def place(key: str) -> tuple[str, str]:
    """The server's name ("" for the one that is shown) and the key within it of a row's key."""
    name, space, inner = key.rpartition(SPACE)
    return (name, inner) if space else ("", key)


def _rooms(one: Section, palette: Palette, prefix: str) -> list[Row]:
    model = one.model
    people = [(key, room) for key, room in model.rooms.items() if room.direct]
    found = [] if prefix else [Row(_("ROOMS"))]
    for key, room in model.rooms.items():
        if not room.direct:
            name = room.name.removeprefix("#")
            found.append(_row(one, prefix, key, room, name=name, mark="#"))
    found.append(Row(_("Join a room"), f"{prefix}{JOIN}", mark="+"))
    if people and not prefix:
        found.append(Row(_("DIRECT MESSAGES")))
    for key, room in people:
        found.append(_row(one, prefix, key, room, name=room.name, dot=_dot(model, key, palette)))
    return found


def _row(
    one: Section, prefix: str, key: str, room: Room, *, name: str, mark: str = "", dot: str = ""
) -> Row:
    muted = key in one.muted
    return Row(
        name,
        f"{prefix}{key}",
        one.shown and key == one.model.current,
        room.unread,
        loud=not muted and room.mentions > 0,
        muted=muted,
        dot=dot,
        mark=mark,
    )


def _dot(model: Model, key: str, palette: Palette) -> str:
    """The colour that says whether a person is here, as far as we know."""
    if key in model.away:
        return palette.away
    return palette.good if model.is_here(key) else palette.border
