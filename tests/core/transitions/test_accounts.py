"""Accounts: https://ircv3.net/specs/extensions/account-registration and account-notify."""

from __future__ import annotations

import pytest

from gchat.core.effects import ChangedAccount
from gchat.core.events import (
    AccountDropped,
    AccountMade,
    Attached,
    CertificateSet,
    Connected,
    LoggedIn,
    LoggedOut,
    MarkerSet,
    MetadataSet,
    ModeChange,
    ModesSet,
    Parted,
    PasswordSet,
    Quit,
    RoomRegistered,
    Said,
    Watched,
)
from gchat.core.hub import Hub
from gchat.core.saved import dropped_account, restore, saved_account, saved_room
from gchat.core.transitions.people import RESERVED_SERVICE
from tests.core.stage import NOW, Stage, names

EXISTS = "This account already exists, or somebody else uses the nickname"


@pytest.fixture
def stage() -> Stage:
    """Tuan and Duy share #room; Lan monitors Tuan."""
    stage = Stage(certificates=2)
    stage.join("#room", 1, 2)
    stage.do(Watched(3, True, ("Tuan",)))
    return stage


def test_who_makes_an_account_is_logged_in_to_it_and_seen_so(stage: Stage) -> None:
    effects = stage.do(AccountMade(1, "Tuan", "verifier"))
    assert stage.hub.users[1].account == "Tuan"
    assert effects == (
        ChangedAccount(**stage.by(1), uids=(2,)),
        ChangedAccount(**stage.by(1), uids=(3,), watched=True),
    )
    account = stage.hub.accounts["tuan"]
    assert (account.name, account.created, account.verifier) == ("Tuan", NOW, "verifier")
    assert account.ident == f"@tuan!{stage.entry.msgid}" == stage.hub.users[1].account_id
    assert (account.uids, names(account.rooms)) == ({1: None}, {"#room": "#room"})
    assert stage.stored()[-1] == saved_account(account)


def test_an_account_can_be_made_by_who_has_no_nickname_yet(stage: Stage) -> None:
    assert stage.do(AccountMade(9, "An", "verifier")) == ()
    account = stage.hub.accounts["an"]
    assert account.uids == {}
    assert stage.stored() == (saved_account(account),)


def test_names_of_accounts_that_cannot_be_taken(stage: Stage) -> None:
    stage.log_in(1)
    exists = "REGISTER ACCOUNT_EXISTS"
    for uid, name in ((1, "TUAN"), (4, "Duy"), (4, "Tuаn"), (9, "Mai")):
        assert stage.refused(AccountMade(uid, name, "v")) == (exists, (name,), EXISTS)
    refusal = stage.refused(AccountMade(4, "NickServ", "v"))
    assert refusal == ("ERR_NICKNAMEINUSE", ("NickServ",), RESERVED_SERVICE)
    assert set(stage.hub.accounts) == {"tuan"}
    stage.do(AccountMade(4, "mai", "v"))


def test_another_password_is_saved(stage: Stage) -> None:
    stage.log_in(1)
    assert stage.do(PasswordSet(1, "another")) == ()
    account = stage.hub.accounts["tuan"]
    assert account.verifier == "another"
    assert stage.stored() == (saved_account(account),)


@pytest.mark.parametrize(
    "event",
    [PasswordSet(2, "x"), CertificateSet(2, "aa", True), AccountDropped(2), LoggedOut(2)],
    ids=lambda event: type(event).__name__,
)
def test_who_is_not_logged_in_has_no_account(stage: Stage, event: PasswordSet) -> None:
    assert stage.refused(event) == ("ERR_SASLFAIL", (), "You are not logged in")


