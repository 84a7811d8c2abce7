"""MODE of a room: https://modern.ircdocs.horse/#channel-modes"""

from __future__ import annotations

import pytest

from gchat.core.effects import ChangedModes
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    ModeChange,
    ModesSet,
    RoomRegistered,
    Said,
)
from gchat.core.rooms import ENTRY_BYTES, Signed
from gchat.core.saved import saved_room
from gchat.core.transitions.modes import (
    CAPACITY_MAX,
    MASK_LENGTH,
    PASSWORD_LENGTH,
    SLOW_MESSAGES,
    SLOW_SECONDS,
)
from tests.core.stage import NOW, Stage

PRIVS = "ERR_CHANOPRIVSNEEDED", ("#Room",), ""


@pytest.fixture
def stage() -> Stage:
    """Tuan has made #Room; Duy and Lan are in it, Mai is not."""
    stage = Stage(bans_per_room=2)
    stage.join("#Room", 1, 2, 3)
    return stage


def change(stage: Stage, uid: int, *words: str) -> list[str]:
    """What of some changes (`+b *!*@x` is one word) was made, as it is shown."""
    made = tuple(
        ModeChange(word[0] == "+", word[1], arg)
        for word, _, arg in (one.partition(" ") for one in words)
    )
    outcome = stage.apply(ModesSet(uid, "#ROOM", made))
    if not outcome.effects:
        return []
    (effect,) = outcome.effects
    assert isinstance(effect, ChangedModes)
    assert (effect.uid, effect.room, effect.room_name, effect.uids) == (uid, "#room", "#Room", ())
    return [f"{'+' if one.adding else '-'}{one.letter} {one.arg}".strip() for one in effect.changes]


def refusal(stage: Stage, uid: int, word: str) -> tuple[str, tuple[str, ...], str]:
    """Why one change is not made."""
    word, _, arg = word.partition(" ")
    return stage.refused(ModesSet(uid, "#Room", (ModeChange(word[0] == "+", word[1], arg),)))


def test_what_can_be_is_made_and_the_rest_refused_one_by_one(stage: Stage) -> None:
    changes = tuple(
        ModeChange(True, letter, arg)
        for letter, arg in (("m", ""), ("o", "Mai"), ("s", ""), ("l", "x"), ("i", ""))
    )
    outcome = stage.apply(ModesSet(1, "#Room", changes))
    made = tuple(one for one in changes if one.letter in "msi")
    assert outcome.effects == (
        ChangedModes(**stage.by(1), room="#room", room_name="#Room", changes=made),
    )
    assert [(one.numeric.name, one.params) for one in outcome.refusals] == [
        ("ERR_USERNOTINCHANNEL", ("Mai", "#Room")),
        ("ERR_INVALIDMODEPARAM", ("#Room", "l", "x")),
    ]
    assert outcome.saved == ()


def test_who_may_not_change_modes(stage: Stage) -> None:
    assert refusal(stage, 2, "+m") == PRIVS
    assert refusal(stage, 4, "+m") == PRIVS
    assert refusal(stage, 9, "+m") == ("ERR_NOTREGISTERED", (), "")
    missing = stage.refused(ModesSet(1, "#None", (ModeChange(True, "m"),)))
    assert missing == ("ERR_NOSUCHCHANNEL", ("#None",), "")
    change(stage, 1, "+v Duy")
    assert refusal(stage, 2, "+m") == PRIVS
    change(stage, 1, "+h Duy")
    assert change(stage, 2, "+m") == ["+m"]


def test_a_flag_is_set_once(stage: Stage) -> None:
    assert change(stage, 1, "+m", "+m", "-n", "-n") == ["+m", "-n"]
    assert stage.hub.rooms["#room"].flags == {"m", "t"}
    assert change(stage, 1, "+m", "-n") == []


