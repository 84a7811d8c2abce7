"""Names change hands; what was said stays with those who said it. Nobody gets what was somebody
else's by being called like them.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
import scramp

from gchat.dialects.irc.handlers.multiline import CONCAT
from gchat.wire.sasl import Verifier
from tests.support.clients import IrcClient, LineClient, PlainClient, words
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
PASSWORD = "correct-horse"
HISTORY = ("batch", "draft/chathistory", "server-time", "message-tags", "echo-message")
SETTINGS = {"accounts_iterations": 4096, "accounts_attempts": 0}


@pytest.fixture
def server(make_server: Make, tmp_path: Path) -> ServerProcess:
    return make_server("--data", str(tmp_path / "data"), **SETTINGS)


def texts(client: IrcClient, line: str) -> list[str]:
    return [m.params[-1] for m in client.ask(line) if m.command == "PRIVMSG"]


def gone(client: IrcClient) -> None:
    client.send("QUIT")
    client.read_to_end()


def test_what_a_dropped_account_wrote_is_not_its_successors(server: ServerProcess) -> None:
    bob = IrcClient(server.port, "bob", *HISTORY)
    bob.ask(f"NS REGISTER {PASSWORD}")
    alice = IrcClient(server.port, "alice", *HISTORY)
    alice.ask(f"NS REGISTER {PASSWORD}", "PRIVMSG bob :my secret", "JOIN #room")
    bob.join("#room")
    said = next(m for m in alice.ask("PRIVMSG #room :in public") if m.command == "PRIVMSG")
    alice.ask(f"NS DROP {PASSWORD}")
    gone(alice)
    thief = IrcClient(server.port, "alice", *HISTORY, "soju.im/search", "draft/message-redaction")
    thief.ask("NS REGISTER another-password")
    thief.join("#room")
    assert texts(thief, "CHATHISTORY LATEST bob * 10") == []
    assert texts(thief, "SEARCH text=secret") == []
    got = thief.ask("CHATHISTORY TARGETS timestamp=2000-01-01T00:00:00.000Z "
                    "timestamp=2999-01-01T00:00:00.000Z 10")  # fmt: skip
    assert not any("bob" in m.params for m in got)
    assert [m.params[1] for m in thief.ask(f"REDACT #room {said.tags['msgid']}")] == [
        "REDACT_FORBIDDEN"
    ]


def test_a_new_name_brings_nobody_elses_past(server: ServerProcess) -> None:
    eve = IrcClient(server.port, "eve", *HISTORY, "draft/channel-rename", join="#evil")
    eve.ask("PRIVMSG #evil :before")
    bob = IrcClient(server.port, "bob", *HISTORY, join="#private")
    bob.ask("MODE #private +is")
    said = next(m for m in bob.ask("PRIVMSG #private :merger") if m.command == "PRIVMSG")
    bob.ask("PART #private")
    assert words(eve.ask("RENAME #evil #private"))[0] == "eve RENAME #evil | #private |"
    assert texts(eve, "CHATHISTORY LATEST #private * 10") == ["before"], "its own goes along"
    got = eve.ask("CAP REQ draft/message-redaction", f"REDACT #private {said.tags['msgid']}")
    assert "UNKNOWN_MSGID" in [m.params[1] for m in got]
    other = IrcClient(server.port, "other", *HISTORY, join="#evil")
    assert texts(other, "CHATHISTORY LATEST #evil * 10") == [], "the old name is a new room's"
    lan = IrcClient(server.port, "lan", "batch", "server-time", join="#private")
    assert [m.params[-1] for m in lan.sync() if m.command == "PRIVMSG"] == ["before"]


def test_who_enters_a_renamed_room_is_shown_its_last_messages(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", "draft/channel-rename", join="#a")
    tuan.ask("PRIVMSG #a :hello", "RENAME #a #b")
    duy = IrcClient(server.port, "Duy", "server-time", "batch")
    seen = duy.ask("JOIN #b")
    assert [m.params for m in seen if m.command == "PRIVMSG"] == [["#b", "hello"]] or [
        m.params[-1] for m in seen if m.command == "PRIVMSG"
    ] == ["hello"]


def test_the_lobby_is_nobodys_to_take(server: ServerProcess) -> None:
    eve = IrcClient(server.port, "eve", "draft/channel-rename", join="#x")
    assert "CANNOT_RENAME" in words(eve.ask("RENAME #x #lobby"))[0]
    PlainClient(server.port, "Tuan").say("hello")


def test_what_one_wrote_can_be_taken_back_whatever_changed_since(server: ServerProcess) -> None:
    ann = IrcClient(
        server.port, "ann", *HISTORY, "draft/message-redaction", "draft/channel-rename", join="#a"
    )
    ben = IrcClient(server.port, "ben", *HISTORY, "draft/message-redaction", join="#a")

    def say(target: str) -> str:
        got = ann.ask(f"PRIVMSG {target} :oops")
        return next(m.tags["msgid"] for m in got if m.command == "PRIVMSG")

    status, room, private = say("@#a"), say("#a"), say("ben")
    ann.ask("RENAME #a #b", f"NS REGISTER {PASSWORD}")
    for target, msgid in (("#b", room), ("ben", private)):
        assert words(ann.ask(f"REDACT {target} {msgid}"))[0].startswith(f"ann REDACT {target} | ")
    again = say("@#b")
    assert words(ann.ask(f"REDACT @#b {again}"))[0].startswith("ann REDACT @#b | ")
    assert status != again
    ben.sync()
    assert "oops" not in [m.params[-1] for m in ben.ask("CHATHISTORY LATEST #b * 10")]


TAKES_BACK = (*HISTORY, "draft/message-redaction", "sasl")


def privately(client: IrcClient, nick: str, text: str) -> str:
    """Says it to one person; its msgid."""
    got = client.ask(f"PRIVMSG {nick} :{text}")
    return next(m.tags["msgid"] for m in got if m.command == "PRIVMSG")


@pytest.mark.parametrize("name", ["ben", "benny"])
def test_a_private_message_is_taken_back_after_its_receiver_has_left(
    server: ServerProcess, name: str
) -> None:
    """By any name that they had; who has the name by then is shown nothing."""
    ann, ben = (IrcClient(server.port, nick, *TAKES_BACK) for nick in ("ann", "ben"))
    first, second = privately(ann, "ben", "oops"), privately(ann, "ben", "oops again")
    ben.ask("NICK benny")
    gone(ben)
    assert words(ann.ask(f"REDACT {name} {first}")) == [f"ann REDACT ben | {first}"]
    strangers = [IrcClient(server.port, nick, *TAKES_BACK) for nick in ("ben", "benny")]
    privately(ann, name, "are you the same?")
    strangers[0].sync()
    strangers[1].sync()
    assert words(ann.ask(f"REDACT {name} {second}")) == [f"ann REDACT ben | {second}"]
    assert [m for one in strangers for m in one.sync()] == []
    (again,) = ann.ask(f"REDACT {name} {second}")
    assert again.params[1] == "UNKNOWN_MSGID", "it is gone"
    assert texts(strangers[0], "CHATHISTORY LATEST ann * 9") == (
        ["are you the same?"] if name == "ben" else []
    )


def test_who_it_was_sent_to_sees_it_taken_back_whatever_they_are_called(
    server: ServerProcess,
) -> None:
    """Their account tells, and all of its connections are shown it."""
    ann, ben = (IrcClient(server.port, nick, *TAKES_BACK) for nick in ("ann", "ben"))
    ben.ask(f"NS REGISTER {PASSWORD}", "NICK bee")
    msgid = privately(ann, "bee", "oops")
    gone(ben)
    thief = IrcClient(server.port, "bee", *TAKES_BACK)
    back = [IrcClient(server.port, nick, *TAKES_BACK) for nick in ("home", "work")]
    for one in back:
        one.ask(f"NS IDENTIFY ben {PASSWORD}")
    assert words(ann.ask(f"REDACT bee {msgid}")) == [f"ann REDACT bee | {msgid}"]
    for one in back:
        assert words(one.sync()) == [f"ann REDACT bee | {msgid}"]
    assert thief.sync() == []
    assert texts(back[0], "CHATHISTORY LATEST ann * 9") == []


def test_nobody_else_takes_back_a_private_message(server: ServerProcess) -> None:
    ann, ben = (IrcClient(server.port, nick, *TAKES_BACK) for nick in ("ann", "ben"))
    msgid = privately(ann, "ben", "mine")
    ben.sync()
    (refused,) = ben.ask(f"REDACT ann {msgid}")
    assert refused.params[1] == "REDACT_FORBIDDEN", "they may read it, no more"
    gone(ann)
    thief = IrcClient(server.port, "ann", *TAKES_BACK)
    (refused,) = thief.ask(f"REDACT ben {msgid}")
    assert refused.params[1] == "UNKNOWN_MSGID", "they may not even know of it"
    (refused,) = thief.ask(f"REDACT #lobby {msgid}")
    assert refused.params[1] == "INVALID_TARGET"
    assert ben.sync() == []


def first_scram_message(client: LineClient, name: str) -> scramp.ScramClient:
    scram = scramp.ScramClient(["SCRAM-SHA-256"], name, PASSWORD)
    client.send("AUTHENTICATE SCRAM-SHA-256")
    client.send(f"AUTHENTICATE {base64.b64encode(scram.get_client_first().encode()).decode()}")
    return scram


def challenge(client: IrcClient) -> str:
    """The server's first message."""
    while True:
        message = client.read()
        if message.command == "AUTHENTICATE" and message.params[0] != "+":
            return base64.b64decode(message.params[0]).decode()


