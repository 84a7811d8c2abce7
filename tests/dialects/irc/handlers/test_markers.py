"""MARKREAD, https://ircv3.net/specs/extensions/read-marker"""

from __future__ import annotations

import pytest

from tests.support.clients import IrcClient, words
from tests.support.process import ServerProcess

CAP = "draft/read-marker"


def test_it_only_goes_forwards(server: ServerProcess) -> None:
    """MARKREAD: https://ircv3.net/specs/extensions/read-marker"""
    client = IrcClient(server.port, "Tuan", CAP)
    assert words(client.ask("MARKREAD Duy")) == ["gchat.local MARKREAD Duy | *"]
    for asked, answered in (("10", "10"), ("20", "20"), ("15", "20"), ("20", "20")):
        (answer,) = client.ask(f"MARKREAD duy timestamp=2020-01-01T00:00:{asked}.123Z")
        assert answer.params == ["duy", f"timestamp=2020-01-01T00:00:{answered}.123Z"]
    (answer,) = client.ask("MARKREAD DUY")
    assert answer.params == ["DUY", "timestamp=2020-01-01T00:00:20.123Z"]


def test_the_future_cannot_have_been_read(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan", CAP)
    (answer,) = client.ask("MARKREAD Duy timestamp=2199-01-01T00:00:00.000Z")
    assert answer.params[1].startswith("timestamp=20")


def test_it_is_told_on_entering_before_the_names_end(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan", CAP)
    entered = client.join("#lobby")
    assert [m.command for m in entered] == ["JOIN", "MARKREAD", "353", "366"]
    assert entered[1].params == ["#lobby", "*"]
    client.ask("MARKREAD #lobby timestamp=2020-01-01T00:00:00.000Z", "PART #lobby")
    assert client.join("#LOBBY")[1].params == ["#lobby", "timestamp=2020-01-01T00:00:00.000Z"]


def test_it_is_nobody_elses(server: ServerProcess) -> None:
    tuan = IrcClient(server.port, "Tuan", CAP, join="#lobby")
    duy = IrcClient(server.port, "Duy", CAP, join="#lobby")
    tuan.sync()
    tuan.ask("MARKREAD #lobby timestamp=2020-01-01T00:00:00.000Z")
    assert duy.sync() == []
    assert words(duy.ask("MARKREAD #lobby")) == ["gchat.local MARKREAD #lobby | *"]


@pytest.mark.parametrize(
    ("command", "params"),
    [
        ("MARKREAD", ["MARKREAD", "NEED_MORE_PARAMS"]),
        ("MARKREAD :", ["MARKREAD", "NEED_MORE_PARAMS"]),
        ("MARKREAD #a *", ["MARKREAD", "INVALID_PARAMS", "*"]),
        ("MARKREAD #a timestamp=now", ["MARKREAD", "INVALID_PARAMS", "timestamp=now"]),
        ("MARKREAD " + "x" * 65, ["MARKREAD", "INVALID_PARAMS"]),
    ],
)
def test_errors(server: ServerProcess, command: str, params: list[str]) -> None:
    client = IrcClient(server.port, "Tuan", CAP)
    (answer,) = client.ask(command)
    assert (answer.command, answer.params[:-1]) == ("FAIL", params)


def test_without_the_capability_it_is_no_command(server: ServerProcess) -> None:
    client = IrcClient(server.port, "Tuan")
    assert words(client.ask("MARKREAD #a"))[0].startswith("gchat.local 421 Tuan | MARKREAD")
