"""JOIN, PART, TOPIC, LIST, KICK, INVITE, MODE."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gchat.core.events import Quit
from gchat.dialects.bounds import LIST_CONDITIONS
from gchat.dialects.irc.connection import ITEMS_PER_TURN
from tests.support.clients import IrcClient, PlainClient, without_digits, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def test_who_makes_a_room_is_its_operator(server: ServerProcess) -> None:
    """https://modern.ircdocs.horse/#join-message"""
    tuan = IrcClient(server.port, "Tuan")
    assert words(tuan.join("#Room")) == [
        "Tuan JOIN #Room",
        "gchat.local 353 Tuan | = | #Room | @Tuan",
        "gchat.local 366 Tuan | #Room | End of /NAMES list",
    ]
    duy = IrcClient(server.port, "Duy")
    assert words(duy.join("#rOOM"))[:2] == [
        "Duy JOIN #Room",
        "gchat.local 353 Duy | = | #Room | @Tuan Duy",
    ]
    assert words(tuan.sync()) == ["Duy JOIN #Room"]
    assert tuan.ask("JOIN #room") == []


def test_the_lobby_has_no_operator_and_plain_text_people(server: ServerProcess) -> None:
    PlainClient(server.port, "Duy")
    tuan = IrcClient(server.port, "Tuan")
    assert words(tuan.join("#lobby"))[1] == "gchat.local 353 Tuan | = | #lobby | Duy Tuan"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("JOIN room", "403 Tuan | room | No such room"),
        ("JOIN #", "476 Tuan | # | This room name cannot be used: it is empty"),
        (
            "JOIN #" + "x" * 64,
            "476 Tuan | #" + "x" * 64 + " | This room name cannot be used: "
            "it is longer than 64 bytes",
        ),
        ("JOIN", "461 Tuan | JOIN | Not enough parameters"),
        ("PART #nowhere", "403 Tuan | #nowhere | No such room"),
        ("TOPIC #nowhere", "403 Tuan | #nowhere | No such room"),
        ("TOPIC #other :x", "442 Tuan | #other | You're not in that room"),
        ("KICK #other Duy", "442 Tuan | #other | You're not in that room"),
        ("KICK #room Duy", "441 Tuan | Duy | #room | They aren't in that room"),
        ("KICK #room Nobody", "401 Tuan | Nobody | No such nickname"),
        ("INVITE Duy #other", "442 Tuan | #other | You're not in that room"),
        ("INVITE Nobody #room", "401 Tuan | Nobody | No such nickname"),
        ("INVITE Tuan #room", "443 Tuan | Tuan | #room | is already in that room"),
        ("MODE #nowhere", "403 Tuan | #nowhere | No such room"),
        ("MODE #other +m", "482 Tuan | #other | You're not an operator of that room"),
        ("MODE #room +Q", "472 Tuan | Q | is not a known mode"),
        ("MODE #room +o", "461 Tuan | MODE | Not enough parameters"),
        ("MODE #room +l x", "696 Tuan | #room | l | x | The mode's parameter is not valid"),
        ("MODE #room +l 0", "696 Tuan | #room | l | 0 | The mode's parameter is not valid"),
        ("MODE #room +k a,b", "696 Tuan | #room | k | * | The mode's parameter is not valid"),
        ("MODE #room +v Nobody", "401 Tuan | Nobody | No such nickname"),
        ("MODE #room +v Duy", "441 Tuan | Duy | #room | They aren't in that room"),
        ("MODE Duy", "502 Tuan | Cannot change the modes of other users"),
        ("MODE Nobody", "401 Tuan | Nobody | No such nickname"),
        ("MODE Tuan +Z", "501 Tuan | Unknown user mode"),
    ],
)
def test_what_is_refused(server: ServerProcess, line: str, answer: str) -> None:
    IrcClient(server.port, "Duy", join="#other")
    tuan = IrcClient(server.port, "Tuan", join="#room")
    assert words(tuan.ask(line)) == [f"gchat.local {answer}"]


def test_part_is_seen_by_all_and_the_room_goes_with_its_last_member(
    server: ServerProcess,
) -> None:
    """PART: https://modern.ircdocs.horse/#part-message"""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    assert words(duy.ask("PART #room :bye")) == ["Duy PART #room | bye"]
    assert words(tuan.sync()) == ["Duy JOIN #room", "Duy PART #room | bye"]
    assert words(tuan.ask("PART #ROOM")) == ["Tuan PART #room"]
    assert words(duy.ask("LIST"))[1:] == ["gchat.local 323 Duy | End of /LIST"]
    assert words(duy.join("#room"))[1] == "gchat.local 353 Duy | = | #room | @Duy"


