"""Hooks: who may make them, how they are called, what becomes of them with their room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gchat.config import HooksConfig
from gchat.core.effects import Spoke
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    Connected,
    HookSaid,
    HookSet,
    Joined,
    ModeChange,
    ModesSet,
    Opered,
    Renamed,
    RoomRegistered,
    RoomRenamed,
)
from gchat.core.rooms import Hook
from gchat.core.saved import saved_room
from tests.core.stage import NOW, Stage

PRIVS = "ERR_CHANOPRIVSNEEDED"
TAKEN = "ERR_NICKNAMEINUSE"
ALIKE = "This name is, or looks like, somebody's nickname or account, or another hook's name"
BELONGS = "This nickname is, or looks like, that of a program that speaks in a room"
MANY = ("ERR_TOOMANYCHANNELS", ("#Room",), "There are too many hooks")


@pytest.fixture
def stage() -> Stage:
    """Tuan has registered #Room, Duy is in it."""
    stage = Stage()
    stage.join("#Room", 1, 2)
    stage.log_in(1)
    stage.do(RoomRegistered(1, "#Room"))
    return stage


def bounded(stage: Stage, per_room: int, per_account: int) -> None:
    hooks = HooksConfig(per_room=per_room, per_account=per_account)
    stage.hub.config = replace(stage.hub.config, hooks=hooks)


def test_made_renewed_and_removed(stage: Stage) -> None:
    room = stage.hub.rooms["#room"]
    assert stage.do(HookSet(1, "#ROOM", "CI", "d1")) == ()
    assert room.hooks == {"ci": Hook("CI", "d1", "Tuan", NOW)}
    assert stage.stored() == (saved_room(room),)
    stage.do(HookSet(1, "#Room", "ci", "d2", renewing=True))
    assert room.hooks == {"ci": Hook("CI", "d2", "Tuan", NOW)}, "it keeps its name"
    assert (stage.hub.hooks.room("d1"), stage.hub.hooks.room("d2")) == (None, "#room")
    stage.do(HookSet(1, "#Room", "ci", None))
    assert room.hooks == {}
    assert stage.hub.hooks == Stage().hub.hooks
    assert stage.stored() == (saved_room(room),)


def test_what_is_said_by_it(stage: Stage) -> None:
    stage.do(HookSet(1, "#Room", "CI", "d1"))
    assert stage.do(HookSaid("d1", "done\nall of it")) == (
        Spoke(
            entry=stage.entry,
            uid=0,
            nick="CI",
            source="CI!hook@services",
            room="#room",
            verb="PRIVMSG",
            target="#Room",
            text="done\nall of it",
            tags=(),
            bot=True,
        ),
    )
    assert stage.refused(HookSaid("d2", "x")) == ("ERR_NOSUCHCHANNEL", ("*",), "")
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "m"),)))
    assert stage.do(HookSaid("d1", "x")), "an operator has let it speak"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (HookSet(2, "#Room", "a", "d"), (PRIVS, ("#Room",), "")),
        (HookSet(3, "#Room", "a", "d"), ("ERR_NOTONCHANNEL", ("#Room",), "")),
        (HookSet(1, "#no", "a", "d"), ("ERR_NOSUCHCHANNEL", ("#no",), "")),
        (HookSet(1, "#Room", "a", None), ("ERR_NOSUCHNICK", ("a",), None)),
        (HookSet(1, "#Room", "a", "d", renewing=True), ("ERR_NOSUCHNICK", ("a",), None)),
        (HookSet(1, "#Room", "CI", "d"), (TAKEN, ("CI",), None)),
        (HookSet(1, "#Room", "other", "d1"), (TAKEN, ("other",), "This secret is in use")),
        (HookSet(1, "#Room", "tuan", "d"), (TAKEN, ("tuan",), ALIKE)),
        (HookSet(1, "#Room", "Duy", "d"), (TAKEN, ("Duy",), ALIKE)),
        (HookSet(1, "#Room", "Dυy", "d"), (TAKEN, ("Dυy",), ALIKE)),
        (HookSet(1, "#Room", "cі", "d"), (TAKEN, ("cі",), ALIKE)),
        (HookSet(1, "#Room", "ChanServ", "d"), (TAKEN, ("ChanServ",), None)),
    ],
)
def test_refused(
    stage: Stage, event: HookSet, why: tuple[str, tuple[str, ...], str | None]
) -> None:
    stage.do(HookSet(1, "#Room", "ci", "d1"))
    numeric, params, text = stage.refused(event)
    assert (numeric, params) == why[:2]
    assert why[2] is None or text == why[2]


