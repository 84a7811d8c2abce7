"""NickServ and ChanServ."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gchat.wire.sasl import Verifier
from tests.support.accounts import FAST, PASSWORD, log_in, plain, register
from tests.support.clients import IrcClient, words
from tests.support.person import Person
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]


@pytest.fixture
def server(make_server: Make, tmp_path: Path) -> ServerProcess:
    return make_server("--data", str(tmp_path / "data"), **FAST)


def notices(person: Person, service: str, text: str) -> list[str]:
    """What a service answers."""
    return [line.partition(" | ")[2] for line in person.ask(f"PRIVMSG {service} :{text}")]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("FROB", "Unknown command FROB. Commands: REGISTER, IDENTIFY, LOGOUT, GHOST, PASSWD,"),
        ("IDENTIFY a b c", "Usage: IDENTIFY [ACCOUNT] PASSWORD"),
        ("INFO Nobody", "There is no such account"),
        ("GHOST Nobody", "No such nickname"),
        ("PASSWD wrong anotherone", "Invalid account name or password"),
        ("CERT ADD", "No certificate. Connect with a TLS client certificate, or give its"),
        ("CERT ADD 12:34", "No certificate."),
        ("CERT FROB", "Usage: CERT ADD|DEL|LIST [FINGERPRINT]"),
        ("DROP", "Usage: DROP PASSWORD"),
        ("LOGOUT", "You are now logged out"),
    ],
)
def test_nickserv_answers(text: str, answer: str) -> None:
    tuan = Person("Tuan")
    assert notices(tuan, "NickServ", "REGISTER hunter22hunter22")[-1] == "Account created"
    (first, *_) = notices(tuan, "NickServ", text)
    assert first.startswith(answer)


def test_certificates_are_named_by_their_fingerprint() -> None:
    tuan = Person("Tuan")
    print_ = "ab" * 32
    assert notices(tuan, "NickServ", f"CERT ADD {print_}")[0].startswith("Usage: CERT")
    notices(tuan, "NickServ", "REGISTER hunter22hunter22")
    refused = "Only this connection's own certificate can be added: connect with it"
    assert notices(tuan, "NickServ", f"CERT ADD {print_}") == [refused]
    tuan.peer.fingerprint = print_
    assert notices(tuan, "NickServ", f"CERT ADD {'cd' * 32}") == [refused]
    assert notices(tuan, "NickServ", f"CERT ADD {':'.join(['AB'] * 32)}") == [f"{print_} was added"]
    assert notices(tuan, "NickServ", "CERT LIST") == [print_, "End of list"]
    assert notices(tuan, "NickServ", f"CERT DEL {print_}") == [f"{print_} was removed"]
    assert notices(tuan, "NickServ", "CERT LIST") == ["End of list"]


def test_who_hides_is_not_named_as_logged_in() -> None:
    tuan = Person("Tuan")
    notices(tuan, "NickServ", "REGISTER hunter22hunter22")
    duy = Person("Duy", beside=tuan)
    assert notices(duy, "NickServ", "INFO Tuan") == ["Tuan is registered. Logged in: Tuan"]
    tuan.ask("MODE Tuan +i")
    hidden = ["Tuan is registered. Logged in: nobody that you can see"]
    assert notices(duy, "NickServ", "INFO Tuan") == hidden
    assert notices(tuan, "NickServ", "INFO Tuan") == ["Tuan is registered. Logged in: Tuan"]


def test_chanserv_answers() -> None:
    tuan = Person("Tuan")
    tuan.ask("JOIN #mine")
    assert notices(tuan, "ChanServ", "INFO #mine") == ["#mine is not registered"]
    assert notices(tuan, "ChanServ", "INFO #none") == ["No such room"]
    assert notices(tuan, "ChanServ", "INFO") == ["Usage: INFO #ROOM"]
    assert notices(tuan, "ChanServ", "REGISTER #mine") == ["You have to be logged in"]
    notices(tuan, "NickServ", "REGISTER hunter22hunter22")
    assert notices(tuan, "ChanServ", "REGISTER #mine") == [
        "#mine is registered to you and is now permanent"
    ]
    assert notices(tuan, "ChanServ", "INFO #mine") == ["#mine is registered to Tuan"]
    assert notices(tuan, "ChanServ", "UNREGISTER #mine") == ["#mine is no longer registered"]
    assert notices(tuan, "ChanServ", "HELP")[0] == "REGISTER #ROOM"


def test_nickserv_for_clients_that_know_nothing_else(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", "draft/read-marker")

    def ask(text: str) -> list[str]:
        return [
            m.params[-1] for m in tuan.ask(f"PRIVMSG NickServ :{text}") if m.command == "NOTICE"
        ]

    assert ask("IDENTIFY x")[0] == "Invalid account name or password"
    assert ask(f"REGISTER {PASSWORD.replace(' ', '')}") == ["Account created"]
    assert ask("INFO") == ["Tuan is registered. Logged in: Tuan"]
    assert ask("LOGOUT") == ["You are now logged out"]
    assert ask("LOGOUT") == ["You are not logged in"]
    assert ask(f"IDENTIFY Tuan {PASSWORD.replace(' ', '')}") == ["You are now logged in as Tuan"]
    assert ask(f"PASSWD wrong {PASSWORD}")[0].startswith("Usage: PASSWD")
    assert ask("PASSWD correcthorse anotherone") == ["The password was changed"]
    assert ask("DROP anotherone") == ["The account was deleted"]
    assert ask("IDENTIFY anotherone") == ["Invalid account name or password"]
    assert any("REGISTER" in line for line in ask("HELP"))
    assert words(tuan.ask("NICK NickServ")) == [
        "gchat.local 433 Tuan | NickServ | This nickname is reserved for a service"
    ]


def test_a_ghost_is_put_out(server: ServerProcess) -> None:
    register(server, "Tuan")
    ghost = log_in(server, "Tuan")
    client = IrcClient(server.port, "Duy")
    answers = client.ask(f"NS GHOST Tuan {PASSWORD}".replace("correct horse", "correct"))
    assert answers[-1].params[-1] == "Invalid account name or password"
    client.ask("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('Tuan')}")
    assert client.ask("NS GHOST Tuan")[-1].params[-1] == "Tuan is no longer connected"
    assert "Killed (Duy (GHOST))" in ghost.read_to_end()[-1]


def test_a_registered_room_lasts_and_knows_its_founder(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), accounts_rejoin="no", **FAST)
    register(server, "Tuan")
    tuan = log_in(server, "Tuan")
    tuan.join("#mine")
    answers = words(tuan.ask("PRIVMSG ChanServ :REGISTER #mine", "MODE #mine +i"))
    assert answers == [
        "Tuan MODE #mine | +q | Tuan",
        "ChanServ NOTICE Tuan | #mine is registered to you and is now permanent",
        "Tuan MODE #mine | +i",
    ]
    tuan.ask("TOPIC #mine :ours", "MODE #mine +b Lan", "MODE #mine +e a:Duy")
    server.stop()
    server = make_server("--data", str(tmp_path), accounts_rejoin="no", **FAST)
    duy = IrcClient(server.port, "Duy")
    assert words(duy.ask("JOIN #mine"))[0].startswith("gchat.local 473 Duy | #mine")
    tuan = log_in(server, "Tuan")
    joined = words(tuan.join("#mine"))
    assert "ChanServ MODE #mine | +q | Tuan" in joined
    assert "gchat.local 332 Tuan | #mine | ours" in joined
    assert "gchat.local 367 Tuan | #mine | Lan!*@* | Tuan!~u@127.0.0.1" in " ".join(
        words(tuan.ask("MODE #mine b"))
    )
    answers = words(tuan.ask("CS UNREGISTER #mine", "PART #mine"))
    assert "ChanServ NOTICE Tuan | #mine is no longer registered" in answers
    assert [m.command for m in duy.ask("JOIN #mine")] == ["JOIN", "353", "366"]


def test_nobody_puts_themselves_out_as_a_ghost() -> None:
    tuan = Person("Tuan")
    notices(tuan, "NickServ", "REGISTER hunter22hunter22")
    assert notices(tuan, "NickServ", "GHOST tuan") == ["That is you"]
    assert tuan.peer.closed is None


def test_what_people_had_in_a_registered_room_they_have_after_a_restart(
    make_server: Make, tmp_path: Path
) -> None:
    """Members of +k and +i rooms were not let in again, and ranks were gone."""
    server = make_server("--data", str(tmp_path), **FAST)
    for name in ("Tuan", "Duy", "Lan", "Mai"):
        register(server, name)
    tuan, duy, lan = (log_in(server, name) for name in ("Tuan", "Duy", "Lan"))
    for client in (tuan, duy, lan):
        client.join("#mine")
    tuan.ask("CS REGISTER #mine", "MODE #mine +ov Duy Duy", "MODE #mine +v Lan")
    tuan.ask("MODE #mine -v Lan", "MODE #mine +iks secret", "KICK #mine Lan")
    server.stop()
    server = make_server("--data", str(tmp_path), accounts_rejoin="no", **FAST)
    duy = log_in(server, "Duy", "multi-prefix")
    joined = words(duy.join("#mine"))
    assert "ChanServ MODE #mine | +ov | Duy | Duy" in joined
    assert "gchat.local 353 Duy | = | #mine | @+Duy" in " ".join(joined).replace(" @ ", " = ")
    for name in ("Lan", "Mai"):  # who was put out, and who never was there
        client = log_in(server, name)
        assert words(client.ask("JOIN #mine"))[0].startswith(f"gchat.local 473 {name}")
    duy.ask("MODE #mine +b Duy", "MODE #mine -ov Duy Duy")
    duy.send("QUIT")
    duy.read_to_end()
    duy = log_in(server, "Duy")
    assert words(duy.ask("JOIN #mine"))[0].startswith("gchat.local 474"), "a ban is for them too"


def test_operators_of_the_server_have_a_way_into_a_room_that_has_no_owner(
    make_server: Make, tmp_path: Path
) -> None:
    """As the lobby of before, where the configuration names another one now."""
    data = ("--data", str(tmp_path))
    server = make_server(*data, **FAST)
    register(server, "Tuan")
    admin_password = Verifier.make("secret words", 4096)
    server.stop()
    config = tmp_path / "gchat.toml"
    config.write_text(f'[operators]\nadmin = "{admin_password}"\n')
    server = make_server(*data, "--config", str(config), **FAST)
    admin = IrcClient(server.port, "Admin")
    admin.ask("OPER admin :secret words", "JOIN #lobby", "MODE #lobby +i")
    server.stop()
    server = make_server(*data, "--config", str(config), server_lobby="#hall", **FAST)
    admin = IrcClient(server.port, "Admin")
    assert words(admin.ask("JOIN #lobby"))[0].startswith("gchat.local 473")
    admin.ask("OPER admin :secret words")
    assert "ChanServ MODE #lobby | +o | Admin" in words(admin.ask("JOIN #lobby"))
