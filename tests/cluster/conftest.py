"""A scene of two nodes, and others on demand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Two nodes, three people on each who talk."""
    with Scene(tmp_path) as found:
        found.people()
        yield found
