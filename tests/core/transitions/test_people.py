"""Taking a nickname, changing it, being away, MONITOR, more connections, going."""

from __future__ import annotations

from typing import Any

import pytest

from gchat.core.effects import (
    ChangedAway,
    ChangedNick,
    ChangedRealname,
    ChangedUserModes,
    Disconnected,
    Effect,
    Presence,
)
from gchat.core.events import (
    AccountDropped,
    Attached,
    AwaySet,
    Connected,
    Event,
    LoggedIn,
    MetadataSet,
    ModeChange,
    ModesSet,
    Quit,
    RealnameSet,
    Renamed,
    Said,
    ServerBanSet,
    UserModeSet,
    Watched,
)
from gchat.core.transitions.people import ALIKE, RESERVED, RESERVED_SERVICE
from gchat.core.users import Connection, Gone
from tests.core.stage import NOW, Stage


@pytest.fixture
def stage() -> Stage:
    """Tuan, Duy and Lan share #room, Tuan and Duy #other; Mai is alone."""
    stage = Stage()
    stage.join("#room", 1, 2, 3)
    stage.join("#other", 2, 1)
    return stage


def new(uid: int, nick: str, **more: object) -> Connected:
    """Somebody new at host9."""
    return Connected(uid, nick, "~u", "host9", "r", **more)  # type: ignore[arg-type]


# -- connected


def test_who_connects_is_as_they_said(stage: Stage) -> None:
    stage.log_in(1)
    stage.now = NOW + 7
    event = Connected(
        uid=9,
        nick="An",
        username="~a",
        host="host9",
        realname="An Real",
        plain=True,
        account="TUAN",
        secure=True,
        trusted=True,
        away="lunch",
        metadata=(("color", "red"),),
    )
    assert stage.do(event) == ()
    user = stage.hub.users[9]
    assert stage.hub.nicks["an"] is user
    assert (user.uid, user.nick, user.username, user.host) == (9, "An", "~a", "host9")
    assert (user.realname, user.plain, user.secure, user.trusted) == ("An Real", True, True, True)
    assert (user.since, user.spoke, user.away) == (NOW + 7, NOW + 7, "lunch")
    account = stage.hub.accounts["tuan"]
    assert (user.account, user.account_id) == ("Tuan", account.ident)
    assert user.metadata == {"color": "red"}
    assert user.connections == {9: Connection("~a@host9", secure=True, away="lunch")}
    assert account.uids == {1: None, 9: None}
    assert (user.modes, user.oper, user.rooms) == (frozenset(), "", {})


def test_without_an_account_one_is_nobodys(stage: Stage) -> None:
    stage.do(new(9, "An"))
    user = stage.hub.users[9]
    assert (user.account, user.account_id, user.plain, user.secure) == ("", "", False, False)


