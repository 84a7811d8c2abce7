"""PRIVMSG and its like, REDACT, TOPIC: https://modern.ircdocs.horse/#privmsg-message"""

from __future__ import annotations

from typing import Any

import pytest

from gchat.core.effects import ChangedTopic, Redaction, Spoke
from gchat.core.events import (
    Event,
    Joined,
    ModeChange,
    ModesSet,
    Parted,
    Quit,
    Redacted,
    RoomRegistered,
    Said,
    TopicSet,
    UserModeSet,
)
from gchat.core.rooms import Signed
from gchat.core.saved import saved_room
from gchat.core.strangers import KNOWN
from tests.core.stage import NOW, Stage

CANNOT = "ERR_CANNOTSENDTOCHAN", ("#Room",), ""


@pytest.fixture
def stage() -> Stage:
    """Tuan has made #Room; Duy and Lan are in it, Mai is not."""
    stage = Stage(strangers_per_minute=2)
    stage.join("#Room", 1, 2, 3)
    return stage


def mode(letters: str, arg: str = "") -> Event:
    return ModesSet(1, "#Room", tuple(ModeChange(True, letter, arg) for letter in letters))


# -- to a room


def test_a_message_is_for_the_rooms_members(stage: Stage) -> None:
    stage.log_in(2)
    stage.do(UserModeSet(2, True, "B"))
    stage.now = NOW + 9
    tags = (("+draft/reply", "x"),)
    effects = stage.do(Said(2, "#ROOM", "hi", "NOTICE", tags, origin=7))
    assert effects == (
        Spoke(
            **stage.by(2),
            room="#room",
            verb="NOTICE",
            target="#Room",
            text="hi",
            tags=tags,
            account_id=stage.hub.users[2].account_id,
            bot=True,
            origin=7,
        ),
    )
    assert stage.hub.users[2].spoke == NOW + 9
    assert stage.hub.users[1].spoke == NOW


def test_a_message_from_outside_is_shown_to_its_writer_too(stage: Stage) -> None:
    stage.do(ModesSet(1, "#Room", (ModeChange(False, "n"),)))
    (effect,) = stage.do(Said(4, "#Room", "hi"))
    assert (effect.room, effect.uids) == ("#room", (4,))
    (effect,) = stage.do(Said(1, "#Room", "hi"))
    assert (effect.room, effect.uids) == ("#room", ())


def test_a_message_for_a_rank_is_for_those_who_have_it_and_its_writer(stage: Stage) -> None:
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "v", "Duy"),)))
    for target, uids in (("@#ROOM", (1, 3)), ("+#ROOM", (1, 2, 3)), ("~#room", (3,))):
        (effect,) = stage.do(Said(3, target, "hi"))
        assert isinstance(effect, Spoke)
        assert (effect.room, effect.uids) == ("", uids)
        assert (effect.target, effect.status) == (target[0] + "#Room", target[0])
    (effect,) = stage.do(Said(1, "@#Room", "hi"))
    assert effect.uids == (1,)


def test_where_there_is_no_room(stage: Stage) -> None:
    assert stage.refused(Said(1, "#None", "hi")) == ("ERR_NOSUCHCHANNEL", ("#None",), "")
    assert stage.refused(Said(1, "@#None", "hi")) == ("ERR_NOSUCHCHANNEL", ("#None",), "")
    assert stage.refused(Said(9, "#Room", "hi")) == ("ERR_NOTREGISTERED", (), "")


@pytest.mark.parametrize("mask", ["Duy", "m:Duy", "*!*@host2"])
def test_who_is_banned_or_muted_does_not_speak(stage: Stage, mask: str) -> None:
    stage.do(mode("b", mask))
    assert stage.refused(Said(2, "#Room", "hi")) == CANNOT
    stage.do(Said(3, "#Room", "hi"))
    exception = mask if mask.startswith("m:") else "Duy"
    stage.do(mode("e", exception), Said(2, "#Room", "hi"))


def test_a_rank_speaks_whatever_the_modes(stage: Stage) -> None:
    stage.do(mode("mMb", "*!*@*"))
    assert stage.refused(Said(2, "#Room", "hi")) == CANNOT
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "v", "Duy"),)), Said(2, "#Room", "hi"))


def test_modes_that_keep_people_silent(stage: Stage) -> None:
    assert stage.refused(Said(4, "#Room", "hi")) == CANNOT  # +n
    stage.do(mode("M"))
    assert stage.refused(Said(2, "#Room", "hi")) == CANNOT
    stage.log_in(2)
    stage.do(Said(2, "#Room", "hi"), mode("m"))
    assert stage.refused(Said(2, "#Room", "hi")) == CANNOT


