"""MODE."""

from __future__ import annotations

import pytest

from tests.support.clients import IrcClient, without_digits, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def test_modes_of_a_room() -> None:
    """MODE: https://modern.ircdocs.horse/#mode-message"""
    tuan = Person("Tuan")
    duy = Person("Duy", beside=tuan)
    tuan.ask("JOIN #a")
    assert tuan.ask("MODE #a") == ["324 Tuan | #a | +nt", "329 Tuan | #a | 1700000000"]
    assert tuan.ask("MODE #a +kl key 5", "MODE #a +b *!*@bad") == []
    assert tuan.ask("MODE #a")[0] == "324 Tuan | #a | +ntkl | key | 5"
    assert duy.ask("MODE #a")[0] == "324 Duy | #a | +ntkl | * | 5", "the key is for members"
    for asked in ("MODE #a b", "MODE #a +b"):
        assert tuan.ask(asked) == [
            "367 Tuan | #a | *!*@bad | Tuan!~tuan@127.0.0.1 | 1700000000",
            "368 Tuan | #a | End of channel ban list",
        ]
    for letter, last in (("e", "349"), ("I", "347")):
        assert [line.split()[0] for line in tuan.ask(f"MODE #a {letter}")] == [last]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("MODE", "461 Duy | MODE | Not enough parameters"),
        ("MODE #a +i", "482 Duy | #a | You're not an operator of that room"),
        ("MODE #none +i", "403 Duy | #none | No such room"),
        ("MODE nobody +i", "401 Duy | nobody | No such nickname"),
        ("MODE Tuan +i", "502 Duy | Cannot change the modes of other users"),
        ("MODE Duy +z", "501 Duy | Unknown user mode"),
        ("MODE #mine +z", "472 Duy | z | is not a known mode"),
        ("MODE #mine +o", "461 Duy | MODE | Not enough parameters"),
        ("MODE #mine +o nobody", "401 Duy | nobody | No such nickname"),
        ("MODE #mine +o Tuan", "441 Duy | Tuan | #mine | They aren't in that room"),
    ],
)
def test_errors(line: str, answer: str) -> None:
    """MODE: https://modern.ircdocs.horse/#mode-message"""
    tuan = Person("Tuan")
    duy = Person("Duy", beside=tuan)
    tuan.ask("JOIN #a")
    duy.ask("JOIN #mine")
    assert duy.ask(line) == [answer]


