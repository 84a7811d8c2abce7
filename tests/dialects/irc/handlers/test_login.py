"""Accounts: REGISTER, SASL, NickServ; what is whose; several connections of one person."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
import scramp

from tests.support.accounts import FAST, PASSWORD, log_in, plain, register
from tests.support.clients import IrcClient, LineClient, PlainClient, words
from tests.support.person import Person
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]


@pytest.fixture
def server(make_server: Make, tmp_path: Path) -> ServerProcess:
    return make_server("--data", str(tmp_path / "data"), **FAST)


def test_a_nickname_belongs_to_its_account(server: ServerProcess) -> None:
    register(server, "Tuan")
    client = IrcClient(server.port, "Duy")
    assert words(client.ask("NICK tuan")) == [
        "gchat.local 433 Duy | tuan | This nickname belongs to an account: log in to it first"
    ]
    netcat = LineClient(server.port, b"Tuan\n")
    assert netcat.read_to_end() == [
        "Tuan: This nickname belongs to an account: log in to it first."
    ]
    assert log_in(server, "Tuan").welcome[0].params[0] == "Tuan"


def test_accounts_outlive_the_server(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), **FAST)
    register(server, "Tuan")
    server.stop()
    server = make_server("--data", str(tmp_path), **FAST)
    log_in(server, "Tuan")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert PASSWORD.encode() not in stored


def scram(client: LineClient, password: str) -> str:
    """The line that ends an exchange; the capability is there already."""
    client.send("AUTHENTICATE SCRAM-SHA-256")
    while client.read_line() != "AUTHENTICATE +":
        pass
    peer = scramp.ScramClient(["SCRAM-SHA-256"], "tuan", password)
    client.send(f"AUTHENTICATE {base64.b64encode(peer.get_client_first().encode()).decode()}")
    answer = client.read_line().rpartition(" ")[2]
    peer.set_server_first(base64.b64decode(answer).decode())
    client.send(f"AUTHENTICATE {base64.b64encode(peer.get_client_final().encode()).decode()}")
    line = client.read_line()
    if line.startswith("AUTHENTICATE "):
        peer.set_server_final(base64.b64decode(line.rpartition(" ")[2]).decode())
        client.send("AUTHENTICATE +")
        assert " 900 " in client.read_line()
        line = client.read_line()
    return line


def test_scram(server: ServerProcess) -> None:
    """AUTHENTICATE: https://ircv3.net/specs/extensions/sasl-3.1#the-authenticate-command"""
    register(server, "Tuan")
    for password, expected in ((PASSWORD, "903"), ("wrong one", "904")):
        client = LineClient(server.port)
        client.send("CAP LS 302", "CAP REQ sasl")
        assert f" {expected} " in scram(client, password)
        client.close()


def test_an_unknown_account_looks_like_a_wrong_password(server: ServerProcess) -> None:
    register(server, "Tuan")
    answers = []
    for name in ("Tuan", "Nobody"):
        client = LineClient(server.port)
        client.send("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain(name, 'wrong')}")
        answers.append([client.read_line() for _ in range(3)])
        salts = []
        for _ in range(2):
            client.send("AUTHENTICATE SCRAM-SHA-256")
            client.read_line()
            first = base64.b64encode(f"n,,n={name},r=abc".encode()).decode()
            client.send(f"AUTHENTICATE {first}")
            salts.append(base64.b64decode(client.read_line().rpartition(" ")[2]).split(b",")[1])
            client.send("AUTHENTICATE *")
            client.read_line()
        assert salts[0] == salts[1], "the same each time"
    assert answers[0] == answers[1]


def test_attempts_are_limited(make_server: Make) -> None:
    server = make_server(accounts_iterations=4096, accounts_attempts=3, limits_local_exempt="no")
    client = IrcClient(server.port, "Tuan", "sasl")
    texts = []
    for _ in range(4):
        client.ask("AUTHENTICATE PLAIN")
        (answer,) = client.ask(f"AUTHENTICATE {plain('Tuan', 'wrong')}")
        texts.append(answer.params[-1])
    assert texts == [
        *["Invalid account name or password"] * 3,
        "Too many login attempts: try again later",
    ]


