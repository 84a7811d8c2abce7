"""The last messages of each room."""

from __future__ import annotations

from typing import Any

from gchat.core.effects import Entered, Redaction, Spoke
from gchat.core.events import Entry, Quit
from gchat.core.replay import DAY_MS, ReplayBuffer


def spoke(number: int, room: str = "#a", verb: str = "PRIVMSG") -> Spoke:
    return Spoke(**doing(number), room=room, verb=verb, target="#A", text="", tags=())


def doing(number: int) -> dict[str, Any]:
    entry = Entry(number, number, f"id{number}", Quit(1, ""))
    return {"entry": entry, "uid": 1, "nick": "n", "source": "n!u@h"}


def ids(tails: ReplayBuffer, room: str = "#a", since: int = 0) -> list[str]:
    return [one.entry.msgid for one in tails.of(room, since)]


def test_the_last_are_kept_of_each_room() -> None:
    tails = ReplayBuffer(2)
    tails.keep([spoke(1), spoke(2, "#b"), spoke(3), spoke(4, verb="NOTICE"), spoke(5, "")])
    tails.keep([spoke(6, verb="TAGMSG"), Entered(**doing(7), room="#a", room_name="#A")])
    assert (ids(tails), ids(tails, "#b"), ids(tails, "#c")) == (["id3", "id4"], ["id2"], [])


def test_what_is_taken_back_is_gone_and_the_bound_stays() -> None:
    tails = ReplayBuffer(2)
    tails.keep([spoke(1), spoke(2)])
    tails.keep([Redaction(**doing(3), room="#a", target="#A", msgid="id1", reason="")])
    assert ids(tails) == ["id2"]
    tails.keep([Redaction(**doing(3), room="#x", target="#X", msgid="id2", reason="")])
    tails.keep([spoke(4), spoke(5)])
    assert ids(tails) == ["id4", "id5"]


def test_none_from_before_a_time_and_none_that_is_too_old() -> None:
    now = 0
    tails = ReplayBuffer(9, 1, lambda: now)
    tails.keep([spoke(1), spoke(2), spoke(3)])
    assert ids(tails, since=2) == ["id2", "id3"]
    now = DAY_MS + 3
    assert ids(tails) == ["id3"]
    assert ids(tails, since=9) == []
    assert ids(tails, since=2) == ["id3"]
    for_ever = ReplayBuffer(9, 0, lambda: 10 * DAY_MS)
    for_ever.keep([spoke(1)])
    assert ids(for_ever) == ["id1"]


def test_a_room_that_is_called_otherwise_or_gone() -> None:
    tails = ReplayBuffer(2)
    tails.keep([spoke(1), spoke(2)])
    tails.move("#a", "#b")
    assert (ids(tails), ids(tails, "#b")) == ([], ["id1", "id2"])
    assert {one.room for one in tails.of("#b")} == {"#b"}
    tails.keep([spoke(3, "#b")])
    assert ids(tails, "#b") == ["id2", "id3"]
    tails.move("#none", "#b")
    assert ids(tails, "#b") == ["id2", "id3"]
    tails.forget("#b")
    tails.forget("#none")
    assert ids(tails, "#b") == []