def test_keys_limits_and_bans(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy")
    assert words(tuan.ask("MODE #room +kl secret 1")) == ["Tuan MODE #room | +kl | secret | 1"]
    assert words(tuan.ask("MODE #room"))[0] == "gchat.local 324 Tuan | #room | +ntkl | secret | 1"
    assert words(duy.ask("MODE #room"))[0] == "gchat.local 324 Duy | #room | +ntkl | * | 1"
    assert words(duy.ask("JOIN #room", "JOIN #room wrong", "JOIN #room secret")) == [
        "gchat.local 475 Duy | #room | Cannot join: wrong key (+k)",
        "gchat.local 475 Duy | #room | Cannot join: wrong key (+k)",
        "gchat.local 471 Duy | #room | Cannot join: the room is full (+l)",
    ]
    assert words(tuan.ask("MODE #room -lk+b x DUY")) == ["Tuan MODE #room | -lk+b | * | DUY!*@*"]
    assert words(duy.ask("JOIN #room")) == [
        "gchat.local 474 Duy | #room | Cannot join: you are banned (+b)"
    ]
    assert [without_digits(line) for line in words(tuan.ask("MODE #room b"))] == [
        "gchat.local N Tuan | #room | DUY!*@* | Tuan!~tuan@N.N.N.N | N",
        "gchat.local N Tuan | #room | End of channel ban list",
    ]
    assert words(tuan.ask("MODE #room -b duy!*@*")) == ["Tuan MODE #room | -b | DUY!*@*"]
    assert words(duy.ask("JOIN #room"))[0] == "Duy JOIN #room"


def test_who_may_speak(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    outside = IrcClient(server.port, "Outside")
    assert words(outside.ask("PRIVMSG #room :let me in"))[0].startswith("gchat.local 404")
    tuan.ask("MODE #room -n+m")
    assert words(duy.ask("PRIVMSG #room :hm?"))[-1].startswith("gchat.local 404")
    tuan.ask("MODE #room +v duy")
    assert words(duy.ask("PRIVMSG #room :thanks")) == ["Tuan MODE #room | +v | Duy"]
    assert words(tuan.sync())[-1] == "Duy PRIVMSG #room | thanks"
    tuan.ask("MODE #room -m")
    assert outside.ask("PRIVMSG #room :hello") == []
    assert words(tuan.sync())[-1] == "Outside PRIVMSG #room | hello"


def test_prefixes_with_and_without_multi_prefix(server: ServerProcess) -> None:
    """https://ircv3.net/specs/extensions/multi-prefix"""
    tuan = IrcClient(server.port, "Tuan", "multi-prefix", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan.ask("MODE #room +v Tuan")
    assert words(tuan.ask("NAMES #room"))[0].endswith("@+Tuan Duy")
    assert words(duy.ask("NAMES #room"))[-2].endswith("@Tuan Duy")
    assert " | H@+ | " in words(tuan.ask("WHO #room"))[0]
    assert " | H@ | " in words(duy.ask("WHO #room"))[0]


def test_a_ban_mask_that_cannot_be_shown_is_refused_and_changes_nothing(
    server: ServerProcess,
) -> None:
    """With -k behind it the mask would stand where no space may be."""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    tuan.ask("MODE #room +k secret")
    for mask in (":a b", "::x", "x" * 201):
        refused, done = words(tuan.ask(f"MODE #room +b-k {mask}"))[:2]
        assert {refused.split()[1], done.split()[1]} == {"696", "MODE"}
        tuan.ask("MODE #room +k secret")
    assert len(tuan.ask("MODE #room b")) == 1
    assert words(tuan.ask("MODE #room +b " + "x" * 200))[0].startswith("Tuan MODE #room | +b")


def test_bans_fold_names_of_any_script(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    tuan.ask("MODE #room +b WEISS!*@*", "MODE #room +b weiß!*@*", "MODE #room +b TUẤN!*@*")
    for nick in ("weiß", "Tuấn"):
        other = IrcClient(server.port, nick)
        assert " 474 " in words(other.ask("JOIN #room"))[0]


def test_user_modes(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    assert words(tuan.ask("MODE Tuan", "MODE tuan +i", "MODE Tuan +i", "MODE Tuan")) == [
        "gchat.local 221 Tuan | +",
        "Tuan MODE Tuan | +i",
        "gchat.local 221 Tuan | +i",
    ]
    assert "0 users and 1 invisible" in words(tuan.ask("LUSERS"))[0]
    assert words(tuan.ask("MODE Tuan -i")) == ["Tuan MODE Tuan | -i"]


def test_a_ban_of_a_network() -> None:
    """And one that could never match is refused."""
    tuan = Person("Tuan")
    tuan.ask("JOIN #a", "MODE #a +b *@2001:0DB8::/32", "MODE #a +I 2001:db8::7")
    assert tuan.ask("MODE #a b")[0].split(" | ")[2] == "*!*@2001:db8::/32"
    duy = Person("Duy", beside=tuan, host="2001:db8:1::5")
    assert duy.ask("JOIN #a") == ["474 Duy | #a | Cannot join: you are banned (+b)"]
    lan = Person("Lan", beside=tuan, host="2001:db9::5")
    assert lan.ask("JOIN #a")[-1].startswith("366")
    assert tuan.ask("MODE #a +b *@2001:db8::/129") == [
        "696 Tuan | #a | b | *@2001:db8::/129 | This mask has a network that is not valid"
    ]
    tuan.ask("MODE #a -b *@2001:db8::/32")
    assert duy.ask("JOIN #a")[-1].startswith("366")