def test_right_passwords_are_no_attempts(make_server: Make, tmp_path: Path) -> None:
    """A school behind one address: the eleventh right password was refused. And after a restart
    many log in at once, and none is told that there are too many.
    """
    data = ("--data", str(tmp_path))
    server = make_server(*data, **FAST)
    register(server, "Tuan")
    server.stop()
    limits = {"accounts_attempts": 3, "accounts_attempts_per_minute": 1}
    server = make_server(*data, accounts_iterations=4096, limits_local_exempt="no", **limits)
    clients = [LineClient(server.port) for _ in range(50)]
    for client in clients:
        client.send("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('Tuan')}")
    for client in clients:
        lines = [client.read_line() for _ in range(4)]
        assert " 903 " in lines[-1], lines
    for _ in range(4):
        assert " 903 " in scram(clients[0], PASSWORD)
    wrong = f"AUTHENTICATE {plain('Tuan', 'wrong')}"
    texts = []
    for _ in range(4):
        clients[0].send("AUTHENTICATE PLAIN", wrong)
        texts.append([clients[0].read_line() for _ in range(2)][-1].rpartition(" :")[2])
    assert texts == [
        *["Invalid account name or password"] * 3,
        "Too many login attempts: try again later",
    ]


def test_who_fails_again_and_again_is_let_go(server: ServerProcess) -> None:
    client = LineClient(server.port)
    client.send("CAP REQ sasl")
    for _ in range(10):
        client.send("AUTHENTICATE PLAIN", "AUTHENTICATE !!!")
    assert client.read_to_end()[-1] == ("ERROR :Closing Link: 127.0.0.1 (Too many failed logins)")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("REGISTER * * short", "WEAK_PASSWORD"),
        ("REGISTER Other * :long enough", "ACCOUNT_NAME_MUST_BE_NICK"),
        ("REGISTER * * :" + "x" * 400, "SUCCESS"),
        ("VERIFY Duy 123", "INVALID_CODE"),
    ],
)
def test_register_errors(server: ServerProcess, command: str, code: str) -> None:
    client = IrcClient(server.port, "Duy", "draft/account-registration")
    answers = [m for m in client.ask(command) if m.command in ("FAIL", "REGISTER")]
    assert code in answers[0].params


def test_several_connections_of_one_person(server: ServerProcess) -> None:
    register(server, "Tuan")
    caps = ("echo-message", "message-tags", "draft/read-marker")
    phone, laptop = log_in(server, "Tuan", *caps), None
    phone.join("#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    phone.sync()
    laptop = log_in(server, "Tuan", *caps)
    burst = laptop.sync()
    assert [m.command for m in burst[:4]] == ["JOIN", "MARKREAD", "353", "366"]
    assert duy.sync() == [], "nobody else notices"
    (echo,) = phone.ask("PRIVMSG #room :from the phone")
    (seen,) = laptop.sync()
    assert (seen.params, seen.tags["msgid"]) == (echo.params, echo.tags["msgid"])
    laptop.ask("MARKREAD #room timestamp=2020-01-01T00:00:00.000Z")
    assert phone.sync()[-1].params == ["#room", "timestamp=2020-01-01T00:00:00.000Z"]
    laptop.ask("NICK Tuan2")
    assert words(phone.sync()) == ["Tuan NICK Tuan2"]
    phone.send("QUIT")
    phone.read_to_end()
    assert [m.command for m in duy.sync()] == ["PRIVMSG", "NICK"], "they are still here"
    laptop.send("QUIT :bye")
    laptop.read_to_end()
    assert words(duy.sync()) == ["Tuan2 QUIT Quit: bye"]


def test_what_each_connection_of_one_person_has_by_itself(server: ServerProcess) -> None:
    """AWAY, MONITOR: who is asked about is the person; who asks is a connection."""
    register(server, "Tuan")
    duy = IrcClient(server.port, "Duy", "away-notify", "extended-monitor", join="#room")
    phone = log_in(server, "Tuan", "extended-monitor", "away-notify")
    phone.join("#room")
    laptop = log_in(server, "Tuan", "extended-monitor", "away-notify")
    laptop.sync()
    duy.sync()
    assert words(phone.ask("AWAY :lunch"))[0].startswith("gchat.local 306")
    assert duy.sync() == [], "the laptop is here"
    laptop.ask("AWAY :sleeping")
    assert words(duy.sync()) == ["Tuan AWAY sleeping"]
    phone.ask("AWAY")
    assert words(duy.sync()) == ["Tuan AWAY"]
    phone.ask("MONITOR + Lan")
    assert words(laptop.ask("MONITOR L")) == ["gchat.local 733 Tuan | End of MONITOR list"]
    lan = IrcClient(server.port, "Lan")
    lan.ask("AWAY :out")
    assert words(phone.sync()) == ["gchat.local 730 Tuan | Lan!~lan@127.0.0.1", "Lan AWAY out"]
    assert laptop.sync() == []
    for client in (phone, laptop, lan):
        client.ask("CAP REQ draft/metadata-3")
    for client in (phone, laptop):
        client.ask("METADATA * SUB avatar")
    lan.ask("METADATA * SET avatar :https://example.org/a.png")
    assert [m.command for m in phone.sync()] == ["761"]
    assert laptop.sync() == []


def test_one_more_connection_is_registered_for_good(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), times_registration=0.6, **FAST)
    register(server, "Tuan")
    phone, laptop = log_in(server, "Tuan"), log_in(server, "Tuan")
    silent = LineClient(server.port, b"NICK Silent\r\n")
    assert "Registration timed out" in silent.read_to_end()[-1], "so much time has gone by"
    assert laptop.sync() == phone.sync() == []
    (unknown,) = [m for m in laptop.ask("LUSERS") if m.command == "253"]
    assert unknown.params[1] == "0"


