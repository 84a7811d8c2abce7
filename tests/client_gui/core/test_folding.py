"""Names are compared as the server says, everywhere."""

from __future__ import annotations

import pytest

from client_gui.core import events
from client_gui.core.events import Away, FoldChanged, Kind, NickChanged, Presence
from client_gui.core.folding import UNTIL_TOLD, Fold
from client_gui.core.protocol import ClientProtocol
from client_gui.model.completion import Completer
from client_gui.model.model import Model

WELCOME = b":srv 001 Tuan :hi\r\n"


@pytest.mark.parametrize(
    ("fold", "one", "other", "same"),
    [
        (Fold(), "#Room[x]~", "#room{x}^", True),
        (Fold("rfc1459-strict"), "#Room[x]", "#room{x}", True),
        (Fold("rfc1459-strict"), "a~", "a^", False),
        (Fold("ascii"), "#Room[x]", "#room{x}", False),
        (Fold("ascii"), "#ROOM", "#room", True),
        (Fold("ascii"), "Ấn", "ấn", False),
        (Fold("ascii", unicode_names=True), "Ấn", "ấn", True),
        (UNTIL_TOLD, "Ấn", "ấn", True),
    ],
)
def test_each_mapping(fold: Fold, one: str, other: str, same: bool) -> None:
    assert (fold(one) == fold(other)) is same


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (b":srv 005 Tuan CASEMAPPING=ascii UTF8MAPPING=rfc8265 :are\r\n", UNTIL_TOLD),
        (b":srv 005 Tuan CASEMAPPING=rfc1459 :are\r\n", Fold()),
        (b":srv 005 Tuan CHANTYPES=# :are\r\n:srv 376 Tuan :End\r\n", Fold()),
        (b":srv 422 Tuan :No MOTD\r\n", Fold()),
    ],
)
def test_the_window_is_told_once(lines: bytes, told: Fold) -> None:
    core = ClientProtocol("Tuan", 0.0)
    core.receive_data(WELCOME, 0.0)
    assert core.receive_data(lines, 0.0) == [FoldChanged(told)]
    assert core.receive_data(lines, 0.0) == []


def model() -> Model:
    it = Model("Tuan", "#Room[x]", lambda: 5.0)
    it.apply(events.Registered("Tuan"))
    it.apply(FoldChanged(Fold()))
    return it


def test_two_spellings_are_one_room_and_one_person() -> None:
    it = model()
    it.apply(events.Joined("#Room[x]", "Tuan", own=True))
    it.apply(events.Joined("#room{x}", "Duy[a]", own=False))
    it.apply(events.Said("#ROOM{x}", "duy{a}", "hi", Kind.MESSAGE, own=False))
    it.apply(events.Said("duy{A}", "Duy[a]", "psst", Kind.MESSAGE, own=False))
    it.apply(events.Said("Duy[a]", "Duy[a]", "psst", Kind.MESSAGE, own=False))
    assert list(it.rooms) == ["#room{x}", "duy{a}"]
    assert len(it.rooms["#room{x}"].members) == 2
    it.apply(events.Quit("DUY{a}", ""))
    assert len(it.rooms["#room{x}"].members) == 1


def test_what_was_apart_until_the_server_spoke_is_put_together() -> None:
    it = Model("Tuan", "#Room[x]", lambda: 5.0)
    it.rooms["#room[x]"].draft = "one"
    it.type_again({"#room{X}": "two", "Duy[a]": "three"})
    it.room("#room{x}").draft = "two"
    it.show("#room{x}")
    it.apply(FoldChanged(Fold()))
    assert list(it.rooms) == ["#room{x}", "duy{a}"]
    assert it.current == it.lobby == "#room{x}"
    assert it.rooms["#room{x}"].draft == "two\none"


def test_completion_too() -> None:
    assert Completer().next("[", 1, ["{a}"], [], [], Fold()) == (0, 1, "{a}, ")


# -- nicknames that were asked for, logging in, and who is here


def received(core: ClientProtocol, *lines: str) -> list[events.Event]:
    return core.receive_data("".join(f"{line}\r\n" for line in lines).encode(), 1.0)


def test_a_first_nickname_is_not_asked_for_again_once_another_was_chosen() -> None:
    core = ClientProtocol("Tuan", 0.0)
    received(core, ":srv 001 Tuan :hi", ":Tuan!t@h NICK Minh")
    core.data_to_send()
    received(core, ":Tuan!x@h QUIT :bye", ":Tuan!x@h NICK Other")
    assert core.data_to_send() == b""


def test_nor_after_it_was_refused() -> None:
    core = ClientProtocol("Tuan", 0.0)
    received(core, ":srv 433 * Tuan :in use")
    core.change_nick("Minh")
    received(core, ":srv 001 Minh :hi")
    core.data_to_send()
    received(core, ":Tuan!x@h QUIT :bye")
    assert core.data_to_send() == b""


def test_but_ours_is_when_our_own_old_connection_held_it() -> None:
    core = ClientProtocol("Tuan", 0.0, retry_nick=True)
    received(core, ":srv 433 * Tuan :in use", ":srv 001 Tuan_ :hi")
    core.data_to_send()
    received(core, ":Tuan!x@h QUIT :bye")
    assert core.data_to_send() == b"NICK Tuan\r\n"
    assert received(core, ":Tuan_!t@h NICK Tuan") == [NickChanged("Tuan_", "Tuan", own=True)]


def test_the_people_of_conversations_are_watched() -> None:
    core = ClientProtocol("Tuan", 0.0)
    received(core, ":srv 001 Tuan :hi", ":srv 005 Tuan MONITOR=100 :are")
    core.data_to_send()
    core.watch("Duy")
    assert core.data_to_send() == b"MONITOR + Duy\r\nWHO Duy\r\n"
    assert received(core, ":srv 352 Tuan * d h srv Duy G :0 real") == [
        Presence("Duy", online=True),
        Away("Duy", ""),
    ]
    assert received(core, ":srv 352 Tuan * l h srv Lan H :0 real") == []
    assert received(core, ":srv 731 Tuan :Duy,Lan", ":srv 730 Tuan :Duy!d@h") == [
        Presence("Duy", online=False),
        Presence("Lan", online=False),
        Presence("Duy", online=True),
    ]


def test_the_dot_of_a_conversation_follows() -> None:
    it = model()
    it.room("Duy", direct=True)
    assert not it.is_here("duy")
    for event, here in (
        (Presence("Duy", online=True), True),
        (events.Quit("Duy", ""), False),
        (Presence("Duy", online=True), True),
        (NickChanged("Duy", "Duy2", own=False), False),
    ):
        changes = it.apply(event)
        assert any(type(one).__name__ == "RoomsChanged" for one in changes), event
        assert it.is_here("duy") is here
    assert it.is_here("duy2")
    it.apply(Presence("Duy2", online=False))
    assert not it.is_here("duy2")


def test_older_lines_can_be_asked_for_as_soon_as_one_has_an_id() -> None:
    it = model()
    room = it.rooms["#room{x}"]
    room.more = True
    assert it.oldest("#room{x}") == ""
    it.apply(events.Said("#Room[x]", "Duy", "hi", Kind.MESSAGE, own=False, msgid="m1"))
    assert it.oldest("#room{x}") == "m1"
    assert it.oldest("#room{x}") == "", "it was asked"
