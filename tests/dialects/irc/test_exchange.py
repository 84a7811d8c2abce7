"""labeled-response: https://ircv3.net/specs/extensions/labeled-response"""

from __future__ import annotations

import pytest

from tests.support.clients import IrcClient
from tests.support.process import ServerProcess

CAPS = ("batch", "echo-message", "labeled-response", "message-tags", "server-time")


@pytest.fixture
def tuan(server: ServerProcess) -> IrcClient:
    return IrcClient(server.port, "Tuan", *CAPS, join="#room")


def test_nothing_is_an_ack(tuan: IrcClient) -> None:
    (answer,) = tuan.ask("@label=a;x=y PONG x")
    assert (answer.command, answer.tags) == ("ACK", {"label": "a"})


def test_one_message_has_the_label(tuan: IrcClient) -> None:
    (answer,) = tuan.ask("@label=a\\:b NONSENSE")
    assert (answer.command, answer.tags) == ("421", {"label": "a;b"})
    (echo,) = tuan.ask("@label=c PRIVMSG #room :hi")
    assert (echo.params, echo.tags["label"]) == (["#room", "hi"], "c")


def test_several_are_a_batch(tuan: IrcClient) -> None:
    start, *inside, end = tuan.ask("@label=a JOIN #other")
    assert (start.command, start.params[1], start.tags) == (
        "BATCH",
        "labeled-response",
        {"label": "a"},
    )
    reference = start.params[0][1:]
    assert [m.command for m in inside] == ["JOIN", "353", "366"]
    assert all(m.tags["batch"] == reference for m in inside)
    assert end.params == [f"-{reference}"]


def test_what_others_do_is_not_in_the_answer(server: ServerProcess, tuan: IrcClient) -> None:
    duy = IrcClient(server.port, "Duy", *CAPS, join="#room")
    tuan.sync()
    duy.ask("PRIVMSG #room :before")
    answers = tuan.ask("@label=a PRIVMSG #room,Duy,#nowhere :hi")
    assert [m.tags.get("label") for m in answers] == [None, "a", None, None, None, None]
    assert [m.command for m in answers[2:-1]] == ["PRIVMSG", "PRIVMSG", "403"]
    assert [m.tags.get("label") for m in duy.sync()[-2:]] == [None, None]


def test_a_label_that_is_too_long_is_none(tuan: IrcClient) -> None:
    assert tuan.ask(f"@label={'x' * 65} PONG x") == []
    (answer,) = tuan.ask(f"@label={'x' * 64} PONG x")
    assert answer.command == "ACK"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"@label=a PRIVMSG #room :\xff", "FAIL"),
        (b"@label=a PING " + b"x" * 600, "417"),
        (b"@label=a PING \0", "400"),
        (b"@label=a !?", "400"),
    ],
)
def test_what_is_no_message_is_answered_with_its_label(
    tuan: IrcClient, line: bytes, answer: str
) -> None:
    tuan.send_raw(line + b"\r\n")
    (one,) = tuan.sync()
    assert (one.command, one.tags) == (answer, {"label": "a"})


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"@label=a\0 PING x", "400"),  # NUL cannot be sent back
        (b"@label=a\xff PING x", "FAIL"),
        (b"@+x=" + b"x" * 4088 + b";label=abcdef PING x", "417"),  # cut within the label
    ],
)
def test_a_label_that_cannot_be_sent_back_as_it_came_is_none(
    tuan: IrcClient, line: bytes, answer: str
) -> None:
    tuan.send_raw(line + b"\r\n")
    (one,) = tuan.sync()
    assert (one.command, one.tags) == (answer, {})
