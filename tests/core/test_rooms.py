"""A room's ranks, prefixes, masks and mode string."""

from __future__ import annotations

import pytest

from gchat.core.masks import complete, fold
from gchat.core.rooms import FOUNDER, HALFOP, OP, PROTECTED, VOICE, Room, Signed
from gchat.core.users import Connection, User


def user(uid: int = 1, nick: str = "Tuan", account: str = "") -> User:
    return User(uid, nick, "~u", "Host", "r", False, 0, 0, account=account)


@pytest.fixture
def room() -> Room:
    return Room("#a", "#A", 5, members={1: "ov", 2: "", 3: "h"})


def ban(room: Room, letter: str, *given: str) -> None:
    for mask in map(complete, given):
        room.lists[letter][fold(mask)] = Signed(mask, "by", 1)
    room.silenced.clear()


def test_ranks(room: Room) -> None:
    room.members |= {4: "q", 5: "a", 6: "v"}
    ranks = [room.rank(uid) for uid in (1, 2, 3, 4, 5, 6, 7)]
    assert ranks == [OP, 0, HALFOP, FOUNDER, PROTECTED, VOICE, 0]
    assert [room.is_op(uid) for uid in (1, 2, 3, 4, 5, 6, 7)] == [
        True,
        False,
        False,
        True,
        True,
        False,
        False,
    ]


def test_prefixes(room: Room) -> None:
    assert [room.prefix(uid) for uid in (1, 2, 3)] == ["@", "", "%"]
    assert [room.prefix(uid, every=True) for uid in (1, 2, 3)] == ["@+", "", "%"]


def test_modes_are_one_string(room: Room) -> None:
    assert room.mode_string(with_password=True) == ["+"]
    room.flags = {"t", "n", "C"}
    room.slow, room.password, room.capacity = (5, 10), "secret", 20
    assert room.mode_string(with_password=True) == ["+Cntfkl", "5:10", "secret", "20"]
    assert room.mode_string(with_password=False) == ["+Cntfkl", "5:10", "*", "20"]


@pytest.mark.parametrize(
    ("masks", "banned", "silenced"),
    [
        ([], False, False),
        (["tuan"], True, True),
        (["*@HOST"], True, True),
        (["Duy"], False, False),
        (["m:Tuan"], False, True),
        (["a:An"], True, True),
        (["a:Binh", "a:"], False, False),
        (["m:a:An"], False, True),
    ],
)
def test_bans_and_mutes(room: Room, masks: list[str], banned: bool, silenced: bool) -> None:
    ban(room, "b", *masks)
    someone = user(account="An")
    assert room.bans(someone) is banned
    assert room.silences(someone) is silenced


def test_exceptions(room: Room) -> None:
    ban(room, "b", "*!*@*")
    ban(room, "e", "Tuan")
    assert not room.bans(user())
    assert not room.silences(user())
    assert room.bans(user(nick="Duy"))
    ban(room, "b", "m:*!*@*")
    assert not room.silences(user())
    room.lists["e"].clear()
    ban(room, "e", "m:Tuan")
    assert room.bans(user()), "an exception from mutes lifts no ban"
    room.lists["b"].clear()
    ban(room, "b", "m:*!*@*")
    assert not room.silences(user())
    assert room.silences(user(9, "Duy"))


def test_whether_a_member_is_silenced_is_remembered(room: Room) -> None:
    ban(room, "b", "Duy")
    assert not room.silences(user(2))
    assert room.silences(user(9, "Duy"))
    assert room.silenced == {2: False}, "of who is no member nothing is kept"
    room.silenced[2] = True
    assert room.silences(user(2))


def test_a_rooms_lists_are_its_own() -> None:
    one, other = Room("#a", "#a", 1), Room("#b", "#b", 1)
    ban(one, "b", "x")
    assert other.lists == {"I": {}, "b": {}, "e": {}}
    assert one.matches("b", user(nick="x"))
    assert not one.matches("I", user(nick="x"))
    assert not one.matches("b", user(nick="x"), mute=True)


@pytest.mark.parametrize(("letter", "found"), [("b", True), ("e", False)])
def test_a_mask_of_one_connection_is_about_the_person(room: Room, letter: str, found: bool) -> None:
    tuan = user(5)
    tuan.connections = {5: Connection("~u@Host"), 6: Connection("~v@192.0.2.7")}
    ban(room, "b", "*!*@host" if letter == "e" else "x!*@*")
    ban(room, letter, "tuan!~V@192.0.2.0/24")
    assert room.bans(tuan) is found
    assert room.silences(tuan) is found
    assert room.bans(user(7)) is (letter == "e"), "they have no such connection"
