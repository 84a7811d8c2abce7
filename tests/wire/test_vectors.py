"""The cases of github.com/ircdocs/parser-tests that a server's codec meets, in tests of our own:
splitting, joining, masks, sources.
"""

from __future__ import annotations

import pytest

from gchat.core.masks import fold
from gchat.core.wildcards import matches
from gchat.wire.message import Message, format_message, parse

SPLIT: list[tuple[str, Message]] = [
    ("foo bar baz asdf", Message("FOO", ["bar", "baz", "asdf"])),
    (":coolguy foo bar baz asdf", Message("FOO", ["bar", "baz", "asdf"], "coolguy")),
    ("foo bar baz :asdf quux", Message("FOO", ["bar", "baz", "asdf quux"])),
    ("foo bar baz :", Message("FOO", ["bar", "baz", ""])),
    ("foo bar baz ::asdf", Message("FOO", ["bar", "baz", ":asdf"])),
    (":coolguy foo bar baz :  asdf quux ",
     Message("FOO", ["bar", "baz", "  asdf quux "], "coolguy")),
    (":coolguy PRIVMSG bar :lol :) ", Message("PRIVMSG", ["bar", "lol :) "], "coolguy")),
    (":coolguy foo bar baz :", Message("FOO", ["bar", "baz", ""], "coolguy")),
    (":coolguy foo bar baz :  ", Message("FOO", ["bar", "baz", "  "], "coolguy")),
    ("@a=b;c=32;k;rt=ql7 foo", Message("FOO", tags={"a": "b", "c": "32", "k": "", "rt": "ql7"})),
    ("@a=b\\\\and\\nk;c=72\\s45;d=gh\\:764 foo",
     Message("FOO", tags={"a": "b\\and\nk", "c": "72 45", "d": "gh;764"})),
    ("@c;h=;a=b :quux ab cd", Message("AB", ["cd"], "quux", {"c": "", "h": "", "a": "b"})),
    (":src JOIN #chan", Message("JOIN", ["#chan"], "src")),
    (":src JOIN :#chan", Message("JOIN", ["#chan"], "src")),
    (":src AWAY", Message("AWAY", [], "src")),
    (":src AWAY ", Message("AWAY", [], "src")),
    (":cool\tguy foo bar baz", Message("FOO", ["bar", "baz"], "cool\tguy")),
    (":coolguy!ag@net\x035w\x03ork.admin PRIVMSG foo :bar baz",
     Message("PRIVMSG", ["foo", "bar baz"], "coolguy!ag@net\x035w\x03ork.admin")),
    ("@tag1=value1;tag2;vendor1/tag3=value2;vendor2/tag4= :irc.example.com COMMAND param1 param2 "
     ":param3 param3",
     Message("COMMAND", ["param1", "param2", "param3 param3"], "irc.example.com",
             {"tag1": "value1", "tag2": "", "vendor1/tag3": "value2", "vendor2/tag4": ""})),
    ("COMMAND", Message("COMMAND")),
    ("@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND", Message("COMMAND", tags={"foo": "\\\\;\\s \r\n"})),
    (":gravel.mozilla.org 432  #momo :Erroneous Nickname: Illegal characters",
     Message("432", ["#momo", "Erroneous Nickname: Illegal characters"], "gravel.mozilla.org")),
    (":gravel.mozilla.org MODE #tckk +n ", Message("MODE", ["#tckk", "+n"], "gravel.mozilla.org")),
    (":services.esper.net MODE #foo-bar +o foobar  ",
     Message("MODE", ["#foo-bar", "+o", "foobar"], "services.esper.net")),
    ("@tag1=value\\\\ntest COMMAND", Message("COMMAND", tags={"tag1": "value\\ntest"})),
    ("@tag1=value\\1 COMMAND", Message("COMMAND", tags={"tag1": "value1"})),
    ("@tag1=value1\\ COMMAND", Message("COMMAND", tags={"tag1": "value1"})),
    ("@tag1=1;tag2=3;tag3=4;tag1=5 COMMAND",
     Message("COMMAND", tags={"tag1": "5", "tag2": "3", "tag3": "4"})),
    ("@tag1=1;tag2=3;tag3=4;tag1=5;vendor/tag2=8 COMMAND",
     Message("COMMAND", tags={"tag1": "5", "tag2": "3", "tag3": "4", "vendor/tag2": "8"})),
    (":SomeOp MODE #channel :+i", Message("MODE", ["#channel", "+i"], "SomeOp")),
    (":SomeOp MODE #channel +oo SomeUser :AnotherUser",
     Message("MODE", ["#channel", "+oo", "SomeUser", "AnotherUser"], "SomeOp")),
]  # fmt: skip


@pytest.mark.parametrize(("line", "message"), SPLIT, ids=[line for line, _ in SPLIT])
def test_split(line: str, message: Message) -> None:
    assert parse(line) == message


@pytest.mark.parametrize(("line", "message"), SPLIT, ids=[line for line, _ in SPLIT])
def test_joined_again_it_says_the_same(line: str, message: Message) -> None:
    again = format_message(
        message.command, *message.params, source=message.source, tags=message.tags
    )
    assert parse(again) == message


@pytest.mark.parametrize(
    ("mask", "hit", "missed"),
    [
        ("*@127.0.0.1", ["coolguy!ab@127.0.0.1", "cooldud3!~bc@127.0.0.1"],
         ["coolguy!ab@127.0.0.5", "cooldud3!~d@124.0.0.1"]),
        ("cool*@*", ["coolguy!ab@127.0.0.1", "cooldud3!~bc@127.0.0.1", "cool132!ab@example.com"],
         ["koolguy!ab@127.0.0.5", "cooodud3!~d@124.0.0.1"]),
        ("cool!*@*", ["cool!guyab@127.0.0.1", "cool!~dudebc@127.0.0.1", "cool!312ab@example.com"],
         ["coolguy!ab@127.0.0.1", "cooldud3!~bc@127.0.0.1", "koolguy!ab@127.0.0.5"]),
        ("cool!?username@*", ["cool!ausername@127.0.0.1", "cool!~username@127.0.0.1"],
         ["cool!username@127.0.0.1"]),
        ("cool!a?*@*", ["cool!ab@127.0.0.1", "cool!abc@127.0.0.1"], ["cool!a@127.0.0.1"]),
        ("cool[guy]!*@*", ["cool[guy]!guy@127.0.0.1", "cool[guy]!a@example.com"],
         ["coolg!ab@127.0.0.1", "cool[!ac@127.0.1.1"]),
    ],
)  # fmt: skip
def test_masks(mask: str, hit: list[str], missed: list[str]) -> None:
    assert all(matches(fold(mask), fold(source)) for source in hit)
    assert not any(matches(fold(mask), fold(source)) for source in missed)
