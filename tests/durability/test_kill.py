"""An echo is a receipt: what anybody saw is on disk, however the server ends."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from gchat.core.history import Record
from tests.durability.doing import ABOUT
from tests.durability.kill import Lost, Round, check, main, one_round


def test_what_was_seen_is_kept_in_its_order_when_the_server_is_killed(tmp_path: Path) -> None:
    confirmed = Counter[str]()
    for number, seconds in enumerate((0.1, 0.2, 0.4)):
        done = one_round(tmp_path, number, seconds)
        assert done.seen > 0
        assert done.kept > 0
        confirmed += done.confirmed
    assert confirmed.keys() >= set(ABOUT)


def test_a_run_in_which_nothing_happened_proves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = Counter(dict.fromkeys(ABOUT, 1))
    rounds = iter([Round(5, 5, Counter()), Round(0, 0, everything), Round(5, 5, everything)])
    monkeypatch.setattr("tests.durability.kill.one_round", lambda *_: next(rounds))
    monkeypatch.setattr("sys.argv", ["kill", "--rounds", "1"])
    assert [main() for _ in range(3)] == [1, 1, 0]
    printed = capsys.readouterr().out
    assert "NOTHING PROVED: nobody was told of any JOIN, TOPIC" in printed
    assert "NOTHING PROVED: nothing was delivered" in printed


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
