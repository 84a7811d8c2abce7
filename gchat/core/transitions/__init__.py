"""How each event changes the hub: one function for each kind of event. It checks first (and may
raise Refused or its subclass Failure), then changes the hub, then returns the effects. Importing
this registers all of them.
"""

from gchat.core.transitions import (
    accounts,
    hooks,
    markers,
    membership,
    metadata,
    modes,
    nodes,
    oper,
    people,
    registration,
    speech,
)

__all__ = [
    "accounts",
    "hooks",
    "markers",
    "membership",
    "metadata",
    "modes",
    "nodes",
    "oper",
    "people",
    "registration",
    "speech",
]