def test_join_zero_leaves_all_rooms(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    tuan.ask("JOIN #a,#b")
    assert words(tuan.ask("JOIN 0")) == ["Tuan PART #a", "Tuan PART #b"]


def test_a_topic(server: ServerProcess) -> None:
    """https://modern.ircdocs.horse/#topic-message"""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan.sync()
    assert words(tuan.ask("TOPIC #room")) == ["gchat.local 331 Tuan | #room | No topic is set"]
    assert words(tuan.ask("TOPIC #room :Be kind")) == ["Tuan TOPIC #room | Be kind"]
    assert words(duy.ask("TOPIC #room :mine")) == [
        "Tuan TOPIC #room | Be kind",
        "gchat.local 482 Duy | #room | You're not an operator of that room",
    ]
    late = IrcClient(server.port, "Late")
    got = [without_digits(line) for line in words(late.join("#room"))]
    assert got[1:3] == [
        "gchat.local N Late | #room | Be kind",
        "gchat.local N Late | #room | Tuan!~tuan@N.N.N.N | N",
    ]
    assert "Tuan TOPIC #room | " + "x" * 310 in words(tuan.ask("TOPIC #room :" + "x" * 311))
    assert words(tuan.ask("TOPIC #room :", "TOPIC #room"))[-1].endswith("No topic is set")


def test_kick(server: ServerProcess) -> None:
    """KICK: https://modern.ircdocs.horse/#kick-message"""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    assert words(duy.ask("KICK #room Tuan")) == [
        "gchat.local 482 Duy | #room | You're not an operator of that room"
    ]
    assert words(tuan.ask("KICK #room Duy :enough"))[-1] == "Tuan KICK #room | Duy | enough"
    assert words(duy.ask("PRIVMSG #room :still here?")) == [
        "Tuan KICK #room | Duy | enough",
        "gchat.local 404 Duy | #room | You cannot send to this room",
    ]


def test_by_invitation_only(server: ServerProcess) -> None:
    """INVITE: https://modern.ircdocs.horse/#invite-message"""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy")
    duy.ask("AWAY :lunch")
    tuan.ask("MODE #room +i")
    assert words(duy.ask("JOIN #room")) == [
        "gchat.local 473 Duy | #room | Cannot join: the room is by invitation only (+i)"
    ]
    assert words(tuan.ask("INVITE Duy #room")) == [
        "gchat.local 341 Tuan | Duy | #room",
        "gchat.local 301 Tuan | Duy | lunch",
    ]
    assert words(duy.ask("JOIN #room"))[:2] == ["Tuan INVITE Duy | #room", "Duy JOIN #room"]
    assert words(duy.ask("INVITE Tuan #room"))[-1].startswith("gchat.local 482")


def test_a_secret_room_is_known_to_its_members_only(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy")
    assert words(duy.ask("LIST #room"))[1] == "gchat.local 322 Duy | #room | 1 |"
    tuan.ask("MODE #room +s")
    assert len(duy.ask("LIST")) == 2
    assert words(duy.ask("NAMES #room"))[0].split()[1] == "366"
    assert words(duy.ask("WHO #room"))[0].split()[1] == "315"
    assert words(duy.ask("TOPIC #room"))[0].split()[1] == "403"
    assert all(m.command != "319" for m in duy.ask("WHOIS Tuan"))
    assert words(tuan.ask("LIST"))[1] == "gchat.local 322 Tuan | #room | 1 |"


def test_rooms_for_each_person_are_bounded(make_server: Callable[..., ServerProcess]) -> None:
    server = make_server(limits_rooms_per_user=2)
    tuan = IrcClient(server.port, "Tuan", join="#a")
    tuan.join("#b")
    assert words(tuan.ask("JOIN #c")) == ["gchat.local 405 Tuan | #c | You are in too many rooms"]


def test_a_reply_larger_than_the_outbox_is_sent_as_fast_as_it_is_taken(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(limits_outbox_bytes=16384)
    tuan = IrcClient(server.port, "Tuan")
    for number in range(100):
        tuan.ask(f"JOIN #room{number}", f"TOPIC #room{number} :" + "x" * 390)
    got = tuan.ask("LIST")
    assert [m.command for m in got] == ["321"] + ["322"] * 100 + ["323"]


def test_list_at_its_bound_and_past_it() -> None:
    """LIST: a question with 250 conditions over thousands of rooms kept everybody waiting."""
    tuan = Person("Tuan")
    tuan.ask("JOIN #ab")
    most = ",".join(["*"] * LIST_CONDITIONS)
    assert len(tuan.ask(f"LIST {most}")) == 3
    refused = "407 Tuan | * | LIST takes at most 10 conditions"
    assert tuan.ask(f"LIST {most},*") == [refused]
    assert len(tuan.ask(f"LIST #ab,{most}")) == 3, "names are no conditions"


def test_others_have_their_turn_while_many_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """LIST, WHO: what is gone by then is left out."""
    tuan = Person("Tuan")
    tuan.ask("JOIN #a")
    others = [Person(f"n{number}", beside=tuan) for number in range(2 * ITEMS_PER_TURN)]
    for number, other in enumerate(others):
        other.ask(f"JOIN #a,#b{number}")

    def turn() -> None:
        gone = others.pop().peer
        gone.commit(Quit(gone.uid, "bye"))

    monkeypatch.setattr(tuan.peer, "yield_if_due", turn)
    for question in ("WHO #a", "WHO n*", "LIST"):
        before = len(others)
        answers = tuan.ask(question)
        assert 0 < before - len(others) <= 4, question
        assert len(others) <= len(answers) <= before + 4, question


def test_list() -> None:
    """LIST: https://modern.ircdocs.horse/#list-message"""
    tuan = Person("Tuan")
    tuan.ask("JOIN #ab", "TOPIC #ab :Plans", "JOIN #cd")
    Person("Duy", beside=tuan).ask("JOIN #cd")
    ab, cd = "322 Tuan | #ab | 1 | Plans", "322 Tuan | #cd | 2 |"
    start, end = "321 Tuan | Channel | Users  Name", "323 Tuan | End of /LIST"
    for asked, found in (
        ("LIST", [ab, cd]),
        ("LIST #ab,#none", [ab]),
        ("LIST >1", [cd]),
        ("LIST <2", [ab]),
        ("LIST *b", [ab]),
        ("LIST !*b", [cd]),
        ("LIST C>5", []),
    ):
        first, *lines, last = tuan.ask(asked)
        assert (first, sorted(lines), last) == (start, found, end), asked


def test_knock() -> None:
    """KNOCK: https://docs.inspircd.org/4/modules/knock/"""
    tuan = Person("Tuan")
    tuan.ask("JOIN #a", "JOIN #open", "MODE #a +i", "MODE #a +b Banned")
    lan = Person("Lan", beside=tuan)
    assert lan.ask("KNOCK #a :Let me in") == ["711 Lan | #a | Your knock was delivered"]
    assert lan.ask("KNOCK #none") == ["403 Lan | #none | No such room"]
    assert lan.ask("KNOCK #open")[0].startswith("713 Lan | #open | ")
    assert tuan.ask("KNOCK #a") == ["714 Tuan | #a | You are in that room already"]
    banned = Person("Banned", beside=tuan)
    assert banned.ask("KNOCK #a") == ["474 Banned | #a | Cannot join: you are banned (+b)"]


def test_rename() -> None:
    """RENAME: https://ircv3.net/specs/extensions/channel-rename"""
    tuan = Person("Tuan")
    tuan.ask("JOIN #a", "JOIN #taken")
    duy = Person("Duy", beside=tuan)
    assert duy.ask("RENAME #a #b") == ["442 Duy | #a | You're not in that room"]
    duy.ask("JOIN #a")
    assert duy.ask("RENAME #a #b") == ["482 Duy | #a | You're not an operator of that room"]
    assert tuan.ask("RENAME #none #b") == ["403 Tuan | #none | No such room"]
    (taken,) = tuan.ask("RENAME #a #taken")
    assert taken.startswith("FAIL RENAME | CHANNEL_NAME_IN_USE | #a | #taken | ")
    assert tuan.ask("RENAME #a #b :Better", "TOPIC #b") == ["331 Tuan | #b | No topic is set"]
    assert tuan.ask("TOPIC #a") == ["403 Tuan | #a | No such room"]
