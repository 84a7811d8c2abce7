"""METADATA: https://ircv3.net/specs/extensions/metadata"""

from __future__ import annotations

from typing import Any

import pytest

from gchat.core.effects import ChangedMetadata
from gchat.core.events import MetadataSet, ModeChange, ModesSet, RoomRegistered, Watched
from gchat.core.saved import saved_account, saved_room
from tests.core.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """Tuan has made #Room, Duy and Lan are in it; Mai monitors Tuan."""
    stage = Stage(metadata_keys=2)
    stage.join("#Room", 1, 2, 3)
    stage.do(Watched(4, True, ("Tuan",)))
    return stage


def test_of_oneself_it_is_seen_by_all_in_sight(stage: Stage) -> None:
    effects = stage.do(MetadataSet(1, "*", "color", "red"))
    seen: dict[str, Any] = {"target": "Tuan", "key": "color"}
    assert effects == (ChangedMetadata(**stage.by(1), uids=(2, 3, 4), **seen, value="red"),)
    assert stage.hub.users[1].metadata == {"color": "red"}
    assert stage.stored() == ()
    effects = stage.do(MetadataSet(1, "*", "color", None))
    assert effects == (ChangedMetadata(**stage.by(1), uids=(2, 3, 4), **seen, value=None),)
    assert stage.hub.users[1].metadata == {}


def test_of_a_room_it_is_its_operators_to_set(stage: Stage) -> None:
    effects = stage.do(MetadataSet(1, "#ROOM", "url", "x"))
    seen: dict[str, Any] = {"target": "#Room", "key": "url", "value": "x"}
    assert effects == (ChangedMetadata(**stage.by(1), uids=(2, 3), **seen),)
    assert stage.hub.rooms["#room"].metadata == {"url": "x"}
    assert stage.stored() == ()
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "h", "Duy"),)))
    text = "You cannot set keys of this room"
    forbidden = "METADATA KEY_NO_PERMISSION", ("#Room", "url"), text
    for uid in (2, 4):
        assert stage.refused(MetadataSet(uid, "#ROOM", "url", "y")) == forbidden
    nowhere = stage.refused(MetadataSet(1, "#None", "url", "y"))
    assert nowhere == ("ERR_NOSUCHCHANNEL", ("#None",), "")
    assert stage.refused(MetadataSet(9, "*", "url", "y")) == ("ERR_NOTREGISTERED", (), "")


def test_what_lasts_is_saved(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(RoomRegistered(1, "#Room"), MetadataSet(1, "#Room", "url", "x"))
    assert stage.stored() == (saved_room(stage.hub.rooms["#room"]),)
    stage.do(MetadataSet(1, "*", "color", "red"))
    account = stage.hub.accounts["tuan"]
    assert account.metadata == {"color": "red"}
    assert account.metadata is not stage.hub.users[1].metadata
    assert stage.stored() == (saved_account(account),)


def test_keys_at_the_limit_and_past_it(stage: Stage) -> None:
    stage.do(MetadataSet(1, "*", "a", "1"), MetadataSet(1, "*", "b", "1"))
    full = "METADATA LIMIT_REACHED", ("Tuan",), "There are too many keys"
    assert stage.refused(MetadataSet(1, "*", "c", "1")) == full
    stage.do(MetadataSet(1, "*", "b", "2"), MetadataSet(1, "*", "a", None))
    stage.do(MetadataSet(1, "*", "c", "1"))
    assert stage.hub.users[1].metadata == {"b": "2", "c": "1"}


def test_a_key_that_is_not_set_cannot_be_removed(stage: Stage) -> None:
    not_set = "METADATA KEY_NOT_SET", ("Tuan", "color"), "The key is not set"
    assert stage.refused(MetadataSet(1, "*", "color", None)) == not_set
