"""znc.in/playback: https://wiki.znc.in/Playback"""

from __future__ import annotations

import pytest

from tests.support.clients import IrcClient, texts
from tests.support.process import ServerProcess

CAPS = ("batch", "server-time", "message-tags", "znc.in/playback")


@pytest.fixture
def tuan(server: ServerProcess) -> IrcClient:
    client = IrcClient(server.port, "Tuan", *CAPS, join="#a")
    duy = IrcClient(server.port, "Duy", join="#a")
    duy.ask("PRIVMSG #a :one", "PRIVMSG #a :two", "PRIVMSG Tuan :just us")
    client.sync()
    return client


def played(client: IrcClient, what: str) -> list[str]:
    return texts([m for m in client.ask(f"PRIVMSG *playback :{what}") if m.command == "PRIVMSG"])


def test_what_is_played(tuan: IrcClient) -> None:
    assert played(tuan, "PLAY #a 0") == ["one", "two"]
    assert played(tuan, "play * 0") == ["one", "two", "just us"]
    assert played(tuan, "PLAY Duy") == ["just us"]


def test_from_when_and_to_when(tuan: IrcClient) -> None:
    """In seconds, with fractions."""
    assert played(tuan, "PLAY #a 4102444800.5") == []
    assert played(tuan, "PLAY #a 0 1.5") == []
    assert played(tuan, "PLAY #a 0 4102444800") == ["one", "two"]


def test_it_is_a_command_too(tuan: IrcClient) -> None:
    """ZNC: https://wiki.znc.in/Playback"""
    asked = tuan.ask("ZNC *playback PLAY #a 0")
    assert texts([m for m in asked if m.command == "PRIVMSG"]) == ["one", "two"]
    assert [m.command for m in tuan.ask("ZNC *status help")] == ["421"]
    tuan.ask("CAP REQ -znc.in/playback")
    assert [m.command for m in tuan.ask("ZNC *playback PLAY #a 0")] == ["421"]


@pytest.mark.parametrize(
    "what",
    ["", "PLAY", "PLAY #none 0", "PLAY #a yesterday", "PLAY #a inf", "PLAY #a nan", "FROB x"],
)
def test_what_is_not_understood_plays_nothing(tuan: IrcClient, what: str) -> None:
    assert played(tuan, what) == []
