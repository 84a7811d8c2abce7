"""Rooms that belong to an account, RENAME: https://ircv3.net/specs/extensions/channel-rename"""

from __future__ import annotations

import pytest

from gchat.core.effects import ChangedModes, ChangedRoomName, Saved
from gchat.core.events import (
    AccountMade,
    Joined,
    LoggedIn,
    ModeChange,
    ModesSet,
    Parted,
    Quit,
    RoomRegistered,
    RoomRenamed,
)
from gchat.core.saved import saved_account, saved_room
from tests.core.stage import Stage, names

PRIVS = "ERR_CHANOPRIVSNEEDED"


@pytest.fixture
def stage() -> Stage:
    """Tuan has made #Room, Duy is in it; both have accounts."""
    stage = Stage(rooms_per_account=2)
    stage.join("#Room", 1, 2)
    stage.log_in(1, 2)
    return stage


def test_a_registered_room_belongs_to_the_account_and_lasts(stage: Stage) -> None:
    effects = stage.do(RoomRegistered(1, "#ROOM"))
    change = ModeChange(True, "q", "Tuan")
    assert effects == (
        ChangedModes(**stage.by(1), room="#room", room_name="#Room", changes=(change,)),
    )
    room = stage.hub.rooms["#room"]
    assert (room.founder, room.lasting, room.members[1]) == ("Tuan", True, "qo")
    assert stage.stored() == (saved_room(room),)
    assert stage.do(RoomRegistered(1, "#Room")) == (), "it is already"
    assert stage.stored() == ()
    stage.do(Parted(1, "#Room"), Quit(2, ""))
    assert stage.hub.rooms["#room"] is room


def test_who_is_founder_by_rank_already_is_shown_nothing_new(stage: Stage) -> None:
    stage.hub.rooms["#room"].members[1] = "q"
    assert stage.do(RoomRegistered(1, "#Room")) == ()
    assert stage.hub.rooms["#room"].members[1] == "q"
    assert stage.hub.rooms["#room"].lasting


def test_who_may_not_register_a_room(stage: Stage) -> None:
    stage.join("#Room", 3)
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "o", "Lan"), ModeChange(True, "h", "Duy"))))
    assert stage.refused(RoomRegistered(3, "#ROOM")) == ("ERR_NEEDREGGEDNICK", ("#Room",), "")
    assert stage.refused(RoomRegistered(2, "#ROOM")) == (PRIVS, ("#Room",), "")
    assert stage.refused(RoomRegistered(4, "#ROOM")) == ("ERR_NOTONCHANNEL", ("#Room",), "")
    assert stage.refused(RoomRegistered(9, "#Room")) == ("ERR_NOTREGISTERED", (), "")
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "o", "Duy"),)), RoomRegistered(1, "#Room"))
    theirs = PRIVS, ("#Room",), "This room is already registered, or it is the lobby"
    assert stage.refused(RoomRegistered(2, "#Room")) == theirs
    stage.join("#lobby", 1)
    stage.hub.rooms["#lobby"].members[1] = "o"
    assert (
        stage.refused(RoomRegistered(1, "#lobby"))[2]
        == "This room is already registered, or it is the lobby"
    )


def test_rooms_of_one_account_at_the_limit_and_past_it(stage: Stage) -> None:
    stage.join("#b", 1)
    stage.join("#C", 1)
    stage.do(RoomRegistered(1, "#Room"), RoomRegistered(1, "#b"))
    many = "ERR_TOOMANYCHANNELS", ("#C",), "You have registered too many rooms"
    assert stage.refused(RoomRegistered(1, "#C")) == many
    stage.do(RoomRegistered(1, "#b", adding=False), RoomRegistered(1, "#C"))


def test_the_founder_lets_go_of_a_room(stage: Stage) -> None:
    not_mine = PRIVS, ("#Room",), "You are not the founder of this room"
    assert stage.refused(RoomRegistered(1, "#ROOM", adding=False)) == not_mine
    stage.do(RoomRegistered(1, "#Room"))
    assert stage.refused(RoomRegistered(2, "#Room", adding=False)) == not_mine
    assert stage.do(RoomRegistered(1, "#Room", adding=False)) == ()
    room = stage.hub.rooms["#room"]
    assert (room.founder, room.lasting) == ("", False)
    assert stage.stored() == (Saved("room", "#room", None),)


