"""What is kept of what people saw: lines of a room's past, or of a conversation's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from gchat.core.effects import Saved
from gchat.errors import GchatError

MESSAGES = frozenset({"PRIVMSG", "NOTICE"})


class Record(Struct, frozen=True, gc=False):
    """As it was seen, names as they were at that moment."""

    at: int  # milliseconds since 1970
    msgid: str
    kind: str  # the IRC command
    place: str  # Room.place, a `conversation`, or "@#room" for messages to a rank (STATUSMSG)
    uid: int  # the user who did it; valid only in the run `boot`
    nick: str
    source: str  # nick!user@host
    target: str  # the room's name as it is written, or the nickname that a message was for
    text: str  # the message, reason or topic; who was kicked is in `arg`
    arg: str = ""  # KICK: the nickname; NICK: the new one; MODE: the changes
    tags: tuple[tuple[str, str], ...] = ()  # client-only ones
    account: str = ""  # whose doing it was, "" for nobody's who is logged in
    boot: str = ""  # the run of the server in which `uid` is meant


class Batch(Struct, frozen=True, gc=False):
    """What is stored together: new lines, those that are taken back (place and msgid), and what the
    hub is from here on.
    """

    records: tuple[Record, ...] = ()
    redacted: tuple[tuple[str, str], ...] = ()
    saved: tuple[Saved, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.records or self.redacted or self.saved)


class Reference(Struct, frozen=True):
    """A point in the past: a time in milliseconds, or a message."""

    at: int = 0
    msgid: str = ""


class Query(Struct, frozen=True):
    """What somebody wants to read of a place: lines between `after` and `before` (both excluded),
    none before `since` (milliseconds). If there are more than `limit`, the last (`newest`) or the
    first of them.
    """

    place: str
    limit: int
    after: Reference | None = None
    before: Reference | None = None
    newest: bool = True
    since: int = 0
    events: bool = False  # also what is no message
    hidden: tuple[str, ...] = ()  # kinds of events that are left out all the same


class Search(Struct, frozen=True):
    """What somebody looks for. `places` are those they may read, each from a time on
    (milliseconds). Every word has to be in the message, whatever its case and accents; a nickname
    is the sender's. Times in milliseconds, both excluded; 0 for none.
    """

    places: tuple[tuple[str, int], ...]
    limit: int
    words: tuple[str, ...] = ()
    nick: str = ""
    after: int = 0
    before: int = 0


class Unreadable(GchatError):
    """The past cannot be read now."""


class Archive(Protocol):
    """Reads what was kept. Every call may switch greenlets and raise Unreadable."""

    def of(self, address: str) -> Archive:
        """The same archive, asked from this address: addresses that ask have turns."""

    def read(self, query: Query) -> list[Record]:
        """The lines in the order in which they were shown."""

    def around(self, query: Query, center: Reference) -> list[Record]:
        """At most `query.limit` lines before, at and after the center."""

    def targets(
        self,
        places: Iterable[tuple[str, int]],
        person: str,
        after: int,
        before: int,
        limit: int,
    ) -> list[Record]:
        """The last message of each of `places` (each with the earliest time to read from) and of
        each conversation of `person`, if it is between `after` and `before` (both excluded); the
        first `limit` of these in the order of time. All times in milliseconds.
        """

    def search(self, search: Search) -> list[Record]:
        """The last messages that match, in the order in which they were shown."""

    def find(self, msgid: str) -> Record | None:
        """A message, by its id."""

    def conversations(self, person: str) -> list[str]:
        """The places of a person's conversations."""


def person(boot: str, uid: int, account_id: str) -> str:
    """The archive's key of a person: the `ident` of their account, or without one a key of this run
    and uid. Neither is ever given to somebody else.
    """
    return account_id or f"{boot}-{uid}"


def conversation(one: str, other: str) -> str:
    """The place of what two `person`s write to each other; never a room's name."""
    return " ".join(sorted((one, other)))


def is_conversation(place: str) -> bool:
    """Whether a place is a `conversation`, and none of a room."""
    return " " in place


def participants(place: str) -> list[str]:
    """The `person`s of a conversation."""
    return place.split(" ")
