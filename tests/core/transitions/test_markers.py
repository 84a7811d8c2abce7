"""MARKREAD: https://ircv3.net/specs/extensions/read-marker"""

from __future__ import annotations

import pytest

from gchat.core.effects import MarkedRead
from gchat.core.events import AccountMade, LoggedIn, MarkerSet, Quit, Renamed
from gchat.core.saved import saved_marker
from tests.core.stage import NOW, Stage


@pytest.fixture
def stage() -> Stage:
    """Tuan has an account, to which Lan is logged in too."""
    stage = Stage(markers=2)
    stage.log_in(1)
    stage.do(LoggedIn(3, "Tuan"))
    return stage


def test_a_marker_moves_forwards_for_all_of_the_account(stage: Stage) -> None:
    effects = stage.do(MarkerSet(1, "#ROOM", 5))
    assert effects == (MarkedRead(**stage.by(1), uids=(1, 3), target="#ROOM", at=5),)
    account = stage.hub.accounts["tuan"]
    assert account.markers == {"#room": 5}
    assert stage.stored() == (saved_marker("tuan", "#room", 5),)
    for at in (4, 5, 0):
        effects = stage.do(MarkerSet(3, "#room", at))
        assert effects == (MarkedRead(**stage.by(3), uids=(3,), target="#room", at=5),)
        assert stage.stored() == ()
    stage.do(MarkerSet(3, "#room", 6))
    assert account.markers == {"#room": 6}


def test_it_does_not_move_into_the_future(stage: Stage) -> None:
    (effect,) = stage.do(MarkerSet(1, "#room", NOW + 1))
    assert isinstance(effect, MarkedRead)
    assert effect.at == NOW


def test_who_has_no_account_has_markers_of_their_own(stage: Stage) -> None:
    effects = stage.do(MarkerSet(2, "Tuan", 5))
    assert effects == (MarkedRead(**stage.by(2), uids=(2,), target="Tuan", at=5),)
    assert stage.hub.users[2].markers == {"tuan": 5}
    assert stage.stored() == ()
    (effect,) = stage.do(MarkerSet(2, "nobody", 0))
    assert isinstance(effect, MarkedRead)
    assert effect.at == 0
    assert stage.refused(MarkerSet(9, "x", 5)) == ("ERR_NOTREGISTERED", (), "")


def test_markers_at_the_limit_and_past_it(stage: Stage) -> None:
    for uid, markers in ((1, stage.hub.accounts["tuan"].markers), (2, stage.hub.users[2].markers)):
        stage.do(MarkerSet(uid, "#a", 5), MarkerSet(uid, "#b", 5), MarkerSet(uid, "#a", 6))
        assert markers == {"#a": 6, "#b": 5}
        stage.do(MarkerSet(uid, "#c", 7))
        assert markers == {"#b": 5, "#c": 7}, "the one that was made first is forgotten"
        new = (saved_marker("tuan", "#a", None), saved_marker("tuan", "#c", 7))
        assert stage.stored() == (new if uid == 1 else ())


def test_a_conversation_is_read_with_a_person_whatever_they_are_called(stage: Stage) -> None:
    """By their account, here or not; a guest is a nickname."""
    stage.do(AccountMade(2, "Duy", "v"), Renamed(2, "Duy2"))
    stage.do(MarkerSet(1, "Duy2", 5))
    account = stage.hub.accounts["tuan"]
    assert account.markers == {"duy": 5}
    stage.do(Quit(2, ""))
    (effect,) = stage.do(MarkerSet(1, "DUY", 7))
    assert isinstance(effect, MarkedRead)
    assert (effect.target, effect.at, account.markers) == ("DUY", 7, {"duy": 7})
    stage.do(MarkerSet(1, "Mai", 8))
    assert account.markers == {"duy": 7, "mai": 8}