def test_without_ctcp_there_is_action_only(stage: Stage) -> None:
    stage.do(mode("C"))
    text = "CTCP cannot be sent to this room (+C)"
    for ctcp in ("\x01PING 1\x01", "\x01ACTION", "\x01"):
        refusal = stage.refused(Said(1, "#ROOM", ctcp))
        assert refusal == ("ERR_CANNOTSENDTOCHAN", ("#Room",), text)
    stage.do(Said(1, "#Room", "\x01ACTION waves\x01"), Said(1, "#Room", "hi \x01"))


def test_a_secret_room_is_none_to_who_may_not_speak_there(stage: Stage) -> None:
    stage.do(mode("s"))
    assert stage.refused(Said(4, "#ROOM", "hi")) == ("ERR_NOSUCHCHANNEL", ("#ROOM",), "")
    stage.do(mode("m"))
    assert stage.refused(Said(2, "#ROOM", "hi")) == CANNOT


# -- slow mode


def test_slow_mode_counts_each_person(stage: Stage) -> None:
    stage.do(mode("f", "2:10"), Said(2, "#Room", "1"))
    stage.now = NOW + 3000
    stage.do(Said(2, "#Room", "2"))
    wait = "This room is in slow mode: wait {} s"
    refusal = stage.refused(Said(2, "#Room", "3"))
    assert refusal == ("ERR_CANNOTSENDTOCHAN", ("#Room",), wait.format(7))
    stage.do(Said(3, "#Room", "1"), Said(2, "#Room", "typing", "TAGMSG"))
    stage.now = NOW + 9999
    assert stage.refused(Said(2, "#Room", "3"))[2] == wait.format(1)
    stage.now = NOW + 10_000
    stage.do(Said(2, "#Room", "3"))
    assert stage.refused(Said(2, "#Room", "4"))[2] == wait.format(3)


def test_slow_mode_is_not_for_ranks_and_operators(stage: Stage) -> None:
    stage.do(mode("f", "1:10"))
    stage.oper(2)
    for uid in (1, 2):
        stage.do(Said(uid, "#Room", "1"), Said(uid, "#Room", "2"))
    assert stage.hub.rooms["#room"].recent == {}


def test_who_spoke_in_slow_mode_long_ago_is_forgotten() -> None:
    stage = Stage()
    stage.join("#Room", 1)
    stage.do(mode("f", "1:10"), ModesSet(1, "#Room", (ModeChange(False, "n"),)))
    room = stage.hub.rooms["#room"]
    stage.join("#Room", 2)
    for uid in range(1000, 1000 + KNOWN + 4):
        room.recent[uid] = type(room.knocks)()
        room.recent[uid].add(1, NOW)
    stage.now = NOW + 9_999
    stage.do(Said(2, "#Room", "1"))
    assert len(room.recent) == KNOWN + 5, "they still have to wait"
    stage.now = NOW + 20_000
    stage.do(Said(2, "#Room", "2"))
    assert set(room.recent) == {2}


# -- to a person


def test_a_message_to_a_person_is_for_both(stage: Stage) -> None:
    stage.log_in(3)
    effects = stage.do(Said(1, "LAN", "hi", origin=1))
    assert effects == (
        Spoke(
            **stage.by(1),
            uids=(3, 1),
            verb="PRIVMSG",
            target="Lan",
            text="hi",
            tags=(),
            target_id=stage.hub.users[3].account_id,
            origin=1,
        ),
    )
    (effect,) = stage.do(Said(1, "tuan", "note to self"))
    assert effect.uids == (1,)
    assert stage.refused(Said(1, "x", "hi")) == ("ERR_NOSUCHNICK", ("x",), "")


def test_who_wants_to_hear_from_who_is_logged_in_only(stage: Stage) -> None:
    stage.do(UserModeSet(3, True, "R"))
    text = "This user accepts messages only from registered users (+R)"
    assert stage.refused(Said(2, "LAN", "hi")) == ("ERR_NEEDREGGEDNICK", ("Lan",), text)
    stage.do(Said(3, "Lan", "hi"))
    stage.log_in(2)
    stage.do(Said(2, "Lan", "hi"))


def test_first_messages_to_strangers_at_the_limit_and_past_it(stage: Stage) -> None:
    stage.do(Said(4, "Tuan", "hi"))
    stage.now = NOW + 1500
    stage.do(Said(4, "Duy", "hi"))
    refusal = stage.refused(Said(4, "LAN", "hi"))
    text = "You are messaging too many new people: wait 59 s"
    assert refusal == ("ERR_TARGETTOOFAST", ("Lan",), text)
    stage.do(Said(4, "Tuan", "again"), Said(4, "Mai", "to myself"))
    stage.do(Said(3, "Mai", "hi"), Said(4, "Lan", "an answer"))
    stage.do(Quit(3, ""))
    assert stage.hub.users[4].known == {1: True, 2: True, 3: True}
    assert stage.hub.users[1].known == {4: False}