def test_a_login_is_to_the_account_that_it_was_begun_with(server: ServerProcess) -> None:
    owner = IrcClient(server.port, "alice")
    owner.ask(f"NS REGISTER {PASSWORD}")
    mallory = IrcClient(server.port, "mallory", "sasl")
    scram = first_scram_message(mallory, "alice")
    server_first = challenge(mallory)
    early = LineClient(server.port)
    plain = base64.b64encode(f"\0alice\0{PASSWORD}".encode()).decode()
    early.send("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain}", "NICK early")
    while " 903 " not in early.read_line():
        pass
    owner.ask(f"NS DROP {PASSWORD}")
    gone(owner)
    successor = IrcClient(server.port, "alice")
    successor.ask("NS REGISTER another-password")
    scram.set_server_first(server_first)
    final = base64.b64encode(scram.get_client_final().encode()).decode()
    got = mallory.ask(f"AUTHENTICATE {final}", "AUTHENTICATE +")
    assert [m.command for m in got] == ["AUTHENTICATE", "904"]
    early.send("USER e 0 * :E", "CAP END", "PING x")
    while "PONG" not in early.read_line():
        pass
    assert words(successor.ask("NS INFO alice"))[-1].endswith("Logged in: alice")


def test_a_changed_password_ends_logins_that_were_not_over(server: ServerProcess) -> None:
    owner = IrcClient(server.port, "alice")
    owner.ask(f"NS REGISTER {PASSWORD}")
    early = LineClient(server.port)
    plain = base64.b64encode(f"\0alice\0{PASSWORD}".encode()).decode()
    early.send("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {plain}", "NICK early")
    while " 903 " not in early.read_line():
        pass
    owner.ask(f"NS PASSWD {PASSWORD} another-password")
    early.send("USER e 0 * :E", "CAP END", "PING x")
    while "PONG" not in early.read_line():
        pass
    assert words(owner.ask("NS INFO alice"))[-1].endswith("Logged in: alice")


