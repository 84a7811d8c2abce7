"""A room, or a conversation with one person, as the window shows it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from client_gui.model.lines import SPOKEN, Line

RULERS = frozenset("~&@%")
RANKS = "~&@%+"  # the signs of those who have one, the highest first
ROOM_PREFIXES = frozenset("#&+!")  # what a room's name begins with, on any server
REACTIONS_KEPT = 20  # different ones to one message
PEOPLE_KEPT = 1000  # that are remembered for one reaction
LINES_KEPT = 20_000  # of each room; older ones are forgotten
TYPING_SECONDS = 6.0  # for which somebody is shown as typing after each sign of it


@dataclass(slots=True)
class Room:
    """Changed by the model only."""

    name: str
    direct: bool = False
    here: bool = False  # we are in it
    lines: list[Line] = field(default_factory=list)
    forgotten: int = 0  # lines that were here and are not kept
    more: bool = False  # the server may have older lines
    asked: bool = False  # it was asked for them, and has not answered yet
    oldest: str = ""  # the id of the message before which to ask
    members: dict[str, tuple[str, str]] = field(default_factory=dict)  # folded → (prefix, nick)
    topic: str = ""
    unread: int = 0
    mentions: int = 0
    new_from: int = 0  # the number of the first line below NEW MESSAGES, 0 for none
    read_at: float = 0.0  # time of the last message that was read, here or in another client
    draft: str = ""  # what is typed and not sent
    # message id → reaction → who gave it, in the order in which they did
    reactions: dict[str, dict[str, dict[str, None]]] = field(default_factory=dict)
    typing: dict[str, tuple[str, float]] = field(default_factory=dict)  # folded → (nick, until)

    def sorted_members(self) -> list[tuple[str, str]]:
        """(prefix, nickname): those with a rank first, then by name; see `alphabetical`."""
        return [(prefix, nick) for _, prefix, nick in self.ranked()]

    def ranked(self) -> list[tuple[str, str, str]]:
        """(folded nickname, prefix, nickname), in the order of `sorted_members`."""
        found = [(key, prefix, nick) for key, (prefix, nick) in self.members.items()]
        return sorted(
            found, key=lambda one: (RANKS.find(one[1][:1]) if one[1] else 9, *alphabetical(one[0]))
        )

    def rules(self, key: str) -> bool:
        """Whether a member, by the folded nickname, may kick, and delete what others say."""
        return bool(set(self.members.get(key, ("", ""))[0]) & RULERS)

    def find(self, msgid: str) -> Line | None:
        """A message by its id, where it is here."""
        return next((line for line in reversed(self.lines) if line.msgid == msgid), None)

    def typists(self, now: float) -> list[str]:
        """Who writes at this moment."""
        return [nick for nick, until in self.typing.values() if until > now]

    def last_spoken(self) -> Line | None:
        """The last message."""
        return next((line for line in reversed(self.lines) if line.look in SPOKEN), None)

    def replace(self, new: Line) -> bool:
        """Puts a line in the place of the one with its number; whether there was one."""
        for at in range(len(self.lines) - 1, -1, -1):
            if self.lines[at].number == new.number:
                self.lines[at] = new
                return True
        return False

    def remove(self, number: int) -> bool:
        """Takes a line out; whether it was there."""
        for at in range(len(self.lines) - 1, -1, -1):
            if self.lines[at].number == number:
                del self.lines[at]
                return True
        return False


def alphabetical(folded: str) -> tuple[str, str]:
    """What a folded nickname is sorted by: `ánh` stands among those with a, `đào` among d."""
    if folded.isascii():
        return folded, ""
    plain = unicodedata.normalize("NFD", folded.casefold().replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char)), folded


def merge(room: Room, other: Room) -> None:
    """Takes into `room` what `other`, which is the same room, has: its lines, its draft."""
    room.lines = sorted([*other.lines, *room.lines], key=lambda line: line.at)
    room.draft = "\n".join(text for text in (other.draft, room.draft) if text)
    room.reactions = other.reactions | room.reactions
    room.members = other.members | room.members
    room.here = room.here or other.here
    room.unread, room.mentions = room.unread + other.unread, room.mentions + other.mentions
