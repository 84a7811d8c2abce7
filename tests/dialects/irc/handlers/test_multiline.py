"""BATCH, for draft/multiline: whole messages."""

from __future__ import annotations

import pytest

from gchat.wire.message import Message
from tests.support.clients import IrcClient, PlainClient, words
from tests.support.process import ServerProcess

CAPS = ("batch", "draft/multiline", "echo-message", "labeled-response", "message-tags")


@pytest.fixture
def tuan(server: ServerProcess) -> IrcClient:
    return IrcClient(server.port, "Tuan", *CAPS, join="#room")


def send_lines(client: IrcClient, *lines: str, target: str = "#room") -> list[Message]:
    """As one message; a line that begins with "+" is joined to the one before."""
    commands = [f"@label=z BATCH +1 draft/multiline {target}"]
    for line in lines:
        concat = ";draft/multiline-concat" if line.startswith("+") else ""
        commands.append(f"@batch=1{concat} PRIVMSG {target} :{line.removeprefix('+')}")
    return client.ask(*commands, "BATCH -1")


def test_several_lines_are_one_message(server: ServerProcess, tuan: IrcClient) -> None:
    """BATCH: https://ircv3.net/specs/extensions/multiline"""
    old = IrcClient(server.port, "Old", "message-tags", join="#room")
    netcat = PlainClient(server.port, "Netcat")
    lobby = IrcClient(server.port, "Lobby", *CAPS, join="#lobby")
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