def test_who_logs_out_may_register_another_account(server: ServerProcess) -> None:
    owner = IrcClient(server.port, "alice")
    owner.ask(f"NS REGISTER {PASSWORD}", "NS LOGOUT", "NICK other")
    assert "Account created" in words(owner.ask(f"NS REGISTER {PASSWORD}"))[-1]


@pytest.mark.parametrize("name", ["NickServ", "chanserv", "n\u0131ckserv"])
def test_nobody_is_taken_for_a_service(server: ServerProcess, name: str) -> None:
    with LineClient(server.port, f"{name}\n".encode()) as plain:
        assert plain.read_to_end() == [f"{name}: This nickname is reserved for a service."]
    duy = PlainClient(server.port, "Duy")
    duy.say(f"/nick {name}")
    assert duy.read_line() == f"{name}: This nickname is reserved for a service."
    raw = LineClient(server.port)
    raw.send(f"NICK {name}", f"REGISTER {name} * {PASSWORD}", "PING x")
    lines: list[str] = []
    while not lines or "PONG" not in lines[-1]:
        lines.append(raw.read_line())
    assert not any("SUCCESS" in line for line in lines)


def test_accounts_do_not_grow_beyond_their_limits(make_server: Make, tmp_path: Path) -> None:
    server = make_server(
        "--data", str(tmp_path), limits_metadata_keys=3, limits_rooms_per_user=3, **SETTINGS
    )
    first = IrcClient(server.port, "alice")
    first.ask(f"NS REGISTER {PASSWORD}")
    gone(first)
    for number in range(3):
        client = IrcClient(server.port, f"n{number}", "draft/metadata-3")
        for key in range(3):
            client.ask(f"METADATA * SET k{number}{key} :x", f"JOIN #r{number}{key}")
        client.ask(f"NS IDENTIFY alice {PASSWORD}", f"METADATA * SET k{number}0 :y")
        gone(client)
    again = IrcClient(server.port, "alice2", "draft/metadata-3")
    again.ask(f"NS IDENTIFY alice {PASSWORD}")
    assert len([m for m in again.ask("METADATA * LIST") if m.command == "761"]) <= 3


