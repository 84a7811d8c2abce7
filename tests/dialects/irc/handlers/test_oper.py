"""Operators of the server: OPER, KILL, bans, WALLOPS, REHASH; settings read again."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from gchat.core.accounts import ServerBan
from gchat.dialects.node import Node
from gchat.wire.sasl import Verifier
from tests.support.accounts import PASSWORD, log_in, plain, register
from tests.support.clients import IrcClient, LineClient, PlainClient, words
from tests.support.person import Person
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
OPERATORS = f'[operators]\nadmin = "{Verifier.make("secret words", 4096)}"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "gchat.toml"
    path.write_text(OPERATORS)
    return path


@pytest.fixture
def server(make_server: Make, tmp_path: Path, config: Path) -> ServerProcess:
    return make_server("--config", str(config), "--data", str(tmp_path / "data"))


@pytest.fixture
def admin(server: ServerProcess) -> IrcClient:
    client = IrcClient(server.port, "Admin", "cap-notify")
    assert words(client.ask("OPER admin :secret words")) == [
        "Admin MODE Admin | +o",
        "gchat.local 381 Admin | You are now an IRC operator",
    ]
    return client


@pytest.mark.parametrize("command", ["OPER admin wrong", "OPER nobody :secret words"])
def test_a_wrong_password_looks_like_a_wrong_name(server: ServerProcess, command: str) -> None:
    """OPER: https://modern.ircdocs.horse/#oper-message"""
    client = IrcClient(server.port, "Tuan")
    assert words(client.ask(command)) == [
        "gchat.local 491 Tuan | Password incorrect, or no such operator"
    ]


@pytest.mark.parametrize(
    "command", ["KILL Admin :x", "KLINE *@127.0.0.1 :x", "UNKLINE *@x", "WALLOPS :x", "REHASH"]
)
def test_who_is_none_may_not(server: ServerProcess, admin: IrcClient, command: str) -> None:
    tuan = IrcClient(server.port, "Tuan")
    assert [m.command for m in tuan.ask(command, "MODE Tuan +o")] == ["481"]
    assert admin.sync() == []


def test_kill(server: ServerProcess, admin: IrcClient) -> None:
    """KILL: https://modern.ircdocs.horse/#kill-message"""
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy.sync()
    admin.ask("KILL Tuan :enough")
    reason = "Killed (Admin (enough))"
    assert tuan.read_to_end()[-1] == f"ERROR :Closing Link: 127.0.0.1 ({reason})"
    assert words(duy.sync()) == [f"Tuan QUIT {reason}"]


def test_a_ban_lasts_until_it_is_lifted(
    make_server: Make, tmp_path: Path, config: Path, server: ServerProcess, admin: IrcClient
) -> None:
    """KLINE: https://github.com/solanum-ircd/solanum/blob/main/help/opers/kline
    UNKLINE: https://github.com/solanum-ircd/solanum/blob/main/help/opers/unkline
    """
    tuan = IrcClient(server.port, "Tuan")
    admin.ask("KLINE ~tuan@127.* :go away")
    assert tuan.read_to_end()[-1].endswith("(Banned: go away)")
    server.stop()
    server = make_server("--config", str(config), "--data", str(tmp_path / "data"))
    again = LineClient(server.port, b"NICK Tuan\r\nUSER tuan 0 * :T\r\n")
    assert again.read_line() == ":gchat.local 465 * :You are banned: go away"
    admin = IrcClient(server.port, "Admin")
    admin.ask("OPER admin :secret words", "UNKLINE ~tuan@127.*")
    assert IrcClient(server.port, "Tuan").sync() == []


def test_wallops_are_for_who_wants_them(server: ServerProcess, admin: IrcClient) -> None:
    """WALLOPS: https://modern.ircdocs.horse/#wallops-message"""
    tuan, duy = IrcClient(server.port, "Tuan"), IrcClient(server.port, "Duy")
    tuan.ask("MODE Tuan +w")
    admin.ask("WALLOPS :maintenance at noon")
    assert words(tuan.sync()) == ["Admin WALLOPS maintenance at noon"]
    assert duy.sync() == []


