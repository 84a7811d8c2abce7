"""Rooms that nobody registered go on for those who were in them, and for nobody else."""

from __future__ import annotations

import pytest

from gchat.core.accounts import NOTHING_OLDER
from gchat.core.events import (
    Joined,
    Kicked,
    LoggedIn,
    LoggedOut,
    ModeChange,
    ModesSet,
    Parted,
    Quit,
    RoomRegistered,
    RoomRenamed,
)
from gchat.core.hub import Hub
from gchat.core.saved import restore
from gchat.dialects.search import since
from tests.core.stage import NOW, Stage, names


@pytest.fixture
def stage() -> Stage:
    """Tuan and Duy have accounts and are in #team, Lan has one and is not; an hour passes."""
    stage = Stage(rooms_per_user=3)
    stage.log_in(1, 2, 3)
    stage.join("#team", 1, 2)
    stage.now = NOW + 3_600_000
    return stage


def come_back(stage: Stage, uid: int, name: str) -> int:
    """After everybody was gone, as one who has the account: from when on they may read."""
    hub = stage.hub
    place = hub.rooms["#team"].place
    for one in list(hub.rooms["#team"].members):
        stage.do(Quit(one, "", one))
    assert "#team" not in hub.rooms
    stage.now += 1000
    if uid not in hub.users:
        uid = 4
        stage.do(LoggedIn(uid, name))
    stage.join("#team", uid)
    assert hub.rooms["#team"].place == place
    return since(hub, hub.users[uid], "#team")


def test_who_was_there_reads_what_was_said_then(stage: Stage) -> None:
    assert come_back(stage, 2, "Duy") == NOW


def test_who_was_not_there_reads_what_is_said_from_now_on(stage: Stage) -> None:
    assert come_back(stage, 3, "Lan") == stage.now


@pytest.mark.parametrize("word", ["b *!*@host2", "i", "k secret", "R", "l 1"])
def test_who_may_be_meant_to_be_kept_out_reads_nothing_older(stage: Stage, word: str) -> None:
    """The ban is gone with the room: so whoever was away when it was set reads nothing of then."""
    stage.do(Quit(2, ""))
    letter, _, arg = word.partition(" ")
    stage.do(ModesSet(1, "#team", (ModeChange(True, letter, arg),)))
    assert [one.key for one in stage.stored()] == ["duy"]
    assert come_back(stage, 2, "Duy") == stage.now
    assert stage.hub.accounts["tuan"].rooms["#team"].since == NOW, "who was there reads on"


def test_a_mode_that_keeps_nobody_out_takes_nothing_away(stage: Stage) -> None:
    stage.do(Quit(2, ""), ModesSet(1, "#team", (ModeChange(True, "m"), ModeChange(False, "t"))))
    assert come_back(stage, 2, "Duy") == NOW


def test_who_logs_out_before_they_are_kicked_is_kicked_all_the_same(stage: Stage) -> None:
    stage.do(LoggedOut(2), Kicked(1, "#team", "Duy", ""), LoggedIn(2, "Duy"))
    assert come_back(stage, 2, "Duy") == stage.now


def test_an_old_place_is_no_way_into_a_strangers_registered_room(stage: Stage) -> None:
    stage.do(Quit(1, ""), Quit(2, ""))
    stage.now += 1000
    stage.join("#team", 3)
    stage.do(RoomRegistered(3, "#team"))
    stage.do(ModesSet(3, "#team", (ModeChange(True, "i"),)), LoggedIn(4, "Duy"))
    assert stage.refused(Joined(4, "#team"))[0] == "ERR_INVITEONLYCHAN"


def test_a_room_that_is_registered_no_more_keeps_its_past_to_who_is_there(stage: Stage) -> None:
    stage.do(RoomRegistered(1, "#team"), Quit(2, ""), RoomRegistered(1, "#team", False))
    assert stage.hub.accounts["duy"].rooms["#team"].since == NOTHING_OLDER


def test_nothing_is_called_as_a_room_to_which_people_come_back(stage: Stage) -> None:
    stage.do(Quit(1, ""), Quit(2, ""))
    stage.join("#x", 3)
    refusal = stage.refused(RoomRenamed(3, "#x", "#TEAM", ""))
    assert refusal[0] == "RENAME CHANNEL_NAME_IN_USE"
    assert stage.do(RoomRenamed(3, "#x", "#X", "")), "its own name is its own"


def test_rooms_that_an_account_is_to_come_back_to_at_the_limit_and_past_it(stage: Stage) -> None:
    """The oldest in which nobody of the account is makes room."""
    duy = stage.hub.accounts["duy"]
    stage.join("#two", 2)
    stage.do(Quit(2, ""), LoggedIn(4, "Duy"))
    for room in ("#team", "#three"):
        stage.join(room, 4)
    assert names(duy.rooms) == {"#team": "#team", "#two": "#two", "#three": "#three"}
    stage.do(Parted(4, "#three"))
    stage.join("#four", 4)
    stage.join("#five", 4)
    assert names(duy.rooms) == {"#team": "#team", "#four": "#four", "#five": "#five"}


def test_who_is_there_again_with_an_account_of_an_older_version_reads_on_from_there() -> None:
    stage = Stage()
    stage.log_in(1)
    account = stage.hub.accounts["tuan"]
    saved = '{"name":"Tuan","created":5,"verifier":"v","metadata":{},"rooms":{"#old":"#old"},'
    hub = Hub()
    restore(hub, "account", "tuan", saved + '"places":{"#old":"#old 1"},"certificates":[]}')
    stage.hub.seat(account, "#old", hub.accounts["tuan"].rooms["#old"])
    stage.join("#old", 1)
    assert (account.rooms["#old"].since, account.rooms["#old"].created) == (NOW, NOW)


def test_the_lobbys_past_can_always_be_read() -> None:
    assert Hub().places() == {"#lobby"}
