"""REDACT, https://ircv3.net/specs/extensions/message-redaction"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.clients import IrcClient, PlainClient, words
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
CAPS = (
    "batch", "draft/chathistory", "draft/message-redaction", "echo-message", "message-tags",
    "soju.im/search",
)  # fmt: skip


@pytest.fixture(params=["disk", "memory"])
def server(request: pytest.FixtureRequest, make_server: Make, tmp_path: Path) -> ServerProcess:
    return make_server("--data", str(tmp_path)) if request.param == "disk" else make_server()


def say(client: IrcClient, target: str, text: str) -> str:
    """Says it; its msgid."""
    *_, echo = client.ask(f"PRIVMSG {target} :{text}")
    return echo.tags["msgid"]


def caps(server: ServerProcess) -> tuple[str, ...]:
    with IrcClient(server.port, "Looks") as client:
        offered = [m.params[-1] for m in client.ask("CAP LS 302") if m.command == "CAP"]
        return tuple(cap for cap in CAPS if cap in " ".join(offered).split())


def test_it_is_taken_back_for_everybody(server: ServerProcess) -> None:
    """REDACT: https://ircv3.net/specs/extensions/message-redaction"""
    tuan = IrcClient(server.port, "Tuan", *caps(server), join="#room")
    duy = IrcClient(server.port, "Duy", *caps(server), join="#room")
    old = IrcClient(server.port, "Old", "message-tags", join="#room")
    msgid = say(duy, "#room", "oops")
    say(duy, "#room", "better")
    tuan.sync()
    old.sync()
    assert words(duy.ask(f"REDACT #room {msgid} :typing mistake")) == [
        f"Duy REDACT #room | {msgid} | typing mistake"
    ]
    assert words(tuan.sync()) == [f"Duy REDACT #room | {msgid} | typing mistake"]
    assert old.sync() == [], "who does not know it is not sent it"
    late = IrcClient(server.port, "Late", "batch", "server-time", join="#room")
    assert [m.params[-1] for m in late.sync() if m.command == "PRIVMSG"] == ["better"]
    duy.sync()
    (again,) = duy.ask(f"REDACT #room {msgid}")
    assert again.params[:4] == ["REDACT", "UNKNOWN_MSGID", "#room", msgid]


def test_an_operator_may_and_others_may_not(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", *caps(server), join="#room")
    duy = IrcClient(server.port, "Duy", *caps(server), join="#room")
    lan = IrcClient(server.port, "Lan", *caps(server), join="#room")
    duy.sync()
    msgid = say(duy, "#room", "spam")
    lan.sync()
    tuan.sync()
    (refused,) = lan.ask(f"REDACT #room {msgid}")
    assert refused.params[:4] == ["REDACT", "REDACT_FORBIDDEN", "#room", msgid]
    assert words(tuan.ask(f"REDACT #room {msgid}")) == [f"Tuan REDACT #room | {msgid}"]


def test_the_author_of_another_run_is_somebody_else(make_server: Make, tmp_path: Path) -> None:
    """Connections are numbered anew with each start."""
    server = make_server("--data", str(tmp_path))
    first = IrcClient(server.port, "Tuan", *CAPS, join="#lobby")
    msgid = say(first, "#lobby", "mine")
    server.stop()
    server = make_server("--data", str(tmp_path))
    second = IrcClient(server.port, "Tuan", *CAPS, join="#lobby")
    (refused,) = second.ask(f"REDACT #lobby {msgid}")
    assert refused.params[1] == "REDACT_FORBIDDEN"


def test_the_time_to_do_it_ends(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path), limits_redact_seconds=0)
    tuan = IrcClient(server.port, "Tuan", *CAPS, join="#lobby")
    msgid = say(tuan, "#lobby", "hi")
    answer = tuan.ask(f"REDACT #lobby {msgid}")[0]
    while answer.command == "REDACT":  # within the same millisecond
        msgid = say(tuan, "#lobby", "hi")
        answer = tuan.ask(f"REDACT #lobby {msgid}")[0]
    tuan.ask("MODE #lobby")
    assert answer.params[1:5] == ["REDACT_WINDOW_EXPIRED", "#lobby", msgid, "0"]


def test_a_private_message_by_its_sender_only(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path))
    tuan = IrcClient(server.port, "Tuan", *CAPS)
    duy = IrcClient(server.port, "Duy", *CAPS)
    msgid = say(tuan, "Duy", "between us")
    duy.sync()
    (refused,) = duy.ask(f"REDACT Tuan {msgid}")
    assert refused.params[1] == "REDACT_FORBIDDEN"
    assert words(tuan.ask(f"REDACT Duy {msgid}")) == [f"Tuan REDACT Duy | {msgid}"]
    assert words(duy.sync()) == [f"Tuan REDACT Duy | {msgid}"]
    assert len(tuan.ask("CHATHISTORY LATEST Duy * 10")) == 2, "an empty batch"


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("REDACT #elsewhere id", ["REDACT", "INVALID_TARGET", "#elsewhere"]),
        ("REDACT Nobody id", ["REDACT", "INVALID_TARGET", "Nobody"]),
        ("REDACT #lobby id", ["REDACT", "UNKNOWN_MSGID", "#lobby", "id"]),
    ],
)
def test_errors(server: ServerProcess, command: str, params: list[str]) -> None:
    client = IrcClient(server.port, "Tuan", *caps(server), join="#lobby")
    (answer,) = client.ask(command)
    assert (answer.command, answer.params[:-1]) == ("FAIL", params)


def test_without_the_capability_it_is_no_command(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan", join="#lobby")
    assert words(client.ask("REDACT #lobby id"))[0].startswith("gchat.local 421 Tuan | REDACT")


def test_search_in_plain_text_forgets_it(make_server: Make, tmp_path: Path) -> None:
    server = make_server("--data", str(tmp_path))
    tuan = IrcClient(server.port, "Tuan", *CAPS, join="#lobby")
    tuan.ask(f"REDACT #lobby {say(tuan, '#lobby', 'secret words')}")
    netcat = PlainClient(server.port, "Netcat")
    netcat.say("/search secret")
    assert netcat.read_line() == "0 found"