def test_rehash_takes_over_what_can_be(
    server: ServerProcess, admin: IrcClient, config: Path
) -> None:
    """REHASH: https://modern.ircdocs.horse/#rehash-message"""
    cap = "draft/account-registration"
    admin.ask(f"CAP REQ {cap}")
    extra = '[server]\nmotd = "New."\nlobby = "#other"\n[accounts]\nregistration = false\n'
    config.write_text(OPERATORS + extra)
    answers = words(admin.ask("REHASH", "MOTD"))
    assert answers == [
        "gchat.local 382 Admin | gchat.local | Rehashing",
        f"gchat.local CAP Admin | DEL | {cap}",
        "gchat.local NOTICE Admin | The configuration was reloaded. These need a restart: "
        "server.lobby.",
        "gchat.local 375 Admin | - gchat.local Message of the day -",
        "gchat.local 372 Admin | - New.",
        "gchat.local 376 Admin | End of /MOTD command",
    ]
    config.write_text(OPERATORS)
    again = f"gchat.local CAP Admin | NEW | {cap}=before-connect"
    assert again in words(admin.ask("REHASH"))
    config.write_text("nonsense")
    assert words(admin.ask("REHASH"))[-1].startswith(
        f"gchat.local NOTICE Admin | Configuration not reloaded: {config}: is not valid TOML"
    )


def test_a_lobby_that_waits_for_a_restart_changes_nothing_for_anybody(
    server: ServerProcess, admin: IrcClient, config: Path
) -> None:
    """Half of it was taken over: people on netcat read `#other: No such room.`"""
    tuan = PlainClient(server.port, "Tuan")
    config.write_text(OPERATORS + '[server]\nlobby = "#other"\nmetrics = "127.0.0.1:1"\n')
    (_, answer) = words(admin.ask("REHASH"))
    assert answer.endswith("These need a restart: server.lobby, server.metrics.")
    duy = PlainClient(server.port, "Duy")
    assert tuan.read_line() == "Duy has connected to the chat room"
    tuan.say("hi")
    assert (tuan.read_line(), duy.read_line()) == ("Tuan: hi", "Tuan: hi")
    tuan.say("/who")
    assert tuan.read_line() == "2 here: Duy, Tuan"


