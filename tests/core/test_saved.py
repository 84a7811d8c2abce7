"""What outlives the hub, as it is written in files that exist: such a text must never change."""

from __future__ import annotations

from gchat.core.accounts import NOTHING_OLDER, UNKNOWN, Account, Seat, ServerBan
from gchat.core.effects import Saved
from gchat.core.hub import Hub
from gchat.core.rooms import Hook, Room, Signed
from gchat.core.saved import (
    dropped_account,
    restore,
    saved_account,
    saved_ban,
    saved_marker,
    saved_room,
)
from gchat.core.skeletons import SkeletonIndex

ROOM = (
    '{"name":"#Phòng","created":5,"founder":"Tuan","topic":["News","by",7],"flags":"nt",'
    '"password":"secret","place":"#phòng 5","capacity":20,"slow":[5,10],'
    '"lists":{"I":[["a:Lan","by",8,"@lan!1"]],"b":[["X!*@*","by",8]],"e":[]},"metadata":{"url":"x"},"ranks":{}}'
)
ACCOUNT = (
    '{"name":"Tuấn","created":5,"ident":"@me","verifier":"v","metadata":{"color":"đỏ"},'
    '"rooms":{"#a":"#A"},"places":{"#a":"#a 1"},"since":{"#a":[7,8]},"certificates":["aa"]}'
)


def room() -> Room:
    found = Room(
        "#phòng",
        "#Phòng",
        5,
        lasting=True,
        founder="Tuan",
        place="#phòng 5",
        topic=Signed("News", "by", 7),
        flags={"t", "n"},
        password="secret",
        capacity=20,
        slow=(5, 10),
        metadata={"url": "x"},
    )
    found.lists["b"]["x!*@*"] = Signed("X!*@*", "by", 8)
    found.lists["I"]["a:lan"] = Signed("a:Lan", "by", 8, "@lan!1")
    return found


def account() -> Account:
    return Account(
        "Tuấn",
        5,
        "v",
        metadata={"color": "đỏ"},
        certificates={"aa": None},
        rooms={"#a": Seat("#A", "#a 1", 7, 8)},
        ident="@me",
    )


def test_a_room_and_back() -> None:
    assert saved_room(room()) == Saved("room", "#phòng", ROOM)
    hub = Hub()
    restore(hub, "room", "#phòng", ROOM)
    assert hub.rooms == {"#phòng": room()}
    assert isinstance(hub.rooms["#phòng"].slow, tuple)


def test_the_hooks_of_a_room_and_back() -> None:
    hook = Hook("Cí", "digest", "Tuan", 9)
    found = room()
    found.hooks["cí"] = hook
    text = ROOM[:-1] + ',"hooks":[["Cí","digest","Tuan",9]]}'
    assert saved_room(found) == Saved("room", "#phòng", text)
    hub = Hub()
    restore(hub, "room", "#phòng", text)
    assert hub.rooms == {"#phòng": found}
    assert hub.hooks.room("digest") == "#phòng"
    assert hub.hooks.named("cí") == "cí"


def test_a_room_that_does_not_last_is_no_more() -> None:
    found = room()
    found.lasting = False
    assert saved_room(found) == Saved("room", "#phòng", None)


def test_a_room_without_a_topic_and_as_older_versions_wrote_it() -> None:
    hub = Hub()
    old = (
        '{"name":"#A","created":5,"founder":"","topic":null,"flags":"n","password":"",'
        '"capacity":0,"lists":{"I":[],"b":[],"e":[]},"metadata":{}}'
    )
    restore(hub, "room", "#a", old)
    assert hub.rooms == {"#a": Room("#a", "#A", 5, lasting=True, place="#a", flags={"n"})}
    found = saved_room(hub.rooms["#a"]).value
    assert found is not None
    assert '"topic":null' in found
    assert '"slow":[0,0]' in found


def test_an_account_and_back() -> None:
    found = account()
    found.markers["#a"] = 9
    assert saved_account(found) == Saved("account", "tuấn", ACCOUNT)
    hub = Hub()
    restore(hub, "account", "tuấn", ACCOUNT)
    assert hub.accounts == {"tuấn": account()}
    assert hub.certificates == {"aa": "tuấn"}
    assert hub.seats == {"#a": {"#a 1": {"tuấn": None}}}
    looks = SkeletonIndex()
    looks.add("tuấn")
    assert hub.account_skeletons == looks != SkeletonIndex()


def test_an_account_as_older_versions_wrote_it() -> None:
    hub = Hub()
    old = '{"name":"Duy","created":5,"verifier":"v","metadata":{},"rooms":{},"certificates":[]}'
    restore(hub, "account", "duy", old)
    assert hub.accounts["duy"].ident == "@duy"
    assert hub.seats == {}
    older = old.replace('"rooms":{}', '"rooms":{"#a":"#A"}')
    restore(hub, "account", "duy", older)
    assert hub.accounts["duy"].rooms == {"#a": Seat("#A", "#a", NOTHING_OLDER, UNKNOWN)}


def test_a_dropped_account_takes_its_markers_along() -> None:
    found = account()
    found.markers |= {"#a": 5, "duy": 6}
    assert dropped_account(found) == [
        Saved("account", "tuấn", None),
        Saved("marker", "tuấn #a", None),
        Saved("marker", "tuấn duy", None),
    ]


def test_a_marker_and_back() -> None:
    assert saved_marker("duy", "#a", 5) == Saved("marker", "duy #a", "5")
    assert saved_marker("duy", "#a", None) == Saved("marker", "duy #a", None)
    hub = Hub(accounts={"duy": Account("Duy", 5, "v")})
    restore(hub, "marker", "duy #a b", "5")
    assert hub.accounts["duy"].markers == {"#a b": 5}
    restore(hub, "marker", "nobody #a", "5")
    assert set(hub.accounts) == {"duy"}


def test_a_ban_and_back() -> None:
    ban = ServerBan("*@Đây", "spam", "Tuan", 5, 9)
    saved = saved_ban("*@đây", ban)
    assert saved == Saved("ban", "*@đây", '["*@Đây","spam","Tuan",5,9]')
    assert saved_ban("*@x", None) == Saved("ban", "*@x", None)
    hub = Hub()
    assert saved.value is not None
    restore(hub, saved.kind, saved.key, saved.value)
    assert hub.bans == {"*@đây": ban}