def test_an_invitation_of_who_has_no_rank_is_no_way_past_a_ban(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    puppet = IrcClient(server.port, "puppet", join="#room")
    mal = IrcClient(server.port, "mal")
    tuan.ask("MODE #room +b mal!*@*")
    puppet.ask("INVITE mal #room")
    assert [m.command for m in mal.ask("JOIN #room")] == ["INVITE", "474"]
    tuan.ask("INVITE mal #room")
    assert "JOIN" in [m.command for m in mal.ask("JOIN #room")]


def test_a_server_ban_is_for_every_connection_of_a_person(
    make_server: Make, tmp_path: Path
) -> None:
    config = tmp_path / "gchat.toml"
    config.write_text(
        f'[operators]\nadmin = "{Verifier.make("secret", 4096)}"\n[server]\nproxies = "127.0.0.1"\n'
    )
    server = make_server("--config", str(config), "--data", str(tmp_path / "d"), **SETTINGS)

    def come(nick: str, host: str, login: str = "") -> LineClient:
        client = LineClient(server.port, f"PROXY TCP4 {host} 127.0.0.1 1 2\r\n".encode())
        if login:
            text = base64.b64encode(f"\0{login}\0{PASSWORD}".encode()).decode()
            client.send("CAP REQ sasl", "AUTHENTICATE PLAIN", f"AUTHENTICATE {text}", "CAP END")
        client.send(f"NICK {nick}", "USER u 0 * :U", "PING end")
        return client

    def until(client: LineClient, word: str) -> list[str]:
        lines: list[str] = []
        while not lines or word not in lines[-1]:
            lines.append(client.read_line())
        return lines

    home = come("user", "198.51.100.1")
    home.send(f"NS REGISTER {PASSWORD}")
    until(home, "Account created")
    oper = come("op", "198.51.100.2")
    oper.send("OPER admin secret", "KLINE *@203.0.113.* :go", "PING done")
    until(oper, "done")
    banned = come("user", "203.0.113.9", login="user")
    assert any(" 465 " in line for line in until(banned, "465"))
    away = come("user", "192.0.2.9", login="user")
    until(away, " 001 ")
    oper.send("KLINE *@192.0.2.9 :go", "PING done2")
    until(oper, "done2")
    assert "Banned: go" in "".join(away.read_to_end()[-1:])


def test_a_server_password_is_asked_of_everybody(make_server: Make) -> None:
    server = make_server(password=str(Verifier.make("open sesame", 4096)))
    with LineClient(server.port, b"Tuan\n") as plain:
        assert plain.read_to_end() == [
            "This server requires a password: connect with an IRC client."
        ]
    raw = LineClient(server.port)
    raw.send("NICK squat", f"REGISTER * * {PASSWORD}", "PING x")
    lines: list[str] = []
    while not lines or "PONG" not in lines[-1]:
        lines.append(raw.read_line())
    assert any("COMPLETE_CONNECTION_REQUIRED" in line for line in lines)


def test_who_was_put_out_of_the_lobby_reads_nothing_of_it(
    make_server: Make, tmp_path: Path
) -> None:
    config = tmp_path / "gchat.toml"
    config.write_text(f'[operators]\nadmin = "{Verifier.make("secret", 4096)}"\n')
    server = make_server("--config", str(config), "--data", str(tmp_path / "d"))
    oper = IrcClient(server.port, "op")
    oper.ask("OPER admin secret", "JOIN #lobby")
    pete = PlainClient(server.port, "pete")
    oper.ask("KICK #lobby pete", "PRIVMSG #lobby :about pete, now that he is gone")
    assert pete.read_line() == "pete has left the chat room!"
    for command in ("/search gone", "/who"):
        pete.say(command)
        assert pete.read_line() == "#lobby: You're not in that room."


def test_small_lines_have_small_answers(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", "draft/metadata-3", join="#abcdef")
    for number in range(20):
        tuan.ask(f"MODE #abcdef +b *!*@{number}")
    assert len(tuan.ask("MODE #abcdef " + "b" * 20)) == 21
    casings = ",".join(
        "#" + "".join(c.upper() if n >> i & 1 else c for i, c in enumerate("abcdef"))
        for n in range(50)
    )
    assert len([m for m in tuan.ask(f"NAMES {casings}") if m.command == "353"]) == 1


def test_a_secret_room_is_not_there(server: ServerProcess) -> None:
    IrcClient(server.port, "Tuan", join="#sec").ask("MODE #sec +s")
    duy = IrcClient(server.port, "Duy")
    for line in ("MODE #sec", "MODE #sec b", "TOPIC #sec", "KNOCK #sec", "PRIVMSG #sec :x"):
        assert [m.command for m in duy.ask(line)] == ["403"], line
    assert words(duy.ask("CS INFO #sec"))[0].endswith("No such room")


def test_knocking_has_an_end(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    tuan.ask("MODE #room +i")
    duy = IrcClient(server.port, "Duy")
    commands = [m.command for m in duy.ask(*["KNOCK #room :let me in"] * 10)]
    assert commands == ["711"] * 5 + ["712"] * 5
    assert len(tuan.sync()) == 5


def test_a_long_line_of_several_goes_on_in_the_next_one(server: ServerProcess) -> None:
    caps = ("batch", "draft/multiline", "message-tags", "echo-message")
    tuan = IrcClient(server.port, "Tuan", *caps, join="#room")
    got = tuan.ask(
        "BATCH +1 draft/multiline #room", f"@batch=1 PRIVMSG #room :{'x' * 485}", "BATCH -1"
    )
    lines = [(m.params[1], CONCAT in m.tags) for m in got if m.command == "PRIVMSG"]
    assert [concat for _, concat in lines] == [False, True]
    assert "".join(line for line, _ in lines) == "x" * 485


def test_what_was_asked_is_answered_within_one_line(server: ServerProcess, tmp_path: Path) -> None:
    tuan = IrcClient(server.port, "Tuan", "znc.in/playback")
    for line in ("SEARCH in=a\\nb", "SEARCH a\\r\\n=b", "PRIVMSG *playback :PLAY #lobby 1e300"):
        tuan.ask(line)
    assert "Traceback" not in server.log


def test_two_renames_in_a_row_are_followed(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", "draft/channel-rename", join="#a")
    vic = IrcClient(server.port, "vic", join="#a")
    tuan.ask("RENAME #a #b", "RENAME #b #c")
    moves = [m.params[0] for m in vic.sync() if m.command in ("PART", "JOIN")]
    assert moves == ["#a", "#b", "#b", "#c"]
