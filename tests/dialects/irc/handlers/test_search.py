"""SEARCH: https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.clients import IrcClient, PlainClient, texts
from tests.support.process import ServerProcess

Make = Callable[..., ServerProcess]
CAPS = ("batch", "draft/chathistory", "echo-message", "message-tags", "server-time")


@pytest.fixture(params=["sqlite", "memory"])
def server(request: pytest.FixtureRequest, make_server: Make, tmp_path: Path) -> ServerProcess:
    """The same is found with every engine."""
    flags = ("--memory",) if request.param == "memory" else ("--data", str(tmp_path))
    return make_server(*flags)


@pytest.fixture
def library(server: ServerProcess) -> IrcClient:
    """Somebody in #lobby and #quiet, after some talk."""
    client = IrcClient(server.port, "Tuan", *CAPS, "soju.im/search", join="#lobby")
    client.join("#quiet")
    duy = IrcClient(server.port, "Duy", *CAPS, join="#lobby")
    duy.join("#quiet")
    duy.ask("PRIVMSG #lobby :Café at Nguyễn Huệ?", "PRIVMSG #quiet :the cafe is closed")
    client.ask('PRIVMSG #lobby :no "cafe" today')
    duy.ask("PRIVMSG Tuan :cafe, just us")
    return client


def found(client: IrcClient, attributes: str) -> list[str]:
    client.sync()
    start, *inside, _ = client.ask(f"SEARCH {attributes}")
    assert start.params[1:] == ["soju.im/search"]
    return texts(inside)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            "text=cafe",
            [
                "Café at Nguyễn Huệ?",
                "the cafe is closed",
                'no "cafe" today',
                "cafe, just us",
            ],
        ),
        ("in=#lobby;text=CAFÉ", ["Café at Nguyễn Huệ?", 'no "cafe" today']),
        ("in=#LOBBY;text=nguyen\\shue", ["Café at Nguyễn Huệ?"]),
        ("in=Duy;text=cafe", ["cafe, just us"]),
        ("text=cafe;from=TUAN", ['no "cafe" today']),
        ("from=Duy;in=#quiet", ["the cafe is closed"]),
        ("text=cafe;limit=1", ["cafe, just us"]),
        ("text=cafe;before=1999-01-01T00:00:00.000Z", []),
        ("text=cafe;after=2199-01-01T00:00:00.000Z", []),
        ('text="closed"', ["the cafe is closed"]),
        ("text=cafe\\sOR\\stoday", []),
        ("text=caf*", []),
        ("text=NEAR(cafe)", []),
        ("text=missing", []),
    ],
)  # fmt: skip
def test_search(library: IrcClient, attributes: str, expected: list[str]) -> None:
    """SEARCH: https://codeberg.org/emersion/soju/src/branch/master/doc/ext/search.md"""
    assert found(library, attributes) == expected


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ("color=red", "Unknown attribute color"),
        ("text=x;limit=0", "Invalid limit"),
        ("text=x;before=yesterday", "Invalid timestamp"),
        ("text=" + "\\s".join("abcdefghijk"), "At most 10 words"),
        ("in=#nowhere;text=x", "Messages of #nowhere cannot be searched"),
    ],
)
def test_search_errors(library: IrcClient, attributes: str, text: str) -> None:
    library.sync()
    (answer,) = library.ask(f"SEARCH {attributes}")
    assert answer.params == ["SEARCH", "INVALID_PARAMS", text]


def test_search_finds_only_what_one_may_read(library: IrcClient, server: ServerProcess) -> None:
    lan = IrcClient(server.port, "Lan", *CAPS, "soju.im/search", join="#lobby")
    assert found(lan, "text=cafe") == ["Café at Nguyễn Huệ?", 'no "cafe" today']
    (answer,) = lan.ask("SEARCH in=#quiet;text=cafe")
    assert answer.params[1] == "INVALID_PARAMS"


def test_whose_messages_whatever_the_case_of_their_name(server: ServerProcess) -> None:
    """SQLite folds ASCII only: `from=tuấn_x` found nothing of TUẤN_X."""
    tuan = IrcClient(server.port, "TUẤN_X", *CAPS, "soju.im/search", join="#lobby")
    tuan.ask("PRIVMSG #lobby :hello")
    for name in ("tuấn_x", "TUẤN_X", "Tuấn_x"):
        assert found(tuan, f"from={name}") == ["hello"]
    assert found(tuan, "from=tuan_x") == []


def test_search_in_plain_text(library: IrcClient, server: ServerProcess) -> None:
    netcat = PlainClient(server.port, "Netcat")
    netcat.say("/search nguyen", "/search", "/search " + "x " * 11)
    lines: list[str] = []
    while not lines or "1 found" not in lines[-1]:
        lines.append(netcat.read_line())
    assert lines[-2].endswith(" UTC] Duy: Café at Nguyễn Huệ?")
    for _ in range(2):
        assert netcat.read_line() == "Usage: /search WORDS (at most 10)"
