"""Carries out entries: the only way in which a hub changes.

Deterministic: two hubs that apply the same entries are equal. Never waits.
"""

from __future__ import annotations

from msgspec.structs import replace

from gchat.core import transitions
from gchat.core.effects import Outcome, Refused
from gchat.core.events import Entry
from gchat.core.hub import Hub
from gchat.core.transitions.registry import TRANSITIONS

__all__ = ["apply", "transitions"]


def apply(hub: Hub, entry: Entry) -> Outcome:
    """Carries out one entry, whole or (refused) not at all."""
    try:
        result = TRANSITIONS[type(entry.event)](hub, entry, entry.event)
    except Refused as refusal:
        return Outcome(refusals=(refusal,))
    outcome = result if isinstance(result, Outcome) else Outcome(tuple(result))
    if hub.saved:
        outcome = replace(outcome, saved=tuple(hub.saved))
        hub.saved.clear()
    return outcome