def test_who_shares_a_room_or_is_trusted_or_an_operator_writes_to_anybody(stage: Stage) -> None:
    for nick in ("Duy", "Lan"):
        stage.do(Said(1, nick, "hi"))
    assert not stage.hub.users[1].openings.times
    stage.hub.users[4].trusted = True
    for nick in ("Tuan", "Duy", "Lan"):
        stage.do(Said(4, nick, "hi"))
    assert not stage.hub.users[4].openings.times
    stage = Stage(strangers_per_minute=1)
    stage.oper(4)
    for nick in ("Tuan", "Duy", "Lan"):
        stage.do(Said(4, nick, "hi"))


def test_of_people_one_knows_the_first_is_forgotten(stage: Stage) -> None:
    tuan = stage.hub.users[1]
    tuan.known = dict.fromkeys(range(100, 100 + KNOWN), False)
    stage.do(Said(1, "Duy", "hi"))
    assert list(tuan.known) == [*range(101, 100 + KNOWN), 2]
    stage.do(Said(1, "Duy", "hi"))
    assert len(tuan.known) == KNOWN


# -- REDACT: https://ircv3.net/specs/extensions/message-redaction


def test_a_message_is_taken_back_where_it_was_seen(stage: Stage) -> None:
    effects = stage.do(Redacted(2, "#ROOM", "id", "oops", own=True, place="#place"))
    seen: dict[str, Any] = {"msgid": "id", "reason": "oops", "place": "#place"}
    assert effects == (Redaction(**stage.by(2), **seen, room="#room", target="#Room"),)
    private = Redacted(2, "Lan", "id", "oops", own=True, place="#place", others=(3, 2, 99))
    assert stage.do(private) == (Redaction(**stage.by(2), **seen, uids=(3, 2), target="Lan"),), (
        "who is gone is not told, and nobody who is called like them"
    )
    private = Redacted(2, "Duy", "id", "oops", own=True, place="#place", others=(2,))
    assert stage.do(private) == (Redaction(**stage.by(2), **seen, uids=(2,), target="Duy"),)
    effects = stage.do(Redacted(2, "@#ROOM", "id", "oops", own=True, place="#place"))
    assert effects == (Redaction(**stage.by(2), **seen, uids=(1, 2), target="@#Room"),)
    (effect,) = stage.do(Redacted(1, "@#Room", "id", own=True))
    assert effect.uids == (1,)


def test_an_operator_of_the_room_takes_back_what_others_wrote(stage: Stage) -> None:
    text = "You are not authorised to delete this message"
    forbidden = "REDACT REDACT_FORBIDDEN", ("#Room", "id"), text
    assert stage.refused(Redacted(2, "#ROOM", "id")) == forbidden
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "h", "Duy"),)))
    assert stage.refused(Redacted(2, "#ROOM", "id")) == forbidden
    (effect,) = stage.do(Redacted(1, "#Room", "id"))
    assert effect.room == "#room"


def test_where_one_is_not_nothing_is_taken_back(stage: Stage) -> None:
    for target in ("#ROOM", "@#ROOM"):
        refusal = stage.refused(Redacted(4, target, "id", own=True))
        assert refusal == ("ERR_NOTONCHANNEL", ("#Room",), "")
    for target in ("@#Room", "Duy"):
        assert stage.refused(Redacted(1, target, "id"))[0] == "REDACT REDACT_FORBIDDEN"
    assert stage.refused(Redacted(9, "#Room", "id")) == ("ERR_NOTREGISTERED", (), "")


# -- TOPIC


def test_a_topic_is_signed_and_seen(stage: Stage) -> None:
    stage.now = NOW + 5
    effects = stage.do(TopicSet(1, "#ROOM", "News"))
    room = stage.hub.rooms["#room"]
    assert effects == (ChangedTopic(**stage.by(1), room="#room", room_name="#Room", text="News"),)
    assert room.topic == Signed("News", "Tuan!~u@host1", NOW + 5)
    assert stage.stored() == ()
    stage.do(TopicSet(1, "#Room", ""))
    assert room.topic is None


def test_a_topic_is_locked_to_those_with_a_rank(stage: Stage) -> None:
    locked = "ERR_CHANOPRIVSNEEDED", ("#Room",), ""
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "v", "Duy"),)))
    assert stage.refused(TopicSet(2, "#ROOM", "x")) == locked
    assert stage.refused(TopicSet(4, "#ROOM", "x")) == ("ERR_NOTONCHANNEL", ("#Room",), "")
    assert stage.refused(TopicSet(9, "#Room", "x")) == ("ERR_NOTREGISTERED", (), "")
    stage.do(ModesSet(1, "#Room", (ModeChange(True, "h", "Duy"),)), TopicSet(2, "#Room", "x"))
    stage.do(ModesSet(1, "#Room", (ModeChange(False, "t"),)), TopicSet(3, "#Room", "y"))


def test_the_topic_of_a_room_that_lasts_is_saved(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(RoomRegistered(1, "#Room"), TopicSet(1, "#Room", "News"))
    assert stage.stored() == (saved_room(stage.hub.rooms["#room"]),)
    stage.do(Joined(4, "#Room"), Parted(4, "#Room"))
