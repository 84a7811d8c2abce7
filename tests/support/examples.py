"""How many examples hypothesis tries."""

from __future__ import annotations

import os

FEWER = 4  # while mutants are tried: each of thousands runs the test


def examples(count: int) -> int:
    """So many, or fewer while mutants are tried."""
    return count // FEWER if os.environ.get("HYPOTHESIS_PROFILE") == "mutation" else count
