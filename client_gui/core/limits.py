"""Limits on what a server can make the client keep in memory."""

from __future__ import annotations

NAME_LENGTH = 200  # characters of a room's name or a nickname
ID_LENGTH = 200  # characters of a message's id
ROOMS = 500  # rooms and conversations; events of any further one are ignored
PEOPLE_AWAY = 20_000
WATCHED = 500  # people whose presence is shown
TYPISTS = 50  # in one room
LISTED = 5000  # rooms that can be joined
BATCHES = 50  # open at once
BATCH_EVENTS = 10_000  # in one of them
LABELS = 200  # answers that have begun and not ended
CAPS = 500
NAME_LISTS = 100  # member lists that have begun and not ended
DIGITS = 10  # of a number
WHOIS = 20  # people asked about, whose answers have not ended
WHOIS_LINES = 50  # of what is told of one of them


def number(text: str, otherwise: int = 0) -> int:
    """A number that a server tells."""
    good = text.isascii() and text.isdigit() and len(text) <= DIGITS
    return int(text) if good else otherwise


def is_name(text: str) -> bool:
    """Whether it can be a room or a person, on any server."""
    return 0 < len(text) <= NAME_LENGTH and not any(char in " ,\x07\r\n\0" for char in text)


def is_id(text: str) -> bool:
    """Whether it can be asked for as the id of a message."""
    return 0 < len(text) <= ID_LENGTH and text.isprintable() and " " not in text
