"""Where a connection is in its life."""

from __future__ import annotations

import enum


class State(enum.Enum):
    """Where the connection is in its life."""

    REGISTERING = enum.auto()
    NEEDS_NICK = enum.auto()  # refused; `change_nick` goes on
    READY = enum.auto()
    CLOSED = enum.auto()
