"""PRIVMSG, NOTICE, TAGMSG, and what the capabilities make of them."""

from __future__ import annotations

import re

import pytest

from tests.support.clients import IrcClient, PlainClient, texts, words
from tests.support.person import Person
from tests.support.process import ServerProcess


def test_a_message_reaches_the_room_but_not_its_sender(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan.sync()
    assert tuan.ask("PRIVMSG #ROOM :Hello, Duy!", "NOTICE #room :note") == []
    assert words(duy.sync()) == ["Tuan PRIVMSG #room | Hello, Duy!", "Tuan NOTICE #room | note"]


def test_echo_message(server: ServerProcess) -> None:
    """https://ircv3.net/specs/extensions/echo-message"""
    tuan = IrcClient(server.port, "Tuan", "echo-message", join="#room")
    duy = IrcClient(server.port, "Duy")
    assert words(tuan.ask("PRIVMSG #room :a", "PRIVMSG duy :b", "PRIVMSG Tuan :c")) == [
        "Tuan PRIVMSG #room | a",
        "Tuan PRIVMSG Duy | b",
        "Tuan PRIVMSG Tuan | c",
        "Tuan PRIVMSG Tuan | c",
    ], "what one writes to oneself is echoed, and received"
    assert words(duy.ask("PRIVMSG Duy :to myself")) == [
        "Tuan PRIVMSG Duy | b",
        "Duy PRIVMSG Duy | to myself",
    ]


def test_when_the_pong_comes_the_messages_have_been_delivered(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan.ask(*(f"PRIVMSG #room :{number}" for number in range(300)))
    got = [m.params[1] for m in duy.sync() if m.command == "PRIVMSG"]
    assert got == [str(number) for number in range(300)]


def test_server_time_and_message_tags(server: ServerProcess) -> None:
    """https://ircv3.net/specs/extensions/server-time and /message-tags: who did not ask for them
    gets none of them, whoever sends."""
    tagged = IrcClient(server.port, "Tagged", "message-tags", "server-time", join="#room")
    timed = IrcClient(server.port, "Timed", "server-time", join="#room")
    bare = IrcClient(server.port, "Bare", join="#room")
    for client in (tagged, timed):
        client.sync()
    tagged.ask("@+reply=1;+x=a\\sb;secret=no PRIVMSG #room :hi", "@+typing=active TAGMSG #room")
    assert words(bare.sync()) == words(timed.sync()) == ["Tagged PRIVMSG #room | hi"]
    bare.ask("@+x=1 PRIVMSG #room :untagged", "@+x=1 TAGMSG #room")
    (message,) = timed.sync()
    assert list(message.tags) == ["time"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message.tags["time"])
    (message,) = tagged.sync()
    assert set(message.tags) == {"time", "msgid"}
    timed.ask("CAP REQ message-tags")
    tagged.ask("@+reply=1;+x=a\\sb;secret=no PRIVMSG #room :hi", "@+typing=active TAGMSG #room")
    message, typing = timed.sync()
    assert message.tags["+x"] == "a b"
    assert "secret" not in message.tags
    assert (typing.command, typing.tags["+typing"]) == ("TAGMSG", "active")
    assert message.tags["msgid"] < typing.tags.get("msgid", "~")


def test_what_cannot_be_sent(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    assert words(
        tuan.ask("PRIVMSG", "PRIVMSG Duy", "PRIVMSG Duy :", "PRIVMSG Duy :x", "PRIVMSG #no :x")
    ) == [
        "gchat.local 411 Tuan | No recipient given (PRIVMSG)",
        "gchat.local 412 Tuan | No text to send",
        "gchat.local 412 Tuan | No text to send",
        "gchat.local 401 Tuan | Duy | No such nickname",
        "gchat.local 403 Tuan | #no | No such room",
    ]
    assert tuan.ask("NOTICE", "NOTICE Duy", "NOTICE Duy :x", "NOTICE #no :x", "TAGMSG #no") == []


def test_several_targets_each_once_and_not_too_many(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan")
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan.join("#room")
    assert tuan.ask("PRIVMSG Duy,#room,Duy,duy2 :hi")[0].params[1] == "duy2"
    assert words(duy.sync())[1:] == ["Tuan PRIVMSG Duy | hi", "Tuan PRIVMSG #room | hi"]
    assert words(tuan.ask("PRIVMSG a,b,c,d,e :hi")) == [
        "gchat.local 407 Tuan | e | Too many targets"
    ]


def test_a_long_line_of_a_plain_text_person_loses_nothing(server: ServerProcess) -> None:
    """512 bytes is the limit of an IRC line; the text goes on in the next one."""
    duy = IrcClient(server.port, "Duy", "message-tags", join="#lobby")
    tuan = PlainClient(server.port, "Tuan")
    text = "Tiếng Việt " * 200
    tuan.say(text.strip())
    tuan.read_line()
    lines = [m for m in duy.ask() if m.command == "PRIVMSG"]
    while not lines or sum(len(m.params[1]) for m in lines) < len(text.strip()):
        lines += [m for m in duy.ask() if m.command == "PRIVMSG"]
    assert "".join(m.params[1] for m in lines) == text.strip()
    assert len(lines) > 5
    assert [("msgid" in m.tags) for m in lines] == [True] + [False] * (len(lines) - 1)


@pytest.mark.parametrize("command", ["PRIVMSG", "NOTICE"])
@pytest.mark.parametrize(
    "text",
    [
        "y" * 460,  # the line fits for its sender only
        "\x01ACTION " + "y" * 450 + "\x01",
        "ế" * 450,  # a client that counts characters
        "🙂" * 1000,
    ],
)
def test_a_message_that_is_too_long_for_a_line_becomes_several(
    server: ServerProcess, command: str, text: str
) -> None:
    duy = IrcClient(server.port, "Duy", join="#room")
    tuan = IrcClient(server.port, "T" * 30, "standard-replies", join="#room")
    duy.sync()
    tuan.ask(f"{command} #room :{text}")
    seen = texts([m for m in duy.sync() if m.command == command])
    assert len(seen) > 1
    action = "\x01ACTION "
    bare = [one.removeprefix(action).removesuffix("\x01") for one in seen]
    assert "".join(bare) == text.removeprefix(action).removesuffix("\x01")
    assert {one.startswith(action) for one in seen} == {text.startswith(action)}
    fits = "y" * (510 - len(f":{'T' * 30}!~{'t' * 19}@127.0.0.1 PRIVMSG #room :"))
    assert tuan.ask(f"PRIVMSG #room :{fits}") == []
    assert duy.sync()[0].params[1] == fits


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("PRIVMSG", ["411 Tuan | No recipient given (PRIVMSG)"]),
        ("PRIVMSG Duy", ["412 Tuan | No text to send"]),
        ("PRIVMSG Duy :", ["412 Tuan | No text to send"]),
        ("PRIVMSG Nobody :x", ["401 Tuan | Nobody | No such nickname"]),
        ("PRIVMSG #none :x", ["403 Tuan | #none | No such room"]),
        ("PRIVMSG #a :x", ["404 Tuan | #a | You cannot send to this room"]),
        ("PRIVMSG Duy :x", ["301 Tuan | Duy | lunch"]),
    ],
)
def test_privmsg_answers(line: str, answer: list[str]) -> None:
    """PRIVMSG: https://modern.ircdocs.horse/#privmsg-message"""
    tuan = Person("Tuan")
    Person("Duy", beside=tuan).ask("AWAY lunch", "JOIN #a")
    assert tuan.ask(line) == answer


@pytest.mark.parametrize("line", ["NOTICE", "NOTICE Duy", "NOTICE Nobody :x", "NOTICE #a :x"])
def test_a_notice_is_never_answered(line: str) -> None:
    """NOTICE: https://modern.ircdocs.horse/#notice-message"""
    tuan = Person("Tuan")
    Person("Duy", beside=tuan).ask("AWAY lunch", "JOIN #a")
    assert tuan.ask(line) == []


def test_a_message_of_tags_alone(server: ServerProcess) -> None:
    """TAGMSG: https://ircv3.net/specs/extensions/message-tags#the-tagmsg-tag-only-message"""
    tuan = IrcClient(server.port, "Tuan", "message-tags", join="#a")
    duy = IrcClient(server.port, "Duy", "message-tags", join="#a")
    old = IrcClient(server.port, "Old", join="#a")
    tuan.ask("@+typing=active;ours=no TAGMSG #a")
    (seen,) = [m for m in duy.sync() if m.command == "TAGMSG"]
    assert (seen.params, seen.tags["+typing"], "ours" in seen.tags) == (["#a"], "active", False)
    assert not [m for m in old.sync() if m.command == "TAGMSG"]
    assert words(tuan.ask("@+a=b TAGMSG Nobody"))[-1].endswith(
        "401 Tuan | Nobody | No such nickname"
    )


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("NICKSERV INFO", "NickServ NOTICE Tuan | There is no such account"),
        ("NS INFO", "NickServ NOTICE Tuan | There is no such account"),
        ("CHANSERV INFO #none", "ChanServ NOTICE Tuan | No such room"),
        ("CS INFO #none", "ChanServ NOTICE Tuan | No such room"),
    ],
)
def test_services_have_commands_of_their_own(line: str, answer: str) -> None:
    """NICKSERV, NS, CHANSERV, CS: https://modern.ircdocs.horse/#servers"""
    assert Person("Tuan").ask(line) == [answer]


