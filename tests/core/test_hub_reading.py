"""What the hub answers to who reads it."""

from __future__ import annotations

import pytest

from gchat.core.effects import Refused
from gchat.core.events import ModeChange, ModesSet
from gchat.core.hub import WHOWAS_ENTRIES, Hub
from gchat.core.users import Gone
from tests.core.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """Tuan and Duy share #Room and #other, Lan and Duy #third."""
    stage = Stage()
    stage.join("#Room", 1, 2)
    stage.join("#other", 2, 1)
    stage.join("#third", 3, 2)
    return stage


def test_people_and_rooms_by_name(stage: Stage) -> None:
    hub = stage.hub
    assert hub.user(1).nick == "Tuan"
    assert hub.named("TUAN") is hub.users[1]
    assert hub.room("#ROOM") is hub.rooms["#room"]
    assert hub.joined_room("#ROOM", 1) is hub.rooms["#room"]
    for call, numeric, params in (
        (lambda: hub.user(9), "ERR_NOTREGISTERED", ()),
        (lambda: hub.named("X"), "ERR_NOSUCHNICK", ("X",)),
        (lambda: hub.room("#X"), "ERR_NOSUCHCHANNEL", ("#X",)),
        (lambda: hub.joined_room("#X", 1), "ERR_NOSUCHCHANNEL", ("#X",)),
        (lambda: hub.joined_room("#ROOM", 3), "ERR_NOTONCHANNEL", ("#Room",)),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert (caught.value.numeric.name, caught.value.params) == (numeric, params)


def test_secret_rooms_are_shown_to_members(stage: Stage) -> None:
    hub = stage.hub
    assert hub.shows(hub.rooms["#room"], 3)
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "s"),)))
    assert hub.shows(hub.rooms["#room"], 2)
    assert not hub.shows(hub.rooms["#room"], 3)
    with pytest.raises(Refused) as caught:
        hub.joined_room("#ROOM", 3)
    assert (caught.value.numeric.name, caught.value.params) == ("ERR_NOSUCHCHANNEL", ("#ROOM",))


def test_neighbours_are_named_once(stage: Stage) -> None:
    hub = stage.hub
    assert hub.neighbours(hub.users[1]) == (2,)
    assert hub.neighbours(hub.users[2]) == (1, 3)
    assert hub.neighbours(hub.users[4]) == ()


def test_whose_account_and_where_the_past_is(stage: Stage) -> None:
    hub = stage.hub
    assert hub.account_of(hub.users[1]) is None
    stage.log_in(1)
    assert hub.account_of(hub.users[1]) is hub.accounts["tuan"]
    assert hub.place("#room") == hub.rooms["#room"].place
    assert hub.place("#none") == "#none"


def test_what_is_remembered_of_who_is_gone_is_bounded() -> None:
    hub = Hub()
    hub.gone.extend(Gone(str(n), "u", "h", "r", n) for n in range(WHOWAS_ENTRIES + 1))
    assert len(hub.gone) == WHOWAS_ENTRIES
    assert hub.gone[0].nick == "1"


def test_what_is_saved_is_told_once(stage: Stage) -> None:
    stage.log_in(1)
    assert stage.stored()
    assert stage.hub.saved == []