def test_a_certificate_logs_in_to_one_account(stage: Stage) -> None:
    stage.log_in(1, 2)
    assert stage.do(CertificateSet(1, "aa", True)) == ()
    account = stage.hub.accounts["tuan"]
    assert (account.certificates, stage.hub.certificates) == ({"aa": None}, {"aa": "tuan"})
    assert stage.stored() == (saved_account(account),)
    assert stage.do(CertificateSet(1, "aa", True)) == ()
    assert stage.stored() == ()
    other = "This certificate belongs to another account"
    assert stage.refused(CertificateSet(2, "aa", True)) == ("ERR_SASLFAIL", (), other)
    unknown = "ERR_SASLFAIL", (), "Your account does not have this certificate"
    assert stage.refused(CertificateSet(2, "aa", False)) == unknown
    assert stage.refused(CertificateSet(1, "bb", False)) == unknown
    stage.do(CertificateSet(1, "aa", False))
    assert (account.certificates, stage.hub.certificates) == ({}, {})
    assert stage.stored() == (saved_account(account),)


def test_certificates_at_the_limit_and_past_it(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(CertificateSet(1, "aa", True), CertificateSet(1, "bb", True))
    many = "ERR_SASLFAIL", (), "Your account has too many certificates"
    assert stage.refused(CertificateSet(1, "cc", True)) == many


def test_who_logs_in_is_seen_so_and_out_again(stage: Stage) -> None:
    stage.do(AccountMade(9, "An", "verifier"))
    account = stage.hub.accounts["an"]
    effects = stage.do(LoggedIn(1, "AN", account.ident))
    assert (stage.hub.users[1].account, stage.hub.users[1].account_id) == ("An", account.ident)
    assert effects == (
        ChangedAccount(**stage.by(1), uids=(2,)),
        ChangedAccount(**stage.by(1), uids=(3,), watched=True),
    )
    assert (account.uids, names(account.rooms)) == ({1: None}, {"#room": "#room"})
    assert stage.stored() == (saved_account(account),)
    assert stage.do(LoggedIn(1, "An")) == (), "they are already"
    effects = stage.do(LoggedOut(1))
    assert stage.by(1)["account"] == ""
    assert effects == (
        ChangedAccount(**stage.by(1), uids=(2,)),
        ChangedAccount(**stage.by(1), uids=(3,), watched=True),
    )
    user = stage.hub.users[1]
    assert (user.account, user.account_id, account.uids) == ("", "", {})
    assert names(account.rooms) == {"#room": "#room"}


def test_who_logs_in_to_another_account_leaves_the_first(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(AccountMade(9, "An", "verifier"), LoggedIn(1, "An"))
    assert (stage.hub.accounts["tuan"].uids, stage.hub.accounts["an"].uids) == ({}, {1: None})


def test_accounts_that_nobody_logs_in_to(stage: Stage) -> None:
    stage.log_in(1)
    assert stage.refused(LoggedIn(2, "Nobody")) == ("ERR_SASLFAIL", (), "")
    assert stage.refused(LoggedIn(2, "Tuan", "@another")) == ("ERR_SASLFAIL", (), "")
    assert stage.refused(LoggedIn(9, "Tuan")) == ("ERR_NOTREGISTERED", (), "")
    assert stage.refused(LoggedOut(9)) == ("ERR_NOTREGISTERED", (), "")


def test_rooms_of_who_logs_in_are_remembered_up_to_the_limit() -> None:
    stage = Stage(rooms_per_user=2)
    stage.join("#a", 1, 4)
    stage.join("#b", 4, 1)
    stage.do(AccountMade(9, "An", "v"), LoggedIn(1, "An"), Quit(1, ""))
    account = stage.hub.accounts["an"]
    assert names(account.rooms) == {"#a": "#a", "#b": "#b"}
    stage.join("#c", 2, 3)
    stage.do(LoggedIn(2, "An"))
    assert names(account.rooms) == {"#a": "#a", "#b": "#b"}, "there is no room for more"
    stage.hub.seat(account, "#a", None)
    stage.do(Parted(4, "#b"))
    stage.join("#d", 4)
    stage.do(LoggedIn(4, "An"))
    assert names(account.rooms) == {"#b": "#b", "#a": "#a"}


def test_nothing_is_saved_where_nothing_new_is_known(stage: Stage) -> None:
    stage.do(AccountMade(9, "An", "verifier"), LoggedIn(4, "An"))
    assert stage.stored() == ()


def test_metadata_comes_with_the_account(stage: Stage) -> None:
    stage.log_in(1)
    stage.do(MetadataSet(1, "*", "color", "red"), LoggedIn(2, "Tuan"))
    assert stage.hub.users[2].metadata == {"color": "red"}


def test_a_ban_of_an_account_counts_from_the_log_in_on(stage: Stage) -> None:
    stage.do(AccountMade(9, "An", "v"))
    stage.do(ModesSet(1, "#room", (ModeChange(True, "b", "a:An"),)), Said(2, "#room", "hi"))
    stage.do(LoggedIn(2, "An"))
    assert stage.refused(Said(2, "#room", "hi")) == ("ERR_CANNOTSENDTOCHAN", ("#room",), "")
    stage.do(LoggedOut(2), Said(2, "#room", "hi"))


def test_a_dropped_account_leaves_nothing(stage: Stage) -> None:
    stage.log_in(1, 2)
    stage.do(
        Attached(1, 7, "Tuan"),
        LoggedIn(3, "Tuan"),
        CertificateSet(1, "aa", True),
        MarkerSet(1, "#room", 5),
        RoomRegistered(1, "#room"),
    )
    stage.join("#mine", 1)
    stage.do(RoomRegistered(1, "#mine"), Parted(1, "#mine"))
    stage.join("#theirs", 2)
    stage.do(RoomRegistered(2, "#theirs"))
    account, room, empty = (
        stage.hub.accounts["tuan"],
        stage.hub.rooms["#room"],
        stage.hub.rooms["#mine"],
    )
    effects = stage.do(AccountDropped(1))
    first = {**stage.by(1), "account": ""}
    assert effects == (
        ChangedAccount(**first, uids=(2,)),
        ChangedAccount(**first, uids=(3,), watched=True),
        ChangedAccount(**stage.by(3), uids=()),
    )
    hub = stage.hub
    assert (hub.users[1].account, hub.users[3].account, hub.users[2].account) == ("", "", "Duy")
    assert set(hub.accounts) == {"duy"}
    assert hub.certificates == {}
    assert (room.founder, room.lasting) == ("", False)
    assert set(hub.rooms) == {"#room", "#theirs"}
    assert hub.rooms["#theirs"].founder == "Duy"
    gone = dropped_account(account)
    assert len(gone) == 2
    assert stage.stored() == (saved_room(room), saved_room(empty), *gone)
    assert stage.stored()[0].value is None
    stage.do(Quit(1, ""), Connected(10, "Tuаn", "~u", "h", "r"))  # a Cyrillic "а"


def test_the_lobby_stays_when_its_founder_goes(stage: Stage) -> None:
    stage.log_in(1)
    stage.join("#lobby", 1)
    room = stage.hub.rooms["#lobby"]
    room.founder = "Tuan"
    stage.do(Parted(1, "#lobby"), AccountDropped(1))
    assert (room.founder, room.lasting) == ("", True)
    assert stage.hub.rooms["#lobby"] is room


def test_how_many_accounts_have_how_many_iterations() -> None:
    """Also after a restart."""
    weak, strong = "SCRAM-SHA-256$4096:x$y:z", "SCRAM-SHA-256$8192:x$y:z"
    stage = Stage()
    stage.do(AccountMade(1, "Tuan", weak), AccountMade(2, "Duy", weak), AccountMade(3, "Lan", "?"))
    assert stage.hub.iterations == {4096: 2}
    stage.do(PasswordSet(1, strong))
    assert stage.hub.iterations == {4096: 1, 8192: 1}
    stage.do(AccountDropped(2), AccountDropped(3))
    assert stage.hub.iterations == {8192: 1}
    again = Hub(stage.hub.config)
    saved = saved_account(stage.hub.accounts["tuan"])
    assert saved.value is not None
    restore(again, saved.kind, saved.key, saved.value)
    assert again.iterations == {8192: 1}
