"""What is charged for more than one line."""

from __future__ import annotations

import pytest

from gchat.core.effects import Outcome, Saved
from gchat.core.events import AwaySet, Event, Joined, Quit, RealnameSet, Renamed, RoomRenamed
from gchat.net import cost
from tests.core.likely import uid_of
from tests.core.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """Three people are in #a, the first in #b too."""
    stage = Stage()
    stage.join("#a", 1, 2, 3)
    stage.join("#b", 1)
    return stage


@pytest.mark.parametrize(
    ("event", "tenths"),
    [
        (Joined(1, "#c", ""), 1),
        (Renamed(1, "x"), 3),
        (Renamed(2, "x"), 2),
        (RealnameSet(1, "x"), 3),
        (AwaySet(1, "x"), 3),
        (RoomRenamed(1, "#A", "#c", ""), 4),
        (RoomRenamed(1, "#none", "#c", ""), 1),
        (Quit(9, ""), 1),
    ],
)
def test_an_event_costs_what_it_changes(stage: Stage, event: Event, tenths: int) -> None:
    assert cost.of_event(event, stage.hub, uid_of(event)) == pytest.approx(tenths / 10)


def test_what_is_saved_costs_its_length() -> None:
    """A room with full lists is 150 KB, for each MODE."""
    assert cost.of_saving(Outcome()) == 0
    saved = Saved("room", "#a", "x" * cost.SAVED_CHARACTERS), Saved("account", "tuan", None)
    assert cost.of_saving(Outcome(saved=saved)) == 1


def test_an_answer_costs_its_length() -> None:
    assert cost.of_answer(b"") == 0
    assert cost.of_answer(b"x" * 2 * cost.ANSWER_BYTES) == 2
