"""Connection registration and capabilities. https://modern.ircdocs.horse/#connection-registration"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gchat.wire.caps import CAPABILITIES
from gchat.wire.sasl import Verifier
from tests.support.clients import IrcClient, LineClient, PlainClient, without_digits, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def raw(server: ServerProcess) -> IrcClient:
    """An IRC client that has not said anything yet."""
    client = IrcClient.__new__(IrcClient)
    LineClient.__init__(client, server.port)
    client.nick = "*"
    return client


def test_the_welcome(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan")
    got = [without_digits(line) for line in words(client.welcome)]
    assert [line.split()[1] for line in words(client.welcome)] == [
        *("001", "002", "003", "004", "005", "005", "005"),
        *("251", "252", "253", "254", "255", "265", "266", "422"),
    ]
    assert got[0] == (
        "gchat.local NNN Tuan | Welcome to the gchat network, Tuan!~tuan@N.N.N.N".replace(
            "NNN", "N"
        )
    )
    tokens = [t for m in client.welcome if m.command == "005" for t in m.params[1:-1]]
    assert {"CASEMAPPING=ascii", "UTF8ONLY", "NICKLEN=30", "PREFIX=(qaohv)~&@%+"} <= set(tokens)
    assert "CHANMODES=Ibe,k,fl,CMRimnst" in tokens


def test_the_motd_of_the_configuration(make_server) -> None:  # type: ignore[no-untyped-def]
    server = make_server(motd="Be kind.\nHave fun.")
    client = IrcClient(server.port, "Tuan")
    assert words(client.welcome)[-4:] == [
        "gchat.local 375 Tuan | - gchat.local Message of the day -",
        "gchat.local 372 Tuan | - Be kind.",
        "gchat.local 372 Tuan | - Have fun.",
        "gchat.local 376 Tuan | End of /MOTD command",
    ]


@pytest.mark.parametrize("order", [("NICK a", "USER a 0 * :A"), ("USER a 0 * :A", "NICK a")])
def test_nick_and_user_in_either_order(server: ServerProcess, order: tuple[str, str]) -> None:
    client = raw(server)
    client.send(*order)
    assert client.read().command == "001"


def test_registration_byte_by_byte(server: ServerProcess) -> None:
    client = raw(server)
    for byte in b"NICK slow\r\nUSER slow 0 * :Slow\r\n":
        client.send_raw(bytes([byte]))
    assert client.read().params[0] == "slow"


def test_cap_negotiation_holds_registration_up(server: ServerProcess) -> None:
    """https://ircv3.net/specs/extensions/capability-negotiation"""
    client = raw(server)
    client.send("CAP LS 302", "NICK Tuan", "USER t 0 * :T", "PING x")
    *offered, pong = client.until("PONG")
    assert words([pong]) == ["gchat.local PONG gchat.local | x"]
    assert [message.params[2] for message in offered[:-1]] == ["*"] * (len(offered) - 1)
    names = " ".join(message.params[-1] for message in offered).split()
    assert names == sorted(names)
    assert {"batch", "message-tags", "sasl=PLAIN,SCRAM-SHA-256"} <= set(names)
    client.send("CAP REQ :server-time echo-message", "CAP REQ :server-time nonsense", "CAP LIST")
    assert words([client.read() for _ in range(3)]) == [
        "gchat.local CAP Tuan | ACK | server-time echo-message",
        "gchat.local CAP Tuan | NAK | server-time nonsense",
        "gchat.local CAP Tuan | LIST | cap-notify echo-message server-time",
    ]
    client.send("CAP REQ -echo-message", "CAP LIST", "CAP FLY", "CAP END")
    assert words([client.read() for _ in range(4)]) == [
        "gchat.local CAP Tuan | ACK | -echo-message",
        "gchat.local CAP Tuan | LIST | cap-notify server-time",
        "gchat.local 410 Tuan | FLY | Invalid CAP command",
        "gchat.local 001 Tuan | Welcome to the gchat network, Tuan!~t@127.0.0.1",
    ]


def test_a_nickname_in_use_may_be_tried_again(server: ServerProcess) -> None:
    PlainClient(server.port, "Tuan")
    client = raw(server)
    client.send("USER t 0 * :T", "NICK tuan", "NICK", "NICK :a b", "NICK 5th", "NICK Duy")
    assert words([client.read() for _ in range(5)]) == [
        "gchat.local 433 * | tuan | This nickname is already in use",
        "gchat.local 431 * | No nickname given",
        "gchat.local 432 * | * | This nickname cannot be used: it has a space in it",
        "gchat.local 432 * | 5th | This nickname cannot be used: it begins with '5'",
        "gchat.local 001 Duy | Welcome to the gchat network, Duy!~t@127.0.0.1",
    ]


def test_before_registration_little_is_allowed(server: ServerProcess) -> None:
    client = raw(server)
    client.send("NICK x", "JOIN #a", "PRIVMSG #a :hi", "USER", "NONSENSE", "PING :here")
    assert words([client.read() for _ in range(5)]) == [
        "gchat.local 451 x | JOIN | You have not registered",
        "gchat.local 451 x | PRIVMSG | You have not registered",
        "gchat.local 461 x | USER | Not enough parameters",
        "gchat.local 451 x | NONSENSE | You have not registered",
        "gchat.local PONG gchat.local | here",
    ]


