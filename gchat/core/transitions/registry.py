"""Which function carries out which kind of event: each is registered where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from gchat.core.effects import Effect, Outcome
from gchat.core.events import Entry
from gchat.core.hub import Hub

Transition = Callable[[Hub, Entry, Any], Iterable[Effect] | Outcome]
F = TypeVar("F", bound=Transition)

TRANSITIONS: dict[type, Transition] = {}


def transition(kind: type) -> Callable[[F], F]:
    """Registers what carries out events of a kind."""

    def register(function: F) -> F:
        TRANSITIONS[kind] = function
        return function

    return register
