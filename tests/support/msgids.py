"""Ids of messages as the server makes them."""

from __future__ import annotations


def msgid(at: int, within: int = 0) -> str:
    """The id of a message at `at` milliseconds, the so many-th within its millisecond."""
    return f"{at:012x}{within:04x}"
