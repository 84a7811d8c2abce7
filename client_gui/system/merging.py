"""What several windows of one user write into one file: each one's changes, and nobody's loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Named = Callable[[Any], str]


def merged(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """What we have changed since `base`, in what is there now (`theirs`)."""
    found = dict(theirs)
    for key, value in ours.items():
        if isinstance(value, list):
            found[key] = _list(base.get(key, []), value, theirs.get(key, []))
        elif value != base.get(key):
            found[key] = value
        else:
            found.setdefault(key, value)
    return found


def _list(base: Any, ours: list[Any], theirs: Any) -> list[Any]:
    """Ours in their order; what they have added follows, what they have removed is not there."""
    if not isinstance(base, list) or not isinstance(theirs, list):
        return ours
    before, there = {_key(one): one for one in base}, {_key(one): one for one in theirs}
    found = []
    for one in ours:
        key = _key(one)
        if key in there and before.get(key) == one:
            found.append(there[key])  # we have not touched it
        elif key in there or key not in before or before[key] != one:
            found.append(one)
    names = {_key(one) for one in ours}
    return found + [one for key, one in there.items() if key not in names and key not in before]


def _key(one: Any) -> str:
    """A server is known by its host and port, anything else by itself."""
    if isinstance(one, dict):
        return f"{one.get('host')}:{one.get('port')}"
    return str(one)