def test_who_sends_too_much_for_a_line_is_told_what_becomes_of_it() -> None:
    tuan, duy = Person("Tuan"), Person("Duy", "standard-replies")
    told = "Your message is too long for one line and is sent as 2 messages"
    long = "PRIVMSG {} :" + "y" * 500
    assert tuan.ask(long.format("Tuan")) == [f"NOTICE Tuan | {told}"]
    assert duy.ask(long.format("Duy")) == [f"WARN PRIVMSG | MESSAGE_SPLIT | Duy | 2 | {told}"]
    assert tuan.ask("NOTICE Tuan :" + "y" * 500) == [], "a notice is never answered"
    fits_here = "PRIVMSG {} :" + "y" * (510 - len("PRIVMSG Tuan :"))
    assert tuan.ask(fits_here.format("Tuan")) == [
        "417 Tuan | The message is too long to be sent to others"
    ]
    assert duy.ask(fits_here.format("Duy"))[0].startswith("WARN PRIVMSG | MESSAGE_SPLIT")


@pytest.mark.parametrize("letter", ["y", "ế", "🙂"])
def test_the_largest_message_and_one_past_it(letter: str) -> None:
    tuan = Person("Tuan")
    size = len(letter.encode())
    whole, rest = letter * (4096 // size), "y" * (4096 % size)
    assert tuan.ask(f"PRIVMSG Tuan :{whole}{rest}")[0].startswith("NOTICE Tuan | Your message")
    too_long = "417 Tuan | The message is too long: at most 4096 bytes"
    assert tuan.ask(f"PRIVMSG Tuan :{whole}{rest}y") == [too_long]


def test_ctcp_is_not_split() -> None:
    assert Person("Tuan").ask("PRIVMSG Tuan :\x01DCC " + "y" * 500 + "\x01") == [
        "417 Tuan | The message is too long, and CTCP cannot be split"
    ]


def test_an_emoji_as_eggdrop_writes_it(server: ServerProcess) -> None:
    """CESU-8: two surrogates of three bytes each."""
    duy = IrcClient(server.port, "Duy", join="#room")
    netcat = PlainClient(server.port, "Netcat")
    lobby = IrcClient(server.port, "Lobby", join="#lobby")
    netcat.send_raw(b"hi \xed\xa0\xbd\xed\xb9\x82\n")
    tuan = IrcClient(server.port, "Tuan", join="#room")
    duy.sync()
    tuan.send_raw(b"PRIVMSG #room :\xed\xa0\xbd\xed\xb9\x82!\r\n")
    tuan.sync()
    assert texts(duy.sync()) == ["🙂!"]
    seen: list[str] = []
    while "hi 🙂" not in seen:
        seen += texts(lobby.sync())
