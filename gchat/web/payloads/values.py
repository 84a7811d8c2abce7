"""JSON that may have any shape: what is not as expected is taken for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LINE_CHARACTERS = 400  # of a value within a sentence

Table = Mapping[str, Any]


def table(value: Any, *keys: str) -> Table:
    """The object that is reached by these keys; an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def tables(value: Any, key: str) -> Sequence[Table]:
    """The objects in the array of this key."""
    found = table(value).get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(value: Any, *keys: str) -> str:
    """The text, or number, that is reached by these keys; "" where there is none."""
    *path, last = keys
    found = table(value, *path).get(last)
    if isinstance(found, bool) or not isinstance(found, str | int | float):
        return ""
    return str(found).strip()


def line(value: Any, *keys: str) -> str:
    """The first line of the same, cut where it is long."""
    first = text(value, *keys).partition("\n")[0].strip()
    return first if len(first) <= LINE_CHARACTERS else f"{first[: LINE_CHARACTERS - 1]}…"
