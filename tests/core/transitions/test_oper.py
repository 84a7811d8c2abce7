"""OPER, KILL, KLINE, WALLOPS: https://modern.ircdocs.horse/#operator-messages"""

from __future__ import annotations

import pytest

from gchat.core.accounts import ServerBan
from gchat.core.effects import ChangedAway, ChangedUserModes, Disconnected, Evicted, Wallop
from gchat.core.events import (
    Attached,
    AwaySet,
    Connected,
    Entry,
    Killed,
    LoggedIn,
    Opered,
    Quit,
    ServerBanSet,
    UserModeSet,
    Walloped,
    Watched,
)
from gchat.core.saved import saved_ban
from tests.core.stage import NOW, Stage

NO_PRIVILEGES = "ERR_NOPRIVILEGES", (), ""


@pytest.fixture
def stage() -> Stage:
    """Tuan is an operator of the server and shares #room with Duy and Lan."""
    stage = Stage(server_bans=2)
    stage.join("#room", 1, 2, 3)
    stage.oper(1)
    return stage


def test_an_operator_has_a_mode_and_a_name(stage: Stage) -> None:
    effects = stage.do(Opered(2, "boss"))
    assert effects == (ChangedUserModes(**stage.by(2), uids=(2,), words="+o"),)
    assert (stage.hub.users[2].oper, stage.hub.opers) == ("boss", 2)
    assert stage.do(Opered(2, "chief")) == ()
    assert (stage.hub.users[2].oper, stage.hub.opers) == ("chief", 2)
    assert stage.refused(Opered(9, "x")) == ("ERR_NOTREGISTERED", (), "")


def test_who_is_killed_is_gone_and_their_connections_are_closed(stage: Stage) -> None:
    stage.log_in(2)
    stage.do(Attached(2, 7, "Duy"))
    doing, duy = stage.by(1), stage.by(2)
    effects = stage.do(Killed(1, "DUY", "spam"))
    doing["entry"] = duy["entry"] = stage.entry
    reason = "Killed (Tuan (spam))"
    assert effects == (
        Disconnected(**duy, uids=(1, 3), rooms=("#room",), reason=reason),
        Evicted(**doing, targets=(2, 7), reason=reason),
    )
    assert 2 not in stage.hub.users


def test_who_may_not_kill(stage: Stage) -> None:
    assert stage.refused(Killed(2, "Lan", "")) == NO_PRIVILEGES
    assert stage.refused(Killed(2, "Lan", "", own=True)) == NO_PRIVILEGES
    assert stage.refused(Killed(1, "Lan", "", own=True)) == NO_PRIVILEGES
    assert stage.refused(Killed(1, "x", "")) == ("ERR_NOSUCHNICK", ("x",), "")
    assert stage.refused(Killed(9, "Lan", "")) == ("ERR_NOTREGISTERED", (), "")
    stage.log_in(2, 3)
    assert stage.refused(Killed(2, "Lan", "", own=True)) == NO_PRIVILEGES


def test_one_may_kill_what_is_of_the_same_account(stage: Stage) -> None:
    stage.log_in(2)
    stage.do(LoggedIn(3, "Duy"))
    gone, evicted = stage.do(Killed(2, "Lan", "ghost", own=True))
    assert isinstance(gone, Disconnected)
    assert isinstance(evicted, Evicted)
    assert evicted.reason == "Killed (Duy (ghost))"


def test_a_ban_of_the_server_puts_out_who_matches_but_operators(stage: Stage) -> None:
    stage.log_in(4)
    stage.do(Attached(4, 7, "Mai", username="~v", host="HOST2"))
    doing, duy, mai = stage.by(1), stage.by(2), stage.by(4)
    effects = stage.do(ServerBanSet(1, "*@Host[2]", "spam"))
    assert effects == (), "nothing but * and ? is a wildcard"
    effects = stage.do(ServerBanSet(1, "*@Host?", "spam", 5), ServerBanSet(1, "x@y", None))
    assert effects == ()
    assert set(stage.hub.users) == {1}
    ban = ServerBan("*@Host?", "spam", "Tuan!~u@host1", NOW, NOW + 5)
    assert stage.hub.bans["*@host?"] == ban
    stage = Stage()
    stage.join("#room", 1, 2)
    stage.oper(1)
    effects = stage.do(ServerBanSet(1, "*@host2", "spam"))
    doing["entry"] = duy["entry"] = mai["entry"] = stage.entry
    reason = "Banned: spam"
    assert effects == (
        Disconnected(**duy, uids=(1,), rooms=("#room",), reason=reason),
        Evicted(**doing, targets=(2,), reason=reason),
    )
    key = "*@host2"
    assert stage.stored() == (saved_ban(key, ServerBan(key, "spam", "Tuan!~u@host1", NOW, 0)),)