def test_registering_twice_is_refused(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan")
    assert words(client.ask("USER a 0 * :A", "PASS x", "AUTHENTICATE PLAIN", "NONSENSE")) == [
        "gchat.local 462 Tuan | You may not register again",
        "gchat.local 462 Tuan | You may not register again",
        "gchat.local 904 Tuan | Request the sasl capability first",
        "gchat.local 421 Tuan | NONSENSE | Unknown command",
    ]


def test_capabilities_can_change_after_registration(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan.sync()
    duy.ask("PRIVMSG #room :one")
    tuan.send("CAP REQ server-time")
    assert [(m.params[-1], "time" in m.tags) for m in tuan.sync()] == [
        ("one", False),
        ("server-time", False),
    ]
    duy.ask("PRIVMSG #room :two")
    assert [(m.params[-1], "time" in m.tags) for m in tuan.sync()] == [("two", True)]
    tuan.ask("CAP REQ -server-time")
    duy.ask("PRIVMSG #room :three")
    assert [(m.params[-1], "time" in m.tags) for m in tuan.sync()] == [("three", False)]


def test_message_lines_at_the_limit_of_512_bytes_and_past_it(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan", "message-tags")
    assert client.ask("PING " + "x" * 505)[0].command == "PONG"  # 510 bytes and CRLF
    assert words(client.ask("PING " + "x" * 506)) == [
        "gchat.local 417 Tuan | Input line was too long"
    ]


def test_tags_at_the_limit_and_past_it(server: ServerProcess) -> None:
    """https://ircv3.net/specs/extensions/message-tags#size-limit"""
    client = IrcClient(server.port, "Tuan", "message-tags")
    fits = "@+a=" + "x" * (4096 - len("@+a= "))
    assert words(client.ask(f"{fits} PRIVMSG Tuan :hi"))[-1] == "Tuan PRIVMSG Tuan | hi"
    assert words(client.ask(f"{fits}x PRIVMSG Tuan :hi")) == [
        "gchat.local 417 Tuan | Input line was too long"
    ]
    assert words(client.ask("@+a=" + "x" * 100_000 + " PRIVMSG Tuan :hi")) == [
        "gchat.local 417 Tuan | Input line was too long"
    ]


def test_bytes_that_are_no_message(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan")
    client.send_raw(b"PRIVMSG Tuan :a\0b\r\nPRIVMSG Tuan :a\rb\r\n:\r\n\r\n   \r\n!?\r\n")
    client.send_raw(b"PRIVMSG Tuan :\xff\r\n")
    assert words(client.sync()) == [
        "gchat.local 400 Tuan | * | Message rejected: NUL, CR and LF are not allowed in a message",
        "gchat.local 400 Tuan | * | Message rejected: NUL, CR and LF are not allowed in a message",
        "gchat.local 400 Tuan | * | Message rejected: no command",
        "gchat.local 400 Tuan | * | Message rejected: a command is made of letters or digits",
        "gchat.local FAIL PRIVMSG | INVALID_UTF8 | Message rejected: it is not UTF-8",
    ]


def test_an_empty_real_name_is_refused(server: ServerProcess) -> None:
    client = raw(server)
    client.send("NICK x", "USER x 0 * :", "USER x 0 * :X")
    assert [client.read().command for _ in range(2)] == ["461", "001"]


def test_a_gateway_speaks_for_somebody(make_server: Callable[..., ServerProcess]) -> None:
    """https://ircv3.net/specs/extensions/webirc"""
    settings = {
        "server_webirc_from": "127.0.0.1",
        "server_webirc_password": Verifier.make("secret", 4096),
    }
    server = make_server(**settings)
    for password, address, host in (
        ("secret", "192.0.2.7", "192.0.2.7"),
        ("secret", "2001:db8::7", "2001:db8::7"),
        ("secret", "0::1", "0::1"),
        ("wrong", "192.0.2.7", ""),
        ("secret", "nonsense", ""),
    ):
        client = raw(server)
        client.send(f"WEBIRC {password} gateway host.example {address}", "NICK a", "USER a 0 * :A")
        if host:
            assert client.until("001")[-1].params[-1].endswith(f"a!~a@{host}")
            client.send("QUIT")
            client.read_to_end()
        else:
            assert client.read_to_end()[-1].endswith("(WEBIRC access denied)")


def gateway(make_server: Callable[..., ServerProcess], **settings: object) -> ServerProcess:
    """A server with a gateway on this machine, which is not exempt from limits."""
    return make_server(
        server_webirc_from="127.0.0.1",
        server_webirc_password=Verifier.make("secret", 4096),
        limits_local_exempt="no",
        **settings,
    )


def through(server: ServerProcess, address: str, *lines: str) -> IrcClient:
    client = raw(server)
    client.send(f"WEBIRC secret gateway host.example {address}", *lines)
    return client


def test_limits_are_those_of_a_gateways_user(make_server: Callable[..., ServerProcess]) -> None:
    """Sixty users in a minute were all that a gateway could bring."""
    server = gateway(make_server, limits_connections_per_address=2, limits_new_connections_burst=2)
    hello = "NICK {0}", "USER {0} 0 * :{0}"
    for number in range(5):
        lines = [line.format(f"n{number}") for line in hello]
        assert through(server, f"192.0.2.{number}", *lines).until("001")
    second = through(server, "192.0.2.1", "NICK second", "USER a 0 * :A")
    assert second.until("001")
    third = through(server, "192.0.2.1", "NICK third", "USER a 0 * :A")
    assert third.read_to_end()[0] == "ERROR :Too many connections from your address"
    for number in range(2):  # for the gateway's machine itself nothing was counted
        assert raw(server).ask(f"NICK own{number}", "USER a 0 * :A")
    own = LineClient(server.port, b"NICK own\r\nUSER a 0 * :A\r\n")
    assert own.read_to_end()[0] == "ERROR :Too many connections from your address"
    malformed = LineClient(server.port, b"WEBIRC secret\r\nNICK own\r\n")
    assert "ERROR :Too many connections from your address" in malformed.read_to_end()


def test_a_gateway_is_let_in_whatever_was_guessed(
    make_server: Callable[..., ServerProcess],
) -> None:
    """Neither what its users guess nor what others on its machine do uses up its attempts."""
    server = gateway(make_server, accounts_attempts=1, accounts_iterations=4096)
    first = through(server, "192.0.2.1", "NICK a", "USER a 0 * :A")
    first.until("422")
    own = raw(server)
    own.send("NICK own", "USER a 0 * :A")
    own.until("422")
    for client in (first, own):
        answers = client.ask("NS IDENTIFY Tuan wrong", "NS IDENTIFY Tuan wrong")
        assert [answer.params[1] for answer in answers] == [
            "Invalid account name or password",
            "Too many login attempts: try again later",
        ]
    for address in ("nonsense", "fe80::1%eth0"):  # not the gateway's fault, and no guess
        assert "access denied" in through(server, address).read_to_end()[-1]
    second = through(server, "192.0.2.2", "NICK b", "USER b 0 * :B")
    second.until("422")
    (answer,) = second.ask("NS IDENTIFY Tuan wrong")
    assert answer.params[1] == "Invalid account name or password", "it has attempts of its own"


def test_the_servers_password_is_right_whatever_was_guessed(
    make_server: Callable[..., ServerProcess],
) -> None:
    """Once somebody has given it; and nobody who gives none has guessed."""
    server = make_server(
        server_password=Verifier.make("secret", 4096),
        limits_local_exempt="no",
        accounts_attempts=1,
    )
    hello = "NICK {0}", "USER {0} 0 * :{0}"
    for nick, password, welcome in (
        ("none", "", False),
        ("first", "secret", True),
        ("guess", "wrong", False),
        ("again", "Secret", False),
        ("second", "secret", True),
    ):
        client = raw(server)
        lines = [f"PASS {password}"] if password else []
        client.send(*lines, *(line.format(nick) for line in hello))
        assert (client.read().command == "001") is welcome, nick


def test_webirc_is_nobodys_by_default(server: ServerProcess) -> None:
    client = raw(server)
    client.send("WEBIRC secret gateway host.example 192.0.2.7")
    assert client.read_to_end() == ["ERROR :Closing Link: 127.0.0.1 (WEBIRC access denied)"]


def test_pass_before_it_all() -> None:
    """PASS: https://modern.ircdocs.horse/#pass-message"""
    assert Person("Tuan").ask("PASS x") == ["462 Tuan | You may not register again"]


def test_nick_and_user() -> None:
    """NICK: https://modern.ircdocs.horse/#nick-message
    USER: https://modern.ircdocs.horse/#user-message
    """
    tuan = Person("Tuan")
    Person("Duy", beside=tuan)
    assert tuan.ask("NICK") == ["431 Tuan | No nickname given"]
    assert tuan.ask("NICK DUY") == ["433 Tuan | DUY | This nickname is already in use"]
    assert tuan.ask("NICK a!") == ["432 Tuan | a! | This nickname cannot be used: it has '!' in it"]
    assert tuan.ask("USER a 0 * :b") == ["462 Tuan | You may not register again"]
    assert tuan.ask("NICK Lan", "NICK") == ["431 Lan | No nickname given"]


def test_who_is_told_one_line_of_capabilities_is_told_all_but_drafts() -> None:
    """CAP LS without 302. ZNC 1.8 asks so: it was not told of znc.in/playback, and one capability
    more in front of server-time would have cost it that too.
    """
    (line,) = Person("Tuan").ask("CAP LS")
    told = line.partition("LS | ")[2].split(" ")
    settled = {one for one in CAPABILITIES if not one.startswith(("draft/", "soju.im/"))} - {"sts"}
    assert settled <= set(told)
    assert len(line.encode()) < 500