def test_who_comes_back_is_where_they_were(server: ServerProcess) -> None:
    register(server, "Tuan")
    first = log_in(server, "Tuan")
    first.join("#one")
    first.join("#two")
    first.ask("PART #one")
    first.send("QUIT")
    first.read_to_end()
    second = log_in(server, "Tuan")
    assert [m.params[0] for m in second.sync() if m.command == "JOIN"] == ["#two"]


def test_private_messages_are_there_again_after_logging_in(server: ServerProcess) -> None:
    register(server, "Tuan")
    register(server, "Duy")
    tuan, duy = log_in(server, "Tuan"), log_in(server, "Duy")
    tuan.ask("PRIVMSG Duy :just us")
    for client in (tuan, duy):
        client.send("QUIT")
        client.read_to_end()
    again = log_in(server, "Tuan", "draft/chathistory", "batch")
    log_in(server, "Duy")
    assert [m.params[-1] for m in again.ask("CHATHISTORY LATEST Duy * 10")][1:-1] == ["just us"]
    lan = IrcClient(server.port, "Lan", "draft/chathistory", "batch")
    assert len(lan.ask("CHATHISTORY LATEST Duy * 10")) == 2


def test_netcat_is_welcome_beside_accounts(server: ServerProcess) -> None:
    register(server, "Tuan")
    duy = PlainClient(server.port, "Duy")
    tuan = log_in(server, "Tuan")
    tuan.join("#lobby")
    assert duy.read_line() == "Tuan has connected to the chat room"


def test_register_and_verify() -> None:
    """REGISTER, VERIFY: https://ircv3.net/specs/extensions/account-registration"""
    tuan = Person("Tuan")
    assert tuan.ask("REGISTER * * :hunter22hunter22") == [
        "900 Tuan | Tuan!~tuan@127.0.0.1 | Tuan | You are now logged in as Tuan",
        "REGISTER SUCCESS | Tuan | Account registered",
    ]
    assert tuan.ask("REGISTER * * :hunter22hunter22") == [
        "FAIL REGISTER | ALREADY_AUTHENTICATED | Tuan | You are already logged in"
    ]
    assert tuan.ask("VERIFY Tuan code") == [
        "FAIL VERIFY | INVALID_CODE | Tuan | Accounts on this server need no verification"
    ]


def test_a_friend_is_found_by_their_account(server: ServerProcess) -> None:
    """Offline or under another nickname: TARGETS named them, and LATEST knew nobody."""
    register(server, "Tuan")
    register(server, "Duy")
    caps = ("draft/chathistory", "batch", "soju.im/search", "draft/message-redaction")
    tuan, duy = log_in(server, "Tuan", *caps, "echo-message", "message-tags"), log_in(server, "Duy")
    duy.ask("NICK Duy_away")
    (said,) = [m for m in tuan.ask("PRIVMSG Duy_away :psst") if m.command == "PRIVMSG"]
    start = "2020-01-01T00:00:00.000Z"

    def past(*names: str) -> None:
        asked = f"CHATHISTORY TARGETS timestamp={start} timestamp=2100-01-01T00:00:00.000Z 9"
        assert [m.params[1] for m in tuan.ask(asked) if m.command == "CHATHISTORY"] == [names[0]]
        for name in names:
            found = tuan.ask(f"CHATHISTORY LATEST {name} * 9", f"SEARCH in={name};text=psst")
            assert [m.params[-1] for m in found if m.command == "PRIVMSG"] == ["psst", "psst"]

    past("Duy_away", "Duy")
    duy.ask("NICK Duy2")
    past("Duy2", "Duy")
    stranger = IrcClient(server.port, "Duy_away", "draft/message-redaction", "message-tags")
    duy.send("QUIT")
    duy.read_to_end()
    past("Duy")
    tuan.ask(f"REDACT Duy {said.tags['msgid']}")
    assert [m.command for m in tuan.sync()] == []
    assert stranger.sync() == [], "it was not said to who is called so now"
    assert not [m for m in tuan.ask("CHATHISTORY LATEST Duy * 9") if m.command == "PRIVMSG"]


