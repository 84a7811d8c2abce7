"""What is kept of each effect, and what is made of it again."""

from __future__ import annotations

from typing import Any

import pytest

from gchat.core.effects import (
    ChangedAway,
    ChangedModes,
    ChangedNick,
    ChangedRoomName,
    ChangedTopic,
    Disconnected,
    Effect,
    Entered,
    Left,
    Outcome,
    Redaction,
    Saved,
    Spoke,
    WasKicked,
)
from gchat.core.events import Entry, ModeChange, Quit
from gchat.core.history import Batch, Record
from gchat.core.records import kept, records, restored

WHO: dict[str, Any] = {"uid": 1, "nick": "Tuan", "source": "Tuan!u@h", "account": "An"}
DOING: dict[str, Any] = {"entry": Entry(7, 1234, "id7", Quit(1, "")), **WHO}
HERE = {**DOING, "room": "#a"}
CHANGES = (ModeChange(True, "o", "Duy"), ModeChange(False, "m"), ModeChange(True, "b", "*!*@x"))


def test_what_a_hook_said_is_a_bots_afterwards_too() -> None:
    who = {**DOING, "source": "ci!hook@services", "account": ""}
    said = Spoke(**who, verb="PRIVMSG", target="#A", text="hi", tags=(), room="#a", bot=True)
    (kept_,) = records([said], "boot")
    again = restored(kept_)
    assert isinstance(again, Spoke)
    assert again.bot


def line(kind: str, target: str, text: str = "", arg: str = "", **more: Any) -> Record:
    place = more.pop("place", "kept #a")
    return Record(
        1234, "id7", kind, place, **WHO, target=target, text=text, arg=arg, boot="boot", **more
    )


def spoke(**more: Any) -> Spoke:
    return Spoke(**{**DOING, "verb": "PRIVMSG", "target": "#A", "text": "hi", "tags": (), **more})


ROWS: list[tuple[Effect, list[Record]]] = [
    (spoke(room="#a"), [line("PRIVMSG", "#A", "hi")]),
    (
        spoke(room="#a", verb="NOTICE", tags=(("+x", "1"), ("+y", ""))),
        [line("NOTICE", "#A", "hi", tags=(("+x", "1"), ("+y", "")))],
    ),
    (
        spoke(room="#a", verb="TAGMSG", text="", tags=(("+typing", "active"), ("+react", ":)"))),
        [line("TAGMSG", "#A", tags=(("+typing", "active"), ("+react", ":)")))],
    ),
    (spoke(room="#a", verb="TAGMSG", text="", tags=(("+typing", "active"),)), []),
    (spoke(room="#a", verb="TAGMSG", text="", tags=(("+draft/typing", "done"),)), []),
    (
        spoke(target="@#A", status="@", uids=(1, 2)),
        [line("PRIVMSG", "@#A", "hi", place="@#a")],
    ),
    (
        spoke(target="Duy", uids=(2, 1), account_id="@z", target_id="@b"),
        [line("PRIVMSG", "Duy", "hi", place="@b @z")],
    ),
    (
        spoke(target="Duy", uids=(2, 1)),
        [line("PRIVMSG", "Duy", "hi", place="boot-1 boot-2")],
    ),
    (Entered(**HERE, room_name="#A", realname="r"), [line("JOIN", "#A")]),
    (Left(**HERE, room_name="#A", reason="bye"), [line("PART", "#A", "bye")]),
    (
        WasKicked(**HERE, room_name="#A", target="Duy", target_uid=2, reason="out"),
        [line("KICK", "#A", "out", "Duy")],
    ),
    (ChangedTopic(**HERE, room_name="#A", text="News"), [line("TOPIC", "#A", "News")]),
    (
        ChangedModes(**HERE, room_name="#A", changes=CHANGES),
        [line("MODE", "#A", "", "+oDuy -m +b*!*@x")],
    ),
    (
        Disconnected(**DOING, rooms=("#a", "#b"), reason="bye"),
        [line("QUIT", "", "bye"), line("QUIT", "", "bye", place="kept #b")],
    ),
    (
        ChangedNick(**DOING, new="An", rooms=("#a", "#b")),
        [line("NICK", "", "", "An"), line("NICK", "", "", "An", place="kept #b")],
    ),
    (
        ChangedRoomName(
            **DOING, room_name="#Old", old_key="#old", new="#A", new_key="#a", reason="why"
        ),
        [line("RENAME", "#Old", "why", "#A")],
    ),
    (
        Redaction(**HERE, target="#A", msgid="id1", reason="oops"),
        [line("REDACT", "#A", "oops", "id1")],
    ),
    (
        Redaction(**DOING, target="Duy", msgid="id1", place="@b @z", reason="oops"),
        [line("REDACT", "Duy", "oops", "id1", place="@b @z")],
    ),
    (ChangedAway(**DOING, text="lunch"), []),
]


@pytest.mark.parametrize(("effect", "lines"), ROWS, ids=lambda row: type(row).__name__)
def test_what_is_kept_of_each_effect(effect: Effect, lines: list[Record]) -> None:
    assert list(records([effect], "boot", lambda key: f"kept {key}")) == lines


@pytest.mark.parametrize(
    "effect",
    [
        spoke(room="#a", tags=(("+x", "1"),)),
        Entered(**HERE, room_name="#A"),
        Left(**HERE, room_name="#A", reason="bye"),
        WasKicked(**HERE, room_name="#A", target="Duy", target_uid=0, reason="out"),
        ChangedTopic(**HERE, room_name="#A", text="News"),
        ChangedModes(**HERE, room_name="#A", changes=CHANGES),
        Disconnected(**DOING, rooms=("#a",), reason="bye"),
        ChangedNick(**DOING, new="An", rooms=("#a",)),
        ChangedRoomName(**HERE, room_name="#Old", old_key="", new="#A", new_key="#a", reason="why"),
        Redaction(**HERE, target="#A", msgid="id1", reason="oops"),
        spoke(target="Duy", uids=(2, 1), account_id="@z", target_id="@b", verb="NOTICE"),
    ],
    ids=lambda effect: type(effect).__name__,
)
def test_what_is_made_of_it_again(effect: Effect) -> None:
    (record,) = records([effect], "boot")
    again = restored(record)
    assert again.entry == Entry(0, 1234, "id7", Quit(0, ""))
    if isinstance(effect, Spoke) and not effect.room:
        # who else saw it is not kept
        effect = spoke(target="Duy", verb="NOTICE")
    assert {**vars_of(again), "entry": None} == {**vars_of(effect), "entry": None}


def vars_of(effect: Effect) -> dict[str, Any]:
    return {"kind": type(effect)} | {
        name: getattr(effect, name) for name in type(effect).__struct_fields__
    }


def test_what_an_outcome_brings_is_stored_together() -> None:
    saved = (Saved("room", "#a", "{}"),)
    redaction = Redaction(**HERE, target="#A", msgid="id1", place="#a", reason="")
    batch = kept(Outcome((spoke(room="#a"), redaction), (), saved), "boot")
    assert batch.records == tuple(records([spoke(room="#a"), redaction], "boot"))
    assert batch.redacted == (("#a", "id1"),)
    assert batch.saved == saved
    assert kept(Outcome((redaction,)), "boot").redacted == (("#a", "id1"),)
    assert [one.place for one in kept(Outcome((spoke(room="#a"),)), "b", str.upper).records] == [
        "#A"
    ]
    assert not kept(Outcome(), "boot")
    for one in (Batch(batch.records), Batch(redacted=batch.redacted), Batch(saved=saved)):
        assert one
