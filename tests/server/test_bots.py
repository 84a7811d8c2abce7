"""The examples of docs/bots.md, as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.clients import WAIT_SECONDS, IrcClient, words
from tests.support.process import ServerProcess

DOCUMENT = Path(__file__).parents[2] / "docs" / "bots.md"


def example(language: str) -> str:
    """A block of the document."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return str(found)


def test_curl(
    need: Callable[[str], str], make_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    need("curl")
    server = make_server(accounts_iterations=4096)
    tuan = IrcClient(server.port, "Tuan", join="#room")
    tuan.ask("NS REGISTER a-good-password", "CS REGISTER #room")
    command = re.search(r"/msg ChanServ (HOOK ADD #room deploy)\n", DOCUMENT.read_text())
    assert command
    told = tuan.ask(f"PRIVMSG ChanServ :{command[1]}")[0].params[-1]
    address = re.search(r"http://\S+/hook/\S+", told)
    assert address
    environment = {**os.environ, "HOOK": address[0]}
    for line in example("sh").splitlines():
        ran = subprocess.run(
            ["sh", "-c", line],
            env=environment,
            capture_output=True,
            timeout=WAIT_SECONDS,
            check=True,
        )
        assert ran.stdout == b"ok"
    assert [(m.source, m.params[-1]) for m in tuan.sync()] == [
        ("deploy!hook@services", text)
        for text in (
            "deploy is done",
            "first line",
            "second line",
            "The build failed: log (https://ci.example/7)",
            "JSON & a form",
        )
    ]


def test_a_bot(server: ServerProcess, tmp_path: Path) -> None:
    pytest.importorskip("irc3")
    script = tmp_path / "bot.py"
    text = example("python")
    assert "55555" in text
    script.write_text(text.replace("55555", str(server.port)))
    tuan = IrcClient(server.port, "Tuan", join="#lobby")
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", str(script)],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as bot:
        try:
            tuan.until_that(lambda m: m.command == "JOIN" and m.nick == "helper")
            tuan.send("PRIVMSG #lobby :!hello")
            (answer,) = tuan.until("PRIVMSG")
            assert (answer.nick, answer.params) == ("helper", ["#lobby", "Hello, Tuan!"])
            assert any(" 335 " in line for line in words(tuan.ask("WHOIS helper")))
        finally:
            bot.kill()