def test_changes_of_a_room_that_lasts_are_saved(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(RoomRegistered(1, "#Room"))
    change(stage, 1, "+m")
    assert stage.stored() == (saved_room(stage.hub.rooms["#room"]),)
    change(stage, 1, "+m")
    assert stage.stored() == ()


# -- ranks


def test_ranks_are_kept_highest_first_and_shown_as_people_are_called(stage: Stage) -> None:
    assert change(stage, 1, "+v DUY", "+o duy", "+v Duy") == ["+v Duy", "+o Duy"]
    assert stage.hub.rooms["#room"].members[2] == "ov"
    assert change(stage, 1, "-v Duy", "-h Duy") == ["-v Duy"]
    assert stage.hub.rooms["#room"].members[2] == "o"


@pytest.mark.parametrize(
    ("letter", "least"), [("q", "q"), ("a", "q"), ("o", "o"), ("h", "o"), ("v", "h")]
)
def test_whose_rank_it_takes_to_give_and_to_take(stage: Stage, letter: str, least: str) -> None:
    members = stage.hub.rooms["#room"].members
    ranks = "vhoaq"
    for mine in ranks:
        members[2], members[3] = mine, ""
        if ranks.index(mine) >= ranks.index(least):
            assert change(stage, 2, f"+{letter} Lan") == [f"+{letter} Lan"]
            assert members[3] == letter
            assert change(stage, 2, f"-{letter} Lan") == [f"-{letter} Lan"]
            assert members[3] == ""
        else:
            assert refusal(stage, 2, f"+{letter} Lan") == PRIVS
            assert members[3] == ""


def test_nobody_takes_from_who_has_a_higher_rank(stage: Stage) -> None:
    members = stage.hub.rooms["#room"].members
    members[2], members[3] = "o", "av"
    assert refusal(stage, 2, "-v Lan") == PRIVS
    members[3] = "ov"
    assert change(stage, 2, "-ov Lan") == ["-o Lan"]
    members[3] = "ov"
    assert change(stage, 2, "-v Lan") == ["-v Lan"]


def test_everybody_may_give_up_their_own(stage: Stage) -> None:
    members = stage.hub.rooms["#room"].members
    members[2] = "h"
    assert refusal(stage, 2, "+o Duy") == PRIVS
    assert change(stage, 2, "-h Duy") == ["-h Duy"]
    members[1] = "ao"
    assert change(stage, 1, "-a Tuan", "-o Tuan") == ["-a Tuan", "-o Tuan"]


def test_who_is_not_there_gets_no_rank(stage: Stage) -> None:
    assert refusal(stage, 1, "+o Mai") == ("ERR_USERNOTINCHANNEL", ("Mai", "#Room"), "")
    assert refusal(stage, 1, "+o x") == ("ERR_NOSUCHNICK", ("x",), "")


# -- lists


def test_a_mask_is_completed_signed_and_listed_once(stage: Stage) -> None:
    stage.now = NOW + 5
    assert change(stage, 1, "+b X@Y", "+b x@y", "+e Duy", "+I a:Lan", "+b m:X") == [
        "+b *!X@Y",
        "+e Duy!*@*",
        "+I a:Lan",
        "+b m:X!*@*",
    ]
    lists = stage.hub.rooms["#room"].lists
    by = "Tuan!~u@host1", NOW + 5
    assert lists == {
        "b": {"*!x@y": Signed("*!X@Y", *by), "m:x!*@*": Signed("m:X!*@*", *by)},
        "e": {"duy!*@*": Signed("Duy!*@*", *by)},
        "I": {"a:lan": Signed("a:Lan", *by)},
    }
    assert change(stage, 1, "-b x@Y", "-b x@Y", "-e nobody") == ["-b *!X@Y"]
    assert set(lists["b"]) == {"m:x!*@*"}


def test_masks_at_the_limit_and_past_it(stage: Stage) -> None:
    change(stage, 1, "+b a", "+b b", "+e a")
    assert refusal(stage, 1, "+b c") == ("ERR_BANLISTFULL", ("#Room", "b"), "")
    assert change(stage, 1, "+b a") == [], "it is there already"
    assert change(stage, 1, "-b a", "+b c") == ["-b a!*@*", "+b c!*@*"]


def test_the_lists_of_a_room_at_their_bytes_and_past_them(stage: Stage) -> None:
    """100 rooms with 3 × 100 masks each held 20 MB for one connection."""
    stage = Stage(list_bytes=1024)
    stage.join("#Room", 1)
    by = stage.hub.users[1].source
    each = ENTRY_BYTES + 2 * len("a!*@*") + len(by)
    most = 1024 // each
    assert (
        len(change(stage, 1, *(f"+b {letter}" for letter in "abcdef"[: most - 1]), "+e y")) == most
    )
    text = "The lists are full; those of a registered room may be longer"
    assert refusal(stage, 1, "+I z") == ("ERR_BANLISTFULL", ("#Room", "I"), text)
    left = 1024 - most * each - ENTRY_BYTES - len(by)
    assert change(stage, 1, "-b a", "-e y") == ["-b a!*@*", "-e y!*@*"]
    fits = "x" * ((each * 2 + left) // 2 - len("!*@*"))
    assert refusal(stage, 1, f"+I {fits}x")[0] == "ERR_BANLISTFULL"
    assert change(stage, 1, f"+I {fits}") == [f"+I {fits}!*@*"]
    stage.hub.rooms["#room"].founder = "Tuan"
    assert change(stage, 1, "+I z") == ["+I z!*@*"]


def test_masks_that_are_none(stage: Stage) -> None:
    longest = "x" * (MASK_LENGTH - 4)
    assert change(stage, 1, f"+b {longest}!*@*") == [f"+b {longest}!*@*"]
    invalid = "ERR_INVALIDMODEPARAM"
    for mask in ("", ":x", "a\x07b", f"{longest}xx!*@*"):
        given = mask[:MASK_LENGTH]
        assert refusal(stage, 1, f"+b {mask}") == (invalid, ("#Room", "b", given), "")
    spaced = stage.refused(ModesSet(1, "#Room", (ModeChange(True, "b", "a b"),)))
    assert spaced == (invalid, ("#Room", "b", "a b"), "")


def test_a_new_mask_counts_for_who_was_found_innocent(stage: Stage) -> None:
    change(stage, 1, "+b nobody")
    stage.do(Said(2, "#Room", "hi"))
    change(stage, 1, "+b Duy")
    assert stage.refused(Said(2, "#Room", "hi"))[0] == "ERR_CANNOTSENDTOCHAN"
    change(stage, 1, "-b Duy")
    stage.do(Said(2, "#Room", "hi"))


# -- values


def test_a_key_is_set_changed_and_removed(stage: Stage) -> None:
    room = stage.hub.rooms["#room"]
    longest = "x" * PASSWORD_LENGTH
    assert change(stage, 1, f"+k {longest}", "+k a", "+k a") == [f"+k {longest}", "+k a"]
    assert room.password == "a"
    assert change(stage, 1, "-k whatever", "-k a") == ["-k *"]
    assert room.password == ""
    for key in ("", ":x", "a,b", longest + "x"):
        assert refusal(stage, 1, f"+k {key}") == ("ERR_INVALIDMODEPARAM", ("#Room", "k", "*"), "")


def test_a_limit_of_members_is_set_changed_and_removed(stage: Stage) -> None:
    room = stage.hub.rooms["#room"]
    assert change(stage, 1, "+l 07", "+l 7", "+l 1") == ["+l 7", "+l 1"]
    assert room.capacity == 1
    assert change(stage, 1, f"+l {CAPACITY_MAX + 1}") == [f"+l {CAPACITY_MAX}"]
    assert change(stage, 1, "+l 9999999990") == []
    assert change(stage, 1, "-l", "-l") == ["-l"]
    assert room.capacity == 0
    for many in ("", "0", "-1", "x", "٣", "1x"):
        invalid = "ERR_INVALIDMODEPARAM", ("#Room", "l", many), ""
        assert refusal(stage, 1, f"+l {many}") == invalid


def test_slow_mode_is_set_changed_and_removed(stage: Stage) -> None:
    room = stage.hub.rooms["#room"]
    assert change(stage, 1, "+f 05:010", "+f 5:10", "+f 1:1") == ["+f 5:10", "+f 1:1"]
    assert room.slow == (1, 1)
    stage.do(Said(2, "#Room", "hi"))
    assert set(room.recent) == {2}
    most = f"{SLOW_MESSAGES}:{SLOW_SECONDS}"
    assert change(stage, 1, f"+f {most}") == [f"+f {most}"]
    assert room.recent == {}, "it is counted anew"
    assert change(stage, 1, "-f", "-f") == ["-f"]
    assert room.slow == (0, 0)
    for value in (
        "",
        "5",
        "5:",
        ":5",
        "0:5",
        "5:0",
        "x:5",
        "٣:٣",
        "5:5:5",
        f"{SLOW_MESSAGES + 1}:1",
        f"1:{SLOW_SECONDS + 1}",
    ):
        invalid = "ERR_INVALIDMODEPARAM", ("#Room", "f", value), ""
        assert refusal(stage, 1, f"+f {value}") == invalid


def test_a_mask_of_an_account_is_not_about_who_takes_its_name_later(stage: Stage) -> None:
    """`+I a:An`; the account is dropped, and a stranger registers An: they do not get in."""
    stage.do(AccountMade(2, "An", "v"))
    change(stage, 1, "+i", "+I a:AN", "+b m:a:an")
    room, duy = stage.hub.rooms["#room"], stage.hub.users[2]
    assert room.matches("I", duy)
    assert room.matches("b", duy, mute=True)
    stage.do(AccountDropped(2), AccountMade(3, "An", "v"))
    lan = stage.hub.users[3]
    assert lan.account == "An"
    assert not room.matches("I", lan)
    assert not room.matches("b", lan, mute=True)
    change(stage, 1, "+I a:an")
    assert room.matches("I", lan), "it is set anew, for the one that there is"


def test_a_mask_of_several_accounts_is_about_whoever_has_such_a_name(stage: Stage) -> None:
    change(stage, 1, "+I a:a?", "+I a:later")
    room = stage.hub.rooms["#room"]
    for name in ("An", "later"):
        stage.do(AccountMade(2, name, "v"))
        assert room.matches("I", stage.hub.users[2])
        stage.do(AccountDropped(2))
