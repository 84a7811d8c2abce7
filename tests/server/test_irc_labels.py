"""labeled-response and draft/multiline: whole answers, whole messages."""

from __future__ import annotations

import pytest

from gchat.wire.message import Message
from tests.support.clients import IrcClient, PlainClient, words
from tests.support.process import ServerProcess

CAPS = ("batch", "echo-message", "labeled-response", "message-tags", "server-time")
MULTILINE = (*CAPS, "draft/multiline")


@pytest.fixture
def tuan(server: ServerProcess) -> IrcClient:
    return IrcClient(server.port, "Tuan", *MULTILINE, join="#room")


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


def send_lines(client: IrcClient, *lines: str, target: str = "#room") -> list[Message]:
    """As one message; a line that begins with "+" is joined to the one before."""
    commands = [f"@label=z BATCH +1 draft/multiline {target}"]
    for line in lines:
        concat = ";draft/multiline-concat" if line.startswith("+") else ""
        commands.append(f"@batch=1{concat} PRIVMSG {target} :{line.removeprefix('+')}")
    return client.ask(*commands, "BATCH -1")


def test_several_lines_are_one_message(server: ServerProcess, tuan: IrcClient) -> None:
    old = IrcClient(server.port, "Old", "message-tags", join="#room")
    netcat = PlainClient(server.port, "Netcat")
    lobby = IrcClient(server.port, "Lobby", *MULTILINE, join="#lobby")
    assert netcat.read_line() == "Lobby has connected to the chat room"
    tuan.sync()
    start, *inside, end = send_lines(tuan, "one", "", "two ", "+and a half")
    assert (start.params[1:], start.tags["label"]) == (["draft/multiline", "#room"], "z")
    assert [m.params[1] for m in inside] == ["one", "", "two ", "and a half"]
    assert [tag for m in inside for tag in m.tags if "concat" in tag] == ["draft/multiline-concat"]
    assert end.params == [f"-{start.params[0][1:]}"]
    seen = old.sync()
    assert [m.params[1] for m in seen] == ["one", "two ", "and a half"]
    assert [m.tags.get("msgid") for m in seen] == [start.tags["msgid"], None, None]
    send_lines(lobby, "erste", "zweite", target="#lobby")
    assert [netcat.read_line() for _ in range(2)] == ["Lobby: erste", "Lobby: zweite"]


@pytest.mark.parametrize(
    ("commands", "code"),
    [
        (["@batch=1 PRIVMSG #other :x"], ["MULTILINE_INVALID_TARGET", "#room", "#other"]),
        (["@batch=2 PRIVMSG #room :x"], ["MULTILINE_INVALID"]),
        (["@batch=1 PRIVMSG #room :x", "@batch=1 NOTICE #room :x"], ["MULTILINE_INVALID"]),
        (["@batch=1;draft/multiline-concat PRIVMSG #room :"], ["MULTILINE_INVALID"]),
        (["@batch=1 JOIN #other"], ["MULTILINE_INVALID"]),
        (["@batch=1 PRIVMSG #room :", "BATCH -1"], ["MULTILINE_INVALID"]),
        (["BATCH -2"], ["MULTILINE_INVALID"]),
        (["BATCH +2 draft/multiline #room"], ["MULTILINE_INVALID"]),
        (["@batch=1 PRIVMSG #room :x"] * 33, ["MULTILINE_MAX_LINES", "32"]),
        ([f"@batch=1 PRIVMSG #room :{'x' * 400}"] * 11, ["MULTILINE_MAX_BYTES", "4096"]),
    ],
)
def test_errors(tuan: IrcClient, commands: list[str], code: list[str]) -> None:
    (failure,) = tuan.ask("BATCH +1 draft/multiline #room", *commands)
    assert (failure.command, failure.params[:-1]) == ("FAIL", ["BATCH", *code])


def test_at_the_limits(tuan: IrcClient) -> None:
    sent = send_lines(tuan, *["x"] * 32)
    assert len(sent) == 34
    sent = send_lines(tuan, *["x" * 400] * 10, "x" * 86)
    assert sum(len(m.params[1]) for m in sent[1:-1]) + 10 == 4096
    assert words(tuan.ask("PRIVMSG #room :after"))[-1] == "Tuan PRIVMSG #room | after"