def test_limits_of_lines_are_others_for_who_is_connected(
    make_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    path = tmp_path / "gchat.toml"
    path.write_text("[limits]\nlines_burst = 1\nlines_per_second = 1\nlocal_exempt = false\n")
    server = make_server("--config", str(path))
    slow = IrcClient(server.port, "Slow")
    path.write_text("[limits]\nlines_burst = 0\nlocal_exempt = false\n")
    server.process.send_signal(signal.SIGHUP)
    while "configuration was reloaded" not in server.log:
        pass
    for number in range(60):  # a minute's worth
        slow.send(f"PING {number}")
    while slow.read().params[-1] != "59":
        pass


def test_sighup_is_the_same(server: ServerProcess, config: Path) -> None:
    tuan = IrcClient(server.port, "Tuan")
    config.write_text('[server]\nmotd = "New."\n')
    server.process.send_signal(signal.SIGHUP)
    while "configuration was reloaded" not in server.log:
        tuan.sync()
    assert "gchat.local 372 Tuan | - New." in words(tuan.ask("MOTD"))


def test_a_ban_of_a_network_or_of_who_has_a_nickname(
    server: ServerProcess, admin: IrcClient
) -> None:
    tuan, duy = IrcClient(server.port, "Tuan"), IrcClient(server.port, "Duy")
    assert words(admin.ask("KLINE Nobody :x"))[0].endswith("401 Admin | Nobody | No such nickname")
    assert words(admin.ask("KLINE *@127.0.0.0/33 :x")) == [
        "gchat.local 415 Admin | *@127.0.0.0/33 | This mask has a network that is not valid"
    ]
    assert words(admin.ask("KLINE 5 Duy :go")) == [
        "gchat.local NOTICE Admin | *@127.0.0.1 is banned for 5 min"
    ]
    assert duy.read_to_end()[-1].endswith("(Banned: go)")
    assert tuan.read_to_end()[-1].endswith("(Banned: go)"), "it is the same address"
    admin.ask("UNKLINE 127.0.0.1", "KLINE 127.0.0.0/8 :all")
    again = LineClient(server.port, b"NICK Tuan\r\nUSER tuan 0 * :T\r\n")
    assert again.read_line() == ":gchat.local 465 * :You are banned: all"
    admin.ask("UNKLINE 127.5.5.5/8")
    assert IrcClient(server.port, "Tuan").sync() == []


def test_a_ban_closes_one_connection_of_a_person_and_keeps_it_out(
    server: ServerProcess, admin: IrcClient
) -> None:
    register(server, "Tuan")
    desk = log_in(server, "Tuan")
    desk.join("#room")
    phone = attach(server)
    while phone.read_line().split()[1] != "422":
        pass
    hosts = [m.params[-1] for m in admin.ask("WHOIS Tuan") if m.command == "378"]
    assert hosts == [f"is connecting from ~{name}@127.0.0.1 127.0.0.1" for name in ("u", "phone")]
    admin.ask("KLINE ~phone@127.0.0.1 :stolen")
    assert phone.read_to_end()[-1].endswith("(Banned: stolen)")
    assert attach(server).read_to_end()[-2:] == [
        ":gchat.local 465 * :You are banned: stolen",
        "ERROR :Closing Link: 127.0.0.1 (You are banned: stolen)",
    ]
    assert words(desk.ask("PING x")) == ["gchat.local PONG gchat.local | x"]


def test_bans_are_looked_through_once_and_again_when_there_are_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before registration, each AUTHENTICATE looked through all with wildcards: 10 ms of 10,000."""
    looked: list[tuple[str, str]] = []
    banned = Node.banned

    def noted(node: Node, username: str, host: str) -> ServerBan | None:
        looked.append((username, host))
        return banned(node, username, host)

    monkeypatch.setattr(Node, "banned", noted)
    tuan = Person("", "sasl")
    begin = ("AUTHENTICATE PLAIN", "AUTHENTICATE *") * 5
    tuan.ask(*begin)
    assert looked == [("", "127.0.0.1")]
    tuan.node.hub.bans.set("*@192.0.2.1", ServerBan("*@192.0.2.1", "x", "op", 0))
    tuan.ask(*begin)
    assert len(looked) == 2
    tuan.node.hub.bans.set("*@127.0.0.1", ServerBan("*@127.0.0.1", "spam", "op", 0))
    assert tuan.ask(*begin[:1])[-1] == "465 * | You are banned: spam"


@pytest.mark.parametrize(
    "lines",
    [
        ("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('Tuan', 'wrong')}"),
        ("CAP REQ sasl", "AUTHENTICATE SCRAM-SHA-256"),
        ("NICK Lan", f"REGISTER * * :{PASSWORD}"),
    ],
)
def test_who_is_banned_cannot_guess_or_make_accounts_either(
    server: ServerProcess, admin: IrcClient, lines: tuple[str, ...]
) -> None:
    admin.ask("KLINE 127.0.0.1 :guesses")
    client = LineClient(server.port)
    client.send(*lines)
    assert client.read_to_end()[-2:] == [
        f":gchat.local 465 {'Lan' if lines[0] == 'NICK Lan' else '*'} :You are banned: guesses",
        "ERROR :Closing Link: 127.0.0.1 (You are banned: guesses)",
    ]
    assert words(admin.ask("NS INFO Lan"))[0].endswith("There is no such account")
    admin.ask("UNKLINE 127.0.0.1", "KLINE ~x@127.0.0.1 :x")  # of another username
    client = LineClient(server.port)
    client.send(*lines)
    assert "465" not in client.read_line()


def attach(server: ServerProcess) -> LineClient:
    """One more connection of Tuan's, with another username."""
    client = LineClient(server.port)
    client.send("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('Tuan')}")
    client.send("NICK Tuan", "USER phone 0 * :P", "CAP END")
    return client
