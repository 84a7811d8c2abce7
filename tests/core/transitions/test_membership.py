"""JOIN, PART, KICK, INVITE, KNOCK: https://modern.ircdocs.horse/#join-message and the following."""

from __future__ import annotations

import pytest

from gchat.core.effects import (
    ChangedAway,
    ChangedModes,
    Entered,
    Invitation,
    Knock,
    Left,
    WasKicked,
)
from gchat.core.events import (
    AwaySet,
    Invited,
    Joined,
    Kicked,
    Knocked,
    LoggedIn,
    ModeChange,
    ModesSet,
    Parted,
    Quit,
    RoomRegistered,
)
from gchat.core.saved import saved_account, saved_room
from gchat.core.transitions.membership import KNOCK_SECONDS, KNOCKS
from tests.core.stage import NOW, Stage, names


def modes(uid: int, room: str, *words: str) -> ModesSet:
    """`+b *!*@x` is one word."""
    changes = (word.partition(" ") for word in words)
    made = tuple(ModeChange(word[0] == "+", word[1], arg) for word, _, arg in changes)
    return ModesSet(uid, room, made)


@pytest.fixture
def stage() -> Stage:
    """Tuan has made #Room, and Duy is in it."""
    stage = Stage()
    stage.join("#Room", 1, 2)
    return stage


# -- JOIN


def test_who_makes_a_room_is_its_operator_and_it_has_its_first_modes() -> None:
    stage = Stage(slow_mode="5:10")
    effects = stage.do(Joined(1, "#New"))
    assert effects == (Entered(**stage.by(1), room="#new", room_name="#New", realname="Tuan Real"),)
    assert stage.stored() == ()
    room = stage.hub.rooms["#new"]
    assert (room.key, room.name, room.created) == ("#new", "#New", NOW)
    assert (room.flags, room.slow, room.lasting) == ({"n", "t"}, (5, 10), False)
    assert room.place == f"#new {stage.entry.msgid}"
    assert room.members == {1: "o"}
    assert stage.hub.users[1].rooms == {"#new": None}


def test_the_lobby_lasts_and_belongs_to_nobody() -> None:
    stage = Stage(lobby="#Hall")
    stage.do(Joined(1, "#HALL"))
    room = stage.hub.rooms["#hall"]
    assert (room.place, room.flags, room.lasting, room.members) == ("#hall", {"n"}, True, {1: ""})
    assert stage.stored() == (saved_room(room),)
    stage.do(Quit(1, ""))
    assert stage.hub.rooms == {"#hall": room}


def test_operators_of_the_server_are_operators_of_the_lobby_and_of_no_other_room() -> None:
    stage = Stage()
    stage.oper(1, 2)
    assert len(stage.do(Joined(1, "#lobby"))) == 1, "the names say it of who is the first"
    entered, given = stage.do(Joined(2, "#lobby"))
    assert isinstance(entered, Entered)
    doing = {**stage.by(2), "nick": "ChanServ", "source": "ChanServ!ChanServ@services"}
    change = ModeChange(True, "o", "Duy")
    assert given == ChangedModes(**doing, room="#lobby", room_name="#lobby", changes=(change,))
    assert stage.hub.rooms["#lobby"].members == {1: "o", 2: "o"}
    stage.join("#Room", 3, 1)
    assert stage.hub.rooms["#room"].members == {3: "o", 1: ""}


def test_who_is_in_the_room_already_enters_it_not_again(stage: Stage) -> None:
    assert stage.do(Joined(2, "#ROOM")) == ()
    assert stage.hub.rooms["#room"].members == {1: "o", 2: ""}


def test_who_is_away_says_so_to_the_others(stage: Stage) -> None:
    stage.do(AwaySet(3, "lunch"))
    effects = stage.do(Joined(3, "#room"))
    assert effects == (
        Entered(**stage.by(3), room="#room", room_name="#Room", realname="Lan Real"),
        ChangedAway(**stage.by(3), uids=(1, 2), text="lunch"),
    )


