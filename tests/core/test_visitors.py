"""Who was in a room until a moment ago."""

from __future__ import annotations

import pytest

from gchat.core import visitors
from gchat.core.effects import Effect
from gchat.core.events import Event, Kicked, Parted, Quit, Renamed, Said
from gchat.core.visitors import MOMENT_MS, Visitors
from tests.core.stage import NOW, Stage


def test_who_left_is_known_for_a_moment() -> None:
    stage, known = Stage(), Visitors()
    stage.join("#a", 1, 2)
    known.keep(stage.do(Parted(2, "#a")))
    left = known.left("#a", "DUY", "", NOW)
    assert left is not None
    assert left.event == Parted(2, "#a")
    assert known.left("#a", "Tuan", "", NOW) is None
    assert known.left("#b", "Duy", "", NOW) is None
    assert known.left("#a", "Duy", "", NOW + MOMENT_MS - 1) is not None
    assert known.left("#a", "Duy", "", NOW + MOMENT_MS) is None


@pytest.mark.parametrize("event", [Parted(2, "#a"), Quit(2, "bye"), Kicked(1, "#a", "Duy", "")])
def test_every_way_out(event: Event) -> None:
    stage, known = Stage(), Visitors()
    stage.join("#a", 1, 2)
    known.keep(stage.do(event))
    assert known.left("#a", "Duy", "", NOW) is not None


def test_an_account_is_known_under_another_nickname() -> None:
    stage, known = Stage(), Visitors()
    stage.join("#a", 1, 2)
    stage.log_in(2)
    known.keep(stage.do(Parted(2, "#a")))
    assert known.left("#a", "Duy_", "duy", NOW) is not None
    assert known.left("#a", "Duy_", "", NOW) is None


def test_who_had_not_left_when_the_server_ended_has_seen_everything() -> None:
    stage, known = Stage(), Visitors()
    past: list[Effect] = []
    for event in (
        Parted(3, "#a"),
        Said(2, "#a", "one"),
        Renamed(2, "Duy2"),
        Kicked(1, "#a", "Mai", ""),
        Said(1, "#a", "two"),
    ):
        if not past:
            stage.join("#a", 1, 2, 3, 4)
        past += stage.do(event)
    known.last_run("#a", past)
    ends = {nick: known.left("#a", nick, "", NOW) for nick in ("Tuan", "Duy2", "Duy", "Lan", "Mai")}
    assert {nick: left and left.event for nick, left in ends.items()} == {
        "Tuan": Said(1, "#a", "two"),
        "Duy2": Said(1, "#a", "two"),
        "Duy": None,
        "Lan": Parted(3, "#a"),
        "Mai": Kicked(1, "#a", "Mai", ""),
    }


def test_a_room_has_another_name_or_is_no_more() -> None:
    stage, known = Stage(), Visitors()
    stage.join("#a", 1, 2)
    known.keep(stage.do(Parted(2, "#a")))
    known.move("#a", "#b")
    assert known.left("#a", "Duy", "", NOW) is None
    assert known.left("#b", "Duy", "", NOW) is not None
    known.forget("#b")
    assert known.left("#b", "Duy", "", NOW) is None


def test_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "VISITORS", 2)
    stage, known = Stage(), Visitors()
    stage.join("#a", 1, 2, 3, 4)
    for uid in (2, 3, 4):
        known.keep(stage.do(Parted(uid, "#a")))
    found = [known.left("#a", nick, "", NOW) is not None for nick in ("Duy", "Lan", "Mai")]
    assert found == [False, True, True]
