"""Which function carries out which kind of event: each module adds its own at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from gchat.core.effects import Effect, Outcome
from gchat.core.events import Entry
from gchat.core.hub import Hub

Transition = Callable[[Hub, Entry, Any], Iterable[Effect] | Outcome]

# Not by decorators: mutmut passes over decorated functions, and these are what it is for.
TRANSITIONS: dict[type, Transition] = {}