def test_a_ban_closes_the_connections_that_it_matches_and_no_others(stage: Stage) -> None:
    stage.log_in(4)
    for number, host in ((7, "Home"), (8, "Home"), (9, "Office")):
        stage.do(Attached(4, number, "Mai", username="~v", host=host))
    stage.do(Watched(4, True, ("Lan",), 7), Watched(4, True, ("Lan",), 9))
    (evicted,) = stage.do(ServerBanSet(1, "~V@home", "spam"))
    assert isinstance(evicted, Evicted)
    assert evicted.targets == (7, 8)
    assert set(stage.hub.users[4].connections) == {4, 9}
    assert set(stage.hub.watchers["lan"]) == {4}, "by the one that is left"
    refused = stage.refused(Attached(4, 10, "Mai", username="~v", host="home"))
    assert refused == ("ERR_YOUREBANNEDCREEP", (), "You are banned: spam")
    (evicted,) = stage.do(ServerBanSet(1, "*@office", "spam"))
    assert isinstance(evicted, Evicted)
    assert evicted.targets == (9,)
    assert "lan" not in stage.hub.watchers
    stage.do(ServerBanSet(1, "*@office", None))
    gone, evicted = stage.do(ServerBanSet(1, "*@host4", "spam"))
    assert isinstance(gone, Disconnected)
    assert isinstance(evicted, Evicted)
    assert evicted.targets == (4,)


def test_a_ban_of_the_only_one_who_is_not_away_leaves_them_away(stage: Stage) -> None:
    stage.log_in(4)
    stage.join("#room", 4)
    stage.do(AwaySet(4, "asleep"), Attached(4, 7, "Mai", username="~v", host="home"))
    away, evicted = stage.do(ServerBanSet(1, "*@home", "spam"))
    assert isinstance(away, ChangedAway)
    assert away.text == "asleep"
    assert isinstance(evicted, Evicted)
    assert evicted.targets == (7,)


def test_a_ban_that_is_lifted_or_over_is_saved_so(stage: Stage) -> None:
    stage.do(ServerBanSet(1, "*@A", "x"))
    assert stage.do(ServerBanSet(1, "*@a", None)) == ()
    assert stage.hub.bans == {}
    assert stage.stored() == (saved_ban("*@a", None),)
    stage.do(ServerBanSet(1, "*@a", None))
    assert stage.stored() == ()
    stage.do(ServerBanSet(1, "*@a", "x", 5))
    stage.now = NOW + 5
    stage.do(ServerBanSet(1, "*@b", "y"))
    assert set(stage.hub.bans) == {"*@b"}
    assert stage.stored() == (saved_ban("*@a", None), saved_ban("*@b", stage.hub.bans["*@b"]))


def test_bans_of_the_server_at_the_limit_and_past_it(stage: Stage) -> None:
    stage.do(ServerBanSet(1, "*@a", "x", 5), ServerBanSet(1, "*@b", "y"))
    full = "ERR_BANLISTFULL", ("*@C", "KLINE"), ""
    assert stage.refused(ServerBanSet(1, "*@C", "z")) == full
    stage.do(ServerBanSet(1, "*@b", "another reason"))
    stage.now = NOW + 5
    stage.do(ServerBanSet(1, "*@C", "z"))
    assert set(stage.hub.bans) == {"*@b", "*@c"}
    assert stage.hub.bans["*@b"].reason == "another reason"


def test_who_is_no_operator_bans_nobody_and_tells_nobody(stage: Stage) -> None:
    assert stage.refused(ServerBanSet(2, "*@a", "x")) == NO_PRIVILEGES
    assert stage.refused(Walloped(2, "x")) == NO_PRIVILEGES
    assert stage.refused(Walloped(9, "x")) == ("ERR_NOTREGISTERED", (), "")


def test_wallops_are_for_who_wants_them(stage: Stage) -> None:
    stage.do(UserModeSet(3, True, "w"), UserModeSet(1, True, "w"), UserModeSet(2, True, "i"))
    effects = stage.do(Walloped(1, "hello"))
    assert effects == (Wallop(**stage.by(1), uids=(1, 3), text="hello"),)


def test_bans_that_are_over_let_people_in(stage: Stage) -> None:
    stage.do(ServerBanSet(1, "*@home", "x", 5))
    ban = stage.hub.bans["*@home"]

    def at(passed: int, tick: int) -> Entry:
        return Entry(9, NOW + passed, "id", Quit(1, ""), NOW + tick)

    assert stage.hub.server_ban("~u", "home", at(4, 4)) is ban
    assert stage.hub.server_ban("~u", "home", at(5, 5)) is None
    assert stage.hub.server_ban("~u", "home", at(9_999, 4)) is ban, "the clock has jumped"
    assert stage.hub.server_ban("~u", "home", at(-9_999, 5)) is None
    assert stage.hub.server_ban("~u", "other", at(0, 0)) is None
    stage.now = NOW + 5
    stage.do(Connected(9, "An", "~u", "home", "r"))