def test_a_wrong_scram_login_is_one_attempt_and_a_right_one_none(make_server: Make) -> None:
    limits = {"accounts_attempts": 3, "accounts_attempts_per_minute": 1}
    server = make_server(accounts_iterations=4096, limits_local_exempt="no", **limits)
    register(server, "Tuan")  # which is one
    client = LineClient(server.port, b"CAP REQ sasl\r\n")
    for _ in range(5):
        assert " 903 " in scram(client, PASSWORD)
    other = LineClient(server.port, b"CAP REQ sasl\r\n")
    texts = [scram(other, "wrong").rpartition(" :")[2] for _ in range(3)]
    assert texts == ["SASL authentication failed"] * 3
    other.send("AUTHENTICATE SCRAM-SHA-256", "AUTHENTICATE biwsbj10dWFuLHI9YWJj")
    lines = [other.read_line() for _ in range(2)]
    assert lines[1].endswith(":Too many login attempts: try again later")


def by_plain(client: LineClient) -> str:
    """The line that ends an exchange."""
    client.send("AUTHENTICATE PLAIN", f"AUTHENTICATE {plain('Tuan')}")
    while " 90" not in (line := client.read_line()) or " 900 " in line:
        pass
    return line


def test_a_neighbour_who_guesses_uses_up_nobody_elses_attempts(make_server: Make) -> None:
    """Behind one address; whoever has logged in from there before has attempts of their own."""
    limits = {"accounts_attempts": 3, "accounts_attempts_per_minute": 1}
    server = make_server(accounts_iterations=4096, limits_local_exempt="no", **limits)
    register(server, "Tuan")
    guesser = IrcClient(server.port, "Guesser")
    answers = [guesser.ask(f"NS IDENTIFY Lan wrong{n}")[0].params[1] for n in range(3)]
    assert answers[-1] == "Too many login attempts: try again later"
    client = LineClient(server.port, b"CAP REQ sasl\r\n")
    assert " 903 " in by_plain(client)
    assert " 903 " in scram(client, PASSWORD)
    for _ in range(3):
        assert guesser.ask("NS IDENTIFY Tuan wrong")[0].params[1] == (
            "Invalid account name or password"
        )
    answer = by_plain(client)
    assert answer.endswith("Too many login attempts: try again later"), "at this very account"


def test_what_is_refused_before_anything_is_made_is_no_attempt(make_server: Make) -> None:
    server = make_server(accounts_iterations=4096, limits_local_exempt="no", accounts_attempts=1)
    client = IrcClient(server.port, "Tuan", "draft/account-registration")
    for _ in range(3):
        (answer,) = client.ask("REGISTER * * short")
        assert answer.params[1] == "WEAK_PASSWORD"
    assert client.ask(f"REGISTER * * :{PASSWORD}")[-1].params[0] == "SUCCESS"


def first_answers(server: ServerProcess, *names: str) -> list[tuple[bytes, bytes]]:
    """Salt and iterations that SCRAM tells before anything is proved."""
    client = LineClient(server.port, b"CAP REQ sasl\r\n")
    client.read_line()
    found = []
    for name in names:
        first = base64.b64encode(f"n,,n={name},r=abc".encode()).decode()
        client.send("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {first}", "AUTHENTICATE *")
        _, answer, _ = (client.read_line() for _ in range(3))
        _, salt, iterations = base64.b64decode(answer.rpartition(" ")[2]).split(b",")
        found.append((salt, iterations))
    return found


def test_iterations_do_not_tell_which_accounts_there_are(make_server: Make, tmp_path: Path) -> None:
    """After the setting was changed, those of unknown accounts were the new ones."""
    data, names = ("--data", str(tmp_path)), [f"nobody{n}" for n in range(40)]
    server = make_server(*data, accounts_iterations=4096)
    register(server, "Tuan")
    (known,) = first_answers(server, "Tuan")
    found = first_answers(server, *names)
    assert {iterations for _, iterations in found} == {b"i=4096"}
    assert {len(salt) for salt, _ in found} == {len(known[0])}
    server.stop()
    server = make_server(*data, accounts_iterations=5000)
    assert first_answers(server, "Tuan", *names) == [known, *found], "over a restart too"
    register(server, "Duy")
    assert {one for _, one in first_answers(server, *names)} == {b"i=4096", b"i=5000"}
