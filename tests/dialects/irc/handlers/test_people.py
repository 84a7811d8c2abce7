"""NICK, WHO, WHOIS, AWAY, ISON, USERHOST, and what the server says of itself."""

from __future__ import annotations

import pytest

from tests.support.clients import IrcClient, PlainClient, without_digits, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def test_a_new_nickname_is_seen_once_by_everybody_who_shares_a_room(
    server: ServerProcess,
) -> None:
    tuan = IrcClient(server.port, "Tuan")
    duy = IrcClient(server.port, "Duy")
    stranger = IrcClient(server.port, "Stranger")
    for client in (tuan, duy):
        client.ask("JOIN #a,#b")
    tuan.sync()
    assert words(tuan.ask("NICK Tuấn", "NICK Tuấn", "NICK DUY")) == [
        "Tuan NICK Tuấn",
        "gchat.local 433 Tuấn | DUY | This nickname is already in use",
    ]
    assert words(duy.sync()) == ["Tuan NICK Tuấn"]
    assert stranger.sync() == []
    assert words(duy.ask("PRIVMSG tuẤN :hi")) == []
    assert words(tuan.sync()) == ["Duy PRIVMSG Tuấn | hi"]


def test_a_nickname_may_change_its_case(server: ServerProcess) -> None:
    assert words(IrcClient(server.port, "tuan").ask("NICK TUAN")) == ["tuan NICK TUAN"]


def test_whois(server: ServerProcess) -> None:
    """WHOIS: https://modern.ircdocs.horse/#whois-message"""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    PlainClient(server.port, "Duy")
    assert [without_digits(line) for line in words(tuan.ask("WHOIS tuan"))] == [
        "gchat.local N Tuan | Tuan | ~tuan | N.N.N.N | * | Tuan Real",
        "gchat.local N Tuan | Tuan | @#room",
        "gchat.local N Tuan | Tuan | gchat.local | gchat",
        "gchat.local N Tuan | Tuan | is connecting from ~tuan@N.N.N.N N.N.N.N",
        "gchat.local N Tuan | Tuan | N | N | seconds idle, signon time",
        "gchat.local N Tuan | Tuan | End of /WHOIS list",
    ]
    tuan.ask("AWAY :lunch")
    assert "gchat.local 301 Tuan | Tuan | lunch" in words(tuan.ask("WHOIS x Tuan"))
    assert "gchat.local 320 Tuan | Duy | is using a plain-text client" in words(
        tuan.ask("WHOIS Duy")
    )
    assert words(tuan.ask("WHOIS Nobody", "WHOIS")) == [
        "gchat.local 401 Tuan | Nobody | No such nickname",
        "gchat.local 318 Tuan | Nobody | End of /WHOIS list",
        "gchat.local 431 Tuan | No nickname given",
    ]


def test_who(server: ServerProcess) -> None:
    """WHO: https://modern.ircdocs.horse/#who-message"""
    tuan = IrcClient(server.port, "Tuan", join="#room")
    hidden = IrcClient(server.port, "Hidden")
    hidden.ask("MODE Hidden +i", "AWAY :out")
    row = "gchat.local 352 Tuan | #room | ~tuan | 127.0.0.1 | gchat.local | Tuan | H@ | 0 Tuan Real"
    end = "gchat.local 315 Tuan | {} | End of WHO list"
    assert words(tuan.ask("WHO #room")) == [row, end.format("#room")]
    assert words(tuan.ask("WHO tuan")) == [row, end.format("tuan")]
    assert words(tuan.ask("WHO t?a*")) == [row, end.format("t?a*")]
    assert words(tuan.ask("WHO")) == [row, end.format("*")]
    assert words(tuan.ask("WHO nobody")) == [end.format("nobody")]
    assert " | Hidden | G | " in words(tuan.ask("WHO Hidden"))[0]
    hidden.join("#room")
    assert len(tuan.ask("WHO #room")) == 4  # a JOIN, two rows and the end
    outside = IrcClient(server.port, "Outside")
    assert len(outside.ask("WHO #room")) == 2


def test_away(server: ServerProcess) -> None:
    """AWAY: https://modern.ircdocs.horse/#away-message"""
    tuan = IrcClient(server.port, "Tuan")
    duy = IrcClient(server.port, "Duy")
    assert words(duy.ask("AWAY :lunch")) == [
        "gchat.local 306 Duy | You have been marked as being away"
    ]
    assert words(tuan.ask("PRIVMSG Duy :there?")) == ["gchat.local 301 Tuan | Duy | lunch"]
    assert words(tuan.ask("NOTICE Duy :there?")) == []
    assert words(duy.ask("AWAY"))[-1] == (
        "gchat.local 305 Duy | You are no longer marked as being away"
    )
    assert tuan.ask("PRIVMSG Duy :there?") == []