def test_a_room_is_called_otherwise(stage: Stage) -> None:
    stage.join("#before", 2)
    stage.do(Parted(2, "#Room"), Joined(2, "#Room"))
    stage.join("#after", 2)
    room, place = stage.hub.rooms["#room"], stage.hub.rooms["#room"].place
    effects = stage.do(RoomRenamed(1, "#ROOM", "#New", "why"))
    assert effects == (
        ChangedRoomName(
            **stage.by(1),
            uids=(1, 2),
            room_name="#Room",
            old_key="#room",
            new="#New",
            new_key="#new",
            reason="why",
        ),
    )
    assert (room.key, room.name, room.place) == ("#new", "#New", place)
    assert set(stage.hub.rooms) == {"#before", "#after", "#new"}
    assert stage.hub.rooms["#new"] is room
    assert list(stage.hub.users[1].rooms) == ["#new"]
    assert list(stage.hub.users[2].rooms) == ["#before", "#new", "#after"]
    tuan, duy = stage.hub.accounts["tuan"], stage.hub.accounts["duy"]
    assert names(tuan.rooms) == {"#new": "#New"}
    assert names(duy.rooms) == {"#before": "#before", "#after": "#after", "#new": "#New"}
    assert stage.stored() == (saved_account(tuan), saved_account(duy))


def test_a_room_that_lasts_lasts_under_its_new_name_only(stage: Stage) -> None:
    stage.do(RoomRegistered(1, "#Room"), RoomRenamed(1, "#Room", "#New", ""))
    room = stage.hub.rooms["#new"]
    assert room.lasting
    rooms = [one for one in stage.stored() if one.kind == "room"]
    assert rooms == [Saved("room", "#room", None), saved_room(room)]


def test_other_letters_are_no_other_name(stage: Stage) -> None:
    stage.do(RoomRegistered(1, "#Room"), RoomRenamed(1, "#Room", "#ROOM", ""))
    room = stage.hub.rooms["#room"]
    assert (room.key, room.name, room.lasting) == ("#room", "#ROOM", True)
    assert [one for one in stage.stored() if one.kind == "room"] == [saved_room(room)]
    assert list(stage.hub.users[1].rooms) == ["#room"]


def test_accounts_whose_people_were_there_follow(stage: Stage) -> None:
    stage.do(AccountMade(9, "An", "v"), LoggedIn(3, "An"))
    stage.join("#Room", 3)
    stage.do(Quit(3, ""), RoomRenamed(1, "#Room", "#New", ""))
    assert names(stage.hub.accounts["an"].rooms) == {"#new": "#New"}


def test_rooms_that_cannot_be_called_otherwise(stage: Stage) -> None:
    stage.join("#other", 3)
    stage.join("#lobby", 1)
    stage.hub.rooms["#lobby"].members[1] = "o"
    assert stage.refused(RoomRenamed(2, "#ROOM", "#New", "")) == (PRIVS, ("#Room",), "")
    assert stage.refused(RoomRenamed(4, "#ROOM", "#x", "")) == ("ERR_NOTONCHANNEL", ("#Room",), "")
    assert stage.refused(RoomRenamed(9, "#Room", "#x", "")) == ("ERR_NOTREGISTERED", (), "")
    in_use = (
        "RENAME CHANNEL_NAME_IN_USE",
        ("#Room", "#OTHER"),
        "A room with this name already exists",
    )
    assert stage.refused(RoomRenamed(1, "#Room", "#OTHER", "")) == in_use
    text = "Only its founder can rename this room"
    cannot = "RENAME CANNOT_RENAME"
    assert stage.refused(RoomRenamed(1, "#lobby", "#x", "")) == (cannot, ("#lobby", "#x"), text)
    refusal = stage.refused(RoomRenamed(1, "#Room", "#LOBBY", ""))
    assert refusal == (cannot, ("#Room", "#LOBBY"), text)
    stage.do(RoomRegistered(1, "#Room"), ModesSet(1, "#Room", (ModeChange(True, "o", "Duy"),)))
    assert stage.refused(RoomRenamed(2, "#Room", "#x", "")) == (cannot, ("#Room", "#x"), text)
    stage.do(RoomRenamed(1, "#Room", "#x", ""))
