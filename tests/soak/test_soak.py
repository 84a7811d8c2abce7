"""Seconds of the soak, and that it finds what it looks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.__main__ import MEMORY_BYTES, InUse, LeftBehind, _compare, soak


def test_a_short_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    soak(tmp_path, 12, 2, seed=3)
    printed = capsys.readouterr().out
    assert printed.count("all kept") == 2
    assert "killed" in printed or "ended" in printed


@pytest.mark.parametrize(
    "after", [InUse(MEMORY_BYTES + 2, 10, 5), InUse(1, 12, 5), InUse(1, 10, 7), InUse(1, 8, 5)]
)
def test_what_is_left_behind_is_found(after: InUse) -> None:
    before = InUse(1, 10, 5)
    _compare(before, before)
    with pytest.raises(LeftBehind):
        _compare(before, after)
