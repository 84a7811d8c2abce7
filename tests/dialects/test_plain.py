"""Plain text: netcat is a client."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.support.clients import IrcClient, LineClient, PlainClient
from tests.support.process import ServerProcess


def test_two_people_talk_and_one_leaves(server: ServerProcess) -> None:
    tuan = PlainClient(server.port, "Tuan")
    duy = PlainClient(server.port, "Duy")
    assert tuan.read_line() == "Duy has connected to the chat room"
    tuan.say("Hello, Duy!")
    assert tuan.read_line() == "Tuan: Hello, Duy!"
    assert duy.read_line() == "Tuan: Hello, Duy!"
    duy.close()
    assert tuan.read_line() == "Duy has left the chat room!"
    tuan.close()


def test_a_silent_client_is_asked_for_its_nickname(server: ServerProcess) -> None:
    with LineClient(server.port) as client:
        assert client.read_line() == "Enter your nickname:"
        client.send("Tuan")
        assert client.read_line() == "Tuan has connected to the chat room"


def test_who_answers_the_prompt_may_still_speak_irc(server: ServerProcess) -> None:
    with LineClient(server.port) as client:
        assert client.read_line() == "Enter your nickname:"
        client.send("NICK Tuan", "USER t 0 * :T")
        assert " 001 Tuan " in client.read_line()


@pytest.mark.parametrize(
    ("first_line", "reason"),
    [
        (b"\n", "This nickname cannot be used: it is empty."),
        (b"   \r\n", "This nickname cannot be used: it is empty."),
        (b"Tuan Anh\n", "This nickname cannot be used: it has a space in it."),
        (b"1st\n", "This nickname cannot be used: it begins with '1'."),
        (b"a" * 31 + b"\n", "This nickname cannot be used: it is longer than 30 characters."),
        (b"\xff\xfe\n", "That line is not UTF-8. It was not sent."),
        (b"T\0n\n", "That line has control characters in it. It was not sent."),
        (b"T\x1b[2Jn\n", "That line has control characters in it. It was not sent."),
        (b"x" * 4097 + b"\n", "That line is too long: at most 4096 bytes. It was not sent."),
        (b"x" * 20000, "That line is too long: at most 4096 bytes. It was not sent."),
        ("\U0001f600\n".encode(), None),
    ],
)
def test_a_nickname_that_cannot_be_used_ends_the_connection(
    server: ServerProcess, first_line: bytes, reason: str | None
) -> None:
    with LineClient(server.port, first_line) as client:
        lines = client.read_to_end()
    assert lines[0] == reason or (reason is None and "a character that is not allowed" in lines[0])
    assert lines[1:] == []


@pytest.mark.parametrize(("first", "second"), [("Tuan", "tUAN"), ("Tuấn", "TUẤN"), ("a[b", "A[B")])
def test_a_nickname_is_taken_whatever_its_case(
    server: ServerProcess, first: str, second: str
) -> None:
    tuan = PlainClient(server.port, first)
    with LineClient(server.port, f"{second}\n".encode()) as other:
        assert other.read_to_end() == [f"{second}: This nickname is already in use."]
    tuan.say("still here")
    assert tuan.read_line() == f"{first}: still here"
    tuan.close()


def test_a_nickname_is_free_again_when_its_owner_left(server: ServerProcess) -> None:
    witness = PlainClient(server.port, "Witness")
    PlainClient(server.port, "Tuan").close()
    assert witness.read_line() == "Tuan has connected to the chat room"
    assert witness.read_line() == "Tuan has left the chat room!"
    PlainClient(server.port, "Tuan").close()
    witness.close()


def test_commands(server: ServerProcess) -> None:
    tuan = PlainClient(server.port, "Tuan")
    duy = PlainClient(server.port, "Duy")
    tuan.read_line()
    tuan.say("/who")
    assert tuan.read_line() == "2 here: Duy, Tuan"
    tuan.say("/help")
    assert [tuan.read_line() for _ in range(7)][1].startswith("/who ")
    tuan.say("//slash")
    assert tuan.read_line() == duy.read_line() == "Tuan: /slash"
    tuan.say("/msg duy psst, it's me")
    assert duy.read_line() == "[private to Duy] Tuan: psst, it's me"
    assert tuan.read_line() == "[private to Duy] Tuan: psst, it's me"
    tuan.say("/msg Nobody hi", "/msg Duy", "/msg #x hi", "/fly", "/nick a b", "/nick Duy")
    assert tuan.read_line() == "Nobody: No such nickname."
    assert tuan.read_line() == "Usage: /msg NAME TEXT"
    assert tuan.read_line() == "#x: No such nickname."
    assert (
        tuan.read_line()
        == "Unknown command /fly. Type /help for a list, or // for a message with a slash."
    )
    assert tuan.read_line() == "This nickname cannot be used: it has a space in it."
    assert tuan.read_line() == "Duy: This nickname is already in use."
    tuan.say("/nick Tuấn")
    assert tuan.read_line() == duy.read_line() == "Tuan is now known as Tuấn"
    tuan.say("/quit")
    assert duy.read_line() == "Tuấn has left the chat room!"
    assert tuan.read_to_end() == []
    duy.close()


def test_lines_end_with_lf_or_crlf_and_empty_ones_are_not_messages(server: ServerProcess) -> None:
    with PlainClient(server.port, "Tuan") as tuan:
        tuan.send_raw(b"one\r\n\r\n\n   \ntwo\n")
        assert tuan.read_line() == "Tuan: one"
        assert tuan.read_line() == "Tuan: two"


@pytest.mark.parametrize("size", [4096, 4097])
def test_a_line_at_the_limit_is_sent_and_one_past_it_is_not(
    server: ServerProcess, size: int
) -> None:
    with PlainClient(server.port, "Tuan") as tuan:
        tuan.say("x" * size)
        if size > 4096:
            said = "That line is too long: at most 4096 bytes. It was not sent."
        else:
            said = "Tuan: " + "x" * size
        assert tuan.read_line() == said
        tuan.say("after")
        assert tuan.read_line() == "Tuan: after"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"a\0b\n", "That line has control characters in it. It was not sent."),
        (b"a\rb\n", "That line has control characters in it. It was not sent."),
        (b"\x1b[31mred\n", "That line has control characters in it. It was not sent."),
        (b"\xc3\x28\n", "That line is not UTF-8. It was not sent."),
        (b"x" * 1_000_000 + b"\n", "That line is too long: at most 4096 bytes. It was not sent."),
    ],
)
def test_a_line_that_cannot_be_sent_is_answered_and_costs_nobody_anything(
    server: ServerProcess, line: bytes, answer: str
) -> None:
    with PlainClient(server.port, "Tuan") as tuan, PlainClient(server.port, "Duy") as duy:
        tuan.read_line()
        tuan.send_raw(line + b"next\n")
        assert tuan.read_line() == answer
        assert tuan.read_line() == "Tuan: next"
        assert duy.read_line() == "Tuan: next"


def test_terminals_are_not_sent_control_characters_of_irc_users(server: ServerProcess) -> None:
    with PlainClient(server.port, "Tuan") as tuan, IrcClient(server.port, "Duy") as duy:
        duy.join("#lobby")
        assert tuan.read_line() == "Duy has connected to the chat room"
        duy.send(
            "PRIVMSG #lobby :\x0304,01red\x03 \x02bold\x02 \x1b[2J \u009b2J",
            "PRIVMSG #lobby :\x01ACTION waves\x01",
            "PRIVMSG #lobby :\x01VERSION\x01",
            "TOPIC #lobby :be \x1bkind",
            "TOPIC #lobby :",
            "PART #lobby :bye",
        )
        assert tuan.read_line() == "Duy: red bold [2J 2J"
        assert tuan.read_line() == "* Duy waves"
        assert tuan.read_line() == "Duy changed the topic to: be kind"
        assert tuan.read_line() == "Duy removed the topic"
        assert tuan.read_line() == "Duy has left the chat room!"


def test_an_irc_user_outside_the_lobby_is_not_heard_in_it(server: ServerProcess) -> None:
    with PlainClient(server.port, "Tuan") as tuan, IrcClient(server.port, "Duy") as duy:
        duy.join("#other")
        duy.send("PRIVMSG #other :hi", "INVITE Tuan #other", "QUIT")
        duy.read_to_end()
        assert tuan.read_line() == "Duy invites you to #other (join it with an IRC client)"
        tuan.say("x")
        assert tuan.read_line() == "Tuan: x"


def test_who_does_not_say_who_they_are_is_let_go(
    make_server: Callable[..., ServerProcess],
) -> None:
    server = make_server(times_prompt=0.05, times_registration=0.8)
    with LineClient(server.port) as silent, LineClient(server.port, b"half a li") as slow:
        assert silent.read_to_end() == ["Enter your nickname:"]
        assert slow.read_to_end() == []
    with LineClient(server.port, b"NICK irc\r\n") as irc:
        assert "Registration timed out" in irc.read_to_end()[-1]


PUTTY = bytes.fromhex("fffb1f fffb20 fffb18 fffd01 fffb03 fffd03")
REFUSED = bytes.fromhex("fffe1f fffe20 fffe18 fffc01 fffe03 fffc03")


def telnet(server: ServerProcess, first: bytes) -> LineClient:
    """A client that has read what is refused of what it wants to negotiate."""
    client = LineClient(server.port, PUTTY + first)
    assert client.sock.recv(len(REFUSED), socket.MSG_WAITALL) == REFUSED
    return client


def test_a_telnet_client(server: ServerProcess) -> None:
    """What it negotiates is refused, and is no part of a line: RFC 854."""
    client = telnet(server, b"Tuan\r\n")
    assert client.read_line() == "Tuan has connected to the chat room"
    client.send_raw(b"before")
    client.sock.send(b"\xff\xf4\xff")  # Ctrl+C, as telnet sends it
    client.sock.send(b"\xf2", socket.MSG_OOB)
    client.send_raw(b" and after\r\0")
    assert client.read_line() == "Tuan: before and after"


def test_a_telnet_client_may_speak_irc(server: ServerProcess) -> None:
    client = telnet(server, b"NICK Tuan\r\nUSER t 0 * :T\r\n")
    assert ":gchat.local 001 Tuan " in client.read_line()


def test_who_writes_to_somebody_who_is_away_is_told(server: ServerProcess) -> None:
    duy = IrcClient(server.port, "Duy")
    duy.ask("AWAY :lunch")
    tuan = PlainClient(server.port, "Tuan")
    tuan.say("/msg Duy there?", "/msg NickServ HELP")
    assert tuan.read_line() == "[private to Duy] Tuan: there?"
    assert tuan.read_line() == "Duy is away: lunch"
    assert tuan.read_line() == "NickServ can be used with an IRC client only."