def test_the_founder_is_known_by_the_account_and_let_in_whatever_the_modes(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(RoomRegistered(1, "#Room"), modes(1, "#Room", "+i", "+b *!*@*", "+k secret"))
    stage.do(Parted(1, "#Room"))
    entered, given = stage.do(Joined(1, "#room"))
    assert isinstance(entered, Entered)
    doing = {**stage.by(1), "nick": "ChanServ", "source": "ChanServ!ChanServ@services"}
    doing["account"] = ""
    change = ModeChange(True, "q", "Tuan")
    assert given == ChangedModes(**doing, room="#room", room_name="#Room", changes=(change,))
    assert stage.hub.rooms["#room"].members == {2: "", 1: "q"}


@pytest.mark.parametrize(
    ("change", "numeric", "text"),
    [
        ("+b Lan", "ERR_BANNEDFROMCHAN", ""),
        ("+i", "ERR_INVITEONLYCHAN", ""),
        ("+R", "ERR_NEEDREGGEDNICK", "Only registered users may join this room (+R)"),
        ("+k secret", "ERR_BADCHANNELKEY", ""),
        ("+l 2", "ERR_CHANNELISFULL", ""),
    ],
)
def test_what_keeps_people_out_and_an_invitation_lets_in(
    stage: Stage, change: str, numeric: str, text: str
) -> None:
    stage.do(modes(1, "#Room", change))
    assert stage.refused(Joined(3, "#room")) == (numeric, ("#Room",), text)
    stage.do(Invited(1, "#Room", "Lan"), Joined(3, "#room"))
    assert stage.hub.rooms["#room"].invited == set(), "for one time"
    stage.do(Parted(3, "#room"))
    stage.refused(Joined(3, "#room"))


def test_what_lets_people_in_past_a_mode(stage: Stage) -> None:
    stage.do(modes(1, "#Room", "+k secret"), Joined(3, "#room", "secret"), Parted(3, "#room"))
    assert stage.refused(Joined(3, "#room", "Secret"))[0] == "ERR_BADCHANNELKEY"
    stage.do(modes(1, "#Room", "-k *", "+i", "+I Lan"), Joined(3, "#room"), Parted(3, "#room"))
    stage.do(modes(1, "#Room", "-i", "+R"), Joined(3, "#room"), Parted(3, "#room"))
    stage.do(modes(1, "#Room", "-I Lan"))
    stage.log_in(3)
    stage.do(Joined(3, "#room"), Parted(3, "#room"))
    stage.do(modes(1, "#Room", "-R", "+b Lan", "+e *!*@host3"), Joined(3, "#room"))
    stage.do(modes(1, "#Room", "+l 4"), Joined(4, "#room"))


def test_an_exception_from_invitation_does_not_lift_a_key(stage: Stage) -> None:
    stage.do(modes(1, "#Room", "+i", "+I Lan", "+k secret"))
    assert stage.refused(Joined(3, "#room"))[0] == "ERR_BADCHANNELKEY"


def test_rooms_at_the_limit_and_past_it() -> None:
    stage = Stage(rooms_per_user=2)
    stage.join("#a", 1)
    stage.join("#b", 1)
    refusal = stage.refused(Joined(1, "#C"))
    assert refusal == ("ERR_TOOMANYCHANNELS", ("#C",), "")
    assert "#c" not in stage.hub.rooms


def test_an_account_remembers_where_its_people_are(stage: Stage) -> None:
    stage.log_in(1)
    assert names(stage.hub.accounts["tuan"].rooms) == {"#room": "#Room"}
    stage.do(Joined(1, "#New"))
    account = stage.hub.accounts["tuan"]
    assert names(account.rooms) == {"#room": "#Room", "#new": "#New"}
    assert stage.stored() == (saved_account(account),)
    stage.do(Parted(1, "#New"))
    assert names(stage.hub.accounts["tuan"].rooms) == {"#room": "#Room"}
    assert stage.stored() == (saved_account(account),)
    stage.do(Quit(1, ""))
    assert names(stage.hub.accounts["tuan"].rooms) == {"#room": "#Room"}, "where they come back to"
    assert stage.stored() == ()


def test_somebody_else_of_the_account_who_stays_keeps_the_room_in_mind(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(LoggedIn(2, "Tuan"), Kicked(1, "#Room", "Duy", ""))
    assert names(stage.hub.accounts["tuan"].rooms) == {"#room": "#Room"}
    assert stage.stored() == ()
    stage.do(Parted(1, "#Room"))
    assert names(stage.hub.accounts["tuan"].rooms) == {}


# -- PART


def test_who_parts_is_seen_leaving_and_the_room_goes_with_the_last(stage: Stage) -> None:
    effects = stage.do(Parted(1, "#ROOM", "bye"))
    assert effects == (Left(**stage.by(1), room="#room", room_name="#Room", reason="bye"),)
    assert stage.hub.rooms["#room"].members == {2: ""}
    assert stage.hub.users[1].rooms == {}
    stage.do(Parted(2, "#room"))
    assert stage.hub.rooms == {}


@pytest.mark.parametrize(
    ("room", "numeric", "params"),
    [
        ("#Nowhere", "ERR_NOSUCHCHANNEL", ("#Nowhere",)),
        ("#ROOM", "ERR_NOTONCHANNEL", ("#Room",)),
    ],
)
def test_where_one_is_not_one_does_nothing(
    stage: Stage, room: str, numeric: str, params: tuple[str, ...]
) -> None:
    for event in (Parted(3, room), Kicked(3, room, "Duy", ""), Invited(3, room, "Mai")):
        assert stage.refused(event) == (numeric, params, "")


def test_a_secret_room_is_none_to_others(stage: Stage) -> None:
    stage.do(modes(1, "#Room", "+s"))
    for event in (Parted(3, "#ROOM"), Knocked(3, "#ROOM", "")):
        assert stage.refused(event) == ("ERR_NOSUCHCHANNEL", ("#ROOM",), "")
    stage.do(Parted(2, "#Room"))


def test_who_is_nobody_does_nothing(stage: Stage) -> None:
    for event in (Joined(9, "#a"), Parted(9, "#Room"), Kicked(9, "#Room", "Duy", "")):
        assert stage.refused(event) == ("ERR_NOTREGISTERED", (), "")
    for other in (Invited(9, "#Room", "Mai"), Knocked(9, "#Room", "")):
        assert stage.refused(other) == ("ERR_NOTREGISTERED", (), "")


# -- KICK


def test_a_kick_is_seen_by_the_room_and_forgotten_by_nobody(stage: Stage) -> None:
    stage.log_in(2)
    effects = stage.do(Kicked(1, "#ROOM", "DUY", "out"))
    assert effects == (
        WasKicked(
            **stage.by(1),
            room="#room",
            room_name="#Room",
            target="Duy",
            target_uid=2,
            reason="out",
        ),
    )
    assert stage.hub.rooms["#room"].members == {1: "o"}
    assert stage.hub.users[2].rooms == {}
    account = stage.hub.accounts["duy"]
    assert names(account.rooms) == {}, "they are not taken there again when they log in"
    assert stage.stored() == (saved_account(account),)


def test_a_kick_that_is_refused_puts_nobody_out(stage: Stage) -> None:
    stage.join("#Room", 3)
    privs = "ERR_CHANOPRIVSNEEDED"
    assert stage.refused(Kicked(2, "#Room", "Lan", "")) == (privs, ("#Room",), "")
    stage.do(modes(1, "#Room", "+v Duy"))
    assert stage.refused(Kicked(2, "#Room", "Lan", "")) == (privs, ("#Room",), "")
    stage.do(modes(1, "#Room", "+h Duy"))
    higher = "Their rank is higher than yours"
    assert stage.refused(Kicked(2, "#Room", "Tuan", "")) == (privs, ("#Room",), higher)
    missing = stage.refused(Kicked(1, "#Room", "Mai", ""))
    assert missing == ("ERR_USERNOTINCHANNEL", ("Mai", "#Room"), "")
    nobody = stage.refused(Kicked(1, "#Room", "Nobody", ""))
    assert nobody == ("ERR_NOSUCHNICK", ("Nobody",), "")
    assert set(stage.hub.rooms["#room"].members) == {1, 2, 3}
    stage.do(Kicked(2, "#Room", "Lan", ""))
    assert set(stage.hub.rooms["#room"].members) == {1, 2}


def test_the_same_rank_is_enough_to_kick(stage: Stage) -> None:
    stage.do(modes(1, "#Room", "+o Duy"), Kicked(2, "#Room", "Tuan", ""))
    assert stage.hub.rooms["#room"].members == {2: "o"}


# -- INVITE


def test_an_invitation_is_seen_by_the_invited_and_by_those_with_a_rank(stage: Stage) -> None:
    stage.join("#Room", 3)
    stage.do(modes(1, "#Room", "+v Lan", "+h Duy"))
    effects = stage.do(Invited(1, "#ROOM", "MAI"))
    invitation = {**stage.by(1), "room_name": "#Room", "target": "Mai"}
    assert effects == (
        Invitation(**invitation, uids=(4,)),
        Invitation(**invitation, uids=(2,), told=True),
    )
    assert stage.hub.rooms["#room"].invited == {4}


def test_an_invitation_from_who_has_no_rank_is_news_and_opens_nothing(stage: Stage) -> None:
    stage.do(modes(1, "#Room", "+k secret"))
    stage.do(Invited(2, "#Room", "Mai"))
    assert stage.hub.rooms["#room"].invited == set()
    assert stage.refused(Joined(4, "#Room"))[0] == "ERR_BADCHANNELKEY"
    stage.do(modes(1, "#Room", "+i", "+v Duy"))
    refusal = stage.refused(Invited(2, "#Room", "Mai"))
    assert refusal == ("ERR_CHANOPRIVSNEEDED", ("#Room",), "")
    stage.do(modes(1, "#Room", "+h Duy"), Invited(2, "#Room", "Mai"))
    assert stage.hub.rooms["#room"].invited == {4}


def test_who_cannot_be_invited(stage: Stage) -> None:
    refusal = stage.refused(Invited(1, "#Room", "DUY"))
    assert refusal == ("ERR_USERONCHANNEL", ("Duy", "#Room"), "")
    assert stage.refused(Invited(1, "#Room", "x")) == ("ERR_NOSUCHNICK", ("x",), "")


def test_who_was_invited_and_is_gone_is_forgotten(stage: Stage) -> None:
    stage.do(Invited(1, "#Room", "Lan"), Quit(3, ""), Invited(1, "#Room", "Mai"))
    assert stage.hub.rooms["#room"].invited == {4}


# -- KNOCK: https://docs.inspircd.org/4/modules/knock/


@pytest.mark.parametrize("closed", ["+i", "+k secret"])
def test_a_knock_is_heard_by_those_with_a_rank(stage: Stage, closed: str) -> None:
    stage.do(modes(1, "#Room", closed, "+h Duy"))
    stage.join("#other", 3)
    effects = stage.do(Knocked(3, "#ROOM", "please"))
    assert effects == (Knock(**stage.by(3), uids=(1, 2), room_name="#Room", text="please"),)


def test_where_there_is_nothing_to_knock_at(stage: Stage) -> None:
    assert stage.refused(Knocked(3, "#x", "")) == ("ERR_NOSUCHCHANNEL", ("#x",), "")
    assert stage.refused(Knocked(2, "#ROOM", "")) == ("ERR_KNOCKONCHAN", ("#Room",), "")
    assert stage.refused(Knocked(3, "#ROOM", "")) == ("ERR_CHANOPEN", ("#Room",), "")
    stage.do(modes(1, "#Room", "+i", "+b Lan"))
    assert stage.refused(Knocked(3, "#ROOM", "")) == ("ERR_BANNEDFROMCHAN", ("#Room",), "")


def test_knocks_at_the_limit_and_past_it(stage: Stage) -> None:
    stage.do(modes(1, "#Room", "+i"))
    for number in range(KNOCKS):
        stage.now = NOW + number
        stage.do(Knocked(3 + number % 2, "#Room", ""))
    refusal = stage.refused(Knocked(4, "#ROOM", ""))
    assert refusal == ("ERR_TOOMANYKNOCK", ("#Room",), "")
    stage.now = NOW + KNOCK_SECONDS * 1000 - 1
    stage.refused(Knocked(4, "#Room", ""))
    stage.now += 1
    stage.do(Knocked(4, "#Room", ""))
