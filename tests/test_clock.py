"""A clock that is set to another time is told of."""

from __future__ import annotations

import pytest

from gchat.clock import told


@pytest.mark.parametrize(
    ("jump", "says"),
    [(1999, ""), (-1999, ""), (2000, "set forward by 2.0 s"), (-7_200_000, "set back by 7200.0 s")],
)
def test_a_jump_is_logged(caplog: pytest.LogCaptureFixture, jump: int, says: str) -> None:
    assert told(1000, 1000 + jump) == 1000 + jump
    assert says in caplog.text
    assert bool(says) is bool(caplog.text)
    assert ("until it has caught up" in caplog.text) is (jump <= -2000)
