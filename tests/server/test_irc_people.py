"""NICK, WHO, WHOIS, AWAY, ISON, USERHOST, and what the server says of itself."""

from __future__ import annotations

from collections.abc import Callable

from gchat.wire.message import Message
from tests.support.clients import IrcClient, PlainClient, without_digits, words
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
    tuan = IrcClient(server.port, "Tuan", join="#room")
    PlainClient(server.port, "Duy")
    assert [without_digits(line) for line in words(tuan.ask("WHOIS tuan"))] == [
        "gchat.local N Tuan | Tuan | ~tuan | N.N.N.N | * | Tuan Real",
        "gchat.local N Tuan | Tuan | @#room",
        "gchat.local N Tuan | Tuan | gchat.local | gchat",
        "gchat.local N Tuan | Tuan | is connecting from ~tuan@N.N.N.N N.N.N.N",
        "gchat.local N Tuan | Tuan | is using modes +",
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


def test_user_modes(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    assert words(tuan.ask("MODE Tuan", "MODE tuan +i", "MODE Tuan +i", "MODE Tuan")) == [
        "gchat.local 221 Tuan | +",
        "Tuan MODE Tuan | +i",
        "gchat.local 221 Tuan | +i",
    ]
    assert "0 users and 1 invisible" in words(tuan.ask("LUSERS"))[0]
    assert words(tuan.ask("MODE Tuan -i")) == ["Tuan MODE Tuan | -i"]


def test_about_the_server(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    got = tuan.ask("VERSION", "TIME", "INFO", "LUSERS", "MOTD", "PONG x", "PING")
    commands = [m.command for m in got]
    assert commands == [
        *("351", "005", "005", "005", "391", "371", "371", "371", "374"),
        *("251", "252", "253", "254", "255", "265", "266", "422", "409"),
    ]


def test_a_silent_client_is_pinged_and_lost_when_it_does_not_answer(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(times_ping_interval=0.3, times_ping_timeout=0.6)
    alive = IrcClient(server.port, "Alive", join="#room")
    IrcClient(server.port, "Dead", join="#room")
    seen: list[Message] = []
    while not seen or seen[-1].command != "QUIT":
        seen.append(alive.read())
        if seen[-1].command == "PING":
            alive.send(f"PONG {seen[-1].params[0]}")
    assert words(seen[-1:]) == ["Dead QUIT Ping timeout: 1 seconds"]


def test_a_list_of_friends_may_be_long(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    asked = " ".join(f"n{number}" for number in range(60))
    assert words(tuan.ask(f"ISON {asked} Tuan")) == ["gchat.local 303 Tuan | Tuan"]
