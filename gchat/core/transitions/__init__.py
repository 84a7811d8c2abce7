"""How each event changes the hub: a function for each, checks first, then changes, then effects.
Each may raise Refused (Failure is one), before any change. Importing this registers all of them.
"""

from gchat.core.transitions import (
    accounts,
    markers,
    membership,
    metadata,
    modes,
    oper,
    people,
    registration,
    speech,
)

__all__ = [
    "accounts",
    "markers",
    "membership",
    "metadata",
    "modes",
    "oper",
    "people",
    "registration",
    "speech",
]