def test_ison_and_userhost(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    IrcClient(server.port, "Duy")
    assert words(tuan.ask("ISON duy nobody :tuan")) == ["gchat.local 303 Tuan | Duy Tuan"]
    tuan.ask("AWAY :x")
    assert words(tuan.ask("USERHOST tuan duy nobody")) == [
        "gchat.local 302 Tuan | Tuan=-~tuan@127.0.0.1 Duy=+~duy@127.0.0.1"
    ]


def test_a_list_of_friends_may_be_long(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    asked = " ".join(f"n{number}" for number in range(60))
    assert words(tuan.ask(f"ISON {asked} Tuan")) == ["gchat.local 303 Tuan | Tuan"]


def test_setname() -> None:
    """SETNAME: https://ircv3.net/specs/extensions/setname"""
    tuan = Person("Tuan", "setname")
    tuan.ask("SETNAME :Nguyen Tuan")
    assert tuan.ask("WHOIS Tuan")[0] == "311 Tuan | Tuan | ~tuan | 127.0.0.1 | * | Nguyen Tuan"
    assert tuan.ask("SETNAME :" + "x" * 391)[0].startswith("FAIL SETNAME | INVALID_REALNAME")


def test_ison_is_of_who_is_here() -> None:
    """ISON: https://www.rfc-editor.org/rfc/rfc2812#section-4.9"""
    tuan = Person("Tuan")
    Person("Duy", beside=tuan)
    assert tuan.ask("ISON DUY nobody tuan") == ["303 Tuan | Duy Tuan"]
    assert tuan.ask("ISON nobody") == ["303 Tuan |"]
    assert tuan.ask("ISON") == ["461 Tuan | ISON | Not enough parameters"]


def test_userhost() -> None:
    """USERHOST: https://modern.ircdocs.horse/#userhost-message"""
    tuan = Person("Tuan")
    Person("Duy", beside=tuan).ask("AWAY x")
    assert tuan.ask("USERHOST Duy tuan nobody") == [
        "302 Tuan | Duy=-~duy@127.0.0.1 Tuan=+~tuan@127.0.0.1"
    ]


def test_whowas() -> None:
    """WHOWAS: https://modern.ircdocs.horse/#whowas-message"""
    tuan = Person("Tuan")
    Person("Duy", beside=tuan).ask("NICK Duy2")
    assert tuan.ask("WHOWAS duy") == [
        "314 Tuan | Duy | ~duy | 127.0.0.1 | * | Duy Real",
        "312 Tuan | Duy | gchat.local | 2023-11-14 22:13:20 UTC",
        "369 Tuan | duy | End of WHOWAS",
    ]
    assert tuan.ask("WHOWAS nobody") == [
        "406 Tuan | nobody | There was no such nickname",
        "369 Tuan | nobody | End of WHOWAS",
    ]
    assert tuan.ask("WHOWAS") == ["431 Tuan | No nickname given"]


@pytest.mark.parametrize(
    ("line", "answers"),
    [
        ("ISON nickserv Nobody", ["303 Tuan | NickServ"]),
        ("USERHOST ChanServ", ["302 Tuan | ChanServ=+ChanServ@services"]),
        (
            "WHO NickServ",
            [
                "352 Tuan | * | NickServ | services | gchat.local | NickServ | H | 0 A service of "
                "this server",
                "315 Tuan | NickServ | End of WHO list",
            ],
        ),
        (
            "WHOIS nickserv",
            [
                "311 Tuan | NickServ | NickServ | services | * | A service of this server",
                "312 Tuan | NickServ | gchat.local | gchat",
                "313 Tuan | NickServ | is a network service",
                "317 Tuan | NickServ | 1700000000 | 0 | seconds idle, signon time",
                "318 Tuan | NickServ | End of /WHOIS list",
            ],
        ),
        ("MONITOR + ChanServ", ["730 Tuan | ChanServ!ChanServ@services"]),
        ("@+typing=active TAGMSG NickServ", []),
        ("NOTICE NickServ :hi", []),
    ],
)
def test_services_are_here(line: str, answers: list[str]) -> None:
    """As clients ask before they write to one."""
    assert Person("Tuan", "message-tags").ask(line) == answers


def test_without_modes_there_is_no_379() -> None:
    """RPL_WHOISMODES is no numeric that every client knows."""
    tuan = Person("Tuan")
    assert not [line for line in tuan.ask("WHOIS Tuan") if line.startswith("379")]
    tuan.ask("MODE Tuan +i")
    assert "379 Tuan | Tuan | is using modes +i" in tuan.ask("WHOIS Tuan")