def test_an_account_that_is_no_more_or_another_one_by_now_is_nobodys(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(new(8, "An", account="Nobody"), new(9, "Binh", account="Tuan", account_id="@other"))
    assert [stage.hub.users[uid].account for uid in (8, 9)] == ["", ""]
    ident = stage.hub.accounts["tuan"].ident
    stage.do(new(10, "Cuc", account="Tuan", account_id=ident))
    assert stage.hub.users[10].account == "Tuan"


def test_nicknames_that_cannot_be_taken(stage: Stage) -> None:
    in_use = "ERR_NICKNAMEINUSE"
    assert stage.refused(new(9, "TUAN")) == (in_use, ("TUAN",), "")
    assert stage.refused(new(1, "An")) == ("ERR_ALREADYREGISTERED", (), "")
    assert stage.refused(new(9, "NickServ")) == (in_use, ("NickServ",), RESERVED_SERVICE)
    assert stage.refused(new(9, "Tuаn")) == (in_use, ("Tuаn",), ALIKE)  # a Cyrillic "а"
    stage.log_in(1)
    stage.do(Quit(1, ""))
    assert stage.refused(new(9, "tuan")) == (in_use, ("tuan",), RESERVED)
    assert stage.refused(new(9, "Tuаn")) == (in_use, ("Tuаn",), ALIKE)
    assert 9 not in stage.hub.users
    stage.do(new(9, "tuan", account="Tuan"))


def test_who_is_banned_from_the_server_reads_why(stage: Stage) -> None:
    stage.oper(1)
    stage.do(ServerBanSet(1, "*@host9", "spam", 5))
    banned = "ERR_YOUREBANNEDCREEP", (), "You are banned: spam"
    assert stage.refused(new(9, "An")) == banned
    assert stage.refused(Connected(9, "An", "~u", "HOST9", "r")) == banned
    stage.now = NOW + 4
    assert stage.refused(new(9, "An")) == banned
    stage.now = NOW + 5
    stage.do(new(9, "An"))


def test_the_most_that_ever_were_here_are_remembered(stage: Stage) -> None:
    assert stage.hub.most_users == 4
    stage.do(Quit(4, ""), new(9, "An"))
    assert stage.hub.most_users == 4
    stage.do(new(10, "Binh"))
    assert stage.hub.most_users == 5


def test_metadata_of_the_account_is_theirs_who_log_in_as_far_as_there_is_room() -> None:
    stage = Stage(metadata_keys=2)
    stage.log_in(1)
    stage.do(MetadataSet(1, "*", "color", "red"), MetadataSet(1, "*", "url", "x"))
    stage.do(new(9, "An", account="Tuan", metadata=(("color", "blue"),)))
    assert stage.hub.users[9].metadata == {"color": "blue", "url": "x"}
    stage.do(new(10, "Binh", account="Tuan", metadata=(("a", "1"), ("color", "green"))))
    assert stage.hub.users[10].metadata == {"a": "1", "color": "green"}


# -- MONITOR: https://ircv3.net/specs/extensions/monitor


def test_who_monitors_a_nickname_is_told_when_somebody_has_it(stage: Stage) -> None:
    stage.do(Watched(4, True, ("An", "TUAN")), Watched(3, True, ("an",)))
    effects = stage.do(new(9, "AN"))
    assert effects == (Presence(**stage.by(9), uids=(4, 3), online=True),)
    who = stage.by(9)
    (gone, offline) = stage.do(Quit(9, "bye"))
    who["entry"] = stage.entry
    assert gone == Disconnected(**who, uids=(), rooms=(), reason="bye")
    assert offline == Presence(**who, uids=(4, 3), online=False)


def test_who_is_called_otherwise_goes_and_comes(stage: Stage) -> None:
    stage.do(Watched(4, True, ("Lan", "An")))
    before = stage.by(3)
    effects = stage.do(Renamed(3, "An"))
    before["entry"] = stage.entry
    assert effects == (
        ChangedNick(**before, uids=(3, 1, 2), new="An", rooms=("#room",)),
        Presence(**before, uids=(4,), online=False),
        Presence(**stage.by(3), uids=(4,), online=True),
    )
    assert len(stage.do(Renamed(3, "AN"))) == 1, "the same nickname, to who monitors it"


def test_strangers_who_monitor_somebody_are_told_apart(stage: Stage) -> None:
    stage.do(Watched(4, True, ("Tuan",)), Watched(2, True, ("Tuan",)), Watched(1, True, ("Tuan",)))
    doing = stage.by(1)
    rows: tuple[tuple[Event, Any, dict[str, Any]], ...] = (
        (AwaySet(1, "lunch"), ChangedAway, {"text": "lunch"}),
        (RealnameSet(1, "T"), ChangedRealname, {"realname": "T"}),
    )
    for event, kind, values in rows:
        effects = stage.do(event)
        doing["entry"] = stage.entry
        around = (2, 3) if kind is ChangedAway else (1, 2, 3)
        assert effects == (
            kind(**doing, uids=around, **values),
            kind(**doing, uids=(4,), watched=True, **values),
        )


def test_monitored_nicknames_at_the_limit_and_past_it() -> None:
    stage = Stage(monitored=2)
    assert stage.do(Watched(1, True, ("An", "an", "Binh"))) == ()
    assert stage.hub.users[1].connections[1].watching == {"an": "An", "binh": "Binh"}
    assert stage.hub.watchers == {"an": {1: None}, "binh": {1: None}}
    refusal = stage.refused(Watched(1, True, ("An", "Cuc")))
    assert refusal == ("ERR_MONLISTFULL", ("2", "An,Cuc"), "")
    stage.do(Watched(1, True, ("BINH",)))
    stage.do(Watched(2, True, ("an",)), Watched(1, False, ("AN", "nobody")))
    assert stage.hub.users[1].connections[1].watching == {"binh": "Binh"}
    assert stage.hub.watchers == {"an": {2: None}, "binh": {1: None}}
    stage.do(Watched(1, False))
    assert stage.hub.users[1].connections[1].watching == {}
    assert stage.hub.watchers == {"an": {2: None}}
    stage.do(Quit(2, ""))
    assert stage.hub.watchers == {}


# -- NICK


def test_another_nickname_is_seen_by_all_around_each_once(stage: Stage) -> None:
    before = stage.by(1)
    effects = stage.do(Renamed(1, "An"))
    before["entry"] = stage.entry
    rooms = ("#room", "#other")
    assert effects == (ChangedNick(**before, uids=(1, 2, 3), new="An", rooms=rooms),)
    assert set(stage.hub.nicks) == {"an", "duy", "lan", "mai"}
    assert stage.hub.users[1].nick == "An"
    assert list(stage.hub.gone) == [Gone("Tuan", "~u", "host1", "Tuan Real", NOW)]
    stage.do(new(9, "Tuan"))


def test_the_same_nickname_in_other_letters_is_no_other(stage: Stage) -> None:
    assert stage.do(Renamed(1, "Tuan")) == ()
    (effect,) = stage.do(Renamed(1, "TUAN"))
    assert isinstance(effect, ChangedNick)
    assert stage.hub.users[1].nick == "TUAN"
    assert not stage.hub.gone
    assert stage.refused(Renamed(1, "DUY")) == ("ERR_NICKNAMEINUSE", ("DUY",), "")


def test_nicknames_that_cannot_be_changed_to(stage: Stage) -> None:
    in_use = "ERR_NICKNAMEINUSE"
    assert stage.refused(Renamed(1, "Duу")) == (in_use, ("Duу",), ALIKE)  # a Cyrillic "у"
    assert stage.refused(Renamed(1, "ChanServ")) == (in_use, ("ChanServ",), RESERVED_SERVICE)
    stage.log_in(2)
    stage.do(Renamed(2, "An"))
    assert stage.refused(Renamed(1, "duy")) == (in_use, ("duy",), RESERVED)
    assert stage.hub.users[1].nick == "Tuan"
    stage.do(Renamed(2, "duy"))
    assert stage.refused(Renamed(9, "x")) == ("ERR_NOTREGISTERED", (), "")


def test_ones_own_nickname_in_letters_that_look_alike_is_not_in_ones_way(stage: Stage) -> None:
    stage.do(Renamed(1, "Tuаn"))  # a Cyrillic "а"
    assert stage.refused(new(9, "Tuan")) == ("ERR_NICKNAMEINUSE", ("Tuan",), ALIKE)
    stage.do(Renamed(1, "Tuan"))
    assert stage.refused(new(9, "Tuаn")) == ("ERR_NICKNAMEINUSE", ("Tuаn",), ALIKE)


def test_a_ban_of_a_nickname_counts_while_one_has_it(stage: Stage) -> None:
    stage.do(ModesSet(1, "#room", (ModeChange(True, "b", "Lan"),)))
    banned = "ERR_CANNOTSENDTOCHAN", ("#room",), ""
    assert stage.refused(Said(3, "#room", "hi")) == banned
    stage.do(Renamed(3, "An"), Said(3, "#room", "hi"))
    stage.do(Renamed(3, "Lan"))
    assert stage.refused(Said(3, "#room", "hi")) == banned


# -- QUIT, more connections


def test_who_quits_is_gone_from_everywhere(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(UserModeSet(1, True, "i"), Watched(1, True, ("x",)))
    stage.oper(1)
    who = stage.by(1)
    effects = stage.do(Quit(1, "bye"))
    who["entry"] = stage.entry
    rooms = ("#room", "#other")
    assert effects == (Disconnected(**who, uids=(2, 3), rooms=rooms, reason="bye"),)
    hub = stage.hub
    assert {key: set(room.members) for key, room in hub.rooms.items()} == {
        "#room": {2, 3},
        "#other": {2},
    }
    assert set(hub.users) == {2, 3, 4}
    assert set(hub.nicks) == {"duy", "lan", "mai"}
    assert (hub.accounts["tuan"].uids, hub.watchers) == ({}, {})
    assert (hub.invisible, hub.opers) == (0, 0)
    assert list(hub.gone) == [Gone("Tuan", "~u", "host1", "Tuan Real", NOW)]
    stage.do(Quit(4, ""))
    assert stage.hub.rooms.keys() == {"#room", "#other"}


def test_a_nickname_that_looks_alike_is_free_when_its_owner_is_gone(stage: Stage) -> None:
    stage.do(Quit(1, ""), new(9, "Tuаn"), Quit(9, ""), new(10, "Tuan"))


def test_with_another_connection_one_stays(stage: Stage) -> None:
    stage.log_in(1)
    assert stage.do(Attached(1, 7, "TUAN", username="~v", host="home")) == ()
    mine = stage.hub.users[1].connections
    assert mine == {1: Connection("~u@host1"), 7: Connection("~v@home")}
    assert stage.do(Quit(1, "", 1)) == ()
    assert stage.hub.users[1].connections == {7: Connection("~v@home")}
    assert stage.do(Quit(1, "", 5)) == (), "one that is none of theirs"
    (gone,) = stage.do(Quit(1, "bye", 7))
    assert isinstance(gone, Disconnected)


def test_all_connections_quit_at_once(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(Attached(1, 7, "Tuan"))
    (gone,) = stage.do(Quit(1, "bye", 0))
    assert isinstance(gone, Disconnected)
    assert 1 not in stage.hub.users


def test_who_is_not_logged_in_to_the_account_gets_no_connection(stage: Stage) -> None:
    stage.log_in(1, 2)
    in_use = "ERR_NICKNAMEINUSE", ("Tuan",), ""
    events: tuple[Event, ...] = (
        Attached(1, 7, "Duy"),
        Attached(1, 7, ""),
        Attached(1, 7, "Tuan", account_id="@other"),
    )
    for event in events:
        assert stage.refused(event) == in_use
    assert stage.refused(Attached(3, 7, "")) == ("ERR_NICKNAMEINUSE", ("Lan",), "")
    assert stage.refused(Attached(9, 7, "Tuan")) == ("ERR_NOTREGISTERED", (), "")
    stage.do(Attached(1, 7, "Tuan", account_id=stage.hub.users[1].account_id))


def test_connections_at_the_limit_and_past_it() -> None:
    stage = Stage(connections_per_person=2)
    stage.log_in(1)
    stage.do(Attached(1, 7, "Tuan"))
    text = "You have too many connections"
    assert stage.refused(Attached(1, 8, "Tuan")) == ("ERR_NICKNAMEINUSE", ("Tuan",), text)


def test_a_ban_of_the_server_is_for_every_connection(stage: Stage) -> None:
    stage.log_in(1)
    stage.oper(3)
    stage.do(ServerBanSet(3, "~v@home", "spam", 5))
    event = Attached(1, 7, "Tuan", username="~v", host="home")
    assert stage.refused(event) == ("ERR_YOUREBANNEDCREEP", (), "You are banned: spam")
    stage.now = NOW + 5
    stage.do(event)


def test_a_ban_of_a_room_is_for_every_connection(stage: Stage) -> None:
    stage.log_in(1)
    stage.join("#other", 2, 1)
    stage.do(ModesSet(2, "#other", (ModeChange(True, "b", "*!*@home"),)))
    room, tuan = stage.hub.rooms["#other"], stage.hub.users[1]
    assert not room.silences(tuan)
    stage.do(Attached(1, 7, "Tuan", username="~v", host="home"))
    assert room.silences(tuan)
    stage.do(Quit(1, "", 7))
    assert not room.silences(tuan)


# -- AWAY, SETNAME, MODE of oneself


def test_away_is_seen_when_it_changes(stage: Stage) -> None:
    assert stage.do(AwaySet(3, None)) == ()
    effects = stage.do(AwaySet(3, "lunch"))
    assert effects == (ChangedAway(**stage.by(3), uids=(1, 2), text="lunch"),)
    assert stage.hub.users[3].away == "lunch"
    assert stage.do(AwaySet(3, "lunch")) == ()
    effects = stage.do(AwaySet(3, None))
    assert effects == (ChangedAway(**stage.by(3), uids=(1, 2), text=None),)
    assert stage.hub.users[3].away is None


def test_one_is_away_while_all_connections_are(stage: Stage) -> None:
    def away(text: str | None) -> tuple[Effect, ...]:
        return (ChangedAway(**stage.by(1), uids=(2, 3), text=text),)

    stage.log_in(1)
    assert stage.do(Attached(1, 7, "Tuan")) == ()
    assert stage.do(AwaySet(1, "lunch", 1)) == ()
    assert stage.do(AwaySet(1, "gone", 9)) == (), "a connection that is no more"
    assert stage.hub.users[1].away is None, "the other one is here"
    assert stage.do(AwaySet(1, "home", 7)) == away("home")
    assert stage.do(AwaySet(1, None, 1)) == away(None)
    assert stage.do(Quit(1, "", 1)) == away("home"), "who was here is gone"
    assert stage.do(Attached(1, 8, "Tuan")) == away(None)
    assert stage.do(AwaySet(1, "bed", 8)) == away("bed")
    assert stage.do(Attached(1, 9, "Tuan", away="pre-away")) == ()
    assert stage.do(Quit(1, "", 8)) == away("pre-away")


def test_one_is_secure_while_all_connections_are(stage: Stage) -> None:
    def secure(event: Event) -> bool:
        stage.do(event)
        return stage.hub.users[1].secure

    stage.log_in(1)
    assert not secure(Attached(1, 7, "Tuan", secure=True))
    assert secure(Quit(1, "", 1))
    assert not secure(Attached(1, 8, "Tuan", secure=False))


def test_each_connection_monitors_for_itself(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(Attached(1, 7, "Tuan"))
    stage.do(Watched(1, True, ("An", "Binh"), 1), Watched(1, True, ("an", "Cuc"), 7))
    stage.do(Watched(1, True, ("Dao",), 9))
    mine = stage.hub.users[1].connections
    assert [one.watching for one in mine.values()] == [
        {"an": "An", "binh": "Binh"},
        {"an": "an", "cuc": "Cuc"},
    ]
    stage.do(Watched(1, False, (), 1))
    assert stage.hub.watchers == {"an": {1: None}, "cuc": {1: None}}
    stage.do(Quit(1, "", 7))
    assert stage.hub.watchers == {}


def test_the_limit_of_monitored_nicknames_is_of_each_connection() -> None:
    stage = Stage(monitored=1)
    stage.log_in(1)
    stage.do(Attached(1, 7, "Tuan"), Watched(1, True, ("An",), 1), Watched(1, True, ("Binh",), 7))
    refusal = stage.refused(Watched(1, True, ("Cuc",), 7))
    assert refusal == ("ERR_MONLISTFULL", ("1", "Cuc"), "")


def test_a_real_name_is_seen_by_oneself_too(stage: Stage) -> None:
    effects = stage.do(RealnameSet(3, "Lan!"))
    assert effects == (ChangedRealname(**stage.by(3), uids=(3, 1, 2), realname="Lan!"),)
    assert stage.hub.users[3].realname == "Lan!"
    for event in (RealnameSet(9, "x"), AwaySet(9, "x"), UserModeSet(9, True, "i"), Quit(9, "")):
        assert stage.refused(event) == ("ERR_NOTREGISTERED", (), "")


def test_modes_of_oneself_are_seen_by_oneself_and_counted(stage: Stage) -> None:
    effects = stage.do(UserModeSet(1, True, "i"))
    assert effects == (ChangedUserModes(**stage.by(1), uids=(1,), words="+i"),)
    stage.do(UserModeSet(2, True, "i"), UserModeSet(1, True, "w"))
    assert stage.do(UserModeSet(1, True, "i")) == ()
    assert (stage.hub.invisible, set(stage.hub.users[1].modes)) == (2, {"i", "w"})
    effects = stage.do(UserModeSet(1, False, "i"))
    assert effects == (ChangedUserModes(**stage.by(1), uids=(1,), words="-i"),)
    assert stage.do(UserModeSet(1, False, "i")) == ()
    assert (stage.hub.invisible, set(stage.hub.users[1].modes)) == (1, {"w"})


def test_nobody_makes_themselves_an_operator_but_may_stop_being_one(stage: Stage) -> None:
    assert stage.refused(UserModeSet(1, True, "o")) == ("ERR_NOPRIVILEGES", (), "")
    stage.oper(1, 2)
    assert (stage.hub.opers, stage.hub.users[1].oper) == (2, "admin")
    stage.do(UserModeSet(1, False, "o"))
    assert (stage.hub.opers, stage.hub.users[1].oper) == (1, "")
    assert [set(stage.hub.users[uid].modes) for uid in (1, 2)] == [set(), {"o"}]
    assert stage.hub.users[2].oper == "admin"
    stage.do(UserModeSet(2, True, "w"))
    assert stage.hub.users[2].oper == "admin"


def test_who_comes_back_to_a_dropped_account_is_nobodys(stage: Stage) -> None:
    stage.log_in(1)
    ident = stage.hub.accounts["tuan"].ident
    stage.do(AccountDropped(1))
    assert stage.refused(LoggedIn(2, "Tuan", ident))[0] == "ERR_SASLFAIL"