def test_only_rooms_that_last_have_hooks(stage: Stage) -> None:
    stage.join("#new", 1)
    assert stage.refused(HookSet(1, "#new", "a", "d"))[0] == PRIVS
    stage.join("#lobby", 3)
    assert stage.refused(HookSet(3, "#lobby", "a", "d"))[0] == PRIVS
    stage.do(Opered(4, "admin"), Joined(4, "#lobby"), HookSet(4, "#lobby", "a", "d"))
    assert stage.do(HookSaid("d", "x"))


def test_nobody_is_called_as_a_hook(stage: Stage) -> None:
    stage.do(HookSet(1, "#Room", "ci", "d1"))
    for nick in ("CI", "cі"):
        assert stage.refused(Renamed(2, nick)) == (TAKEN, (nick,), BELONGS)
        assert stage.refused(Connected(9, nick, "u", "h", "r")) == (TAKEN, (nick,), BELONGS)
        assert stage.refused(AccountMade(2, nick, "v"))[0] == "REGISTER ACCOUNT_EXISTS"
    stage.do(HookSet(1, "#Room", "ci", None), Renamed(2, "CI"))


def test_hooks_of_several_rooms_may_have_one_name(stage: Stage) -> None:
    stage.join("#Two", 1)
    stage.do(RoomRegistered(1, "#Two"))
    stage.do(HookSet(1, "#Room", "ci", "d1"), HookSet(1, "#Two", "CI", "d2"))
    (one,), (two,) = stage.do(HookSaid("d1", "x")), stage.do(HookSaid("d2", "x"))
    assert isinstance(one, Spoke)
    assert isinstance(two, Spoke)
    assert (one.target, two.target) == ("#Room", "#Two")
    stage.do(HookSet(1, "#Room", "ci", None))
    assert stage.refused(Renamed(2, "ci"))[0] == TAKEN
    stage.do(HookSet(1, "#Two", "ci", None), Renamed(2, "ci"))


def test_as_many_as_a_room_and_an_account_may_have(stage: Stage) -> None:
    bounded(stage, per_room=2, per_account=3)
    stage.do(HookSet(1, "#Room", "a", "d1"), HookSet(1, "#Room", "b", "d2"))
    assert stage.refused(HookSet(1, "#Room", "c", "d3")) == MANY
    stage.do(HookSet(1, "#Room", "b", "d4", renewing=True))
    stage.join("#Two", 1)
    stage.do(RoomRegistered(1, "#Two"), HookSet(1, "#Two", "c", "d5"))
    assert stage.refused(HookSet(1, "#Two", "e", "d6"))[1:] == (("#Two",), MANY[2])


def test_they_follow_their_room_and_go_with_it(stage: Stage) -> None:
    stage.do(HookSet(1, "#Room", "ci", "d1"), RoomRenamed(1, "#Room", "#New", ""))
    (effect,) = stage.do(HookSaid("d1", "x"))
    assert (effect.room, stage.stored()) == ("#new", ())
    stage.do(RoomRegistered(1, "#New", adding=False))
    assert stage.refused(HookSaid("d1", "x"))[0] == "ERR_NOSUCHCHANNEL"
    assert stage.hub.rooms["#new"].hooks == {}
    stage.do(Renamed(2, "ci"))


def test_they_go_with_the_account_of_their_room(stage: Stage) -> None:
    stage.do(HookSet(1, "#Room", "ci", "d1"), AccountDropped(1))
    assert stage.refused(HookSaid("d1", "x"))[0] == "ERR_NOSUCHCHANNEL"
    assert stage.hub.hooks == Stage().hub.hooks
