"""How many examples hypothesis tries."""

from __future__ import annotations

import os

from hypothesis import Phase, settings

FEWER = 2  # divides the number while mutants are tried: each of thousands runs the test


def examples(count: int) -> int:
    """So many, or fewer while mutants are tried."""
    return count // FEWER if os.environ.get("HYPOTHESIS_PROFILE") == "mutation" else count


def machine(count: int) -> settings:
    """For a state machine. Phase.explain traces every line, which takes minutes there."""
    phases = tuple(phase for phase in settings().phases if phase is not Phase.explain)
    return settings(
        max_examples=examples(count), stateful_step_count=40, deadline=None, phases=phases
    )
