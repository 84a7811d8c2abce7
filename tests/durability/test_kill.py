"""An echo is a receipt: what anybody saw is on disk, however the server ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from gchat.core.history import Record
from tests.durability.kill import Lost, check, one_round


def test_what_was_seen_is_kept_in_its_order_when_the_server_is_killed(tmp_path: Path) -> None:
    for number, seconds in enumerate((0.05, 0.15, 0.3)):
        seen, kept = one_round(tmp_path, number, seconds)
        assert seen > 0
        assert kept > 0


def kept(*names: str) -> list[Record]:
    return [
        Record(number, f"id{number}", "PRIVMSG", "#lobby", 1, "n", "n!u@h", "#lobby", name)
        for number, name in enumerate(names)
    ]


@pytest.mark.parametrize(
    ("seen", "complaint"),
    [
        ([("id0", "a"), ("id9", "x")], "x was seen and is not kept"),
        ([("id1", "b"), ("id0", "a")], "different orders"),
        ([("id0", "a"), ("id2", "c")], "different orders"),
        ([("id0", "a"), ("id1", "x")], "x is kept as b"),
    ],
)
def test_the_check_finds_what_is_wrong(seen: list[tuple[str, str]], complaint: str) -> None:
    check([[("id0", "a"), ("id1", "b"), ("id2", "c")]], kept("a", "b", "c"))
    with pytest.raises(Lost, match=complaint):
        check([seen], kept("a", "b", "c"))
