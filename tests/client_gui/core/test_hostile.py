"""Servers that are odd, or mean it: they cost a message or the connection, never the window, and
nobody's memory.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_gui.core import events, heard, limits
from client_gui.core.events import Event, Joined, Kind, RankChanged, Registered, RoomListed, Said
from client_gui.core.exceptions import ProtocolError
from client_gui.core.protocol import ClientProtocol
from client_gui.core.state import State
from client_gui.model.lines import Look
from client_gui.model.model import Model
from client_gui.model.rooms import LINES_KEPT, PEOPLE_KEPT, REACTIONS_KEPT

CAPS = "batch draft/chathistory message-tags server-time draft/multiline=max-bytes=²,max-lines="


def core(caps: str = CAPS) -> ClientProtocol:
    it = ClientProtocol("Tuan", 0.0)
    hear(it, f"CAP * LS :{caps}", f"CAP * ACK :{' '.join(n.split('=')[0] for n in caps.split())}")
    hear(
        it, ":srv 001 Tuan :Welcome", ":srv 005 Tuan PREFIX=(qaohv)~&@%+ CHANMODES=beI,k,l,imnst :x"
    )
    it.data_to_send()
    return it


def hear(it: ClientProtocol, *lines: str) -> list[Event]:
    return it.receive_data("".join(f"{line}\r\n" for line in lines).encode(), 1.0)


def said(room: str, nick: str, text: str, at: float | None = None) -> Said:
    return Said(room, nick, text, Kind.MESSAGE, own=False, at=at)


def model() -> Model:
    it = Model("Tuan", "#lobby", lambda: 1000.0)
    it.apply(Registered("Tuan"))
    it.apply(Joined("#lobby", "Tuan", own=True))
    return it


@pytest.mark.parametrize(
    "line",
    [
        f":srv 322 Tuan #x {'9' * 5000} :topic",
        ":srv 322 Tuan #x ² :topic",
        ":Tuan!u@h JOIN :#a b",
        ":Tuan!u@h JOIN :",
        ":Tuan!u@h JOIN " + "#" + "x" * 5000,
        ":Duy!u@h RENAME #lobby :#a b",
        ":srv 005 Tuan CHATHISTORY=" + "9" * 5000 + " :x",
        ":srv 005 Tuan PREFIX=( CHANMODES=, CASEMAPPING= :x",
        ":Duy!u@h MODE #lobby +ovovovkkll",
        "@time=9999-12-31T23:59:59Z :Duy!u@h PRIVMSG #lobby :later",
        "@time=0001-01-01T00:00:00Z :Duy!u@h PRIVMSG #lobby :earlier",
        "PRIVMSG #lobby :from nobody",
        ":srv 353 Tuan = #lobby",
        ":srv 352 Tuan a b c d e",
        "BATCH",
        "BATCH +",
        "BATCH -",
        "BATCH +1 chathistory",
        "CAP * NAK :" + "x " * 100,
    ],
)
def test_odd_lines_are_passed_over(line: str) -> None:
    it = core()
    for event in hear(it, line):
        assert not isinstance(event, Joined)
    assert it.state is State.READY
    assert [e.text for e in hear(it, ":Duy!u@h PRIVMSG #lobby :on") if isinstance(e, Said)] == [
        "on"
    ]
    it.say("#lobby", "two\nlines")


def test_an_impossible_time_is_no_time_and_nobody_has_a_name_all_the_same() -> None:
    it = core()
    (said,) = hear(it, "@time=9999-12-31T23:59:59Z :Duy!u@h PRIVMSG #lobby :later")
    assert isinstance(said, Said)
    assert said.at is None
    (said,) = hear(it, "PRIVMSG #lobby :from nobody")
    assert isinstance(said, Said)
    assert said.nick == "*"


def test_an_id_that_could_not_be_asked_for_is_none() -> None:
    it = core()
    (said,) = hear(it, r"@msgid=a\sb\nQUIT :Duy!u@h PRIVMSG #lobby :x")
    assert isinstance(said, Said)
    assert said.msgid == ""


COMMANDS = [*heard.TABLE, "001", "005", "903", "904", "AUTHENTICATE", "CAP", "ERROR", "PING"]
words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12)


@given(
    st.lists(
        st.builds(
            lambda tags, source, command, params: (
                (f"@{tags} " if tags else "") + f":{source} {command} {' '.join(params)}"
            ),
            words,
            st.sampled_from(["srv", "Duy!u@h", "Tuan!u@h", ""]),
            st.sampled_from(COMMANDS),
            st.lists(st.one_of(words, st.sampled_from(["#lobby", "Tuan", "+1", "-1"])), max_size=6),
        ),
        max_size=20,
    )
)
def test_whatever_the_server_says_the_core_and_the_model_go_on(lines: list[str]) -> None:
    it, drawn = core(), model()
    try:
        for event in hear(it, *lines):
            drawn.apply(event)
    except ProtocolError:
        assert it.closed


def test_what_is_kept_is_bounded() -> None:
    it = model()
    for number in range(limits.ROOMS + 10):
        it.apply(said("#lobby" if number < 2 else f"nick{number}", f"nick{number}", "x"))
        it.apply(events.Away(f"away{number}", ""))
        it.apply(events.Typing("#lobby", f"n{number}", active=True))
        it.apply(events.Reacted("#lobby", f"n{number}", "m1", f"reaction{number}"))
    assert len(it.rooms) == limits.ROOMS
    assert len(it.rooms["#lobby"].typing) == limits.TYPISTS
    assert len(it.rooms["#lobby"].reactions["m1"]) == REACTIONS_KEPT
    for number in range(PEOPLE_KEPT + 10):
        it.apply(events.Reacted("#lobby", f"n{number}", "m2", "x"))
    assert len(it.rooms["#lobby"].reactions["m2"]["x"]) == PEOPLE_KEPT
    for number in range(limits.LISTED + 10):
        it.apply(RoomListed(f"#{number}", 1, ""))
    it.apply(events.RoomsListed())
    assert len(it.listed) == limits.LISTED


def test_reactions_to_messages_that_nobody_has_seen_are_bounded() -> None:
    it = model()
    for number in range(LINES_KEPT + 10):
        it.apply(events.Reacted("#lobby", "Duy", f"m{number}", "x"))
    assert len(it.rooms["#lobby"].reactions) == LINES_KEPT


def test_batches_and_lists_that_never_end_are_bounded() -> None:
    it = core()
    for number in range(limits.BATCHES + 50):
        hear(it, f"BATCH +h{number} chathistory #lobby", f"BATCH +m{number} draft/multiline #lobby")
        hear(it, f"BATCH +l{number} labeled-response", f":srv 353 Tuan = #x{number} :Duy")
    for number in range(limits.LABELS):
        hear(it, f"BATCH +k{number} labeled-response")
    assert len(it.backlog._batches) <= limits.BATCHES
    assert len(it.names) <= limits.NAME_LISTS
    hear(it, *(f"@batch=h1 :Duy!u@h PRIVMSG #lobby :{n}" for n in range(limits.BATCH_EVENTS + 9)))
    assert len(it.backlog._batches["h1"].lines) == limits.BATCH_EVENTS
    for number in range(20):
        hear(it, f"CAP * LS * :{' '.join(f'cap{number}-{n}' for n in range(100))}")
    assert len(it.values) <= limits.CAPS


def test_a_reaction_is_one_short_word() -> None:
    it = model()
    it.apply(events.Reacted("#lobby", "Duy", "m1", "x\nServer: type your password\x02" + "y" * 99))
    (reaction,) = it.rooms["#lobby"].reactions["m1"]
    assert "\n" not in reaction
    assert len(reaction) <= 32
    it.apply(events.Reacted("#lobby", "Duy", "m2", "\x02"))
    assert "m2" not in it.rooms["#lobby"].reactions


def test_what_is_found_was_asked_for() -> None:
    it = model()
    found = events.Found((said("#lobby", "Duy", "\x02x\x00"),))
    assert it.apply(found) == []
    it.searching = True
    assert it.apply(found) != []
    assert it.found is not None
    assert it.found[0].text == "x"


def test_ranks_are_given_and_taken() -> None:
    it = core()
    told = hear(it, ":Lan!u@h MODE #lobby +bo-v+kl *!*@x Duy Lan key 5", ":Lan!u@h MODE Tuan +i")
    assert told == [
        RankChanged("#lobby", "Duy", "@", adding=True),
        RankChanged("#lobby", "Lan", "+", adding=False),
        events.ModesChanged(
            "#lobby",
            "Lan",
            "+bo-v+kl *!*@x Duy Lan key 5",
            ((True, "@", "Duy"), (False, "+", "Lan")),
        ),
    ]
    drawn = model()
    drawn.apply(events.Members("#lobby", (("+", "Duy"), ("", "Lan"))))
    for event in told:
        drawn.apply(event)
    drawn.apply(RankChanged("#lobby", "Nobody", "@", adding=True))
    assert drawn.rooms["#lobby"].sorted_members() == [("@+", "Duy"), ("", "Lan")]


def test_conversations_follow_a_new_name_and_rooms_that_meet_lose_nothing() -> None:
    it = model()
    it.apply(said("Duy", "Duy", "one", at=1.0))
    it.rooms["duy"].draft = "typed"
    it.apply(events.NickChanged("Duy", "Duy2", own=False))
    assert it.rooms["duy2"].draft == "typed"
    assert "duy" not in it.rooms
    it.apply(said("#new", "Duy2", "in the new one", at=2.0))
    it.rooms["#new"].draft = "typed there"
    it.rooms["#lobby"].draft = "typed here"
    it.apply(said("#lobby", "Duy2", "in the old one", at=3.0))
    it.apply(events.RoomRenamed("#lobby", "#new"))
    room = it.rooms["#new"]
    spoken = [line.text for line in room.lines if line.look is Look.MESSAGE]
    assert spoken == ["in the new one", "in the old one"]
    assert room.draft == "typed there\ntyped here"
    assert (it.current, it.lobby) == ("#new", "#new")
