"""Letting others have their turn."""

from __future__ import annotations

import gevent
import pytest

from gchat import yielding
from gchat.yielding import Turn, let_others


def test_a_turn_that_is_over_lets_others_run_and_begins_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    turns: list[float] = []
    monkeypatch.setattr(yielding, "perf_counter", lambda: now)
    monkeypatch.setattr("gchat.yielding.gevent.sleep", turns.append)
    turn = Turn(2.0)
    turn.yield_if_due()
    now = 102.0
    turn.yield_if_due()
    assert turns == []
    now = 102.1
    turn.yield_if_due()
    turn.yield_if_due()
    assert len(turns) == 1
    now = 104.2
    turn.yield_if_due()
    assert len(turns) == 2


def test_who_has_something_to_do_has_done_it_by_then() -> None:
    done: list[str] = []
    gevent.spawn(done.append, "theirs")
    let_others()
    assert done == ["theirs"]
